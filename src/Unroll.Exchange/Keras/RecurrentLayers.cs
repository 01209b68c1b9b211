using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Recurrent layers of Keras, and what is around them.</summary>
internal static class RecurrentLayers
{
    public static Layer Lstm(LayerConfig layer) => Sequence(layer, LstmCell(layer));

    public static Layer Gru(LayerConfig layer) => Sequence(layer, GruCell(layer));

    public static Layer SimpleRnn(LayerConfig layer) => Sequence(layer, Cell(layer, new SimpleRnn(layer.Int("units"))));

    /// <summary>The layers of Keras 2 for one library of a graphics card: tanh and sigmoid, whatever else.</summary>
    public static Layer CudnnLstm(LayerConfig layer) => Sequence(
        layer, Cell(layer, new Lstm(layer.Int("units")) { UnitForgetBias = layer.Flag("unit_forget_bias", true) }));

    public static Layer CudnnGru(LayerConfig layer) => Sequence(layer, Cell(layer, new Gru(layer.Int("units")) { ResetAfter = true }));

    /// <summary>RNN of a cell, or of a stack of cells.</summary>
    public static Layer OfCells(LayerConfig layer)
    {
        JsonElement cell = layer.Find("cell") ?? throw layer.Wrong("cell", "is missing");
        var options = new LayerConfig(layer.Reading, cell, layer.Name);
        if (options.ClassName != "StackedRNNCells")
            return Sequence(layer, CellOf(options));
        Recurrent[] cells = [.. options.Find("cells").Elements().Select(each => CellOf(new LayerConfig(layer.Reading, each, layer.Name)))];
        options.Finish();
        if (cells.Length == 0)
            throw layer.Wrong("cell", "has no cells");

        // The first cell takes the steps in the order of the layer, the others what it gives.
        Recurrent first = Sequence(layer, cells[0]);
        return new StackedRecurrent([.. cells.Select((each, i) =>
            each with { Name = null, Stateful = first.Stateful, GoBackwards = i == 0 && first.GoBackwards })])
        {
            ReturnSequences = first.ReturnSequences,
            ReturnState = first.ReturnState,
        };
    }

    public static Layer Bidirectional(LayerConfig layer)
    {
        JsonElement half = layer.Find("layer") ?? throw layer.Wrong("layer", "is missing");
        layer.Ignore("weights");
        Layer inner = LayerTable.Read(new LayerConfig(layer.Reading, half, layer.Name) { Inputs = layer.Inputs }) with { Name = null };
        if (inner is not (Recurrent or StackedRecurrent))
        {
            layer.Refuse($"the layer {inner.GetType().Name}; Unroll reads recurrent layers both ways only");
            return new Activate(Activation.Linear);
        }

        bool goesBackwards = inner is Recurrent { GoBackwards: true } or StackedRecurrent { Layers: [{ GoBackwards: true }, ..] };
        bool givesSequences = inner is Recurrent { ReturnSequences: true } or StackedRecurrent { ReturnSequences: true };
        if (goesBackwards && (givesSequences || inner is StackedRecurrent))
        {
            layer.Refuse("a forward layer with go_backwards, whose sequences Keras gives in reverse");
            return new Activate(Activation.Linear);
        }

        if (layer.Find("backward_layer") is { } other)
        {
            Layer backward = LayerTable.Read(new LayerConfig(layer.Reading, other,
                layer.Name)
            { Inputs = layer.Inputs }) with
            { Name = null };
            if (Reverse(backward) != inner)
                layer.Refuse("a backward_layer that is not the forward layer turned round");
        }

        MergeMode? mode = layer.IsNull("merge_mode") ? MergeMode.None : layer.Word("merge_mode", "concat") switch
        {
            "concat" => MergeMode.Concat,
            "sum" => MergeMode.Sum,
            "mul" => MergeMode.Multiply,
            "ave" => MergeMode.Average,
            _ => null,
        };
        return new Bidirectional(inner) { MergeMode = mode ?? throw layer.Wrong("merge_mode", "is no merge mode") };
    }

