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

    public static void Copy(Model from, Stack stack, TorchPeer to)
    {
        string[] parts = KerasWeights.RecurrentParts(from);
        string head = from.Parameters[^1].Name.Split('/')[0];
        int units = stack.Units;
        int[] gates = stack.Cell switch { CellKind.Lstm => [0, 1, 2, 3], CellKind.Gru => s_gruGates, _ => [0] };
        int width = gates.Length * units;
        foreach ((string name, TorchParameter parameter) in to.RecurrentParameters)
        {
            // For example weight_ih_l1_reverse.
            string[] words = name.Split('_');
            int layer = words[2][1] - '0', direction = words.Length > 3 ? 1 : 0;
            string part = parts[layer * stack.Directions + direction];
            float[] bias = from.GetWeights($"{part}/bias");
            Set(parameter, (words[0], words[1]) switch
            {
                ("weight", "ih") => KerasWeights.Transposed(from.GetWeights($"{part}/kernel"), units, gates),
                ("weight", "hh") => KerasWeights.Transposed(from.GetWeights($"{part}/recurrent_kernel"), units, gates),
                ("bias", "ih") => KerasWeights.Transposed(bias[..width], units, gates),
                _ => stack.Cell == CellKind.Gru ? KerasWeights.Transposed(bias[width..], units, gates) : new float[width],
            });
        }

        Set(to.Head.weight, KerasWeights.Transposed(from.GetWeights($"{head}/kernel"), from.OutputShape.Size, [0]));
        Set(to.Head.bias!, from.GetWeights($"{head}/bias"));
    }

    private static void Set(Tensor parameter, float[] values)
    {
        using IDisposable mode = no_grad();
        using Tensor source = tensor(values, parameter.shape);
        parameter.copy_(source);
    }
}
