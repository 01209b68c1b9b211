namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>Activations as nodes, and as the names that recurrent operators have for some of them.</summary>
internal static class Activations
{
    private const float SeluScale = 1.05070098735f, SeluAlpha = 1.67326324235f;

    /// <summary>Of your own: what was registered. Of the library: the operator, or its formula.</summary>
    public static string Write(Activation activation, OnnxNodes nodes, string x) => activation switch
    {
        LeakyRelu leaky => nodes.Node("LeakyRelu", [x], ("alpha", (float)leaky.Slope)),
        Elu elu => nodes.Node("Elu", [x], ("alpha", (float)elu.Alpha)),
        HardSigmoid hard => nodes.Node("HardSigmoid", [x], ("alpha", (float)hard.Slope), ("beta", (float)hard.Offset)),
        KindActivation known => Write(known.Kind, nodes, x),
        GeluActivation => nodes.Mul(
            nodes.Mul(x, nodes.Add(nodes.Node("Erf", [nodes.Div(x, nodes.Scalar(1.4142135f))]), nodes.Scalar(1))), nodes.Scalar(0.5f)),
        GeluTanhActivation => GeluTanh(nodes, x),
        SiluActivation => nodes.Mul(x, nodes.Node("Sigmoid", [x])),
        MishActivation => nodes.Mul(x, nodes.Node("Tanh", [nodes.Node("Softplus", [x])])),
        HardSwishActivation => nodes.Mul(x, Write(ActivationKind.HardSigmoid, nodes, x)),
        SoftmaxActivation => nodes.Node("Softmax", [x], ("axis", -1L)),
        _ when OnnxKinds.Find(activation) is { } write => write(activation, nodes, x),
        _ => throw new UnsupportedModelException("The model",
            [$"the activation {activation.GetType().Name} (say how it is written with OnnxKinds.RegisterActivation)"]),
    };

    /// <summary>What a recurrent operator calls an activation, and its parameters; null: it does not know it.</summary>
    public static (string Name, float[] Alpha, float[] Beta)? Native(Activation activation) => activation switch
    {
        LeakyRelu leaky => ("LeakyRelu", [(float)leaky.Slope], []),
        Elu elu => ("Elu", [(float)elu.Alpha], []),
        HardSigmoid hard => ("HardSigmoid", [(float)hard.Slope], [(float)hard.Offset]),
        KindActivation { Kind: ActivationKind.Linear } => ("Affine", [1], [0]),
        KindActivation { Kind: ActivationKind.LeakyRelu } => ("LeakyRelu", [0.2f], []),
        KindActivation { Kind: ActivationKind.Elu } => ("Elu", [1], []),
        KindActivation { Kind: ActivationKind.HardSigmoid } => ("HardSigmoid", [1f / 6], [0.5f]),
        KindActivation
        {
            Kind: ActivationKind.Tanh or ActivationKind.Sigmoid or ActivationKind.Relu or ActivationKind.Softplus
            or ActivationKind.Softsign
        } known => (known.Kind.ToString(), [], []),
        _ => null,
    };

    private static string Write(ActivationKind kind, OnnxNodes nodes, string x) => kind switch
    {
        ActivationKind.Linear => x,
        ActivationKind.HardSigmoid => nodes.Node("HardSigmoid", [x], ("alpha", 1f / 6), ("beta", 0.5f)),
        ActivationKind.HardTanh => nodes.Clip(x, -1, 1),
        ActivationKind.Relu6 => nodes.Clip(x, 0, 6),
        ActivationKind.LeakyRelu => nodes.Node("LeakyRelu", [x], ("alpha", 0.2f)),
        ActivationKind.Elu => nodes.Node("Elu", [x], ("alpha", 1f)),
        ActivationKind.Selu => nodes.Node("Selu", [x], ("alpha", SeluAlpha), ("gamma", SeluScale)),
        ActivationKind.Exponential => nodes.Node("Exp", [x]),
        _ => nodes.Node(kind.ToString(), [x]),
    };

    private static string GeluTanh(OnnxNodes nodes, string x)
    {
        string cube = nodes.Mul(nodes.Mul(x, x), x);
        string inner = nodes.Mul(nodes.Add(x, nodes.Mul(cube, nodes.Scalar(0.044715f))), nodes.Scalar(0.7978846f));
        return nodes.Mul(nodes.Mul(x, nodes.Add(nodes.Node("Tanh", [inner]), nodes.Scalar(1))), nodes.Scalar(0.5f));
    }
}
