namespace Unroll.Exchange.OnnxFormat.Reading;

/// <content>Sums and products: biases, merged values, and formulas that exporters write out.</content>
internal sealed partial class Lifter
{
    private void Add(GraphNode node, LiftedValue?[] inputs)
    {
        if (!TryOrder(inputs, out LiftedData x, out LiftedConstant? constant))
        {
            LiftedData y = Data(inputs[1]);
            if (IsGeluInner(x, y) || IsGeluInner(y, x))
                Set(node, x.Of(new LiftedFormula("GeluInner", [x.Formula is { Operation: "Times" } ? y : x])));
            else
                Merge(node, inputs, new Add());
            return;
        }

        if (AlongFeatures(x, constant) is { } vector && AddsToLayer(node, x, vector))
            return;
        if (constant is not { Length: 1, Floats: [var number] })
            throw new LiftException("it adds constants to what has no bias");
        string operation = (x.Formula?.Operation, number) switch
        {
            ("Erf", 1) => "ErfPlusOne",
            ("Tanh", 1) => "TanhPlusOne",
            _ => "Plus",
        };
        Set(node, number == 0 ? x : x.Of(new LiftedFormula(operation, operation == "Plus" ? [x] : x.Formula!.Of, number)));
    }

    /// <summary>x + 0.044715x³.</summary>
    private static bool IsGeluInner(LiftedData x, LiftedData y) =>
        y.Formula is { Operation: "Times", Of: [{ Formula: { Operation: "Cube" } cube }] } times && cube.Of[0] == x
            && Near(times.Constant, 0.044715f);

    private void Subtract(GraphNode node, LiftedValue?[] inputs)
    {
        if (inputs[0] is LiftedData x && inputs[1] is LiftedData { Formula: { Operation: "Mean" } mean } && mean.Of[0] == x)
            Set(node, x.Of(new LiftedFormula("Centred", [x])));
        else
            throw new LiftException("it subtracts, which no layer does");
    }

    private void Multiply(GraphNode node, LiftedValue?[] inputs)
    {
        if (!TryOrder(inputs, out LiftedData x, out LiftedConstant? constant))
        {
            LiftedData y = Data(inputs[1]);
            if ((Product(x, y) ?? Product(y, x)) is { } known)
                Set(node, known);
            else
                Merge(node, inputs, new Multiply());
            return;
        }

        if (constant is { Length: 1, Floats: [var number] } && Scale(x, number) is { } scaled)
            Set(node, scaled);
        else if (AlongFeatures(x, constant) is { } vector)
            MultiplyFeatures(node, x, vector);
        else
            throw new LiftException("it multiplies by constants");
    }

    /// <summary>A product of two values that is a formula, or a step of one.</summary>
    private LiftedData? Product(LiftedData x, LiftedData y) => y.Formula switch
    {
        _ when x == y => x.Of(new LiftedFormula("Square", [x])),
        { Operation: "Square" } square when square.Of[0] == x => x.Of(new LiftedFormula("Cube", [x])),
        { Operation: "Sigmoid" } sigmoid when sigmoid.Of[0] == x => Same(x, new Activate(Activation.Silu)),
        { Operation: "HardSigmoid" } hard when hard.Of[0] == x => Same(x, new Activate(Activation.HardSwish)),
        { Operation: "Tanh", Of: [{ Formula: { Operation: "Softplus" } softplus }] } when softplus.Of[0] == x =>
            Same(x, new Activate(Activation.Mish)),
        { Operation: "ErfPlusOne" } erf when IsGelu(erf, x) => x.Of(new LiftedFormula("TwiceGelu", [x])),
        { Operation: "ErfPlusOne" } erf when x.Formula is { Operation: "Times" } half && Near(half.Constant, 0.5f)
            && IsGelu(erf, half.Of[0]) =>
            Same(half.Of[0], new Activate(Activation.Gelu)),
        { Operation: "TanhPlusOne", Of: [{ Formula: { Operation: "GeluArgument" } inner }] } when inner.Of[0] == x =>
            x.Of(new LiftedFormula("TwiceGeluTanh", [x])),
        { Operation: "TanhPlusOne", Of: [{ Formula: { Operation: "GeluArgument" } inner }] } when x.Formula is { Operation: "Times" } half
            && Near(half.Constant, 0.5f) && inner.Of[0] == half.Of[0] => Same(half.Of[0], new Activate(Activation.GeluTanh)),
        _ => null,
    };

