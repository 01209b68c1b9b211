namespace Unroll.Forecasting;

/// <summary>The plans that are worth trying for a split: its transforms, and groups of inputs. Only training rows are looked at.</summary>
internal static class InputPlans
{
    /// <summary>
    /// Plans that look at the target alone, the one to prefer first. Without a season that is five lags of log-returns, or of differences
    /// where values are not all above 0, in units of their volatility; with one it is differences from the level, all lags of the window.
    /// </summary>
    /// <param name="split">Its training rows and window count.</param>
    /// <param name="steps">H.</param>
    /// <param name="season">m; 1 for none.</param>
    /// <param name="transform">The transform to use; null to try those that are defined.</param>
    public static IReadOnlyList<InputPlan> Candidates(ForecastSplit split, int steps, int season, TargetTransform? transform)
    {
        Series train = split.Train;
        bool isPositive = train.Values.IndexOfAnyInRange(double.NegativeInfinity, 0) < 0;
        TargetTransform[] transforms = transform is not null ? [transform]
            : !isPositive ? [TargetTransform.Difference]
            : season > 1 ? [TargetTransform.Difference, TargetTransform.LogReturn]
            : [TargetTransform.LogReturn, TargetTransform.Difference];

        // What the user says is known is used, whatever a linear model can do with it: the networks may do more.
        ScaledColumn[] known = [.. split.Inputs.Known.Select(name => KnownColumns.Fit(split, name))];
        InputPlan[] plain = [.. transforms.Select(each => new InputPlan
        {
            Target = split.Target,
            Transform = each.Name,
            Given = transform,
            IsTransformFixed = transform is not null,
            Window = split.Window,
            Lags = season > 1 ? split.Window : Math.Min(OwnPast.FewLags, split.Window),
            Steps = steps,
            Season = season,
            Known = known,
            Mean = MeanOf(train, each),
            InUnitsOfVolatility = season == 1 && each is { IsDifferenced: true, IsRelative: false },
            Scale = ScaleOf(train.Values, each),
        })];
        SeasonalIndices? indices = season > 1 ? SeasonalIndices.Of(train.Values, season, train.Dates[0]) : null;
        return indices is null ? plain : [.. plain, .. plain.Select(plan => WithSeason(plan with { Indices = indices }, train))];
    }

    /// <summary>Groups of inputs in the order in which they are worth trying.</summary>
    public static IReadOnlyList<Func<InputPlan, InputPlan>> Groups(ForecastSplit split, int steps) =>
    [
        .. CalendarNumbers.Choices(split),
        .. HolidayNumbers.Choices(split),
        .. MemoryNumbers.Choices(split, steps),
        .. SeasonNumbers.Choices(split),
        .. AlikeColumns.Choices(split),
        .. PastColumns.Choices(split),
        .. OwnNumbers.Choices(split),
        .. OwnPast.Choices(split),
    ];

    /// <summary>A plan made for one series with the scales of another, so that one network reads both.</summary>
    public static InputPlan Adapt(InputPlan plan, ForecastSplit split) => WithSeason(plan, split.Train) with
    {
        Mean = MeanOf(split.Train, plan.Mapping),
        Past = [.. plan.Past.Select(column => PastColumns.Fit(split, column.Name))],
        Known = [.. plan.Known.Select(column => KnownColumns.Fit(split, column.Name))],
        Own = plan.Own is { } own ? [.. own.Select(each => OwnInput.Fit(split, each.Input))] : null,
    };

    /// <summary>A plan with the scale of some training rows and, where it takes their season away, that season.</summary>
    public static InputPlan WithSeason(InputPlan plan, Series train)
    {
        double[] values = train.ToArray();
        SeasonalIndices? indices = plan.Indices is { Period: var period } && SeasonalIndices.AreIn(values, period)
            ? SeasonalIndices.Of(values, period, train.Dates[0]) : null;
        if (indices is not null)
            values = [.. values.Select((value, row) => indices.Remove(value, row))];
        return plan with { Indices = indices, Scale = ScaleOf(values, plan.Mapping) };
    }

    /// <summary>The rows of the season that is seen in the window; 1 for none.</summary>
    public static int Season(ForecastSplit split) =>
        SeasonalPeriod.Find(split.Train, Math.Max(split.Window, RowsOfADay(split.Train.Calendar))) ?? 1;

    /// <summary>The rows of a day where they come more often than that; 0 otherwise. A day is a season whatever the window.</summary>
    private static int RowsOfADay(RowCalendar calendar) => calendar.Kind == DateSpacing.WithinDay && calendar.Spacing > TimeSpan.Zero
        ? (int)(TimeSpan.TicksPerDay / calendar.Spacing.Ticks) : 0;

    private static double MeanOf(Series train, TargetTransform transform) =>
        transform.IsDifferenced ? 0 : Array.ConvertAll(train.ToArray(), transform.Map).Average();

    private static double ScaleOf(ReadOnlySpan<double> values, TargetTransform transform)
    {
        double sum = 0;
        for (int row = 1; row < values.Length; row++)
        {
            double change = transform.ChangeOf(values[row], values[row - 1]);
            sum += change * change;
        }

        double scale = Math.Sqrt(sum / (values.Length - 1));
        return scale > 0 && double.IsFinite(scale) ? scale : 1;
    }
}
