namespace Unroll.Forecasting;

/// <summary>The target's own newest values, seen from the level.</summary>
internal sealed class OwnPast(InputPlan plan) : InputNumbers
{
    /// <summary>Lags of a linear model where there is no season: more of them mostly add noise.</summary>
    public const int FewLags = 5;

    private const int LagSets = 4;

    public override int LinearCount => plan.Lags;

    public override int Channels => 1;

    public override InputGroup Group => InputGroup.OwnPast;

    public override Contribution Contribution => Contribution.Recent;

    public override IEnumerable<InputKey> Keys => [new InputKey(Group, plan.Target)];

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        double level = frame.LevelAt(origin), unit = frame.UnitAt(origin);
        for (int k = 0; k < inputs.Length; k++)
            inputs[k] = (frame.Transformed[origin - k] - level) / unit;
    }

    public override void WriteChannels(InputFrame frame, int origin, int row, Span<float> channels) =>
        channels[0] = row <= origin ? (float)((frame.Transformed[row] - frame.LevelAt(origin)) / frame.UnitAt(origin)) : 0;

    /// <summary>Other numbers of lags, and the mean of several.</summary>
    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split) =>
    [
        plan => plan.Season == 1 ? plan with { Lags = split.Window } : Shorter(plan, 2 * plan.Season),
        plan => plan.Season == 1 ? plan : Shorter(plan, 3 * plan.Season / 2),
        plan => plan.Lags >= FewLags ? plan with { LagSets = LagSets } : plan,
    ];

    /// <summary>A plan of fewer lags, which leaves more rows to learn from.</summary>
    private static InputPlan Shorter(InputPlan plan, int lags) => plan with { Lags = Math.Min(plan.Lags, lags) };
}
