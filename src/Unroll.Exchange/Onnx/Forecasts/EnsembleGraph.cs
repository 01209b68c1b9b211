using Unroll.Forecasting;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>What a member forecasts of one part, in the target's units.</summary>
/// <param name="Values">[H].</param>
/// <param name="Head">[H, K], the quantiles that networks say; null without a head.</param>
internal sealed record RawGraph(string Values, string? Head);

/// <summary>
/// Least squares and the networks that correct them, for all series at once: the networks are in the graph once, and see the windows of all
/// series as one batch.
/// </summary>
internal sealed class EnsembleGraph
{
    private readonly GraphMath _math;
    private readonly EnsembleModel[][] _models;
    private readonly GraphFrame[][] _frames;
    private readonly int _targets, _horizon;
    private readonly ForecastHead _head;
    private readonly JointInputs _inputs;

    /// <param name="math">Where it is written: the outermost graph.</param>
    /// <param name="series">The rows of each series.</param>
    /// <param name="models">[series][targets].</param>
    public EnsembleGraph(GraphMath math, IReadOnlyList<GraphSeries> series, EnsembleModel[][] models)
    {
        (_math, _models, _targets) = (math, models, models[0].Length);
        EnsembleModel lead = models[0][0];
        (_horizon, _head, _inputs) = (lead.Horizon, lead.Head, lead.Inputs);
        _frames = [.. models.Select((own, s) =>
            Array.ConvertAll(own, model => new GraphFrame(math, series[s], model.Linear.Plan, _horizon)))];
    }

    /// <summary>Whether the seasons of a series are known.</summary>
    public IEnumerable<string> SoundnessOf(int series) => _frames[series].Select(frame => frame.IsSound).OfType<string>();

    /// <summary>[series][targets].</summary>
    public RawGraph[][] Write() => _models[0][0].Strategy == Strategy.Recursive ? Recursive() : Direct();

    private RawGraph[][] Direct()
    {
        GraphFrame.State[][] states = Array.ConvertAll(_frames, own => Array.ConvertAll(own, frame => frame.Start));
        string[][] values = Forecasts(_math, states, null, out string[][]? heads);
        return [.. values.Select((own, s) => own.Select((value, k) => new RawGraph(value, heads?[s][k])).ToArray())];
    }

    private RawGraph[][] Recursive()
    {
        GraphFrame.State[] all = [.. _frames.SelectMany(own => own.Select(frame => frame.Start))];
        string[] start = [.. all.SelectMany(state => state.All)];
        int outputs = all.Length * (_head == ForecastHead.None ? 1 : 2);
        string[] results = _math.Loop(_math.Whole(_horizon), start, [.. start.Select(_ => DataType.Double)], Body, outputs);
        string Flat(int i) => _math.Reshape(results[start.Length + i], _horizon);
        string? Head(int i) => _head == ForecastHead.None
            ? null
            : _math.Reshape(results[start.Length + all.Length + i], _horizon, Heads.Levels.Length);
        return
        [
            .. _frames.Select((own, s) => own.Select((_, k) => new RawGraph(Flat((s * _targets) + k), Head((s * _targets) + k))).ToArray()),
        ];

        string[] Body(GraphMath math, string time, string[] before)
        {
            int at = 0;
            GraphFrame.State[][] states = Array.ConvertAll(_frames, own => Array.ConvertAll(own, frame =>
            {
                int count = frame.Start.All.Length;
                return frame.Start.With(before[at..(at += count)]);
            }));
            string[][] values = Forecasts(math, states, time, out string[][]? heads);
            IEnumerable<string> after = _frames.SelectMany((own, s) => own.SelectMany((frame, k) => frame.Append(
                math, states[s][k], values[s][k],
                name => values[s][Array.FindIndex(own, other => other.Plan.Target.Equals(name, StringComparison.OrdinalIgnoreCase))]).All));
            return [.. after, .. values.SelectMany(own => own), .. heads?.SelectMany(own => own) ?? []];
        }
    }

