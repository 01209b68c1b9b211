using Unroll.Training;

namespace Unroll;

/// <summary>
/// What <see cref="Model.CopyWeights"/> does about parameters that the other model does not have, or that have another shape there.
/// </summary>
public enum MissingWeights
{
    /// <summary>An exception is thrown, and nothing is copied.</summary>
    Refuse,

    /// <summary>They keep their values.</summary>
    Keep,
}

/// <content>The weights of a model by name: read, replaced, taken from other models, frozen.</content>
public sealed partial class Model
{
    /// <summary>Copies the weights of another model into every parameter that has the same name and shape there.</summary>
    /// <param name="from">The other model.</param>
    /// <param name="missing">What happens to parameters of this model that it does not have in the same shape.</param>
    /// <returns>The names of the parameters that stay as they were.</returns>
    /// <exception cref="UnrollException">
    /// A parameter is missing there, or has another shape, and <paramref name="missing"/> is <see cref="MissingWeights.Refuse"/>.
    /// </exception>
    public IReadOnlyList<string> CopyWeights(Model from, MissingWeights missing = MissingWeights.Refuse)
    {
        ArgumentNullException.ThrowIfNull(from);
        IReadOnlyList<Parameter> parameters = from.Parameters;
        float[] values = from.CopyOfWeights(..from.ParameterCount);
        List<string> kept = [];
        ReplaceWeights(weights => kept = weights.CopyFrom(parameters, values, keepsMissing: missing == MissingWeights.Keep));
        return kept;
    }

    /// <summary>
    /// A new model: a part of this one with other layers behind it. The layers of the part keep their names, their weights (copied), and
    /// stay frozen where they are; the new layers get initial weights.
    /// <code>
    /// Model tuned = trained.WithHead(trained.NodeOf("lstm_1"), new Dense(3));
    /// tuned.Freeze("lstm_1");
    /// tuned.Fit(samples, options);
    /// </code>
    /// </summary>
    /// <param name="body">The last value that is kept, from <see cref="NodeOf"/> of this model.</param>
    /// <param name="head">The layers behind it, at least one.</param>
    /// <returns>A built model. Do not build it again: <see cref="Build(int)"/> would replace all its weights by initial ones.</returns>
    /// <exception cref="UnrollException">The value is not of this model, or a layer cannot take the output of the one before.</exception>
    public Model WithHead(Node body, params Layer[] head) => WithHead(body, head, seed: 0);

