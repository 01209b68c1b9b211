namespace Unroll.Tests.Golden;

/// <summary>PyTorch's weights and gradients in Unroll's layout: transposed, gates in Keras' order, biases put together.</summary>
internal static class TorchWeights
{
    /// <summary>[G·H, K] in PyTorch's gate order becomes [K, G·H] in Unroll's.</summary>
    public static double[] Kernel(string kind, double[] torch, int units)
    {
        int[] gates = Gates(kind);
        int columns = gates.Length * units, inputs = torch.Length / columns;
        var result = new double[torch.Length];
        for (int k = 0; k < inputs; k++)
        {
            for (int gate = 0; gate < gates.Length; gate++)
            {
                for (int u = 0; u < units; u++)
                    result[k * columns + gate * units + u] = torch[(gates[gate] * units + u) * inputs + k];
            }
        }

        return result;
    }

    /// <summary>The two biases in one: their sum, or for a GRU one row each.</summary>
    public static double[] Bias(string kind, double[] input, double[] recurrent, int units) => kind == "gru"
        ? [.. Kernel(kind, input, units), .. Kernel(kind, recurrent, units)]
        : [.. input.Zip(recurrent, (a, b) => a + b)];

    /// <summary>What the gradient of the bias must be: that of either PyTorch bias, or for a GRU both.</summary>
    public static double[] BiasGradient(string kind, double[] input, double[] recurrent, int units) => kind == "gru"
        ? [.. Kernel(kind, input, units), .. Kernel(kind, recurrent, units)]
        : input;

    public static Recurrent Layer(string kind, int units) => kind switch
    {
        "lstm" => new Lstm(units),
        "gru" => new Gru(units),
        "rnn_tanh" => new SimpleRnn(units),
        "rnn_relu" => new SimpleRnn(units) { Activation = Activation.Relu },
        _ => throw new ArgumentException(kind),
    };

    /// <summary>Which PyTorch gate stands at each of Unroll's places: LSTM i f g o in both, GRU r z n against z r h.</summary>
    private static int[] Gates(string kind) => kind switch
    {
        "lstm" => [0, 1, 2, 3],
        "gru" => [1, 0, 2],
        _ => [0],
    };
}
