using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>Weights From … To − 1, which lie in a row and learn at one rate.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The one after the last.</param>
/// <param name="Factor">What the learning rate is multiplied with.</param>
internal readonly record struct RateSegment(int From, int To, double Factor);

/// <summary>
/// Steps of an optimiser over weights with different rates: layers have factors of their own, and frozen ones are left out. Optimisers take
/// whole vectors; the vectors in which two segments meet are taken on copies, of which only the segment's own weights go back.
/// </summary>
internal sealed class RateSegments<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RateSegment[] _segments;
    private readonly Edge[] _edges;

    private RateSegments(RateSegment[] segments, int threads, int slots)
    {
        _segments = segments;
        _edges = new Edge[threads];
        for (int i = 0; i < threads; i++)
            _edges[i] = new Edge(slots);
    }

    /// <summary>Null where all weights learn alike.</summary>
    /// <param name="parameters">In the order in which they lie.</param>
    /// <param name="rates">Factors by layer.</param>
    /// <param name="threads">How many take steps at once.</param>
    /// <param name="slots">Running sums of the optimiser.</param>
    public static RateSegments<T>? Of(
        IReadOnlyList<Parameter> parameters, IReadOnlyDictionary<string, double> rates, int threads, int slots)
    {
        var segments = new List<RateSegment>();
        foreach (Parameter parameter in parameters)
        {
            // The longest name says most: that of a layer within another.
            string? named = rates.Keys.Where(parameter.IsOf).MaxBy(layer => layer.Length);
            double factor = parameter.IsFrozen ? 0 : named is null ? 1 : rates[named];
            if (segments.Count > 0 && segments[^1].Factor == factor)
                segments[^1] = segments[^1] with { To = parameter.Offset + parameter.Length };
            else
                segments.Add(new RateSegment(parameter.Offset, parameter.Offset + parameter.Length, factor));
        }

        return segments.TrueForAll(segment => segment.Factor == 1)
            ? null
            : new RateSegments<T>([.. segments.Where(segment => segment.Factor > 0)], threads, slots);
    }

    /// <summary>Throws where a name is of no layer with weights.</summary>
    /// <exception cref="UnrollException">It is.</exception>
    public static void RequireLayers(IReadOnlyList<Parameter> parameters, IReadOnlyDictionary<string, double> rates)
    {
        foreach (string layer in rates.Keys)
        {
            if (!parameters.Any(parameter => parameter.IsOf(layer)))
            {
                throw new UnrollException(
                    $"LayerRates names {layer}, which has no weights here; there are: {string.Join(", ", Parameter.LayersOf(parameters))}.");
            }
        }
    }

    /// <summary>Takes the step over one thread's share of the weights.</summary>
    /// <param name="own">The share, whole vectors.</param>
    /// <param name="part">The thread's number.</param>
    /// <param name="work">What there is to change.</param>
    public void Step(ColumnRange own, int part, in StepWork<T> work)
    {
        foreach (RateSegment segment in _segments)
        {
            int from = Math.Max(own.From, segment.From), to = Math.Min(own.To, segment.To);
            if (from >= to)
                continue;
            StepWork<T> scaled = work with { Rate = work.Rate * segment.Factor };
            int first = Lanes.Pad(from), last = to / Lanes.Count * Lanes.Count;
            if (first > last)
            {
                _edges[part].Step(new ColumnRange(from, to), scaled);
                continue;
            }

            _edges[part].Step(new ColumnRange(from, first), scaled);
            if (first < last)
                scaled.Step(new ColumnRange(first, last));
            _edges[part].Step(new ColumnRange(last, to), scaled);
        }
    }

    /// <summary>One vector of weights, gradients and running sums.</summary>
    private sealed class Edge(int slots)
    {
        private readonly AlignedBuffer<T> _weights = new(Lanes.Count), _gradients = new(Lanes.Count);
        private readonly OptimizerState<T> _state = new(slots, Lanes.Count);

        /// <param name="some">Weights within one vector, or none.</param>
        /// <param name="work">What there is to change.</param>
        public void Step(ColumnRange some, in StepWork<T> work)
        {
            if (some.Length == 0)
                return;
            int start = some.From / Lanes.Count * Lanes.Count;
            var vector = new ColumnRange(start, start + Lanes.Count);
            var all = new ColumnRange(0, Lanes.Count);
            Span<T> weights = work.Store.SomeValues(vector);
            OptimizerSlots<T> sums = work.State.Some(vector), copies = _state.Some(all);
            weights.CopyTo(_weights.Span);
            work.Store.Gradients.Slice(start, Lanes.Count).CopyTo(_gradients.Span);
            for (int i = 0; i < _state.Count; i++)
                sums[i].CopyTo(copies[i]);
            work.Optimizer.Step(work.Kernels, _weights.Span, _gradients.Span, copies, work.Rate, work.Number);
            Range own = (some.From - start)..(some.To - start);
            _weights.Span[own].CopyTo(weights[own]);
            for (int i = 0; i < _state.Count; i++)
                copies[i][own].CopyTo(sums[i][own]);
        }
    }
}

/// <summary>What a step of an optimiser works on.</summary>
internal readonly record struct StepWork<T>(Optimizer Optimizer, Kernels<T> Kernels, ParameterStore<T> Store, OptimizerState<T> State)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public double Rate { get; init; }

    /// <summary>Number of the step, from 1.</summary>
    public long Number { get; init; }

    /// <param name="own">Whole vectors.</param>
    public void Step(ColumnRange own) =>
        Optimizer.Step(Kernels, Store.SomeValues(own), Store.Gradients.Slice(own.From, own.Length), State.Some(own), Rate, Number);
}
