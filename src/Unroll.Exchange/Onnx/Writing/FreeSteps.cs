namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>
/// Which sequences of a graph may have any number of steps. A layer keeps the steps of its input, makes others of them, ends them, or needs
/// exactly those that the model was built for; and where two sequences are joined they have as many.
/// </summary>
internal sealed class FreeSteps
{
    private readonly Graph _graph;
    private readonly Dictionary<Node, Length> _lengths = [];
    private readonly Origin[] _origins;
    private readonly Dictionary<Length, string> _names = [];

    public FreeSteps(Graph graph)
    {
        _graph = graph;
        _origins = [.. graph.Inputs.Select(_ => new Origin())];
        string before;
        do
        {
            before = State();
            _lengths.Clear();
            for (int i = 0; i < _origins.Length; i++)
                _lengths[graph.Inputs[i]] = new Length(_origins[i].Root, "");
            Array.ForEach(graph.Uses, Pass);
        }
        while (State() != before);
    }

    /// <summary>The first extent of a value: a word where it is free, otherwise the number it has.</summary>
    public object ExtentOf(Node node)
    {
        if (!_lengths.TryGetValue(node, out Length? length) || length.Origin.Root.IsFixed)
            return (long)node.Shape[0];
        if (_names.TryGetValue(length, out string? name))
            return name;
        int roots = _names.Keys.Count(each => each.Made == ""), made = _names.Count - roots;
        name = length.Made == "" ? (roots == 0 ? "time" : $"time_{roots + 1}") : $"steps_{made + 1}";
        return _names[length] = name;
    }

    private string State() => string.Concat(_origins.Select(origin => $"{Array.IndexOf(_origins, origin.Root)}{origin.Root.IsFixed} "));

    private void Pass(LayerUse use)
    {
        Shape input = use.Inputs[0].Shape, output = use.Outputs[0].Shape;
        foreach (Node node in use.Inputs)
        {
            if (node.Shape.Rank == 1 && use.Layer is not Embedding)
                Fix(node);
        }

        if (use.Layer is Merge)
            Join(use.Inputs);
        else if (use.Layer is AttentionLayer or MultiHeadAttention)
            Join(use.Inputs.Skip(1));
        if (use.Layer is AttentionLayer or MultiHeadAttention && use.Outputs.Length > 1 && IsRead(use.Outputs[1]))
            Array.ForEach(use.Inputs, Fix);
        if (!_lengths.TryGetValue(use.Inputs[0], out Length? length))
            return;
        bool keeps = output.Rank >= 2 && output.Steps == input.Steps;
        switch (use.Layer)
        {
            case Embedding:
                _lengths[use.Outputs[0]] = length;
                break;
            case Bidirectional
            {
                MergeMode: MergeMode.None,
                Inner: Recurrent { ReturnSequences: true } or StackedRecurrent { ReturnSequences: true }
            }:
            case Cropping1D or ZeroPadding1D or UpSampling1D:
                Make(use, length);
                break;
            case Conv1D { Padding: Padding.Same, Stride: > 1 } or DepthwiseConv1D { Padding: Padding.Same, Stride: > 1 }
                or SeparableConv1D { Padding: Padding.Same, Stride: > 1 }:
            case Pooling1D { Padding: Padding.Same } pooling when (pooling.Stride ?? pooling.PoolSize) > 1:
                Fix(use.Inputs[0]);
                break;
            case Conv1D or DepthwiseConv1D or SeparableConv1D or Conv1DTranspose or Pooling1D:
                if (keeps)
                    _lengths[use.Outputs[0]] = length;
                else
                    Make(use, length);
                break;
            case GlobalPooling or LastSteps:
                break;
            case AttentionLayer or MultiHeadAttention or Merge:
                _lengths[use.Outputs[0]] = length;
                break;
            case var layer when layer.GoesStepByStep(input) && input.Rank >= 2:
                if (keeps)
                    _lengths[use.Outputs[0]] = length;
                break;
            default:
                Array.ForEach(use.Inputs, Fix);
                break;
        }
    }

    private bool IsRead(Node node) => _graph.Outputs.Contains(node) || _graph.Uses.Any(use => use.Inputs.Contains(node));

    private void Make(LayerUse use, Length from) =>
        _lengths[use.Outputs[0]] = new Length(from.Origin, $"{from.Made}{use.Layer with { Name = null }};");

    private void Fix(Node node)
    {
        if (_lengths.TryGetValue(node, out Length? length))
            length.Origin.Root.IsFixed = true;
    }

    /// <summary>Sequences that must have one length.</summary>
    private void Join(IEnumerable<Node> nodes)
    {
        Node[] all = [.. nodes];
        foreach (Node node in all.Skip(1))
        {
            (Length? a, Length? b) = (_lengths.GetValueOrDefault(all[0]), _lengths.GetValueOrDefault(node));
            if (a == b)
                continue;
            if (a is { Made: "" } && b is { Made: "" })
            {
                b.Origin.Root.IsFixed |= a.Origin.Root.IsFixed;
                a.Origin.Root.Parent = b.Origin.Root;
                continue;
            }

            Fix(all[0]);
            Fix(node);
        }
    }

    private sealed class Origin
    {
        public Origin? Parent { get; set; }

        public bool IsFixed { get; set; }

        public Origin Root => Parent?.Root ?? this;
    }

    /// <param name="Origin">The input of the model that it comes from.</param>
    /// <param name="Made">What layers made of it.</param>
    private sealed record Length(Origin Origin, string Made)
    {
        public bool Equals(Length? other) => other is not null && Origin.Root == other.Origin.Root && Made == other.Made;

        public override int GetHashCode() => Made.GetHashCode(StringComparison.Ordinal);
    }
}
