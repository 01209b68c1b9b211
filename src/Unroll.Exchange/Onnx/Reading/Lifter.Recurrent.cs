using Unroll.Exchange.OnnxFormat.Writing;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <content>LSTM, GRU and RNN: gates i o f c and z r h, kernels transposed, two biases.</content>
internal sealed partial class Lifter
{
    /// <summary>For each gate of Unroll's LSTM, i f g o, its place in ONNX.</summary>
    private static readonly int[] s_lstmGates = [0, 2, 3, 1], s_peepholes = [0, 2, 1];

    private void Recur(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedValue? At(int i) => i < inputs.Length ? inputs[i] : null;
        (LiftedConstant w, LiftedConstant r) = (Constant(inputs[1]), Constant(inputs[2]));
        if (w.Shape.Length != 3 || r.Shape.Length != 3 || w.Floats is null || r.Floats is null)
            throw new LiftException("its weights are no matrices for each direction");
        string direction = node.Text("direction", "forward");
        int directions = direction == "bidirectional" ? 2 : 1, units = r.Shape[2],
            gates = node.Operation switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        if (direction is not ("forward" or "reverse" or "bidirectional") || w.Shape[0] != directions || r.Shape[0] != directions
            || w.Shape[1] != gates * units || r.Shape[1] != gates * units || units < 1)
            throw new LiftException("its weights do not fit each other");
        if (node.Has("clip") || node.Integer("input_forget", 0) != 0)
            throw new LiftException("it clips, or couples its gates, which no layer does");
        bool batchFirst = node.Integer("layout", 0) != 0;
        LiftedData x = Sequence(Data(inputs[0]), batchFirst ? 0 : 1);
        if (At(4) is LiftedConstant { Integers: { } lengths } ? lengths.Any(length => length != x.Extents[batchFirst ? 1 : 0])
            : At(4) is not null)
            throw new LiftException("it has lengths for each row");
        LiftedConstant? bias = At(3) is null ? null : Constant(At(3)), peepholes = At(7) is null ? null : Constant(At(7));
        if ((bias is not null && bias.Length != directions * 2 * gates * units)
            || (peepholes is not null && peepholes.Length != directions * 3 * units))
            throw new LiftException("its weights do not fit each other");

        Recurrent layer = LayerOf(node, units, directions, bias is not null, peepholes is not null) with
        {
            GoBackwards = direction == "reverse",
            ReturnSequences = directions == 1 || IsRead(node, 0),
        };
        LiftedFlow[] states = Initial(layer, directions, [At(5), .. gates == 4 ? (LiftedValue?[])[At(6)] : []], batchFirst ? 0 : 1);
        LiftedFlow made = _layers.Apply(directions == 2 ? new Bidirectional(layer) : layer, [FlowOf(x), .. states]);
        for (int d = 0; d < directions; d++)
            SetWeights(made.Maker!, directions == 1 ? "" : d == 0 ? "forward/" : "backward/", layer, d, w, r, bias, peepholes);
        if (directions == 1)
            SetOne(node, made, units, x.Axes[0], batchFirst);
        else
            SetBoth(node, made, units, x.Axes[0], batchFirst);
    }

    /// <summary>A sequence (T, F) as [T, B, F], or [B, T, F].</summary>
    private LiftedData Sequence(LiftedData data, int batch)
    {
        bool IsThere(LiftedData each) => each.Axes.Length == 2 && each.Dims.Length == 3 && each.BatchDim == batch
            && each.StepDim == 1 - batch && each.FeatureDim == 2;
        LiftedData x = IsThere(data) ? data : Arrange(data);
        return IsThere(x) ? x : throw new LiftException($"the batch is not extent {batch + 1} of its sequence");
    }

    private void SetOne(GraphNode node, LiftedFlow made, int units, ExtentPart[] steps, bool batchFirst)
    {
        ExtentPart[] features = [new ExtentPart(units)], batch = [_batch];
        var last = new LiftedFlow(made.Maker, LiftedFlow.LastStep, new Shape(units));
        var cell = new LiftedFlow(made.Maker, LiftedFlow.LastStep - 1, new Shape(units));
        bool isBackward = ((Recurrent)made.Maker!.Layer).GoBackwards;
        Set(node, 0, new LiftedData
        {
            Flow = made,
            Axes = [steps, features],
            Dims = batchFirst ? [batch, steps, [], features] : [steps, [], batch, features],
            IsTurned = isBackward,
        });
        ExtentPart[][] dims = batchFirst ? [batch, [], features] : [[], batch, features];
        Set(node, 1, new LiftedData { Flow = last, Axes = [features], Dims = dims });
        Set(node, 2, new LiftedData { Flow = cell, Axes = [features], Dims = dims });
    }

    private void SetBoth(GraphNode node, LiftedFlow made, int units, ExtentPart[] steps, bool batchFirst)
    {
        ExtentPart[] direction = [new ExtentPart(2)], features = [new ExtentPart(units)];
        ExtentPart[] batch = [_batch], both = [.. direction, .. features];
        int states = made.Maker!.Layer.States.Count / 2;
        bool sequences = IsRead(node, 0);
        if (sequences)
        {
            Set(node, 0, new LiftedData
            {
                Flow = made,
                Axes = [steps, both],
                Dims = batchFirst ? [batch, steps, direction, features] : [steps, direction, batch, features],
            });
        }

        for (int state = 0; state < states; state++)
        {
            if (!IsRead(node, 1 + state))
                continue;
            LiftedFlow[] halves = [Half(state), Half(states + state)];
            LiftedFlow flow = state == 0 && !sequences ? made : _layers.Apply(new Concatenate(), halves);
            Set(node, 1 + state, new LiftedData
            {
                Flow = flow,
                Axes = [both],
                Dims = batchFirst ? [batch, direction, features] : [direction, batch, features],
                Halves = halves,
            });
        }

        LiftedFlow Half(int state) => new(made.Maker, LiftedFlow.LastStep - state, new Shape(units));
    }

