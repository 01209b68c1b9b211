using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>Weights From … To − 1, which lie in a row and learn alike.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The one after the last.</param>
/// <param name="Factor">What the learning rate is multiplied with.</param>
/// <param name="Decays">Whether weight decay goes to them.</param>
internal readonly record struct RateSegment(int From, int To, double Factor, bool Decays);

/// <summary>
/// Steps of an optimiser over weights that do not learn alike: layers have factors of their own, frozen ones are left out, and some
/// parameters have no weight decay. Kernels take whole vectors; the vectors in which two segments meet are taken on copies, of which only
/// the segment's own weights go back.
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
    /// <param name="optimizer">Whose steps they are.</param>
    /// <param name="rates">Factors by layer.</param>
    /// <param name="threads">How many take steps at once.</param>
    public static RateSegments<T>? Of(
        IReadOnlyList<Parameter> parameters, Optimizer optimizer, IReadOnlyDictionary<string, double> rates, int threads)
    {
        var segments = new List<RateSegment>();
        foreach (Parameter parameter in parameters)
        {
            RateSegment own = Of(parameter, optimizer, rates);
            if (segments.Count > 0 && segments[^1].Factor == own.Factor && segments[^1].Decays == own.Decays)
                segments[^1] = segments[^1] with { To = own.To };
            else
                segments.Add(own);
        }

        return segments.TrueForAll(segment => segment is { Factor: 1, Decays: true })
            ? null
            : new RateSegments<T>([.. segments.Where(segment => segment.Factor > 0)], threads, optimizer.Slots);
    }

    /// <summary>One parameter; the factor 0 where it does not learn.</summary>
    public static RateSegment Of(Parameter parameter, Optimizer optimizer, IReadOnlyDictionary<string, double> rates)
    {
        // The longest name says most: that of a layer within another.
        string? named = rates.Keys.Where(parameter.IsOf).MaxBy(layer => layer.Length);
        double factor = parameter.IsFrozen ? 0 : named is null ? 1 : rates[named];
        return new RateSegment(parameter.Offset, parameter.Offset + parameter.Length, factor, optimizer.Decays(parameter.Name));
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
                    $"LayerRates names {layer}, which has no weights here; there are: "
                        + $"{string.Join(", ", Parameter.LayersOf(parameters))}.");
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
            StepWork<T> scaled = work with { Rate = work.Rate * segment.Factor, Decays = segment.Decays };
            int first = RowPadding.Pad(from), last = to / RowPadding.Multiple * RowPadding.Multiple;
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
        private readonly AlignedBuffer<T> _weights = new(RowPadding.Multiple), _gradients = new(RowPadding.Multiple);
        private readonly OptimizerState<T> _state = new(slots, RowPadding.Multiple);

        /// <param name="some">Weights within one vector, or none.</param>
        /// <param name="work">What there is to change.</param>
        public void Step(ColumnRange some, in StepWork<T> work)
        {
            if (some.Length == 0)
                return;
            int start = some.From / RowPadding.Multiple * RowPadding.Multiple;
            var vector = new ColumnRange(start, start + RowPadding.Multiple);
            var all = new ColumnRange(0, RowPadding.Multiple);
            Span<T> weights = work.Store.SomeValues(vector);
            OptimizerSlots<T> sums = work.State.Some(vector), copies = _state.Some(all);
            weights.CopyTo(_weights.Span);
            work.Store.Gradients.Slice(start, RowPadding.Multiple).CopyTo(_gradients.Span);
            for (int i = 0; i < _state.Count; i++)
                sums[i].CopyTo(copies[i]);
            var own = new ColumnRange(some.From - start, some.To - start);
            work.Step(_weights.Span, _gradients.Span, copies, own);
            _weights.Span[own.From..own.To].CopyTo(weights[own.From..]);
            for (int i = 0; i < _state.Count; i++)
                copies[i][own.From..own.To].CopyTo(sums[i][own.From..]);
        }
    }
}
