namespace Unroll.Exchange.KerasFiles;

/// <summary>
/// Weights of CuDNNLSTM and CuDNNGRU, which older files have. They are told by a bias of two rows in one: 8·H numbers of an LSTM, 6·H of a
/// GRU. Each gate's block of a kernel is a matrix [H, inputs] of that library laid flat into the shape [inputs, H].
/// </summary>
internal static class CudnnWeights
{
    /// <summary>Whether a bias is that of such a layer.</summary>
    public static bool Has(Recurrent cell, NamedTensor bias) => bias.Shape is [int length] && cell switch
    {
        Lstm => length == 8L * cell.Units,
        Gru { ResetAfter: true } => length == 6L * cell.Units,
        _ => false,
    };

    /// <summary>Replaces the three arrays of a layer by those of LSTM, or of GRU with reset_after.</summary>
    /// <param name="cell">The layer.</param>
    /// <param name="prefix">What stands in front of kernel, recurrent_kernel and bias.</param>
    /// <param name="tensors">The arrays, by name.</param>
    public static void Convert(Recurrent cell, string prefix, Dictionary<string, NamedTensor> tensors)
    {
        int gates = cell is Lstm ? 4 : 3;
        foreach (string role in (string[])["kernel", "recurrent_kernel"])
        {
            NamedTensor kernel = tensors[prefix + role];
            if (kernel.Shape is [int inputs, int columns] && columns == gates * cell.Units)
                tensors[prefix + role] = NamedTensor.Of(kernel.Name, kernel.Shape, Turn(kernel.ToFloats(), inputs, cell.Units, gates));
        }

        NamedTensor bias = tensors[prefix + "bias"];
        if (cell is Gru)
        {
            tensors[prefix + "bias"] = new NamedTensor(bias.Name, bias.Type, [2, gates * cell.Units], bias.Bytes);
            return;
        }

        float[] both = bias.ToFloats(), sum = new float[both.Length / 2];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = both[i] + both[sum.Length + i];
        tensors[prefix + "bias"] = NamedTensor.Of(bias.Name, [sum.Length], sum);
    }

    /// <summary>
    /// Of each gate's block [inputs, units] the numbers, row by row, are those of a matrix [units, inputs], whose transpose is wanted.
    /// </summary>
    private static float[] Turn(float[] kernel, int inputs, int units, int gates)
    {
        var turned = new float[kernel.Length];
        for (int i = 0; i < inputs; i++)
        {
            for (int u = 0; u < units; u++)
            {
                int flat = u * inputs + i, row = flat / units, column = flat % units;
                for (int gate = 0; gate < gates; gate++)
                    turned[(i * gates + gate) * units + u] = kernel[(row * gates + gate) * units + column];
            }
        }

        return turned;
    }
}
