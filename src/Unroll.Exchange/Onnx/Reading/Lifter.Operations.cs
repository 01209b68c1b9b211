using Unroll.Exchange.OnnxFormat.Running;
using Unroll.Exchange.OnnxFormat.Writing;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <content>The table of operators, and layers that are one node.</content>
internal sealed partial class Lifter
{
    private static readonly Dictionary<string, Action<Lifter, GraphNode, LiftedValue?[]>> s_operations = new()
    {
        ["Constant"] = (to, node, _) => to.Set(node, ConstantOf(node)),
        ["Identity"] = (to, node, inputs) => to.Set(node, inputs[0]!),
        ["Cast"] = (to, node, inputs) => to.OrZeros(node, inputs, to.Cast),
        ["Transpose"] = (to, node, inputs) => to.OrZeros(node, inputs, to.Transpose),
        ["Squeeze"] = (to, node, inputs) => to.OrZeros(node, inputs, to.Squeeze),
        ["Unsqueeze"] = (to, node, inputs) => to.OrZeros(node, inputs, to.Unsqueeze),
        ["Reshape"] = (to, node, inputs) => to.OrZeros(node, inputs, to.Reshape),
        ["Slice"] = (to, node, inputs) => to.OrZeros(node, inputs, to.Slice),
        ["Flatten"] = (to, node, inputs) => to.Flatten(node, inputs),
        ["Shape"] = (to, node, inputs) => to.ShapeOf(node, inputs),
        ["Gather"] = (to, node, inputs) => to.Gather(node, inputs),
        ["Concat"] = (to, node, inputs) => to.Concat(node, inputs),
        ["Expand"] = (to, node, inputs) => to.Expand(node, inputs),
        ["ConstantOfShape"] = (to, node, inputs) => to.Zeros(node, inputs),
        ["LSTM"] = (to, node, inputs) => to.Recur(node, inputs),
        ["GRU"] = (to, node, inputs) => to.Recur(node, inputs),
        ["RNN"] = (to, node, inputs) => to.Recur(node, inputs),
        ["MatMul"] = (to, node, inputs) => to.Dense(node, Data(inputs[0]), Constant(inputs[1]), null),
        ["Gemm"] = (to, node, inputs) => to.Gemm(node, inputs),
        ["Conv"] = (to, node, inputs) => to.Convolve(node, inputs),
        ["ConvTranspose"] = (to, node, inputs) => to.ConvolveTransposed(node, inputs),
        ["MaxPool"] = (to, node, inputs) => to.Pool(node, inputs, takesMaximum: true),
        ["AveragePool"] = (to, node, inputs) => to.Pool(node, inputs, takesMaximum: false),
        ["GlobalMaxPool"] = (to, node, inputs) => to.PoolAll(node, to.ChannelsFirst(Data(inputs[0])), new GlobalMaxPooling(), keeps: true),
        ["GlobalAveragePool"] = (to, node, inputs) =>
            to.PoolAll(node, to.ChannelsFirst(Data(inputs[0])), new GlobalAveragePooling(), keeps: true),
        ["ReduceMax"] = (to, node, inputs) => to.Reduce(node, inputs, new GlobalMaxPooling()),
        ["ReduceMean"] = (to, node, inputs) => to.Reduce(node, inputs, new GlobalAveragePooling()),
        ["BatchNormalization"] = (to, node, inputs) => to.NormalizeBatch(node, inputs),
        ["LayerNormalization"] = (to, node, inputs) => to.NormalizeLayer(node, inputs),
        ["Softmax"] = (to, node, inputs) => to.SoftmaxOf(node, inputs),
        ["Dropout"] = (to, node, inputs) => to.Drop(node, inputs),
        ["Pad"] = (to, node, inputs) => to.Pad(node, inputs),
        ["Add"] = (to, node, inputs) => to.Add(node, inputs),
        ["Sum"] = (to, node, inputs) => to.Merge(node, inputs, new Add()),
        ["Mean"] = (to, node, inputs) => to.Merge(node, inputs, new Average()),
        ["Sub"] = (to, node, inputs) => to.Subtract(node, inputs),
        ["Mul"] = (to, node, inputs) => to.Multiply(node, inputs),
        ["Div"] = (to, node, inputs) => to.Divide(node, inputs),
        ["Pow"] = (to, node, inputs) => to.Power(node, inputs),
        ["Sqrt"] = (to, node, inputs) => to.Set(node, Data(inputs[0]).Of(new LiftedFormula("Sqrt", [Data(inputs[0])]))),
        ["Erf"] = (to, node, inputs) => to.Set(node, Data(inputs[0]).Of(new LiftedFormula("Erf", [Data(inputs[0])]))),
        ["Floor"] = (to, node, inputs) => to.Set(node, Data(inputs[0]).Of(new LiftedFormula("Floor", [Data(inputs[0])]))),
        ["Less"] = (to, node, inputs) => to.Compare(node, inputs),
        ["Equal"] = (to, node, inputs) => to.Compare(node, inputs),
        ["Where"] = (to, node, inputs) => to.Choose(node, inputs),
        ["Relu"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Relu),
        ["Tanh"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Tanh),
        ["Sigmoid"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Sigmoid),
        ["Softplus"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Softplus),
        ["Softsign"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Softsign),
        ["Exp"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Exponential),
        ["Mish"] = (to, node, inputs) => to.Activate(node, inputs, Activation.Mish),
        ["HardSwish"] = (to, node, inputs) => to.Activate(node, inputs, Activation.HardSwish),
        ["Gelu"] = (to, node, inputs) =>
            to.Activate(node, inputs, node.Text("approximate", "none") == "tanh" ? Activation.GeluTanh : Activation.Gelu),
        ["LeakyRelu"] = (to, node, inputs) => to.Activate(node, inputs, new LeakyRelu(node.Number("alpha", 0.01f))),
        ["Elu"] = (to, node, inputs) => to.Activate(node, inputs, new Elu(node.Number("alpha", 1))),
        ["Selu"] = (to, node, inputs) => to.Activate(node, inputs, SeluOf(node)),
        ["HardSigmoid"] = (to, node, inputs) =>
            to.Activate(node, inputs, HardSigmoidOf(node.Number("alpha", 0.2f), node.Number("beta", 0.5f))),
        ["Clip"] = (to, node, inputs) => to.Clip(node, inputs),
    };

