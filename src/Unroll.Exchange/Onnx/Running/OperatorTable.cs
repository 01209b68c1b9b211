using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>An operator that is supported from a version of the operators on.</summary>
/// <param name="Name">Its name in the format.</param>
/// <param name="Since">The first version that <paramref name="Make"/> reads.</param>
/// <param name="LeastInputs">Inputs that it must have.</param>
/// <param name="MostInputs">The most that it may have.</param>
/// <param name="MostOutputs">The most outputs that it may have.</param>
/// <param name="Make">Reads a node.</param>
internal sealed record OperatorEntry(
    string Name, int Since, int LeastInputs, int MostInputs, int MostOutputs, Func<NodeReading, Operator> Make);

/// <summary>
/// All operators of the default domain that are supported. Later versions that read the same attributes need no entry of their own.
/// </summary>
internal static class OperatorTable
{
    /// <summary>The oldest version of the operators that is read.</summary>
    public const int FirstOpset = 6;

    /// <summary>The newest.</summary>
    public const int LatestOpset = 24;

    private const int Any = int.MaxValue;

    private static readonly Dictionary<string, OperatorEntry[]> s_entries = Entries()
        .GroupBy(entry => entry.Name).ToDictionary(group => group.Key, group => group.OrderByDescending(entry => entry.Since).ToArray());

    /// <summary>The names of all operators.</summary>
    public static IEnumerable<string> Names => s_entries.Keys.Order(StringComparer.Ordinal);

    /// <summary>The entry for a version; null where there is none.</summary>
    public static OperatorEntry? Find(string name, int opset) =>
        s_entries.TryGetValue(name, out OperatorEntry[]? entries) ? Array.Find(entries, entry => entry.Since <= opset) : null;

    /// <summary>The version of the default domain's operators; 0, which has none, where a model or a function says others' only.</summary>
    /// <param name="imports">What it says.</param>
    /// <param name="name">How errors call the model.</param>
    /// <exception cref="UnrollException">It says nothing: what its operators mean is not known.</exception>
    /// <exception cref="UnsupportedModelException">A version that is not read.</exception>
    public static int OpsetOf(IReadOnlyList<OperatorSetIdProto> imports, string name)
    {
        if (imports.Count == 0)
            throw new UnrollException($"{name} does not say the version of its operators (opset), so that it may be cut off. "
                + "Copy or export it anew.");
        long version = imports.Where(import => import.Domain is "" or "ai.onnx").Select(import => import.Version).DefaultIfEmpty(0).Max();
        return version is 0 or >= FirstOpset and <= LatestOpset ? (int)version
            : throw new UnsupportedModelException(name, [$"opset {version}; {FirstOpset} to {LatestOpset} are read"]);
    }

    private static IEnumerable<OperatorEntry> Entries() =>
        [.. Arithmetic(), .. Functions(), .. Shapes(), .. Places(), .. Sums(), .. Layers(), .. Others()];

    private static IEnumerable<OperatorEntry> Arithmetic() =>
    [
        new("Add", 6, 2, 2, 1, node => new Add(node)),
        new("Sub", 6, 2, 2, 1, node => new Subtract(node)),
        new("Mul", 6, 2, 2, 1, node => new Multiply(node)),
        new("Div", 6, 2, 2, 1, node => new Divide(node)),
        new("Mod", 10, 2, 2, 1, node => new Modulo(node)),
        new("Pow", 6, 2, 2, 1, node => new Power(node)),
        new("Less", 6, 2, 2, 1, node => new Compare(node, Comparison.Less)),
        new("LessOrEqual", 12, 2, 2, 1, node => new Compare(node, Comparison.LessOrEqual)),
        new("Greater", 6, 2, 2, 1, node => new Compare(node, Comparison.Greater)),
        new("GreaterOrEqual", 12, 2, 2, 1, node => new Compare(node, Comparison.GreaterOrEqual)),
        new("Equal", 6, 2, 2, 1, node => new Equal(node)),
        new("And", 6, 2, 2, 1, node => new Logical(node, Connective.And)),
        new("Or", 6, 2, 2, 1, node => new Logical(node, Connective.Or)),
        new("Xor", 6, 2, 2, 1, node => new Logical(node, Connective.Xor)),
        new("Not", 6, 1, 1, 1, _ => new Not()),
        new("BitShift", 11, 2, 2, 1, node => new Bitwise(node, Bits.Shift)),
        new("BitwiseAnd", 18, 2, 2, 1, node => new Bitwise(node, Bits.And)),
        new("BitwiseOr", 18, 2, 2, 1, node => new Bitwise(node, Bits.Or)),
        new("BitwiseXor", 18, 2, 2, 1, node => new Bitwise(node, Bits.Xor)),
        new("BitwiseNot", 18, 1, 1, 1, node => new Bitwise(node, Bits.Not)),
        new("Where", 9, 3, 3, 1, _ => new Where()),
        new("Sum", 6, 1, Any, 1, _ => new Variadic(Many.Sum)),
        new("Mean", 6, 1, Any, 1, _ => new Variadic(Many.Mean)),
        new("Max", 6, 1, Any, 1, _ => new Variadic(Many.Max)),
        new("Min", 6, 1, Any, 1, _ => new Variadic(Many.Min)),
        new("PRelu", 6, 2, 2, 1, node => new PRelu(node)),
        new("Clip", 6, 1, 3, 1, node => new Clip(node)),
    ];

