using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>Something of a layer that takes in the weights after they changed.</summary>
internal interface IPrepared<T>
    where T : unmanaged
{
    /// <summary>Called before the shards of a batch run.</summary>
    /// <param name="parameters">All weights of the model.</param>
    /// <param name="portion">The part of the work to do; other threads may do the others at the same time.</param>
    void Prepare(ReadOnlySpan<T> parameters, Portion portion);
}

/// <summary>What all layers of a graph have declared while they were built.</summary>
/// <param name="kernels">What they compute with.</param>
/// <param name="mostWeights">With more weights than these it throws.</param>
internal sealed class GraphBuilder<T>(Kernels<T> kernels, int mostWeights)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<string, DeclaredParts> _declared = [];
    private readonly HashSet<string> _names = [];
    private int _offset, _uses;

    public Kernels<T> Kernels { get; } = kernels;

    /// <summary>Where the weights are that the layers take by the names of their parameters; null: the layers get new ones.</summary>
    public IReadOnlyList<Parameter>? Given { get; init; }

    public List<Parameter> Parameters { get; } = [];

    public List<GradientSlab> Gradients { get; } = [];

    public List<IPrepared<T>> Prepared { get; } = [];

    /// <summary>Values of memory that the gradient slabs take.</summary>
    public int GradientSize { get; private set; }

    public int Masks { get; set; }

    public int RandomStreams { get; set; }

    public int ScratchSize { get; set; }

    /// <summary>The states of each recurrent layer.</summary>
    public List<IReadOnlyList<LayerState>> Recurrents { get; } = [];

    /// <summary>
    /// Before a layer is built. One with the weights of an earlier one declares the same parameters again, and gets that one's.
    /// </summary>
    public LayerBuilder<T> Begin(string name, int shardRows, bool shares)
    {
        _uses++;
        return new LayerBuilder<T>(this, name, shardRows, shares);
    }

    /// <summary>What was declared under one name; for another use of the layer from the beginning.</summary>
    public DeclaredParts DeclaredBy(string name)
    {
        if (!_declared.TryGetValue(name, out DeclaredParts? declared))
            _declared.Add(name, declared = new DeclaredParts());
        if (declared.Use != _uses)
            (declared.Use, declared.NextParameter, declared.NextGradient) = (_uses, 0, 0);
        return declared;
    }

    public Parameter Add(DeclaredParts declared, Parameter parameter)
    {
        parameter = parameter with { Offset = Given?.First(each => each.Name == parameter.Name).Offset ?? _offset };
        if (!_names.Add(parameter.Name))
            throw new UnrollException($"Two parameters are named {parameter.Name}. Give each a role of its own in the layer.");
        Parameters.Add(parameter);
        declared.Parameters.Add(parameter);
        _offset = checked(_offset + parameter.Length);
        return _offset <= mostWeights ? parameter : throw new UnrollException("its weights do not fit its layers");
    }

    public GradientSlab Add(DeclaredParts declared, GradientSlab slab)
    {
        Gradients.Add(slab);
        declared.Gradients.Add(slab);
        GradientSize = checked(GradientSize + slab.Size);
        return slab;
    }
}

/// <summary>What a layer has declared under its name, in order.</summary>
internal sealed class DeclaredParts
{
    public List<Parameter> Parameters { get; } = [];

    public List<GradientSlab> Gradients { get; } = [];

    /// <summary>Which use of a layer it was declared or asked for last.</summary>
    public int Use { get; set; }

    public int NextParameter { get; set; }

    public int NextGradient { get; set; }
}
