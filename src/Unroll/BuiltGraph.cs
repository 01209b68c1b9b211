using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A graph of built layers over one parameter store, with the weights packed as the layers read them. Nothing in it changes while a batch
/// runs, so that any number of networks (<see cref="Network{T}"/>), each with memory of its own, run batches through it.
/// </summary>
internal sealed class BuiltGraph<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<IReadOnlyList<LayerState>> _recurrents;
    private readonly IPrepared<T>[] _prepared;
    private long _preparedVersion = -1;

    /// <param name="graph">The layers.</param>
    /// <param name="kernels">What they compute with.</param>
    /// <param name="inputGradient">Whether to keep dL/dx.</param>
    /// <param name="mostWeights">With more weights than these nothing is made, and it throws.</param>
    /// <exception cref="UnrollException">There are more weights, or a layer cannot take its inputs.</exception>
    public BuiltGraph(Graph graph, Kernels<T> kernels, bool inputGradient = false, int mostWeights = int.MaxValue)
        : this(graph, kernels, inputGradient, mostWeights, whole: null)
    {
    }

    /// <summary>A part of another graph, with that one's weights: they are packed here once more, not copied.</summary>
    /// <param name="part">Layers named as in the whole.</param>
    /// <param name="whole">Where the weights are.</param>
    /// <param name="inputGradient">Whether to keep dL/dx.</param>
    public BuiltGraph(Graph part, BuiltGraph<T> whole, bool inputGradient = false)
        : this(part, whole.Kernels, inputGradient, int.MaxValue, whole)
    {
    }

    private BuiltGraph(Graph graph, Kernels<T> kernels, bool inputGradient, int mostWeights, BuiltGraph<T>? whole)
    {
        (Kernels, Graph, KeepsInputGradient) = (kernels, graph, inputGradient);
        Shard = ShardRows(graph.Uses);
        var builder = new GraphBuilder<T>(kernels, mostWeights) { Given = whole?.Parameters.Parameters };
        Plan = new NetworkLayout<T>(graph, builder, Shard, inputGradient);
        Ops = [.. Plan.Nodes.Select(node => node.Op)];
        Outputs = [.. graph.Outputs.Select(node => node.Shape)];
        (InputSize, OutputSize) = (graph.Inputs.Sum(node => node.Shape.Size), Outputs.Sum(shape => shape.Size));
        RecurrentParts = [.. Ops.SelectMany(op => op.RecurrentParts)];
        StatefulParts = [.. RecurrentParts.Where(op => op.Layer.Stateful)];
        States = NameStates(Plan.Nodes);
        Parameters = whole?.Parameters ?? new ParameterStore<T>(builder.Parameters);
        foreach (Parameter own in whole is null ? [] : builder.Parameters)
            own.IsFrozen = Parameters.Parameters.First(each => each.Name == own.Name).IsFrozen;
        Weights = whole?.Weights ?? new WeightsLock();
        (GradientSlabs, GradientSize, Masks) = ([.. builder.Gradients], builder.GradientSize, builder.Masks);
        (_recurrents, _prepared, ScratchSize) = (builder.Recurrents, [.. builder.Prepared], builder.ScratchSize);
    }

    public Graph Graph { get; }

    public Kernels<T> Kernels { get; }

    /// <summary>Rows of a shard, see <see cref="ShardRows"/>.</summary>
    public int Shard { get; }

    public NetworkLayout<T> Plan { get; }

    public LayerOp<T>[] Ops { get; }

    public Shape[] Outputs { get; }

    /// <summary>Values of all inputs of a row, one after the other.</summary>
    public int InputSize { get; }

    /// <summary>Values of all outputs of a row, one after the other.</summary>
    public int OutputSize { get; }

    public ParameterStore<T> Parameters { get; }

    /// <summary>All recurrent layers, those inside others too.</summary>
    public RecurrentOp<T>[] RecurrentParts { get; }

    /// <summary>Those that carry their states from batch to batch.</summary>
    public RecurrentOp<T>[] StatefulParts { get; }

    /// <summary>All states of all recurrent layers, in their order.</summary>
    public StateSlot<T>[] States { get; }

    public GradientSlab[] GradientSlabs { get; }

    /// <summary>Values of memory that the gradients of one group of shards take.</summary>
    public int GradientSize { get; }

    /// <summary>How many masks there are.</summary>
    public int Masks { get; }

    /// <summary>Values of scratch memory of a thread.</summary>
    public int ScratchSize { get; }

    public bool KeepsInputGradient { get; }

    /// <summary>The version of the weights that the layers have packed.</summary>
    public long PreparedVersion
    {
        get => Volatile.Read(ref _preparedVersion);
        set => Volatile.Write(ref _preparedVersion, value);
    }

    /// <summary>Held while a run packs the weights that it reads.</summary>
    public Lock Packing { get; } = new();

    /// <summary>Held for reading while a batch runs, for writing while weights change.</summary>
    public WeightsLock Weights { get; }

    /// <summary>Waits until no batch runs, and lets none begin.</summary>
    public void EnterWrite() => Weights.EnterWrite();

    public void ExitWrite() => Weights.ExitWrite();

    /// <summary>Changes weights while nobody reads them.</summary>
    public void Write(Action<ParameterStore<T>> change)
    {
        EnterWrite();
        try
        {
            change(Parameters);
        }
        finally
        {
            ExitWrite();
        }
    }

    /// <summary>Backward leaves out what lies before the first layer that learns.</summary>
    /// <param name="all">True: it leaves out nothing.</param>
    public void ChooseBackward(bool all) => Plan.ChooseBackward(use =>
        all || KeepsInputGradient
            || Parameters.Parameters.Any(parameter => !parameter.IsFrozen && parameter.IsOf(Graph.NameOf(Graph.Uses[use]))));

    /// <summary>Packs a portion of the weights, after they have changed.</summary>
    public void Prepare(Portion portion)
    {
        foreach (IPrepared<T> part in _prepared)
            part.Prepare(Parameters.ReadOnlyValues, portion);
    }

    /// <summary>States for one network, by the number of the layer; empty at first.</summary>
    public RecurrentStates<T>[] NewStates() => [.. _recurrents.Select(states => new RecurrentStates<T>(states))];

    /// <summary>
    /// A layer that stands at several places has states at each: from the second on the place is named too, <c>lstm_1[2]/h</c>.
    /// </summary>
    private static StateSlot<T>[] NameStates(NodePlan<T>[] nodes)
    {
        var slots = new List<StateSlot<T>>();
        var places = new Dictionary<string, int>();
        foreach (NodePlan<T> node in nodes)
        {
            foreach (RecurrentOp<T> op in node.Op.RecurrentParts)
            {
                int place = places[op.Name] = places.GetValueOrDefault(op.Name) + 1;
                string layer = place == 1 ? op.Name : $"{op.Name}[{place}]";
                for (int s = 0; s < op.States.Count; s++)
                    slots.Add(new StateSlot<T>(op, s, $"{layer}/{op.Layer.OutputName(s + 1)}", ComesFromGraph: node.Inputs.Length > 1));
            }
        }

        return [.. slots];
    }

    public const int NarrowShard = 8, WideShard = 16;

    /// <summary>
    /// Rows of a batch that one thread carries from end to end. Eight keep a shard's working set near the second-level cache;
    /// from 384 units on the weights are far larger than that cache, and 16 rows use each twice for one trip from the third. The number
    /// depends on nothing but the layers, because it decides the order in which gradients are added.
    /// </summary>
    private static int ShardRows(IReadOnlyList<LayerUse> uses) => uses.Max(use => use.Layer.RecurrentUnits) >= 384
        ? WideShard
        : NarrowShard;
}

/// <summary>One state of a recurrent layer.</summary>
/// <param name="Op">The layer.</param>
/// <param name="State">Which of its states.</param>
/// <param name="Name">What it is called, for example <c>lstm_1/h</c>.</param>
/// <param name="ComesFromGraph">Whether the layer begins from a value of the graph, so that no other can be given.</param>
internal sealed record StateSlot<T>(RecurrentOp<T> Op, int State, string Name, bool ComesFromGraph)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Units => Op.States[State].Units;
}