    private static LiftedConstant ConstantOf(GraphNode node) => node switch
    {
        _ when node.Tensor("value") is { } tensor => LiftedConstant.Of(TensorReading.Read(tensor)),
        _ when node.Has("value_float") => new([], [node.Number("value_float", 0)], null),
        _ when node.Has("value_int") => new([], null, [node.Integer("value_int", 0)]),
        _ when node.Numbers("value_floats") is { Length: > 0 } numbers => new([numbers.Length], numbers, null),
        _ when node.Integers("value_ints") is { Length: > 0 } numbers => new([numbers.Length], null, numbers),
        _ => throw new LiftException("a constant that is no tensor of numbers"),
    };

    private void OrZeros(GraphNode node, LiftedValue?[] inputs, Action<GraphNode, LiftedValue?[]> lift)
    {
        if (inputs[0] is LiftedZeros)
            Set(node, inputs[0]!);
        else
            lift(node, inputs);
    }

    /// <summary>What is rounded to whole numbers can be tokens, and nothing else.</summary>
    private void Cast(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = Data(inputs[0]);
        bool isFloating = node.Integer("to", 1) is 1 or 10 or 11 or 16;
        Set(node, isFloating || x.Formula is { Operation: "Whole" } ? x : x.Of(new LiftedFormula("Whole", [x])));
    }

    /// <summary>A layer of one input and one output of the same shape, feature by feature or step by step.</summary>
    private LiftedData Same(LiftedData data, Layer layer) => data.Of(_layers.Apply(layer, FlowOf(data)));

