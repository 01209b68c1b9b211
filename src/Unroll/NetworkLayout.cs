using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Where one value of a graph lies in the memory of a shard: a slab [positions, P, features padded to whole vectors],
/// and one for its gradient.
/// </summary>
internal sealed class ValueLayout(int number, Shape shape, int shardRows)
{
    public int Number => number;

    public Shape Shape => shape;

    /// <summary>Values from one row of the slab to the next.</summary>
    public int Stride { get; } = RowPadding.Pad(shape.Features);

    /// <summary>Values of the slab, for shards of the largest size.</summary>
    public int Size { get; } = checked(shape.Positions * shardRows * RowPadding.Pad(shape.Features));

    public int At { get; set; }

    /// <summary>−1: nobody asks for the gradient.</summary>
    public int GradientAt { get; set; } = -1;

    /// <summary>The mask that goes with the value, if any.</summary>
    public StepMask Mask { get; set; }

    /// <summary>True where the mask marks padding at the end of the sequence.</summary>
    public bool IsPadded => Mask.IsPadding;

    public bool IsOutput { get; set; }

    /// <summary>How many layers read it.</summary>
    public int Readers { get; set; }
}

/// <summary>One layer at its place in the graph: its machinery, and where its values lie.</summary>
internal sealed class NodePlan<T>(LayerOp<T> op, ValueLayout[] inputs, ValueLayout?[] outputs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public LayerOp<T> Op => op;

    public ValueLayout[] Inputs => inputs;

    /// <summary>All outputs; null where nobody reads one. The first is always there.</summary>
    public ValueLayout?[] Outputs => outputs;

    public int CacheAt { get; set; }

    /// <summary>The numbers of the masks that the layer makes.</summary>
    public Range MadeMasks { get; init; }

    /// <summary>
    /// Where backward writes the gradient of each input: the value's own place, or one beside it where other layers have written there
    /// before; −1: nowhere.
    /// </summary>
    public int[] InputGradientAt { get; } = new int[inputs.Length];

    public ValueLayout? Output(int number) => number < outputs.Length ? outputs[number] : null;

    public bool AddsAny { get; set; }

    /// <summary>False where neither the layer nor any that it takes values from learns, so that backward has nothing to do.</summary>
    public bool NeedsBackward { get; set; } = true;

    /// <summary>True where the input's gradient lies beside the value's place, to be added to it.</summary>
    public bool Adds(int input) => InputGradientAt[input] >= 0 && InputGradientAt[input] != inputs[input].GradientAt;
}

