using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>What a layer, or a part of one, declares while it is built: weights, masks, memory, random streams.</summary>
public sealed class LayerBuilder<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GraphBuilder<T> _graph;
    private readonly DeclaredParts _declared;
    private readonly bool _shares;

    /// <param name="graph">What all layers of a graph declare.</param>
    /// <param name="name">Of the layer.</param>
    /// <param name="shardRows">Rows of the largest shard.</param>
    /// <param name="shares">True for a layer with the weights of an earlier one, whose parameters it declares again.</param>
    internal LayerBuilder(GraphBuilder<T> graph, string name, int shardRows, bool shares)
    {
        (_graph, LayerName, ShardRows, _shares) = (graph, name, shardRows, shares);
        _declared = graph.DeclaredBy(name);
    }

    /// <summary>The name of the layer that is built, or of the part of it: what its parameters' names begin with.</summary>
    public string LayerName { get; }

    /// <summary>
    /// Rows of the largest shard, P at most: what caches and scratch memory are made for. More for a layer that takes the steps of a
    /// sequence as rows.
    /// </summary>
    public int ShardRows { get; }

    /// <summary>What the layer computes with.</summary>
    internal Kernels<T> Kernels => _graph.Kernels;

    /// <summary>The builder for a layer inside this one.</summary>
    /// <param name="name">Its name behind this layer's: <c>forward</c>.</param>
    public LayerBuilder<T> Child(string name) => new(_graph, $"{LayerName}/{name}", ShardRows, _shares);

    /// <summary>The builder for this layer with other rows: for steps that pass as rows.</summary>
    /// <param name="shardRows">Rows of the largest shard.</param>
    internal LayerBuilder<T> WithRows(int shardRows) => new(_graph, LayerName, shardRows, _shares);

    /// <summary>A vector, or an array of any shape, of weights that are used one by one: a scale, a bias.</summary>
    /// <param name="role">What it is called behind the layer's name: <c>gamma</c>.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">How the weights start.</param>
    /// <param name="regularizer">The penalty on them, if any.</param>
    public Weights<T> AddWeights(string role, Shape shape, Initializer initializer, Regularizer? regularizer = null) =>
        new(this, AddParameter(role, shape, initializer, regularizer));

    /// <summary>A matrix of weights [inputs, gates · units] for products with the rows of a slab.</summary>
    /// <param name="role">What it is called behind the layer's name: <c>kernel</c>.</param>
    /// <param name="inputs">Features that go in.</param>
    /// <param name="units">Features that come out, of each gate where there are several.</param>
    /// <param name="initializer">How the weights start.</param>
    /// <param name="regularizer">The penalty on them, if any.</param>
    /// <param name="gates">How many blocks of <paramref name="units"/> columns, each padded to whole vectors in the product.</param>
    public Projection<T> AddMatrix(
        string role, int inputs, int units, Initializer initializer, Regularizer? regularizer = null, int gates = 1) =>
        new(
            this, AddParameter(role, new Shape(inputs, checked(gates * units)), initializer, regularizer), units,
            [.. Enumerable.Range(0, gates)]);

    /// <summary>
    /// A new mask, to be filled in Forward, or in <see cref="LayerOp{T}.Mark"/> where <see cref="LayerOp{T}.MarksAlone"/>.
    /// </summary>
    /// <param name="isPadding">
    /// Whether it marks padding at the end of sequences: a model's outputs there are zero, and layers may leave such steps out.
    /// </param>
    public StepMask AddMask(bool isPadding = false) => new(_graph.Masks++, isPadding);

    /// <summary>A random stream of the layer's own, for <see cref="ShardPass{T}.RandomFor"/>.</summary>
    public int AddRandomStream() => _graph.RandomStreams++;

    /// <summary>Asks for scratch memory, which layers that run one after the other have in common.</summary>
    /// <param name="size">Values.</param>
    public void ReserveScratch(int size) => _graph.ScratchSize = Math.Max(_graph.ScratchSize, size);

    /// <summary>The number of a recurrent layer.</summary>
    internal int AddRecurrent(IReadOnlyList<LayerState> states)
    {
        _graph.Recurrents.Add(states);
        return _graph.Recurrents.Count - 1;
    }

    /// <summary>Weights that are packed anew, or copied, each time they have changed.</summary>
    internal void AddPrepared(IPrepared<T> part) => _graph.Prepared.Add(part);

    /// <exception cref="UnrollException">Layers that share it need other shapes, or there are too many weights.</exception>
    internal Parameter AddParameter(
        string role, Shape shape, Initializer initializer, Regularizer? regularizer = null, (int Start, int Count) ones = default,
        double? momentum = null)
    {
        if (_shares)
        {
            Parameter shared = _declared.Parameters[_declared.NextParameter++];
            shared.Uses++;
            return shared.Shape == shape ? shared : throw new UnrollException(
                $"{shared.Name} has shape {shared.Shape}, but the layer's other place in the graph needs {shape}. "
                + "Shared layers need inputs with the same number of features.");
        }

        if (initializer is OrthogonalInitializer && shape.Rank < 2)
            throw new UnrollException(
                $"{LayerName}/{role} has shape {shape}, but only a matrix can be orthogonal. Choose another initializer.");
        return _graph.Add(_declared, new Parameter($"{LayerName}/{role}", shape, 0)
        { Initializer = initializer, Regularizer = regularizer, Ones = ones, Momentum = momentum });
    }

    /// <summary>
    /// Memory for the gradients of a parameter, or of some of its columns: [rows × columns], columns a multiple of
    /// <see cref="RowPadding.Multiple"/>.
    /// </summary>
    internal GradientSlab AddGradient(Parameter parameter, int rows, int columns, GradientRun[] runs) => _shares
        ? _declared.Gradients[_declared.NextGradient++]
        : _graph.Add(_declared, new GradientSlab(parameter, _graph.GradientSize, rows, columns, runs));
}