    private static LiftedLayer MakerOf(LiftedData data) => data.Flow!.Maker!;

    /// <summary>x·W, and a bias where there is one.</summary>
    private void Dense(GraphNode node, LiftedData data, LiftedConstant kernel, float[]? bias)
    {
        if (kernel.Floats is null || kernel.Shape.Length != 2)
            throw new LiftException("its weights are no matrix");
        LiftedData x = FeaturesLast(data);
        var layer = new Dense(kernel.Shape[1]) { UseBias = bias is not null };
        if (x.Axes[^1].Aggregate(1L, (product, part) => product * part.Extent) != kernel.Shape[0])
            throw new LiftException($"its weights are for {kernel.Shape[0]} features");
        LiftedData made = x.WithFeatures(_layers.Apply(layer, FlowOf(x)), x.Dims.Length - 1);
        MakerOf(made).Weights["kernel"] = kernel.Floats;
        if (bias is not null)
            MakerOf(made).Weights["bias"] = bias;
        Set(node, made);
    }

    private void Gemm(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedConstant kernel = Constant(inputs[1]);
        if (node.Integer("transA", 0) != 0 || kernel.Floats is null || kernel.Shape.Length != 2)
            throw new LiftException("it transposes its input");
        if (node.Integer("transB", 0) != 0)
            kernel = new LiftedConstant([kernel.Shape[1], kernel.Shape[0]], Transpose(kernel, 1, 0), null);
        float alpha = node.Number("alpha", 1), beta = node.Number("beta", 1);
        if (alpha != 1)
            kernel = new LiftedConstant(kernel.Shape, [.. kernel.Floats!.Select(weight => alpha * weight)], null);
        float[]? bias = inputs.Length > 2 && inputs[2] is not null ? Constant(inputs[2]).Floats : null;
        if (bias is not null && Constant(inputs[2]).Shape is [.., var columns] && columns != bias.Length)
            throw new LiftException("its bias is not one number for each feature");
        if (bias is { Length: 1 } && kernel.Shape[1] > 1)
            bias = [.. Enumerable.Repeat(bias[0], kernel.Shape[1])];
        if (bias is not null && bias.Length != kernel.Shape[1])
            throw new LiftException("its bias is not one number for each feature");
        Dense(node, Data(inputs[0]), kernel, beta == 1 || bias is null ? bias : [.. bias.Select(each => beta * each)]);
    }

    private static float[] Transpose(LiftedConstant tensor, params int[] order)
    {
        float[] values = tensor.Floats ?? throw new LiftException("its weights are whole numbers");
        return [.. new WeightView(null, tensor.Shape, order, -1, []).Sources().Select(i => values[i])];
    }

    private void Embed(GraphNode node, LiftedConstant table, LiftedData tokens)
    {
        LiftedFlow flow = FlowOf(tokens.Formula is { Operation: "Whole" } whole ? whole.Of[0] : tokens);
        if (table.Floats is null || table.Shape.Length != 2 || node.Integer("axis", 0) != 0 || flow.Shape.Rank != 1)
            throw new LiftException("it is no table of vectors for one sequence of tokens");
        LiftedFlow made = _layers.Apply(new Embedding(table.Shape[0], table.Shape[1]), flow);
        made.Maker!.Weights["embeddings"] = table.Floats;
        ExtentPart[] features = [new ExtentPart(table.Shape[1])];
        Set(node, new LiftedData { Flow = made, Axes = [tokens.Axes[0], features], Dims = [.. tokens.Dims, features] });
    }

    private void NormalizeBatch(GraphNode node, LiftedValue?[] inputs)
    {
        if (node.Integer("training_mode", 0) != 0)
            throw new LiftException("it is in training");
        LiftedData x = Data(inputs[0]);
        x = x.FeatureDim == 1 ? x : ChannelsFirst(x);
        LiftedData made = Same(x, new BatchNorm { Epsilon = node.Number("epsilon", 1e-5f) });
        string[] roles = ["gamma", "beta", "moving_mean", "moving_variance"];
        for (int i = 0; i < roles.Length; i++)
            MakerOf(made).Weights[roles[i]] = Numbers(inputs[i + 1]);
        Set(node, made);
    }