    private static IEnumerable<OperatorEntry> Functions() =>
    [
        new("Abs", 6, 1, 1, 1, _ => new Signed(SignedKind.Absolute)),
        new("Neg", 6, 1, 1, 1, _ => new Signed(SignedKind.Negated)),
        new("Sign", 9, 1, 1, 1, _ => new Signed(SignedKind.Sign)),
        new("Relu", 6, 1, 1, 1, _ => new Activation(ActivationKind.Relu)),
        new("Relu", 14, 1, 1, 1, _ => new Signed(SignedKind.Relu)),
        new("Tanh", 6, 1, 1, 1, _ => new Activation(ActivationKind.Tanh)),
        new("Sigmoid", 6, 1, 1, 1, _ => new Activation(ActivationKind.Sigmoid)),
        Function("Sqrt", 6, Plain.Sqrt),
        Function("Exp", 6, Plain.Exp),
        Function("Log", 6, Plain.Log),
        Function("Sin", 7, Plain.Sin),
        Function("Cos", 7, Plain.Cos),
        Function("Tan", 7, Plain.Tan),
        Function("Asin", 7, Plain.Asin),
        Function("Acos", 7, Plain.Acos),
        Function("Atan", 7, Plain.Atan),
        Function("Sinh", 9, Plain.Sinh),
        Function("Cosh", 9, Plain.Cosh),
        Function("Asinh", 9, Plain.Asinh),
        Function("Acosh", 9, Plain.Acosh),
        Function("Atanh", 9, Plain.Atanh),
        Function("Floor", 6, Plain.Floor),
        Function("Ceil", 6, Plain.Ceiling),
        Function("Round", 11, Plain.Round),
        Function("Reciprocal", 6, Plain.Reciprocal),
        Function("Erf", 9, Plain.Erf),
        Function("Softplus", 6, Plain.Softplus),
        Function("Softsign", 6, Plain.Softsign),
        Function("HardSwish", 14, Plain.HardSwish),
        Function("Mish", 18, Plain.Mish),
        new("Elu", 6, 1, 1, 1, node => new Elementwise<EluOf>(new(node.Float("alpha", 1)))),
        new("Celu", 12, 1, 1, 1, node => new Elementwise<CeluOf>(new(node.Float("alpha", 1)))),
        new("Selu", 6, 1, 1, 1, node => new Elementwise<SeluOf>(
            new(node.Float("alpha", 1.67326319217681884765625f), node.Float("gamma", 1.05070102214813232421875f)))),
        new("LeakyRelu", 6, 1, 1, 1, node => new Elementwise<LeakyOf>(new(node.Float("alpha", 0.01f)))),
        new("ThresholdedRelu", 10, 1, 1, 1, node => new Elementwise<ThresholdedOf>(new(node.Float("alpha", 1)))),
        new("HardSigmoid", 6, 1, 1, 1, node => new Elementwise<HardSigmoidOf>(new(node.Float("alpha", 0.2f), node.Float("beta", 0.5f)))),
        new("Gelu", 20, 1, 1, 1, node => new Elementwise<GeluOf>(new(node.Text("approximate", "none") == "tanh"))),
        new("Swish", 24, 1, 1, 1, node => new Elementwise<SwishOf>(new(node.Float("alpha", 1)))),
        new("Shrink", 9, 1, 1, 1, node => new Elementwise<ShrinkOf>(new(node.Float("lambd", 0.5f), node.Float("bias", 0)))),
        new("IsNaN", 9, 1, 1, 1, _ => new IsNotFinite(true, false, false)),
        new("IsInf", 10, 1, 1, 1, node => new IsNotFinite(false, node.Flag("detect_positive", true), node.Flag("detect_negative", true))),
    ];

