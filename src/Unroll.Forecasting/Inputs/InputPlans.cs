namespace Unroll.Forecasting;

/// <summary>The plans that are worth trying for a split: its transforms, and groups of inputs. Only training rows are looked at.</summary>
internal static class InputPlans
{
    /// <summary>A column whose distance from the target is no more than this many of the target's usual changes is in its units.</summary>
    private const double AlikeChanges = 4;

    /// <summary>Lags of a linear model where there is no season: more of them mostly add noise.</summary>
    private const int FewLags = 5;

    private const int LongestSeason = 2016, MostSeasons = 4, RowsAround = 4, LagSets = 4;

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
        ScaledColumn[] known = [.. split.Inputs.Known.Select(name => Scaled(split, name, false))];
        InputPlan[] plain = [.. transforms.Select(each => new InputPlan
        {
            Target = split.Target,
            Transform = each.Name,
            IsTransformFixed = transform is not null,
            Window = split.Window,
            Lags = season > 1 ? split.Window : Math.Min(FewLags, split.Window),
            Steps = steps,
            Season = season,
            Known = known,
            Mean = MeanOf(train, each.Name),
            InUnitsOfVolatility = season == 1 && (each == TargetTransform.Difference || each == TargetTransform.LogReturn),
            Scale = ScaleOf(train.Values, each.Name),
        })];
        SeasonalIndices? indices = season > 1 ? SeasonalIndices.Of(train.Values, season, train.Dates[0]) : null;
        return indices is null ? plain : [.. plain, .. plain.Select(plan => WithSeason(plan with { Indices = indices }, train))];
    }

    /// <summary>Groups of inputs in the order in which they are worth trying.</summary>
    public static IReadOnlyList<Func<InputPlan, InputPlan>> Groups(ForecastSplit split, int steps)
    {
        var groups = new List<Func<InputPlan, InputPlan>>();
        ReadOnlySpan<DateTime> dates = split.Train.DateSpan;
        string[] alike = [.. split.Inputs.Past.Where(name => IsAlike(split, name))];
        ScaledColumn[] past = [.. split.Inputs.Past.Except(alike).Select(name => Scaled(split, name, true))];
        int[] seasons = [];
        if (split.Inputs.Calendar)
        {
            var calendar = CalendarFeatures.For(dates);
            bool isShort = (dates[^1] - dates[0]).TotalDays < 2 * 365;
            seasons =
            [
                .. SeasonalPeriod.Candidates(split.Table)
                    .Where(period => period <= LongestSeason && 3L * period <= split.Train.Count).Take(MostSeasons),
            ];
            if (calendar.Count > 0 || seasons.Length > 0)
                groups.Add(plan => plan with { Calendar = calendar.Count > 0 ? calendar : null, Seasons = plan.Season > 1 ? seasons : [], KeepsCalendarFromNetworks = isShort });
            // What a linear model can do without stays where networks see it: they do more with it.
            if (isShort && seasons.Length > 0)
                groups.Add(plan => plan.Season > 1 ? plan with { Calendar = null, Seasons = seasons } : plan);
            if (isShort && calendar is { TimeOfDay: true, Weekday: true })
                groups.Add(plan => plan.Calendar is { } own ? plan with { Calendar = own with { Weekday = false } } : plan);
        }

        groups.AddRange(HolidayGroups(split.Inputs.Holidays, dates));
        if (split.Inputs.Calendar)
        {
            if (steps <= YearMemory.MostDays && YearMemory.Fits(dates))
                groups.Add(plan => plan with { Memory = true });
            // On rows of days ridge gains by it and networks lose more.
            if (seasons.Length > 0 && split.Train.Calendar.Kind == DateSpacing.WithinDay)
                groups.Add(plan => plan.Seasons.Count > 0 ? plan with { Around = RowsAround } : plan);
        }

        if (alike.Length > 0)
            groups.Add(plan => plan with { Alike = alike });
        if (past.Length > 0)
            groups.Add(plan => plan with { Past = past });
        groups.Add(plan => plan.Season == 1 ? plan with { Lags = split.Window } : Shorter(plan, 2 * plan.Season));
        groups.Add(plan => plan.Season == 1 ? plan : Shorter(plan, 3 * plan.Season / 2));
        groups.Add(plan => plan.Lags >= FewLags ? plan with { LagSets = LagSets } : plan);
        return groups;
    }

    /// <summary>
    /// Holidays all alike, then each with an effect of its own, and then what else holidays before the origin do: the values that are seen
    /// were unusual there.
    /// </summary>
    private static List<Func<InputPlan, InputPlan>> HolidayGroups(string? country, ReadOnlySpan<DateTime> dates)
    {
        var groups = new List<Func<InputPlan, InputPlan>>();
        if (country is null || HolidayFeatures.For(country, dates) is not { } holidays)
            return groups;
        groups.Add(plan => plan with { Holidays = holidays with { Names = [] } });
        if (holidays.Names.Count > 0)
            groups.Add(plan => plan with { Holidays = holidays });
        if (holidays.IsOfDays)
            groups.Add(plan => plan.Holidays is { } own ? plan with { Holidays = own with { Days = HolidayFeatures.DaysSeen } } : plan);
        return groups;
    }

    /// <summary>A plan of fewer lags, which leaves more rows to learn from.</summary>
    private static InputPlan Shorter(InputPlan plan, int lags) => plan with { Lags = Math.Min(plan.Lags, lags) };

    /// <summary>A plan made for one series with the scales of another, so that one network reads both.</summary>
    public static InputPlan Adapted(InputPlan plan, ForecastSplit split) => WithSeason(plan, split.Train) with
    {
        Mean = MeanOf(split.Train, plan.Transform),
        Past = [.. plan.Past.Select(column => Scaled(split, column.Name, true))],
        Known = [.. plan.Known.Select(column => Scaled(split, column.Name, false))],
    };

    /// <summary>A plan with the scale of some training rows and, where it takes their season away, that season.</summary>
    public static InputPlan WithSeason(InputPlan plan, Series train)
    {
        double[] values = train.ToArray();
        SeasonalIndices? indices = plan.Indices is { Period: var period } && SeasonalIndices.AreIn(values, period) ? SeasonalIndices.Of(values, period, train.Dates[0]) : null;
        if (indices is not null)
            values = [.. values.Select((value, row) => indices.Remove(value, row))];
        return plan with { Indices = indices, Scale = ScaleOf(values, plan.Transform) };
    }

    /// <summary>The rows of the season that is seen in the window; 1 for none.</summary>
    public static int Season(ForecastSplit split) => SeasonalPeriod.Find(split.Train, Math.Max(split.Window, RowsOfADay(split.Train.Calendar))) ?? 1;

    /// <summary>The rows of a day where they come more often than that; 0 otherwise. A day is a season whatever the window.</summary>
    private static int RowsOfADay(RowCalendar calendar) => calendar.Kind == DateSpacing.WithinDay && calendar.Spacing > TimeSpan.Zero ? (int)(TimeSpan.TicksPerDay / calendar.Spacing.Ticks) : 0;

    private static double MeanOf(Series train, string transform) => transform == TargetTransform.None.Name ? train.ToArray().Average() : 0;

    private static ScaledColumn Scaled(ForecastSplit split, string name, bool mayChange) =>
        ScaledColumn.Fit(name, split.Table[name].Values[..split.Train.Count], mayChange);

    private static bool IsAlike(ForecastSplit split, string name)
    {
        ReadOnlySpan<double> target = split.Train.Values, column = split.Table[name].Values[..target.Length];
        double[] apart = new double[target.Length - 1], changes = new double[target.Length - 1];
        for (int row = 1; row < target.Length; row++)
            (apart[row - 1], changes[row - 1]) = (Math.Abs(column[row] - target[row]), Math.Abs(target[row] - target[row - 1]));
        Array.Sort(apart);
        Array.Sort(changes);
        return apart[apart.Length / 2] <= AlikeChanges * changes[changes.Length / 2];
    }

    private static double ScaleOf(ReadOnlySpan<double> values, string transform)
    {
        double sum = 0;
        for (int row = 1; row < values.Length; row++)
        {
            double change = transform switch
            {
                "log-return" => Math.Log(values[row] / values[row - 1]),
                "relative" => (values[row] - values[row - 1]) / Math.Abs(values[row - 1]),
                _ => values[row] - values[row - 1],
            };
            sum += change * change;
        }

        double scale = Math.Sqrt(sum / (values.Length - 1));
        return scale > 0 && double.IsFinite(scale) ? scale : 1;
    }
}