    /// <summary>erf(x/√2), divided or multiplied.</summary>
    private static bool IsGelu(LiftedFormula erf, LiftedData x) => erf.Of[0].Formula is { } inner && inner.Of[0] == x
        && ((inner.Operation == "Over" && Near(inner.Constant, 1.4142135f))
            || (inner.Operation == "Times" && Near(inner.Constant, 0.70710677f)));

    private LiftedData? Scale(LiftedData x, float number)
    {
        if (number == 1)
            return x;
        if (x.Formula is { Operation: "TwiceGelu" } gelu && number == 0.5f)
            return Same(gelu.Of[0], new Activate(Activation.Gelu));
        if (x.Formula is { Operation: "TwiceGeluTanh" } tanh && number == 0.5f)
            return Same(tanh.Of[0], new Activate(Activation.GeluTanh));
        if (x.Formula is { Operation: "GeluInner" } inner && Near(number, 0.7978846f))
            return x.Of(new LiftedFormula("GeluArgument", inner.Of));
        if (x.Flow is { Output: 0, Maker.Layer: Unroll.Add } sum && Near(number, 1f / sum.Maker.Inputs.Length) && IsOnlyHere(x))
        {
            sum.Maker.Layer = new Average();
            return x;
        }

        return AlongFeatures(x, new LiftedConstant([1], [number], null)) is not null
            && x.Flow is { Maker.Layer: LayerNorm { Scale: false } }
            ? null
            : x.Of(new LiftedFormula("Times", [x], number));
    }

    private void MultiplyFeatures(GraphNode node, LiftedData x, float[] vector)
    {
        if (x.Flow is { Maker: { Layer: LayerNorm { Scale: false, Center: false } norm } maker } && IsOnlyHere(x))
        {
            maker.Layer = norm with { Scale = true };
            maker.Weights["gamma"] = vector;
            Set(node, x);
            return;
        }

        if (x.Flow is { Maker: { Layer: RmsNorm } root } && IsOnlyHere(x) && root.Weights["scale"].All(each => each == 1))
        {
            root.Weights["scale"] = vector;
            Set(node, x);
            return;
        }

        Set(node, x.Of(new LiftedFormula("Scaled", [x]) { Vector = vector }));
    }

    private void Divide(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = Data(inputs[0]);
        if (inputs[1] is LiftedConstant { Floats: [var number] })
        {
            Set(node, number == 1 ? x : x.Of(new LiftedFormula("Over", [x], number)));
            return;
        }

        // √(mean(d²) + ε).
        if (inputs[1] is not LiftedData
            {
                Formula:
                {
                    Operation: "Sqrt", Of: [
                    {
                        Formula:
                        {
                            Operation: "Plus",
                            Of: [{ Formula: { Operation: "Mean", Of: [{ Formula: { Operation: "Square" } square }] } }]
                        } plus
                    }]
                },
            })
            throw new LiftException("it divides, which no layer does");
        LiftedData of = square.Of[0];
        if (of == x && x.Formula is { Operation: "Centred" } centred)
        {
            Set(node, Same(Normal(centred.Of[0]), new LayerNorm { Epsilon = plus.Constant, Scale = false, Center = false }));
            return;
        }

        bool isScaled = x.Formula is { Operation: "Scaled" } scaled && scaled.Of[0] == of;
        if (!isScaled && of != x)
            throw new LiftException("it divides, which no layer does");
        LiftedData made = Same(Normal(of), new RmsNorm { Epsilon = plus.Constant });
        MakerOf(made).Weights["scale"] = isScaled ? x.Formula!.Vector! : [.. Enumerable.Repeat(1f, made.Flow!.Shape.Features)];
        Set(node, made);
    }

    private static LiftedData Normal(LiftedData data) => data.FeatureDim >= 0 ? data
        : throw new LiftException("it normalises other extents than the features");

    private void Power(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = Data(inputs[0]);
        Set(node, x.Of(new LiftedFormula(Constant(inputs[1]).Floats switch
        {
            [2] => "Square",
            [3] => "Cube",
            [0.5f] => "Sqrt",
            _ => throw new LiftException("it takes a power, which no layer does"),
        }, [x])));
    }

    /// <summary>Whether tokens are below 0, or whole.</summary>
    private void Compare(GraphNode node, LiftedValue?[] inputs)
    {
        if (node.Operation == "Less" && inputs[0] is LiftedData x && inputs[1] is LiftedConstant { Integers: [0] })
            Set(node, x.Of(new LiftedFormula("IsNegative", [x])));
        else if (inputs[0] is LiftedData { Formula: { Operation: "Floor" } floor } && inputs[1] is LiftedData whole && floor.Of[0] == whole)
            Set(node, whole.Of(new LiftedFormula("IsWhole", [whole])));
        else
            throw new LiftException("it compares, which no layer does");
    }