    private static IEnumerable<OperatorEntry> Shapes() =>
    [
        new("Identity", 6, 1, 1, 1, _ => new SameNumbers()),
        new("Dropout", 6, 1, 3, 2, DropoutWithMask.Make),
        new("Reshape", 6, 1, 2, 1, node => new Reshape(node)),
        new("Flatten", 6, 1, 1, 1, node => new Flatten(node)),
        new("Squeeze", 6, 1, 2, 1, node => new Squeeze(node)),
        new("Unsqueeze", 6, 1, 2, 1, node => new Unsqueeze(node)),
        new("Transpose", 6, 1, 1, 1, node => new Transpose(node)),
        new("Expand", 8, 2, 2, 1, _ => new Expand()),
        new("Tile", 6, 2, 2, 1, _ => new Tile()),
        new("Slice", 6, 1, 5, 1, node => new Slice(node)),
        new("Split", 6, 1, 2, Any, node => new Split(node)),
        new("Concat", 6, 1, Any, 1, node => new Concat(node)),
        new("Pad", 6, 1, 4, 1, node => new Pad(node)),
        new("Constant", 6, 0, 0, 1, Constant.Make),
        new("ConstantOfShape", 9, 1, 1, 1, node => new ConstantOfShape(node)),
        new("Shape", 6, 1, 1, 1, node => new ShapeOf(node)),
        new("Size", 6, 1, 1, 1, _ => new SizeOf()),
        new("Range", 11, 3, 3, 1, _ => new RangeOf()),
        new("EyeLike", 9, 1, 1, 1, node => new EyeLike(node)),
        new("OneHot", 9, 3, 3, 1, node => new OneHot(node)),
        new("Cast", 6, 1, 1, 1, Cast.Make),
        new("CastLike", 15, 2, 2, 1, node =>
        {
            node.Ignore("saturate", "round_mode");
            return new Cast(null);
        }),
        new("DepthToSpace", 6, 1, 1, 1, node => new DepthToSpace(node, isBack: false)),
        new("SpaceToDepth", 6, 1, 1, 1, node => new DepthToSpace(node, isBack: true)),
    ];

    private static IEnumerable<OperatorEntry> Places() =>
    [
        new("Gather", 6, 2, 2, 1, node => new Gather(node)),
        new("GatherElements", 11, 2, 2, 1, node => new GatherElements(node)),
        new("GatherND", 11, 2, 2, 1, node => new GatherND(node)),
        new("Scatter", 9, 3, 3, 1, node => new ScatterElements(node)),
        new("ScatterElements", 11, 3, 3, 1, node => new ScatterElements(node)),
        new("ScatterND", 11, 3, 3, 1, node => new ScatterND(node)),
        new("Compress", 9, 2, 2, 1, node => new Compress(node)),
        new("NonZero", 9, 1, 1, 1, _ => new NonZero()),
        new("ReverseSequence", 10, 2, 2, 1, node => new ReverseSequence(node)),
        new("Trilu", 14, 1, 2, 1, node => new Trilu(node)),
        new("ArgMax", 6, 1, 1, 1, node => new ArgOf(node, isMax: true)),
        new("ArgMin", 6, 1, 1, 1, node => new ArgOf(node, isMax: false)),
        new("TopK", 6, 1, 2, 2, node => new TopK(node)),
    ];

    private static IEnumerable<OperatorEntry> Sums() =>
    [
        ReductionEntry("ReduceSum", Reduction.Sum),
        ReductionEntry("ReduceMean", Reduction.Mean),
        ReductionEntry("ReduceMax", Reduction.Max),
        ReductionEntry("ReduceMin", Reduction.Min),
        ReductionEntry("ReduceProd", Reduction.Product),
        ReductionEntry("ReduceL1", Reduction.L1),
        ReductionEntry("ReduceL2", Reduction.L2),
        ReductionEntry("ReduceLogSum", Reduction.LogSum),
        ReductionEntry("ReduceLogSumExp", Reduction.LogSumExp),
        ReductionEntry("ReduceSumSquare", Reduction.SumSquare),
        new("CumSum", 11, 2, 2, 1, node => new CumSum(node)),
        new("Softmax", 6, 1, 1, 1, node => new SoftmaxOf(node, SoftmaxOperators.Softmax)),
        new("LogSoftmax", 6, 1, 1, 1, node => new SoftmaxOf(node, SoftmaxOperators.LogSoftmax)),
        new("Hardmax", 6, 1, 1, 1, node => new SoftmaxOf(node, SoftmaxOperators.Hardmax)),
        new("MatMul", 6, 2, 2, 1, node => new MatMul(node)),
        new("Gemm", 6, 2, 3, 1, node => new Gemm(node)),
    ];