    public static Layer TimeDistributed(LayerConfig layer)
    {
        JsonElement given = layer.Find("layer") ?? throw layer.Wrong("layer", "is missing");
        Shape[]? steps = layer.Inputs is [{ Rank: > 1 } shape, ..] ? [new Shape(shape.ToArray()[1..])] : null;
        return new TimeDistributed(LayerTable.Read(new LayerConfig(layer.Reading, given,
            layer.Name)
        { Inputs = steps }) with
        { Name = null });
    }

    /// <summary>The same, taking the steps the other way.</summary>
    public static Layer Reverse(Layer layer) => layer switch
    {
        Recurrent recurrent => recurrent with { GoBackwards = !recurrent.GoBackwards },
        StackedRecurrent stack => new StackedRecurrent([stack.Layers[0] with { GoBackwards = !stack.Layers[0].GoBackwards },
            .. stack.Layers.Skip(1)])
        {
            ReturnSequences = stack.ReturnSequences,
            ReturnState = stack.ReturnState,
        },
        _ => layer,
    };

    private static Recurrent CellOf(LayerConfig cell)
    {
        Recurrent? made = cell.ClassName switch
        {
            "LSTMCell" => LstmCell(cell),
            "GRUCell" => GruCell(cell),
            "SimpleRNNCell" => Cell(cell, new SimpleRnn(cell.Int("units"))),
            _ => null,
        };
        if (made is null)
        {
            cell.Refuse($"the cell {cell.ClassName}");
            return new SimpleRnn(1);
        }

        cell.Finish();
        return made;
    }

    private static Recurrent LstmCell(LayerConfig cell) => Cell(cell, new Lstm(cell.Int("units"))
    {
        RecurrentActivation = Gate(cell),
        UnitForgetBias = cell.Flag("unit_forget_bias", true),
    });

    private static Recurrent GruCell(LayerConfig cell) => Cell(cell, new Gru(cell.Int("units"))
    {
        RecurrentActivation = Gate(cell),
        ResetAfter = cell.Flag("reset_after", cell.Reading.IsKeras3),
    });

    private static Activation Gate(LayerConfig cell)
    {
        Activation gate = cell.Activation("recurrent_activation", cell.Reading.IsKeras3 ? Activation.Sigmoid
            : KerasNames.HardSigmoidOfKeras2);
        if (gate.IsElementwise && !gate.NeedsInput)
            return gate;
        cell.Refuse($"recurrent_activation {gate}, which Unroll has no gates with");
        return Activation.Sigmoid;
    }

    private static Recurrent Cell(LayerConfig cell, Recurrent made)
    {
        cell.ForTraining("kernel_constraint", "recurrent_constraint", "bias_constraint", "activity_regularizer");
        cell.Ignore("implementation", "seed", "input_dim", "input_length", "enable_caching_device", "use_cudnn");
        return made with
        {
            Activation = cell.Activation("activation", Activation.Tanh),
            UseBias = cell.Flag("use_bias", true),
            KernelInitializer = cell.Initializer("kernel_initializer", made.KernelInitializer),
            RecurrentInitializer = cell.Initializer("recurrent_initializer", made.RecurrentInitializer),
            BiasInitializer = cell.Initializer("bias_initializer", made.BiasInitializer),
            KernelRegularizer = cell.Regularizer("kernel_regularizer"),
            RecurrentRegularizer = cell.Regularizer("recurrent_regularizer"),
            BiasRegularizer = cell.Regularizer("bias_regularizer"),
            Dropout = cell.Number("dropout", 0),
            RecurrentDropout = cell.Number("recurrent_dropout", 0),
        };
    }

    /// <summary>The options of the loop over time.</summary>
    private static Recurrent Sequence(LayerConfig layer, Recurrent cell)
    {
        layer.ForTraining("activity_regularizer");
        layer.Ignore("unroll", "zero_output_for_mask", "input_dim", "input_length", "implementation");
        if (layer.Flag("time_major", false))
            layer.Refuse("time_major; Unroll's sequences have the batch first");
        return cell with
        {
            ReturnSequences = layer.Flag("return_sequences", false),
            ReturnState = layer.Flag("return_state", false),
            GoBackwards = layer.Flag("go_backwards", false),
            Stateful = layer.Flag("stateful", false),
        };
    }
}
