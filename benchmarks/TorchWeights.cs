using TorchSharp;
using TorchSharp.Modules;
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
        foreach (var layer in to.RecurrentParameters.GroupBy(
            named => Words(named.Name)[2] + (Words(named.Name).Length > 3 ? "_reverse" : "")))
        {
            // For example weight_ih_l1_reverse.
            string[] words = Words(layer.First().Name);
            int number = words[2][1] - '0', direction = words.Length > 3 ? 1 : 0;
            CopyCell(from, parts[number * stack.Directions + direction], stack.Cell, stack.Units, layer);
        }

        CopyDense(from, from.Parameters[^1].Name.Split('/')[0], to.Head);
    }

    /// <summary>One direction of one recurrent layer.</summary>
    /// <param name="from">The model.</param>
    /// <param name="part">What its parameters' names begin with.</param>
    /// <param name="cell">Its kind.</param>
    /// <param name="units">H.</param>
    /// <param name="to">weight_ih, weight_hh, bias_ih and bias_hh of that layer and direction.</param>
    public static void CopyCell(Model from, string part, CellKind cell, int units, IEnumerable<(string Name, TorchParameter Parameter)> to)
    {
        int[] gates = cell switch { CellKind.Lstm => [0, 1, 2, 3], CellKind.Gru => s_gruGates, _ => [0] };
        int width = gates.Length * units;
        float[] bias = from.GetWeights($"{part}/bias");
        foreach ((string name, TorchParameter parameter) in to)
        {
            Set(parameter, (Words(name)[0], Words(name)[1]) switch
            {
                ("weight", "ih") => KerasWeights.Transposed(from.GetWeights($"{part}/kernel"), units, gates),
                ("weight", "hh") => KerasWeights.Transposed(from.GetWeights($"{part}/recurrent_kernel"), units, gates),
                ("bias", "ih") => KerasWeights.Transposed(bias[..width], units, gates),
                _ => cell == CellKind.Gru ? KerasWeights.Transposed(bias[width..], units, gates) : new float[width],
            });
        }
    }

    public static void CopyDense(Model from, string name, Linear to)
    {
        Set(to.weight, KerasWeights.Transposed(from.GetWeights($"{name}/kernel"), (int)to.weight.shape[0], [0]));
        Set(to.bias!, from.GetWeights($"{name}/bias"));
    }

    public static void CopyEmbedding(Model from, string name, TorchSharp.Modules.Embedding to) =>
        Set(to.weight!, from.GetWeights($"{name}/embeddings"));

    private static string[] Words(string name) => name.Split('_');

    private static void Set(Tensor parameter, float[] values)
    {
        using IDisposable mode = no_grad();
        using Tensor source = tensor(values, parameter.shape);
        parameter.copy_(source);
    }
}
