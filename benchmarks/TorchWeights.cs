using TorchSharp;
using static TorchSharp.torch;
using TorchParameter = TorchSharp.Modules.Parameter;

namespace Unroll.Benchmarks;

/// <summary>
/// Gives a TorchSharp model the weights of an Unroll model. PyTorch keeps its matrices transposed, has a GRU's gates in the
/// order r z n (here z r h), and adds two biases where an LSTM or SimpleRNN here has one: the second becomes 0.
/// </summary>
internal static class TorchWeights
{
    private static readonly int[] s_gruGates = [1, 0, 2];

    public static void Copy(Model from, CellKind cell, TorchPeer to)
    {
        string layer = from.Parameters[0].Name.Split('/')[0], head = from.Parameters[^1].Name.Split('/')[0];
        int units = ((Layers.Recurrent)from.Layers[0]).Units;
        int[] gates = cell switch { CellKind.Lstm => [0, 1, 2, 3], CellKind.Gru => s_gruGates, _ => [0] };
        float[] bias = from.GetWeights($"{layer}/bias");
        int width = gates.Length * units;
        foreach ((string name, TorchParameter parameter) in to.RecurrentParameters)
        {
            Set(parameter, name switch
            {
                "weight_ih_l0" => Transposed(from.GetWeights($"{layer}/kernel"), units, gates),
                "weight_hh_l0" => Transposed(from.GetWeights($"{layer}/recurrent_kernel"), units, gates),
                "bias_ih_l0" => Transposed(bias[..width], units, gates),
                _ => cell == CellKind.Gru ? Transposed(bias[width..], units, gates) : new float[width],
            });
        }

        Set(to.Head.weight, Transposed(from.GetWeights($"{head}/kernel"), from.OutputShape.Size, [0]));
        Set(to.Head.bias!, from.GetWeights($"{head}/bias"));
    }

    /// <summary>[K, G·H] in Keras' order to [G·H, K] in PyTorch's.</summary>
    private static float[] Transposed(float[] values, int units, int[] gates)
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

    private static void Set(Tensor parameter, float[] values)
    {
        using IDisposable mode = no_grad();
        using Tensor source = tensor(values, parameter.shape);
        parameter.copy_(source);
    }
}