    private void NormalizeLayer(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = FeaturesLast(Data(inputs[0]));
        if (node.Integer("axis", -1) is not -1 and var axis && axis != x.Dims.Length - 1)
            throw new LiftException("it normalises more than the last extent");
        bool centers = inputs.Length > 2 && inputs[2] is not null;
        LiftedData made = Same(x, new LayerNorm { Epsilon = node.Number("epsilon", 1e-5f), Center = centers });
        MakerOf(made).Weights["gamma"] = Numbers(inputs[1]);
        if (centers)
            MakerOf(made).Weights["beta"] = Numbers(inputs[2]);
        Set(node, made);
    }

    private void SoftmaxOf(GraphNode node, LiftedValue?[] inputs)
    {
        // Before opset 13 it goes over all extents from the axis on, which is the second where none is given.
        LiftedData x = Data(inputs[0]);
        int axis = Extents.AxisOf(node.Integer("axis", _opset < 13 ? 1 : -1), x.Dims.Length);
        if (_opset < 13 && axis != x.Dims.Length - 1)
            throw new LiftException("it goes over several extents");
        if (x.FeatureDim != axis)
            x = Arrange(x);
        if (x.FeatureDim != axis)
            throw new LiftException("it goes over other extents than the features");
        Set(node, Same(x, new Softmax()));
    }

    private void Drop(GraphNode node, LiftedValue?[] inputs)
    {
        float rate = node.Has("ratio") ? node.Number("ratio", 0.5f) : inputs.Length > 1 && inputs[1] is not null
            ? Constant(inputs[1]).Floats![0] : 0.5f;
        Set(node, 0, rate == 0 ? inputs[0]! : Same(Data(inputs[0]), new Dropout(rate)));
    }

    private void Activate(GraphNode node, LiftedValue?[] inputs, Activation activation)
    {
        LiftedData x = Data(inputs[0]);
        // One with other parameters than the usual ones is a step of no formula.
        var formula = new LiftedFormula(activation is HardSigmoid ? "" : node.Operation, [x]);
        Set(node, x.Flow is null ? x.Of(formula) : WithFormula(Same(x, new Activate(activation)), formula));
    }

    /// <summary>A layer's value that may also be a step of a formula.</summary>
    private static LiftedData WithFormula(LiftedData data, LiftedFormula formula) =>
        new() { Flow = data.Flow, Axes = data.Axes, Dims = data.Dims, Formula = formula };

    private static Activation SeluOf(GraphNode node) => Math.Abs(node.Number("alpha", 1.6732632f) - 1.6732632f) < 1e-6
        && Math.Abs(node.Number("gamma", 1.050701f) - 1.050701f) < 1e-6
        ? Activation.Selu
        : throw new LiftException("its parameters are not those of the article");

    private static Activation HardSigmoidOf(float alpha, float beta) => alpha == 1f / 6 && beta == 0.5f
        ? Activation.HardSigmoid
        : new HardSigmoid(alpha, beta);

    private void Clip(GraphNode node, LiftedValue?[] inputs)
    {
        float Limit(string name, int input, float usual) => inputs.Length > input && inputs[input] is not null
            ? Constant(inputs[input]).Floats![0]
            : node.Number(name, usual);
        Set(node, Same(Data(inputs[0]), new Activate((Limit("min", 1, float.MinValue), Limit("max", 2, float.MaxValue)) switch
        {
            (0, 6) => Activation.Relu6,
            (-1, 1) => Activation.HardTanh,
            (0, >= float.MaxValue) => Activation.Relu,
            var (least, most) => throw new LiftException($"it clips to {least} to {most}"),
        })));
    }
}
