using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>An activation of a recurrent node, with its two numbers.</summary>
internal readonly record struct GateFunction(string Name, float Alpha, float Beta)
{
    public bool IsTanh => Name == "tanh";

    public bool IsSigmoid => Name == "sigmoid";

    /// <summary>
    /// The functions of all directions: those given, else the usual ones. The numbers given are used up in order, each by the next function
    /// that has such a number.
    /// </summary>
    public static GateFunction[] Read(NodeReading node, int directions, params ReadOnlySpan<string> usual)
    {
        string[] names = node.Texts("activations") ?? [];
        if (names.Length == 0)
        {
            names = new string[directions * usual.Length];
            for (int i = 0; i < names.Length; i++)
                names[i] = usual[i % usual.Length];
        }

        if (names.Length != directions * usual.Length)
            throw node.Error($"{names.Length} activations for {directions} directions of {usual.Length}");
        var alphas = new Queue<float>(node.Floats("activation_alpha") ?? []);
        var betas = new Queue<float>(node.Floats("activation_beta") ?? []);
        var functions = new GateFunction[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i].ToLowerInvariant();
            (float? alpha, float? beta) = name switch
            {
                "relu" or "tanh" or "sigmoid" or "softsign" or "softplus" => ((float?)null, (float?)null),
                "affine" => (1, 0),
                "leakyrelu" => (0.01f, null),
                "thresholdedrelu" => (1, null),
                "scaledtanh" => (1, 1),
                "hardsigmoid" => (0.2f, 0.5f),
                "elu" => (1, null),
                _ => throw node.Unsupported($"activation {names[i]}"),
            };
            if (name == "scaledtanh" && (alphas.Count == 0 || betas.Count == 0))
                throw node.Error("ScaledTanh needs activation_alpha and activation_beta");

            // The format's usual number is 1, the one that ONNX Runtime takes 0.
            if (name is "affine" or "thresholdedrelu" && alphas.Count == 0)
                throw node.Error($"{names[i]} needs activation_alpha, since programs differ in what they take where there is none");
            if (alpha is not null && alphas.TryDequeue(out float a))
                alpha = a;
            if (beta is not null && betas.TryDequeue(out float b))
                beta = b;
            functions[i] = new GateFunction(name, alpha ?? 0, beta ?? 0);
        }

        return functions;
    }

    /// <summary>values = f(values).</summary>
    public void Apply<T>(Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T alpha = T.CreateTruncating(Alpha), beta = T.CreateTruncating(Beta);
        switch (Name)
        {
            case "tanh":
                Kernels<T>.Best.Activate(ActivationKind.Tanh, values);
                break;
            case "sigmoid":
                Kernels<T>.Best.Activate(ActivationKind.Sigmoid, values);
                break;
            case "relu":
                Kernels<T>.Best.Activate(ActivationKind.Relu, values);
                break;
            case "affine":
                foreach (ref T x in values)
                    x = alpha * x + beta;
                break;
            case "leakyrelu":
                foreach (ref T x in values)
                    x = x < T.Zero ? alpha * x : x;
                break;
            case "thresholdedrelu":
                foreach (ref T x in values)
                    x = x > alpha ? x : T.Zero;
                break;
            case "scaledtanh":
                foreach (ref T x in values)
                    x = alpha * T.Tanh(beta * x);
                break;
            case "hardsigmoid":
                foreach (ref T x in values)
                    x = T.Clamp(alpha * x + beta, T.Zero, T.One);
                break;
            case "elu":
                foreach (ref T x in values)
                    x = x < T.Zero ? alpha * Elementary<T>.ExpM1(x) : x;
                break;
            case "softsign":
                foreach (ref T x in values)
                    x /= T.One + T.Abs(x);
                break;
            default:
                foreach (ref T x in values)
                    x = SmoothFunctions.Softplus(x);
                break;
        }
    }
}