    /// <summary>The forecasts of the plans' steps, [series][targets] of [steps], and with a head their quantiles, [steps, K].</summary>
    private string[][] Forecasts(GraphMath math, GraphFrame.State[][] states, string? moved, out string[][]? heads)
    {
        int steps = _inputs.Lead.Steps, ahead = _inputs.Lead.HasKnown ? steps : 0;
        string[] windows = [.. _frames.Select((own, s) => math.Unsqueeze(math.Concat(1, [.. own.Select((frame, k) =>
        {
            string channels = frame.Channels(math, states[s][k], moved, ahead);
            return JointInputs.Selection(frame.Plan, _models[s][k].Inputs.Plans[k]) is { } kept
                ? math.Gather(channels, math.Wholes([.. kept.Select(each => (long)each)]), 1) : channels;
        })]), 0))];
        (string corrections, string? quantiles) = Outputs(math, math.Concat(0, windows), steps);
        // Networks need not say NaN where they see it.
        string[] seen = Array.ConvertAll(windows, window => math.All(math.Reshape(math.Not(math.Function("IsNaN", window)), -1)));
        var values = new string[_frames.Length][];
        var said = new string[_frames.Length][];
        for (int s = 0; s < _frames.Length; s++)
        {
            (values[s], said[s]) = (new string[_targets], new string[_targets]);
            for (int k = 0; k < _targets; k++)
            {
                GraphFrame frame = _frames[s][k];
                EnsembleModel model = _models[s][k];
                string linear = LinearGraph.Write(math, frame, states[s][k], model.Linear, moved), scales = math.Numbers(model.Scales);
                string correction = math.Where(seen[s], Own(corrections, s, k), math.NotANumber);
                values[s][k] = frame.Inverse(math, states[s][k], math.Add(linear, math.Multiply(scales, correction)));
                if (quantiles is null)
                    continue;
                string spread = math.Add(math.Unsqueeze(linear, 1), math.Multiply(math.Unsqueeze(scales, 1), Own(quantiles, s, k)));
                string ends = frame.Inverse(math, states[s][k], spread, axes: 2);
                string median = math.Slice(ends, Heads.Median, Heads.Median + 1, 1);
                said[s][k] = math.Add(math.Unsqueeze(values[s][k], 1), math.Subtract(ends, median));
            }
        }

        heads = quantiles is null ? null : said;
        return values;

        string Own(string all, int s, int k) => math.Gather(math.Gather(all, math.Whole(s)), math.Whole(k), 1);
    }

    /// <summary>The mean correction, [series, steps, targets], and with a head the mean quantiles, [series, steps, targets, K].</summary>
    private (string Corrections, string? Quantiles) Outputs(GraphMath math, string windows, int steps)
    {
        IReadOnlyList<Model> networks = _models[0][0].Networks;
        int each = Heads.OutputsOf(_head);
        string[] outputs = [.. networks.Select(network => NetworkGraph.Write(network, math.Graph, windows))];
        if (_head == ForecastHead.None)
        {
            // 32-bit numbers, as they are averaged without a graph.
            string sum = outputs.Aggregate((a, b) => math.Add(a, b));
            string count = math.Graph.Constant("networks", [(float)networks.Count], []);
            return (math.ToNumber(math.Reshape(math.Divide(sum, count), -1, steps, _targets)), null);
        }

        string[] quantiles = [.. outputs.Select(output =>
            HeadGraph.Quantiles(math, _head, math.ToNumber(math.Reshape(output, -1, steps, _targets, each))))];
        string mean = quantiles.Select(own => math.Divide(own, math.Number(networks.Count))).Aggregate((a, b) => math.Add(a, b));
        string median = math.Gather(mean, math.Whole(Heads.Median), 3);
        return (math.ToNumber(math.ToFloat(median)), mean);
    }
}

/// <summary>Least squares of the inputs of a frame.</summary>
internal static class LinearGraph
{
    /// <returns>[steps], in units of the plan.</returns>
    public static string Write(GraphMath math, GraphFrame frame, GraphFrame.State state, RidgeWeights linear, string? moved)
    {
        int inputs = linear.Weights[0].Length - 1;
        string weights = math.Numbers([.. linear.Weights.SelectMany(row => row[..^1])], linear.Weights.Length, inputs);
        string products = math.Multiply(frame.Linear(math, state, moved), weights);
        return math.Add(math.Sum(products, 1), math.Numbers([.. linear.Weights.Select(row => row[^1])]));
    }
}