    private LiftedFlow[] Initial(Recurrent layer, int directions, LiftedValue?[] given, int batch)
    {
        bool IsZero(LiftedValue? value) => value is null or LiftedZeros
            || (value is LiftedConstant { Floats: { } floats } && floats.All(each => each == 0));
        if (given.All(IsZero))
            return [];
        if (directions == 2 || given.Any(IsZero))
            throw new LiftException("it begins from states that not all are given, or of two directions");
        return [.. given.Select(value =>
        {
            LiftedData state = Data(value);
            if (state.Dims.Length != 3 || state.BatchDim != batch)
                throw new LiftException("the batch is at another extent of the states that it begins from");
            LiftedFlow flow = FlowOf(state);
            return Reshape(flow, [layer.Units]);
        })];
    }

    private static Recurrent LayerOf(GraphNode node, int units, int directions, bool useBias, bool hasPeepholes)
    {
        string[] usual = node.Operation switch { "LSTM" => ["Sigmoid", "Tanh", "Tanh"], "GRU" => ["Sigmoid", "Tanh"], _ => ["Tanh"] };
        string[] names = node.Texts("activations") ?? [.. Enumerable.Repeat(usual, directions).SelectMany(each => each)];
        if (names.Length != usual.Length * directions)
            throw new LiftException($"it has {names.Length} activations");
        var alpha = new Queue<float>(node.Numbers("activation_alpha") ?? []);
        var beta = new Queue<float>(node.Numbers("activation_beta") ?? []);
        Activation[] all = [.. names.Select(name => ActivationOf(name, alpha, beta))];
        if (directions == 2 && !all.Take(usual.Length).SequenceEqual(all.Skip(usual.Length)))
            throw new LiftException("its directions have different activations");
        if (node.Operation == "LSTM" && all[1] != all[2])
            throw new LiftException("its cell has another activation on its way out");
        return node.Operation switch
        {
            "LSTM" => new Lstm(units) { RecurrentActivation = all[0], Activation = all[1], UseBias = useBias, Peepholes = hasPeepholes },
            "GRU" => new Gru(units)
            {
                RecurrentActivation = all[0],
                Activation = all[1],
                UseBias = useBias,
                ResetAfter = node.Integer("linear_before_reset", 0) != 0
            },
            _ => new SimpleRnn(units) { Activation = all[0], UseBias = useBias },
        };
    }

    /// <summary>Parameters are taken in the order of the activations that have some.</summary>
    private static Activation ActivationOf(string name, Queue<float> alpha, Queue<float> beta)
    {
        float Next(Queue<float> given, float usual) => given.TryDequeue(out float value) ? value : usual;
        switch (name.ToUpperInvariant())
        {
            case "TANH":
                return Activation.Tanh;
            case "SIGMOID":
                return Activation.Sigmoid;
            case "RELU":
                return Activation.Relu;
            case "SOFTPLUS":
                return Activation.Softplus;
            case "SOFTSIGN":
                return Activation.Softsign;
            case "LEAKYRELU":
                return new LeakyRelu(Next(alpha, 0.01f));
            case "ELU":
                return new Elu(Next(alpha, 1));
            case "HARDSIGMOID":
                return HardSigmoidOf(Next(alpha, 0.2f), Next(beta, 0.5f));
            case "AFFINE" when alpha.Count > 0 && (Next(alpha, 1), Next(beta, 0)) is (1, 0):
                return Activation.Linear;
            default:
                throw new LiftException($"it has the activation {name}");
        }
    }

    private static void SetWeights(
        LiftedLayer made, string prefix, Recurrent layer, int direction, LiftedConstant w, LiftedConstant r, LiftedConstant? bias,
            LiftedConstant? peepholes)
    {
        int units = layer.Units, features = w.Shape[2];
        int[] gates = layer switch { Lstm => s_lstmGates, Gru => [0, 1, 2], _ => [0] };
        int columns = gates.Length * units;
        float[] Pick(float[] values, int offset, int[] view, int[] order, int axis, int[] parts) =>
            [.. new WeightView(null, view, order, axis, parts).Sources().Select(i => values[offset + i])];
        made.Weights[$"{prefix}kernel"] = Pick(w.Floats!, direction * columns * features, [gates.Length, units, features], [2, 0, 1], 0,
            gates);
        made.Weights[$"{prefix}recurrent_kernel"] = Pick(r.Floats!, direction * columns * units, [gates.Length, units, units],
            [2, 0, 1], 0, gates);
        if (bias is not null)
        {
            float[] ofInput = Pick(bias.Floats!, direction * 2 * columns, [gates.Length, units], [0, 1], 0, gates);
            float[] ofState = Pick(bias.Floats!, (direction * 2 * columns) + columns, [gates.Length, units], [0, 1], 0, gates);
            made.Weights[$"{prefix}bias"] = layer is Gru { ResetAfter: true }
                ? [.. ofInput, .. ofState]
                : [.. ofInput.Zip(ofState, (a, b) => b == 0 ? a : a + b)];
        }

        if (peepholes is not null)
            made.Weights[$"{prefix}peephole_kernel"] = Pick(peepholes.Floats!, direction * 3 * units, [3, units], [0, 1], 0, s_peepholes);
    }
}
