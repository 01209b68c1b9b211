using Unroll.Layers;

namespace Unroll;

/// <summary>
/// One value in a graph of layers: an input of the model, or what a layer makes of other values. Nodes are put together with
/// <see cref="Layer.Apply"/>, and a <see cref="Model"/> is made from some of them:
/// <code>
/// Node x = Node.Input(new Shape(60, 1));
/// Node y = new Dense(1).Apply(new Lstm(32).Apply(x));
/// var model = new Model([x], [y]);
/// </code>
/// </summary>
public sealed class Node
{
    private Node(Shape shape, string? name) => (Shape, Name) = (shape, name);

    internal Node(LayerUse use, int number, Shape shape) => (Use, Number, Shape) = (use, number, shape);

    /// <summary>An input of a model.</summary>
    /// <param name="shape">The shape of one input, without the batch.</param>
    /// <param name="name">What summaries and errors call it; when null, <c>input_1</c> and so on.</param>
    public static Node Input(Shape shape, string? name = null) => new(shape, name);

    /// <summary>The shape of the value for one sample, without the batch.</summary>
    public Shape Shape { get; }

    /// <summary>The name that an input was given.</summary>
    public string? Name { get; }

    /// <summary>
    /// The final states that a recurrent layer with ReturnState gives beside this value: h, and c of an LSTM, each (H); of a
    /// <see cref="StackedRecurrent"/> those of all its layers, from the lowest up; of a <see cref="Bidirectional"/> those of the forward
    /// copy, then those of the backward one. Empty for others.
    /// </summary>
    public IReadOnlyList<Node> States => Use is { Layer.ReturnsStates: true } ? Use.Outputs[1..] : [];

    /// <summary>
    /// The weights (Q, V) that attention with ReturnScores gives beside this value: for every query step, how much it takes of each value
    /// step. Of <see cref="MultiHeadAttention"/> those of all heads, (Heads, Q, V).
    /// </summary>
    /// <exception cref="InvalidOperationException">The value is not from such a layer.</exception>
    public Node Scores => Use is { Layer: AttentionLayer or MultiHeadAttention, Outputs.Length: > 1 }
        ? Use.Outputs[1]
        : throw new InvalidOperationException("Only an attention layer with ReturnScores gives scores.");

    /// <summary>What else the layer gives beside this value, from its second output on; empty for an input.</summary>
    public IReadOnlyList<Node> Others => Use is null ? [] : Use.Outputs[1..];

    /// <summary>Where the value comes from; null for an input.</summary>
    internal LayerUse? Use { get; }

    /// <summary>Which of the layer's outputs it is.</summary>
    internal int Number { get; }

    /// <summary>Applies the layer that made this value to other inputs, with the same weights.</summary>
    /// <exception cref="UnrollException">The layer cannot take these inputs, or this value is an input of the model.</exception>
    public Node Again(params Node[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (Use is null)
            throw new UnrollException("An input comes from no layer that could be used again. Call Again on what a layer gave.");
        return new LayerUse(Use.Layer, inputs, Use.Owner).Outputs[0];
    }
}

/// <summary>A layer at one place of a graph.</summary>
internal sealed class LayerUse
{
    private static long s_made;

    /// <param name="layer">The layer.</param>
    /// <param name="inputs">What it is applied to.</param>
    /// <param name="owner">The use whose weights it shares; null: weights of its own.</param>
    public LayerUse(Layer layer, IReadOnlyList<Node> inputs, LayerUse? owner = null)
    {
        (Layer, Inputs, Owner, Order) = (layer, [.. inputs], owner ?? this, Interlocked.Increment(ref s_made));
        if (Inputs.Length == 0)
            throw new UnrollException($"{layer.Kind} is applied to nothing. Give it an input.");
        if (Array.IndexOf(Inputs, null) is >= 0 and var at)
            throw new ArgumentException($"Input {at + 1} of {layer.Kind} is null.", nameof(inputs));
        Shape[] shapes = ShapesOf(layer, [.. inputs.Select(node => node.Shape)]);
        Outputs = [.. shapes.Select((shape, number) => new Node(this, number, shape))];
    }

    public Layer Layer { get; }

    public Node[] Inputs { get; }

    public Node[] Outputs { get; }

    /// <summary>The use whose weights this one has: itself, unless they are shared.</summary>
    public LayerUse Owner { get; }

    /// <summary>The first model that was built with it, which has its weights.</summary>
    public Model? Home { get; set; }

    /// <summary>Grows from use to use, so that every input comes before what is made of it.</summary>
    public long Order { get; }

    /// <exception cref="UnrollException">The layer cannot take these inputs, or gives more values than an array can hold.</exception>
    private static Shape[] ShapesOf(Layer layer, Shape[] inputs)
    {
        try
        {
            return layer.GetOutputShapes(inputs);
        }
        catch (Exception failure) when (failure is OverflowException || (failure is ArgumentException && layer.IsBuiltIn))
        {
            string shapes = string.Join(", ", inputs);
            throw new UnrollException(
                $"{layer} gives more than {int.MaxValue} values for inputs of shape {shapes}. Make it smaller.", failure);
        }
    }
}
