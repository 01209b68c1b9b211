namespace Unroll.Exchange.TorchFiles;

/// <content>Recurrent layers: gates in PyTorch's order, two biases, layers by number, the backward half by its suffix.</content>
internal sealed partial class TorchLayer
{
    private static readonly int[] s_gatesOfGru = [1, 0, 2];

    private string? Recurrence(Recurrent recurrent)
    {
        if (Refusal(recurrent) is { } reason)
            return reason;
        string backwards = recurrent.GoBackwards ? " on the reversed sequence" : "";
        Gates(recurrent, "", "", "_l0", ModuleText(recurrent, 1, both: false) + backwards);
        return null;
    }

    /// <param name="stack">The layers.</param>
    /// <param name="path">Where they stand in this layer, with its slash.</param>
    /// <param name="name">In words.</param>
    private string? Stack(StackedRecurrent stack, string path, string name)
    {
        if (stack.Layers.Select(Refusal).FirstOrDefault(reason => reason is not null) is { } reason)
            return reason;
        if (stack.Layers.Any(each => each.GoBackwards))
            return $"a layer of {name} goes backwards, which nn.LSTM does not do in one of several layers";
        bool isOne = stack.Layers.All(each => Likeness(each) == Likeness(stack.Layers[0]));
        for (int i = 0; i < stack.Layers.Count; i++)
        {
            Recurrent each = stack.Layers[i];
            string part = $"{path}{each.Kind}_{i + 1}/";
            if (isOne)
                Gates(each, part, "", $"_l{i}", ModuleText(each, stack.Layers.Count, both: false));
            else
                Gates(each, part, $"{i}.", "_l0", $"number {i} of an nn.ModuleList, {ModuleText(each, 1, both: false)}");
        }

        return null;
    }

    private string? BothWays(Bidirectional both)
    {
        if (both.Inner is StackedRecurrent { Layers.Count: > 1 })
            return "in a bidirectional module of PyTorch each layer reads both halves of the layer below; use a Bidirectional "
                + "for each layer";
        Recurrent inner = both.Inner is StackedRecurrent stack ? stack.Layers[0] : (Recurrent)both.Inner;
        string path = both.Inner is StackedRecurrent ? $"{inner.Kind}_1/" : "";
        if (Refusal(inner) is { } reason)
            return reason;
        if (inner.GoBackwards)
            return "its forward half goes backwards, and PyTorch's goes forwards";
        string merged = both.MergeMode == MergeMode.Concat ? "" : $", its halves put together by {both.MergeMode}";
        string module = ModuleText(inner, 1, both: true) + merged;
        Gates(inner, $"forward/{path}", "", "_l0", module);
        Gates(inner, $"backward/{path}", "", "_l0_reverse", module);
        return null;
    }

    /// <summary>Why no module of PyTorch computes what the layer does, or null.</summary>
    private static string? Refusal(Recurrent recurrent) => recurrent switch
    {
        Lstm { Peepholes: true } => "nn.LSTM has no peepholes",
        Lstm { LayerNorm: true } => "nn.LSTM has no layer normalisation",
        Lstm lstm => Activations("nn.LSTM", lstm.Activation, lstm.RecurrentActivation),
        Gru { ResetAfter: false } => "nn.GRU resets after the product (ResetAfter)",
        Gru gru => Activations("nn.GRU", gru.Activation, gru.RecurrentActivation),
        SimpleRnn rnn => rnn.Activation == Unroll.Activation.Tanh || rnn.Activation == Unroll.Activation.Relu
            ? null : $"nn.RNN has tanh and relu, not {rnn.Activation}",
        _ => $"{recurrent.Kind} is no recurrent layer of PyTorch's",
    };

    private static string? Activations(string module, Activation activation, Activation gates) =>
        activation == Unroll.Activation.Tanh && gates == Unroll.Activation.Sigmoid
            ? null : $"{module} has tanh and sigmoid, not {activation} and {gates}";

    /// <summary>What layers of one module have in common.</summary>
    private static (Type, int, int?, bool, Activation) Likeness(Recurrent recurrent) =>
        (recurrent.GetType(), recurrent.Units, (recurrent as Lstm)?.ProjectionUnits, recurrent.UseBias, recurrent.Activation);

    private string ModuleText(Recurrent recurrent, int layers, bool both)
    {
        string kind = recurrent switch { Lstm => "LSTM", Gru => "GRU", _ => "RNN" };
        string more = layers > 1 ? $", num_layers={layers}" : "";
        if (both)
            more += ", bidirectional=True";
        if (recurrent is Lstm { ProjectionUnits: { } projected })
            more += $", proj_size={projected}";
        if (recurrent is SimpleRnn && recurrent.Activation == Unroll.Activation.Relu)
            more += ", nonlinearity='relu'";
        int features = parameters[0].Shape[0];
        return $"nn.{kind}({features}, {recurrent.Units}{more}{NoBias(recurrent.UseBias)}, batch_first=True)";
    }

    /// <summary>The parameters of one recurrent layer, or of one half of it.</summary>
    /// <param name="recurrent">The layer.</param>
    /// <param name="path">In front of its parameters' roles.</param>
    /// <param name="modulePath">In front of its tensors' names.</param>
    /// <param name="suffix">Behind them: number of the layer and direction.</param>
    /// <param name="module">In words.</param>
    private void Gates(Recurrent recurrent, string path, string modulePath, string suffix, string module)
    {
        int units = recurrent.Units;
        int[] order = recurrent switch { Lstm => Axes(4), Gru => s_gatesOfGru, _ => Axes(1) };
        string words = recurrent switch
        {
            Lstm => "; gates i f g o in both",
            Gru => "; gates r z n there, z r h here",
            _ => "",
        };
        Matrix("kernel", "weight_ih", isInput: suffix is "_l0" or "_l0_reverse" && modulePath is "" or "0.");
        Matrix("recurrent_kernel", "weight_hh", isInput: false);
        if (recurrent is Lstm { ProjectionUnits: not null })
            Permute($"{path}projection_kernel", $"{modulePath}weight_hr{suffix}", module, "transposed", [1, 0]);
        if (!recurrent.UseBias)
            return;
        TensorPart first = Vector("bias_ih", 0), second = Vector("bias_hh", recurrent is Gru ? order.Length * units : 0);
        if (recurrent is Gru)
            Add($"{path}bias", module, "its two rows" + words, first, second);
        else
            Add($"{path}bias", module, "added; written as the bias and −0" + words, first, second with { IsAdded = true });

        void Matrix(string role, string leaf, bool isInput)
        {
            Shape shape = ShapeOf(path + role);
            int inputs = shape[0], columns = shape[1];
            TensorBox[] boxes = [.. order.Select((gate, block) =>
                new TensorBox([units, inputs], block * units * inputs, [inputs, 1], gate * units, [1, columns]))];
            if (isInput)
                boxes = [.. boxes.Select(Reorder)];
            string layout = "transposed" + words + (isInput ? OrderText : "");
            Add(path + role, module, layout, Part($"{modulePath}{leaf}{suffix}", [columns, inputs], boxes));
        }

        TensorPart Vector(string leaf, int from) => Part($"{modulePath}{leaf}{suffix}", [order.Length * units],
            [.. order.Select((gate, block) => new TensorBox([units], block * units, [1], from + gate * units, [1]))]);
    }
}
