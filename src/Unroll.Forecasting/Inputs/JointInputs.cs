using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// What networks look at in one series: on each row what the plan of each target gives, side by side. K targets have K outputs for each
/// of the H rows ahead.
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
    public Shape Shape => new(Lead.Window + (Lead.HasKnown ? Lead.Steps : 0), Plans.Sum(InputFrame.ChannelsOf));

    /// <summary>
    /// The inputs of the plans of all targets. Of columns and dates that several give in the same way, and of the constants of the series,
    /// one is kept.
    /// </summary>
    public static JointInputs Of(IReadOnlyList<InputPlan> plans)
    {
        var kept = new List<InputPlan>();
        foreach (InputPlan plan in plans)
            kept.Add(InputNumbers.Of(plan).Aggregate(plan, (reduced, group) => group.WithoutGiven(reduced, kept)));

        return new JointInputs(kept.AsReadOnly(), 0);
    }

    /// <summary>The same with other constants of the series.</summary>
    public JointInputs WithConstants(IReadOnlyList<double> constants) =>
        this with { Plans = [Plans[0] with { Constants = constants }, .. Plans.Skip(1)] };

    /// <summary>Which channels of a plan are those of another that gives less; null where both give the same.</summary>
    public static int[]? Selection(InputPlan whole, InputPlan part)
    {
        if (InputFrame.ChannelsOf(whole) == InputFrame.ChannelsOf(part))
            return null;
        return [.. InputNumbers.Of(whole).SelectMany(group => group.KeptIn(part)).Index().Where(each => each.Item)
            .Select(each => each.Index)];
    }
}
