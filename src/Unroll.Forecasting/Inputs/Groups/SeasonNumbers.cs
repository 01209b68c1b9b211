namespace Unroll.Forecasting;

/// <summary>
/// What the target was at the same place of the seasons before: the newest time, and on average. A linear model may see what it was around
/// that place too, and around the origin.
/// </summary>
internal sealed class SeasonNumbers(InputPlan plan) : KnownNumbers
{
    public const int MostTimes = 4;

    private const int LongestSeason = 2016, MostSeasons = 4, RowsAround = 4;

    /// <summary>The transformed values where they are another origin's than the target's own; null where they are the same.</summary>
    private double[]? _earlier;

    public override int LinearCount => 2 * plan.Seasons.Count;

    public override int FurtherCount => plan.Around > 0 ? ((4 * plan.Around) + 1) * plan.Seasons.Count : 0;

    public override InputGroup Group => InputGroup.Season;

    public override Contribution Contribution => Contribution.Season;

    public override string? InWords => plan.Seasons.Count > 0 ? "the calendar" : null;

    public override bool IsSound => plan.Seasons.All(season => season >= 2);

    /// <summary>The season that was taken away beforehand is one of them.</summary>
    public override IEnumerable<InputKey> Keys => plan.Seasons.Count > 0 || plan.Indices is not null ? [new InputKey(Group)] : [];

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        double[] earlier = _earlier ?? frame.Transformed;
        double level = frame.LevelAt(origin), unit = frame.UnitAt(origin);
        int newest = Math.Min(origin, row - 1), at = 0;
        foreach (int season in plan.Seasons)
        {
            int same = row - (season * (((row - newest) + season - 1) / season));
            double sum = 0, last = double.NaN;
            int count = 0;
            for (int back = same; back >= 0 && count < MostTimes; back -= season, count++)
            {
                double value = (earlier[back] - level) / unit;
                last = count == 0 ? value : last;
                sum += value;
            }

            inputs[at++] = count > 0 ? last : 0;
            inputs[at++] = count > 0 ? sum / count : 0;
        }
    }

    /// <summary>
    /// What the target was around the same place of the season before, and what it was around the origin a season before that origin: how
    /// the day began a week ago says how far today is from it.
    /// </summary>
    public override void WriteFurther(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        double[] earlier = _earlier ?? frame.Transformed;
        double level = frame.LevelAt(origin), unit = frame.UnitAt(origin);
        int at = 0;
        foreach (int season in plan.Seasons)
        {
            int same = row - (season * (((row - origin) + season - 1) / season));
            for (int apart = -plan.Around; apart <= plan.Around; apart++)
            {
                if (apart != 0)
                    inputs[at++] = ValueAt(same + apart);
            }

            for (int apart = -plan.Around; apart <= plan.Around; apart++)
                inputs[at++] = ValueAt(origin - season + apart);
        }

        // What lies before the first row is not known: the level says most.
        double ValueAt(int at) => at < 0 ? 0 : (earlier[Math.Min(at, origin)] - level) / unit;
    }

    /// <summary>What it holds of its own is that of one origin.</summary>
    public override InputNumbers Continue(InputFrame whole, int origin, int steps) => new SeasonNumbers(plan);

    public override void Append(InputFrame frame, int row, Func<string, double> other)
    {
        if (_earlier is not null)
            _earlier[row] = frame.Transformed[row];
    }

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        if (move.Key.Group == Group)
        {
            double[] earlier = [.. frame.Transformed];
            Take(earlier, move.Whole.Transformed, move);
            _earlier = Shift(earlier, -move.Apart);
        }
        else if (move.IsColumn && move.Key.Name == plan.Target)
        {
            _earlier = Shift(frame.Transformed, move.Apart);
        }

        return this;
    }

    /// <summary>The seasons in rows that are worth looking at.</summary>
    public static int[] Periods(ForecastSplit split) =>
    [
        .. SeasonalPeriod.Candidates(split.Table)
            .Where(period => period <= LongestSeason && 3L * period <= split.Train.Count).Take(MostSeasons),
    ];

    /// <summary>What was around; the seasons themselves come with the calendar (<see cref="CalendarNumbers.Choices"/>).</summary>
    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split)
    {
        // On rows of days ridge gains by it and networks lose more.
        return split.Inputs.Calendar && split.Train.Calendar.Kind == DateSpacing.WithinDay && Periods(split).Length > 0
            ? [plan => plan.Seasons.Count > 0 ? plan with { Around = RowsAround } : plan]
            : [];
    }
}
