using System.Numerics;
using Unroll.Kernels;

namespace Unroll;

/// <summary>One named array of weights in the flat store of a model.</summary>
/// <param name="Name">Layer and role, for example <c>lstm_1/recurrent_kernel</c>.</param>
/// <param name="Shape">Its extents, for example (H, 4H).</param>
/// <param name="Offset">Where it starts in the flat store.</param>
public sealed record Parameter(string Name, Shape Shape, int Offset)
{
    /// <summary>How many values it has.</summary>
    public int Length => Shape.Size;

    /// <summary>True where training does not change it, see <see cref="Model.Freeze"/>.</summary>
    public bool IsFrozen { get; internal set; }

    internal Initializer Initializer { get; init; } = Initializer.Zeros;

    internal Regularizer? Regularizer { get; init; }

    /// <summary>Where a bias starts at 1 in spite of its initializer (an LSTM's forget gate): first index and count.</summary>
    internal (int Start, int Count) Ones { get; init; }

    /// <summary>
    /// Null: the weights are trained. Otherwise they are a moving average of a statistic of the layer's input: in place of gradients stands
    /// the sum over the shards of statistic × rows, and a step makes of the value v: Momentum·v + (1 − Momentum)·sum/rows of the batch.
    /// </summary>
    internal double? Momentum { get; init; }

    /// <summary>Places of the graph that share it.</summary>
    internal int Uses { get; set; } = 1;

    internal Range Range => Offset..(Offset + Length);

    /// <summary>Whether it belongs to a layer, or to a part of one, or is what is named itself.</summary>
    internal bool IsOf(string name) => Name == name
        || (Name.Length > name.Length && Name[name.Length] == '/' && Name.StartsWith(name, StringComparison.Ordinal));

    internal static IEnumerable<string> LayersOf(IEnumerable<Parameter> parameters) =>
        parameters.Select(p => p.Name[..p.Name.IndexOf('/')]).Distinct();
}

/// <summary>
/// All weights of a model in one flat buffer, their gradients in another of equal length: optimisers, clipping,
/// checkpoints and checksums are loops over one span. The length is padded with zeros to whole vectors.
/// </summary>
internal sealed class ParameterStore<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> _values, _gradients;

    public ParameterStore(IReadOnlyList<Parameter> parameters)
    {
        Parameters = parameters;
        Count = parameters.Sum(p => p.Length);
        PaddedLength = RowPadding.Pad(Count);
        (_values, _gradients) = (new AlignedBuffer<T>(PaddedLength), new AlignedBuffer<T>(PaddedLength, onFirstUse: true));
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>How many weights there are.</summary>
    public int Count { get; }

    public int PaddedLength { get; }

    /// <summary>The weights, to be changed: each use of this property counts as a change, so do not keep the span.</summary>
    public Span<T> Values
    {
        get
        {
            MarkChanged();
            return _values.Span;
        }
    }

    public ReadOnlySpan<T> ReadOnlyValues => _values.Span;

    /// <summary>Grows with every change of the weights.</summary>
    public long Version { get; private set; }

    /// <summary>Some of the weights, for threads that change them together: the caller calls <see cref="MarkChanged"/> once.</summary>
    public Span<T> SomeValues(ColumnRange some) => _values.Slice(some.From, some.Length);

    /// <summary>Says that the weights have changed.</summary>
    public void MarkChanged() => Version++;

    public Span<T> Gradients => _gradients.Span;

    /// <summary>The penalties of all regularizers, on the weights as they are.</summary>
    public double Penalty()
    {
        double penalty = 0;
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Regularizer is not { } regularizer)
                continue;
            penalty += regularizer.Penalty(ReadOnlyValues[Parameters[i].Range], Parameters[i].Shape);
        }

        return penalty;
    }

    /// <summary>
    /// Takes the values of the parameter of the same name and shape for each of its own; all, or none where one is missing.
    /// </summary>
    /// <param name="others">The parameters of another store.</param>
    /// <param name="values">Their values.</param>
    /// <param name="keepsMissing">True: what is missing stays as it is.</param>
    /// <returns>The names of the parameters that stay as they were.</returns>
    /// <exception cref="UnrollException">One is missing there, or has another shape.</exception>
    public List<string> CopyFrom(IReadOnlyList<Parameter> others, ReadOnlySpan<T> values, bool keepsMissing = false)
    {
        var named = others.ToDictionary(parameter => parameter.Name);
        List<string> missing = [];
        foreach (Parameter own in Parameters)
        {
            Parameter? source = named.GetValueOrDefault(own.Name);
            if (source?.Shape == own.Shape)
                continue;
            missing.Add(own.Name);
            string theirs = source is null ? "no parameter of this name" : $"shape {source.Shape}";
            if (!keepsMissing)
                throw new UnrollException($"{own.Name} has shape {own.Shape}, but the other model has {theirs}.");
        }

        MarkChanged();
        foreach (Parameter own in Parameters)
        {
            if (named.TryGetValue(own.Name, out Parameter? source) && source.Shape == own.Shape)
                values[source.Range].CopyTo(_values.Span[own.Range]);
        }

        return missing;
    }

    /// <summary>Fills every parameter from its initializer; each has a random stream of its own.</summary>
    public void Initialize(ulong seed)
    {
        MarkChanged();
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameter parameter = Parameters[i];
            var random = new RandomSource(seed, (ulong)i);
            var initial = new double[parameter.Length];
            parameter.Initializer.Fill(initial, parameter.Shape, ref random);
            initial.AsSpan(parameter.Ones.Start, parameter.Ones.Count).Fill(1);
            Span<T> target = _values.Span[parameter.Range];
            for (int j = 0; j < initial.Length; j++)
                target[j] = T.CreateTruncating(initial[j]);
        }
    }
}
