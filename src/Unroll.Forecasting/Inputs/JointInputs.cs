using System.Numerics.Tensors;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// What networks for several targets look at: on each row what the plan of each target gives, side by side. K targets have K outputs for
/// each of the H rows ahead.
/// </summary>
/// <param name="Plans">One a target, all of the same window; what an earlier plan gives already is not in a later one.</param>
/// <param name="Index">Which of the targets is meant.</param>
internal sealed record JointInputs(IReadOnlyList<InputPlan> Plans, int Index)
{
    /// <summary>Columns and targets of all plans.</summary>
    [JsonIgnore]
    public IEnumerable<string> Columns => Plans.SelectMany(plan => plan.Columns.Prepend(plan.Target)).Distinct();

    /// <summary>A plan that says how far ahead the networks predict, and whether anything is known of rows to come.</summary>
    [JsonIgnore]
    public InputPlan Lead => Plans.FirstOrDefault(plan => plan.HasKnown) ?? Plans[0];

    /// <summary>(T + H, F) where anything is known of rows to come, otherwise (T, F).</summary>
    [JsonIgnore]
    public Shape Shape => new(OriginSamples.ShapeOf(Lead).Steps, Plans.Sum(InputFrame.ChannelsOf));

    /// <summary>The inputs of the plans of all targets. Of columns and dates that several give in the same way one is kept.</summary>
    public static JointInputs Of(IReadOnlyList<InputPlan> plans)
    {
        var kept = new List<InputPlan>();
        foreach (InputPlan plan in plans)
        {
            kept.Add(plan with
            {
                Past = [.. plan.Past.Except(kept.SelectMany(other => other.Past))],
                Known = [.. plan.Known.Except(kept.SelectMany(other => other.Known))],
                Calendar = kept.Exists(other => other.Calendar == plan.Calendar) ? null : plan.Calendar,
            });
        }

        return new JointInputs(kept.AsReadOnly(), 0);
    }

    /// <summary>Inputs of <paramref name="count"/> origins that follow one another, with targets where there are any.</summary>
    /// <param name="tables">The rows, for each target.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="targets">[K][count, H]; null where there are none yet.</param>
    /// <exception cref="UnrollException">A value that is needed is missing.</exception>
    public SideBySideSamples Samples(IReadOnlyList<TimeSeries> tables, int first, int count, float[][]? targets)
    {
        InputFrame[] frames = [.. Plans.Select((plan, k) => new InputFrame(tables[k], plan))];
        for (int k = 0; k < frames.Length; k++)
        {
            if (frames[k].Rows < first + count)
                throw new UnrollException($"{tables[k].Name} has no {Plans[k].Target} on {tables[k].Format(tables[k].Dates[frames[k].Rows])}, and the targets are predicted together. Choose --missing drop, forward-fill or interpolate, or complete the file.");
        }

        return new SideBySideSamples(frames, Plans, Shape, Lead, first, count, targets);
    }

    /// <summary>The mean output of the networks for each target and origin, [K][count, H].</summary>
    public float[][] Corrections(IReadOnlyList<Model> networks, IReadOnlyList<TimeSeries> tables, int first, int count)
    {
        SideBySideSamples samples = Samples(tables, first, count, null);
        var mean = new float[count * samples.TargetShape.Size];
        foreach (Model network in networks)
            TensorPrimitives.Add(mean, network.Predict(samples), mean);
        TensorPrimitives.Divide(mean, networks.Count, mean);
        return [.. Enumerable.Range(0, Plans.Count).Select(k => Enumerable.Range(0, mean.Length / Plans.Count).Select(i => mean[(i * Plans.Count) + k]).ToArray())];
    }
}
