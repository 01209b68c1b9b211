namespace Unroll.Benchmarks;

/// <summary>
/// A model's arrays, which are laid out as in Keras, for libraries that keep theirs transposed and their gates in another order.
/// </summary>
internal static class KerasWeights
{
    /// <summary>The names before the slash of the recurrent parts, from the first layer to the last, forward before backward.</summary>
    public static string[] RecurrentParts(Model model) =>
    [
        .. model.Parameters.Select(parameter => parameter.Name)
            .Where(name => name.EndsWith("/recurrent_kernel", StringComparison.Ordinal))
            .Select(name => name[..name.LastIndexOf('/')]),
    ];

    /// <summary>[K, G·H] in Keras' order to [G·H, K] with gate <paramref name="gates"/>[i] of Keras in place i.</summary>
    public static float[] Transposed(float[] values, int units, int[] gates)
    {
        int columns = gates.Length * units, rows = values.Length / columns;
        var result = new float[values.Length];
        for (int column = 0; column < columns; column++)
        {
            int source = gates[column / units] * units + column % units;
            for (int row = 0; row < rows; row++)
                result[column * rows + row] = values[row * columns + source];
        }

        return result;
    }
}