    private static IEnumerable<OperatorEntry> Layers() =>
    [
        new("RNN", 7, 3, 6, 2, node => new RnnCell(node)),
        new("LSTM", 7, 3, 8, 3, node => new LstmCell(node)),
        new("GRU", 7, 3, 6, 2, node => new GruCell(node)),
        new("Conv", 6, 2, 3, 1, node => new Convolution(node)),
        new("ConvTranspose", 6, 2, 3, 1, node => new TransposedConvolution(node)),
        new("MaxPool", 6, 1, 1, 2, node => new Pooling(node, Pool.Max)),
        new("AveragePool", 6, 1, 1, 1, node => new Pooling(node, Pool.Average)),
        new("LpPool", 6, 1, 1, 1, node => new Pooling(node, Pool.Norm)),
        new("GlobalMaxPool", 6, 1, 1, 1, node => new GlobalPooling(node, Pool.Max)),
        new("GlobalAveragePool", 6, 1, 1, 1, node => new GlobalPooling(node, Pool.Average)),
        new("GlobalLpPool", 6, 1, 1, 1, node => new GlobalPooling(node, Pool.Norm)),
        new("BatchNormalization", 6, 5, 5, 5, node => new BatchNormalization(node)),
        new("InstanceNormalization", 6, 3, 3, 1, node => new Normalization(node, Norm.Instance)),
        new("LayerNormalization", 17, 2, 3, 3, node => new Normalization(node, Norm.Layer)),
        new("GroupNormalization", 18, 3, 3, 1, node => new Normalization(node, Norm.Group)),
        new("RMSNormalization", 23, 2, 2, 1, node => new Normalization(node, Norm.RootMeanSquare)),
        new("LpNormalization", 6, 1, 1, 1, node => new LpNormalization(node)),
        new("MeanVarianceNormalization", 9, 1, 1, 1, node => new MeanVarianceNormalization(node)),
        new("LRN", 6, 1, 1, 1, node => new LocalResponse(node)),
    ];

    private static IEnumerable<OperatorEntry> Others() =>
    [
        new("If", 6, 1, 1, Any, node => new If(node)),
        new("Loop", 6, 2, Any, Any, node => new Loop(node)) { LeastInputs = 0 },
        new("Scan", 9, 1, Any, Any, node => new Scan(node)),
        new("Attention", 23, 3, 6, 4, node => new Attention(node)),
        new("Unique", 11, 1, 1, 4, node => new Unique(node)),
        new("DequantizeLinear", 10, 2, 3, 1, node => new Dequantize(node)),
        new("QuantizeLinear", 10, 2, 3, 1, node => new Quantize(node)),
        new("DynamicQuantizeLinear", 11, 1, 1, 3, _ => new QuantizeByRange()),
        new("Einsum", 12, 1, Any, 1, node => new Einsum(node)),
        new("Det", 11, 1, 1, 1, _ => new Determinant()),
        new("Resize", 10, 1, 4, 1, node => new Resize(node, isUpsample: false)),
        new("Upsample", 7, 1, 2, 1, node => new Resize(node, isUpsample: true)),
        new("NegativeLogLikelihoodLoss", 12, 2, 3, 1, node => new ClassLoss(node, isOfScores: false)),
        new("SoftmaxCrossEntropyLoss", 12, 2, 3, 2, node => new ClassLoss(node, isOfScores: true)),
        new("DFT", 17, 1, 3, 1, node => new Dft(node)),
        new("STFT", 17, 2, 4, 1, node => new Stft(node)),
        new("HannWindow", 17, 1, 1, 1, node => new WindowOf(node, 0.5, 0.5, 0)),
        new("HammingWindow", 17, 1, 1, 1, node => new WindowOf(node, 25.0 / 46, 21.0 / 46, 0)),
        new("BlackmanWindow", 17, 1, 1, 1, node => new WindowOf(node, 0.42, 0.5, 0.08)),
        new("MelWeightMatrix", 17, 5, 5, 1, node => new MelWeights(node)),
    ];

    private static OperatorEntry Function(string name, int since, Plain kind) => new(name, since, 1, 1, 1, _ => new PlainFunction(kind));

    private static OperatorEntry ReductionEntry(string name, Reduction kind) => new(name, 6, 1, 2, 1, node => new Reduce(node, kind));
}
