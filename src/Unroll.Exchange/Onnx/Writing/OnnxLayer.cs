using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Writing;
using Unroll.Layers;

namespace Unroll.Exchange;

/// <summary>A layer at one place of a graph that is written. Values have the batch before the extents of the layer's shapes.</summary>
public sealed class OnnxLayer : OnnxNodes
{
    private readonly string[] _outputs;
    private readonly string?[] _masks;

    internal OnnxLayer(
        ModelWriter model, string name, IReadOnlyList<(string Value, Shape Shape, string? Mask)> inputs, IReadOnlyList<Shape> outputs)
        : base(model, model.Graph)
    {
        (Name, OutputShapes, _outputs) = (name, outputs, new string[outputs.Count]);
        Inputs = [.. inputs.Select(input => input.Value)];
        InputShapes = [.. inputs.Select(input => input.Shape)];
        _masks = [.. inputs.Select(input => input.Mask)];
    }

    /// <summary>The layer's name in the model.</summary>
    public string Name { get; }

    /// <summary>What it takes, [batch, ...].</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The shapes of what it takes, without the batch. The steps of a sequence may be others when the graph runs.</summary>
    public IReadOnlyList<Shape> InputShapes { get; }

    /// <summary>The shapes of what it gives, without the batch.</summary>
    public IReadOnlyList<Shape> OutputShapes { get; }

    /// <summary>
    /// The mask of the first output, [batch, steps] of booleans, true where a step counts: only for a layer that makes a mask of its own.
    /// </summary>
    public string? NewMask { get; set; }

    /// <summary>The recurrent layers inside, in their order.</summary>
    internal Queue<RecurrentOp<float>> Parts { get; init; } = [];

    /// <summary>An array of the layer's weights, as it is in the model.</summary>
    /// <param name="role">Its name behind the layer's: <c>kernel</c>.</param>
    /// <exception cref="ArgumentException">There is no such array.</exception>
    public string Weights(string role) => Model.Weights.Whole($"{Name}/{role}");

    /// <summary>Says which value is an output of the layer, [batch, ...].</summary>
    /// <param name="number">Which output, from 0.</param>
    /// <param name="value">The value.</param>
    public void SetOutput(int number, string value) => _outputs[number] = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>The mask of an input, [batch, steps] of booleans, true where a step counts; null: all do.</summary>
    public string? Mask(int input) => _masks[input];

    internal string? Output(int number) => _outputs[number];
}

/// <summary>One step of a recurrent layer that is written. Values are [batch, units].</summary>
public sealed class OnnxCell : OnnxNodes
{
    private readonly string _prefix;

    internal OnnxCell(ModelWriter model, GraphWriter graph, string prefix, string input, IReadOnlyList<string> states)
        : base(model, graph) => (_prefix, Input, States) = (prefix, input, states);

    /// <summary>The step of the sequence, [batch, F].</summary>
    public string Input { get; }

    /// <summary>The states before the step, in the order of the layer's states.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>An array of the layer's weights, as it is in the model.</summary>
    /// <param name="role">Its name behind the layer's: <c>recurrent_kernel</c>.</param>
    /// <exception cref="ArgumentException">There is no such array.</exception>
    public string Weights(string role) => Model.Weights.Whole(NameOf(role));

    internal string NameOf(string role) => $"{_prefix}/{role}";
}