    /// <inheritdoc cref="WithHead(Node, Layer[])"/>
    /// <param name="body">The last value that is kept, a value of this model: <see cref="NodeOf"/>.</param>
    /// <param name="head">The layers behind it, at least one.</param>
    /// <param name="seed">The seed of the new layers' weights.</param>
    public Model WithHead(Node body, IReadOnlyList<Layer> head, int seed)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(head);
        if (head.Count == 0)
            throw new ArgumentException("A head needs at least one layer. For a part of a model without a head call Part.", nameof(head));
        if (body.Use is null || !Graph.Has(body.Use))
            throw new UnrollException("The body is not a value of a layer of this model. Take it from this model with NodeOf.");
        Node last = body;
        foreach (Layer layer in head)
            last = layer.Apply(last);
        Node[] inputs = [.. Graph.Inputs.Where(input => Needs(body, input))];
        return new Model(inputs, [last]) { Threads = Threads }.Build(seed);
    }

    /// <summary>
    /// Freezes layers: training does not change their weights until <see cref="Unfreeze"/>. A saved model keeps this. A frozen
    /// <see cref="BatchNorm"/> uses its moving averages in training too, as in Keras. Penalties of frozen weights stay in the loss.
    /// </summary>
    /// <param name="layers">Names of layers, of layers within others (<c>bidirectional_1/forward</c>) or of parameters; none: all.</param>
    /// <exception cref="ArgumentException">
    /// A name is that of no layer or parameter with weights; the message lists those that there are.
    /// </exception>
    /// <exception cref="InvalidOperationException">The model is being trained.</exception>
    public void Freeze(params string[] layers) => SetFrozen(layers, true);

    /// <summary>Undoes <see cref="Freeze"/>: training changes the weights of these layers again.</summary>
    /// <param name="layers">As in <see cref="Freeze"/>; none: all.</param>
    /// <exception cref="ArgumentException">
    /// A name is that of no layer or parameter with weights; the message lists those that there are.
    /// </exception>
    /// <exception cref="InvalidOperationException">The model is being trained.</exception>
    public void Unfreeze(params string[] layers) => SetFrozen(layers, false);

    /// <summary>A copy of one parameter's values, row-major.</summary>
    /// <param name="name">Its name, for example <c>lstm_1/kernel</c>.</param>
    /// <exception cref="ArgumentException">There is no parameter of this name.</exception>
    public float[] GetWeights(string name) => CopyOfWeights(Find(name).Range);

    /// <summary>Replaces one parameter's values.</summary>
    /// <param name="name">Its name, for example <c>lstm_1/kernel</c>.</param>
    /// <param name="values">All its values, row-major.</param>
    /// <exception cref="ArgumentException">There is no parameter of this name, or it has another number of values.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained.</exception>
    public void SetWeights(string name, ReadOnlySpan<float> values)
    {
        Parameter parameter = Find(name);
        if (values.Length != parameter.Length)
            throw new ArgumentException(
                $"{name} has shape {parameter.Shape}, {parameter.Length} values, but {values.Length} were given.", nameof(values));
        float[] copy = values.ToArray();
        ReplaceWeights(weights => copy.CopyTo(weights.Values[parameter.Range]));
    }

    private Parameter Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Parameters.FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException(
                $"There is no parameter {name}; there are: {string.Join(", ", Parameters.Select(p => p.Name))}.", nameof(name));
    }

    private void SetFrozen(string[] layers, bool frozen)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (Volatile.Read(ref _isTraining) == 1)
            throw new InvalidOperationException(
                $"The model is being trained, so layers cannot be frozen or unfrozen. "
                    + $"{(_trainsInLoop ? LoopHasIt : "Let training end first")}.");
        foreach (string layer in layers)
        {
            if (!Parameters.Any(parameter => parameter.IsOf(layer)))
                throw new ArgumentException(
                    $"There are no weights of {layer}; there are weights of: "
                    + $"{string.Join(", ", Parameter.LayersOf(Parameters))}.", nameof(layers));
        }

        foreach (Parameter parameter in Parameters)
        {
            if (layers.Length == 0 || layers.Any(parameter.IsOf))
                parameter.IsFrozen = frozen;
        }
    }

    /// <summary>Freezes what another model, which has the parameters of this one, has frozen.</summary>
    private void FreezeAs(Model other)
    {
        HashSet<string> frozen = [.. other.Parameters.Where(parameter => parameter.IsFrozen).Select(parameter => parameter.Name)];
        foreach (Parameter parameter in Parameters)
            parameter.IsFrozen = frozen.Contains(parameter.Name);
    }

    /// <summary>
    /// Layers that were applied in the graph of another model keep the weights that they have there. Where there are no others, nothing
    /// would be left of the seed, and a part of the other model may have been meant: that is refused.
    /// </summary>
    private void TakeWeights(BuiltGraph<float> made)
    {
        var copies = new Dictionary<Model, float[]>();
        bool isAnyNew = false, isAnyOld = false;
        foreach (LayerUse use in made.Graph.Uses)
        {
            string name = made.Graph.NameOf(use);
            Parameter[] own = [.. made.Parameters.Parameters.Where(parameter => parameter.IsOf(name))];
            if (own.Length == 0 || use.Owner != use)
                continue;
            if (use.Home is not { } home || home == this)
            {
                isAnyNew = true;
                continue;
            }

            isAnyOld = true;
            if (!home.Graph.Has(use))
                throw new UnrollException(
                    $"The layer {name} comes from a model that was built anew since, so its weights are gone. "
                    + "Take the layer from the model again with NodeOf.");
            if (!copies.TryGetValue(home, out float[]? copy))
                copies.Add(home, copy = home.CopyOfWeights(..home.ParameterCount));
            string there = home.Graph.NameOf(use);
            foreach (Parameter parameter in own)
            {
                Parameter source = home.Parameters.First(each => each.Name == there + parameter.Name[name.Length..]);
                copy.AsSpan(source.Range).CopyTo(made.Parameters.Values[parameter.Range]);
                parameter.IsFrozen = source.IsFrozen;
            }
        }

        if (isAnyOld && !isAnyNew)
        {
            throw new UnrollException(
                "All layers of this model have weights in another model. "
                + "Call Part of that model for a model with a copy of them, or make the layers anew for other weights.");
        }
    }

    /// <summary>Notes that the weights of layers are this model's.</summary>
    private void Own(Graph graph)
    {
        foreach (LayerUse use in graph.Uses)
            use.Home ??= this;
    }

    private static bool Needs(Node value, Node input)
    {
        var seen = new HashSet<Node>();
        var pending = new Stack<Node>([value]);
        while (pending.TryPop(out Node? node))
        {
            if (node == input)
                return true;
            if (seen.Add(node))
                Array.ForEach(node.Use?.Inputs ?? [], pending.Push);
        }

        return false;
    }
}