    /// <summary>Tokens that are none become one that the table does not have; the layer refuses them itself.</summary>
    private void Choose(GraphNode node, LiftedValue?[] inputs)
    {
        if (inputs is [LiftedData { Formula: { Operation: "IsNegative" } negative }, LiftedConstant, LiftedData tokens]
            && negative.Of[0] == tokens)
            Set(node, tokens);
        else if (inputs is [LiftedData { Formula: { Operation: "IsWhole" } whole },
            LiftedData { Formula: { Operation: "Whole" } numbers }, LiftedConstant]
            && whole.Of[0] == numbers.Of[0])
            Set(node, inputs[1]!);
        else
            throw new LiftException("it chooses, which no layer does");
    }

    /// <summary>Values of one shape and layout become one.</summary>
    private void Merge(GraphNode node, LiftedValue?[] inputs, Layer layer)
    {
        LiftedData[] all = [.. inputs.Select(Data)];
        if (all.Any(each => !SameLayout(each, all[0]) || FlowOf(each).Shape != FlowOf(all[0]).Shape))
            all = [.. all.Select(each => Arrange(each, dropOnes: false))];
        if (all.Any(each => !SameLayout(each, all[0]) || each.Flow!.Shape != all[0].Flow!.Shape))
            throw new LiftException("it joins values of different extents");
        // A chain of sums is one sum.
        if (layer is Unroll.Add && all.Length == 2 && all[0].Flow is { Output: 0, Maker: { Layer: Unroll.Add } sum } && IsOnlyHere(all[0]))
            Set(node, all[0].Of(_layers.Apply(layer, [.. sum.Inputs, FlowOf(all[1])])));
        else
            Set(node, all[0].Of(_layers.Apply(layer, [.. all.Select(FlowOf)])));
    }

    /// <summary>A bias of a dense layer, a convolution or a normalisation that has none yet and nobody else reads.</summary>
    private bool AddsToLayer(GraphNode node, LiftedData x, float[] vector)
    {
        if (x.Flow is not { Output: 0, Maker: { } maker } || !IsOnlyHere(x))
            return false;
        Layer? changed = maker.Layer switch
        {
            Dense { UseBias: false } dense => dense with { UseBias = true },
            Convolution { UseBias: false } convolution => convolution with { UseBias = true },
            LayerNorm { Center: false } norm => norm with { Center = true },
            _ => null,
        };
        if (changed is null)
            return false;
        maker.Layer = changed;
        maker.Weights[changed is LayerNorm ? "beta" : "bias"] = vector;
        Set(node, x);
        return true;
    }

    /// <summary>Whether a layer's value goes one way only, from name to name, to the node that is read now.</summary>
    private bool IsOnlyHere(LiftedData x) => _layers.ReadersOf(x.Flow!) == 0
        && _values.Where(pair => pair.Value is LiftedData { Flow: { } flow }
            && flow.Maker == x.Flow!.Maker).All(pair => _readers.GetValueOrDefault(pair.Key) == 1);

    /// <summary>A constant's numbers where it has one for each feature, repeated over all other extents; null: it has not.</summary>
    private static float[]? AlongFeatures(LiftedData x, LiftedConstant constant)
    {
        if (constant.Floats is not { } values || x.FeatureDim < 0 || x.Flow is null || values.Length != x.Flow.Shape.Features
            || constant.Shape.Length > x.Dims.Length)
            return null;
        int at = x.FeatureDim - (x.Dims.Length - constant.Shape.Length);
        return values.Length == 1 || (at >= 0 && constant.Shape[at] == values.Length) ? values : null;
    }

    /// <summary>A value and a constant, in whatever order they stand; false: two values.</summary>
    private static bool TryOrder(LiftedValue?[] inputs, out LiftedData x,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LiftedConstant? constant)
    {
        if (inputs[0] is LiftedZeros || inputs[1] is LiftedZeros)
            throw new LiftException("it computes with zeros of open extents");
        constant = inputs[0] as LiftedConstant ?? inputs[1] as LiftedConstant;
        x = Data(inputs[0] is LiftedConstant ? inputs[1] : inputs[0]);
        return constant is not null;
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) <= 1e-5f * Math.Abs(b);
}