/// <summary>
/// A graph made ready to run for one size of shard: the layers built in order, and one block of memory a shard in which every
/// activation, gradient and cache has its place.
/// </summary>
internal sealed class NetworkLayout<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _shardRows;
    private readonly Dictionary<Node, ValueLayout> _values = [];
    private readonly Dictionary<int, int> _maskPositions = [];
    private int _reserved;

    /// <param name="graph">The layers.</param>
    /// <param name="builder">Takes what they declare.</param>
    /// <param name="shardRows">Rows of the largest shard.</param>
    /// <param name="inputGradient">Whether to keep dL/dx.</param>
    public NetworkLayout(Graph graph, GraphBuilder<T> builder, int shardRows, bool inputGradient)
    {
        _shardRows = shardRows;
        var owners = new HashSet<LayerUse>();
        HashSet<Node> read = [.. graph.Uses.SelectMany(use => use.Inputs), .. graph.Outputs];
        Inputs = [.. graph.Inputs.Select(node => Place(node, gradient: inputGradient))];
        Nodes = new NodePlan<T>[graph.Uses.Length];
        for (int i = 0; i < Nodes.Length; i++)
        {
            LayerUse use = graph.Uses[i];
            ValueLayout[] inputs = [.. use.Inputs.Select(node => _values[node])];
            int masks = builder.Masks;
            LayerBuilder<T> own = builder.Begin(graph.NameOf(use), shardRows, shares: !owners.Add(use.Owner));
            (LayerOp<T> op, StepMask mask) = Build(use.Layer, own, [.. inputs.Select(value => new LayerInput(value.Shape, value.Mask))]);
            RequireShapes(use, own.LayerName, op, mask);
            Nodes[i] = new NodePlan<T>(
                op, inputs, [.. use.Outputs.Select(node => node.Number == 0 || read.Contains(node) ? Place(node, gradient: true) : null)])
            {
                CacheAt = Reserve(op.CacheSize),
                MadeMasks = masks..builder.Masks,
            };
            Nodes[i].Outputs[0]!.Mask = mask;
        }

        Outputs = [.. graph.Outputs.Select(node => _values[node])];
        foreach (ValueLayout output in Outputs)
            output.IsOutput = true;
        MaskNodes = FindMaskNodes();
        PlaceGradients();
        Values = _values.Count;
        MaskLength = checked(_values.Keys.Max(node => node.Shape.Rank == 1 ? 1 : node.Shape[0]) * _shardRows);
        _ = checked(MaskLength * builder.Masks);
    }

    public ValueLayout[] Inputs { get; }

    public ValueLayout[] Outputs { get; }

    /// <summary>In the order in which they are run.</summary>
    public NodePlan<T>[] Nodes { get; }

    /// <summary>
    /// In the order in which they are run: the layers that must run to know which steps of the outputs are masked. Where <c>Marks</c> is
    /// true <see cref="LayerOp{T}.Mark"/> is enough. Most masks are made of the model's inputs, so that these are few and quick.
    /// </summary>
    public (NodePlan<T> Node, bool Marks)[] MaskNodes { get; }

    /// <summary>How many values there are; their numbers are below it.</summary>
    public int Values { get; private set; }

    /// <summary>Values of memory that a shard takes.</summary>
    public int Size => _reserved;

    /// <summary>Steps × rows of the longest mask.</summary>
    public int MaskLength { get; }

    public bool IsPadded(Node node) => _values[node].IsPadded;

    /// <summary>Says for every layer whether backward comes to it.</summary>
    /// <param name="learns">Whether layer number i of <see cref="Nodes"/> has weights that learn.</param>
    public void ChooseBackward(Func<int, bool> learns)
    {
        var made = new bool[Values];
        for (int i = 0; i < Nodes.Length; i++)
        {
            NodePlan<T> node = Nodes[i];
            node.NeedsBackward = learns(i) || node.Inputs.Any(value => made[value.Number]);
            foreach (ValueLayout? output in node.Outputs)
            {
                if (output is not null)
                    made[output.Number] = node.NeedsBackward;
            }
        }
    }

    private (NodePlan<T> Node, bool Marks)[] FindMaskNodes()
    {
        var masks = new HashSet<int>(Outputs.Where(output => output.Mask.Exists).Select(output => output.Mask.Number));
        var values = new HashSet<ValueLayout>();
        var found = new Stack<(NodePlan<T>, bool)>();
        foreach (NodePlan<T> node in Nodes.Reverse())
        {
            bool runs = node.Outputs.Any(output => output is not null && values.Contains(output));
            bool makes = Enumerable.Range(0, node.MadeMasks.End.Value).Skip(node.MadeMasks.Start.Value).Any(masks.Contains);
            if (!runs && !makes)
                continue;
            bool marks = !runs && node.Op.MarksAlone;
            found.Push((node, marks));
            foreach (ValueLayout input in node.Inputs)
            {
                if (input.Mask.Exists)
                    masks.Add(input.Mask.Number);
                if (!marks || node.Op.MarksByValues)
                    values.Add(input);
            }
        }

        return [.. found];
    }

    private static BuiltLayer<T> Build(Layer layer, LayerBuilder<T> builder, LayerInput[] inputs)
    {
        try
        {
            return layer.Build(builder, inputs);
        }
        catch (Exception failure) when (failure is OverflowException || (failure is ArgumentException && layer.IsBuiltIn))
        {
            string shapes = string.Join(", ", inputs.Select(input => input.Shape));
            throw new UnrollException(
                $"{builder.LayerName} needs more memory for one shard of inputs of shape {shapes} than an array can hold. "
                + "Use fewer time steps or fewer units.",
                failure);
        }
    }

    /// <summary>Throws where a layer at work does not give what the layer said, or a mask of other steps.</summary>
    private void RequireShapes(LayerUse use, string name, LayerOp<T>? op, StepMask mask)
    {
        Shape output = use.Outputs[0].Shape;
        if (op is null)
            throw new UnrollException($"{name} has built nothing: Build returned no op.");
        if (op.Output != output)
            throw new UnrollException($"{name} says that its output has shape {output}, but what it built gives {op.Output}. Make "
                + "GetOutputShape and Build agree.");
        if (!mask.Exists)
            return;
        if (_maskPositions.TryAdd(mask.Number, output.Positions) || _maskPositions[mask.Number] == output.Positions)
            return;
        throw new UnrollException(
            $"{name} gives its output of {output.Positions} steps a mask of {_maskPositions[mask.Number]} steps. "
            + "A layer that changes the number of steps makes a new mask, or ends it.");
    }

    private ValueLayout Place(Node node, bool gradient)
    {
        var value = new ValueLayout(_values.Count, node.Shape, _shardRows);
        value.At = Reserve(value.Size);
        if (gradient)
            value.GradientAt = Reserve(value.Size);
        _values.Add(node, value);
        return value;
    }

    /// <summary>
    /// Backward goes through the layers in reverse. The first one there that reads a value writes its gradient; those that come
    /// after it write beside, and the sum is made in this order. The loss writes the outputs' gradients before any.
    /// </summary>
    private void PlaceGradients()
    {
        var written = new HashSet<ValueLayout>(Outputs);
        int most = 0;
        foreach (NodePlan<T> node in Nodes.Reverse())
        {
            int beside = 0;
            for (int i = 0; i < node.Inputs.Length; i++)
            {
                ValueLayout value = node.Inputs[i];
                value.Readers++;
                node.InputGradientAt[i] = value.GradientAt;
                if (value.GradientAt < 0 || written.Add(value))
                    continue;
                node.AddsAny = true;
                node.InputGradientAt[i] = checked(_reserved + beside);
                beside += value.Size;
            }

            most = Math.Max(most, beside);
        }

        Reserve(most);
    }

    private int Reserve(int size) => checked(_reserved += size) - size;
}
