namespace Unroll.Forecasting;

/// <summary>
/// The inputs that all series share for one target, each series with its own scale: found on the newest training rows of some of them.
/// </summary>
/// <param name="Plans">One a series, alike but for scales and constants.</param>
/// <param name="Penalties">[series][H] of least squares.</param>
/// <param name="IsPooled">Whether one set of linear weights for all series does better than a set for each.</param>
/// <param name="OwnError">What the latter leave of the naive forecast's RMSE on the validation rows, mean over all series.</param>
/// <param name="PooledError">The same of the former; null for one series.</param>
internal sealed record PlanChoice(InputPlan[] Plans, double[][] Penalties, bool IsPooled, double OwnError, double? PooledError)
{
    /// <summary>Inputs are chosen on no more series than this, spread evenly over all.</summary>
    private const int MostAsked = 24, FewestAsked = 4;

    /// <summary>And on fewer where they are long, so that about so many rows are looked at.</summary>
    private const int RowsAsked = 12_000;

    /// <summary>
    /// The choice for one target of some series. It is kept with the first of the splits, so that all forecasters of the same splits start
    /// from the same.
    /// </summary>
    /// <param name="series">The target in each series.</param>
    /// <param name="recipe">Of which horizon, strategy, transform, validation share, metric and threads count.</param>
    /// <param name="names">Of the series, for messages; null where there are none.</param>
    /// <param name="cancellation">Ends it between two plans.</param>
    /// <param name="tried">Told how many plans were tried, of how many at most; of a choice that is known nothing is told.</param>
    /// <exception cref="UnrollException">A series has too few training rows.</exception>
    public static PlanChoice Of(
        IReadOnlyList<ForecastSplit> series,
        EnsembleRecipe recipe,
        IReadOnlyList<string>? names,
        CancellationToken cancellation,
        Action<int, int>? tried = null)
    {
        Dictionary<Key, (ForecastSplit[] Series, PlanChoice Choice)> cache = series[0].Choices;
        lock (cache)
        {
            var key = new Key(recipe.Steps, recipe.Strategy, recipe.Transform, recipe.Validation, recipe.Metric);
            if (cache.TryGetValue(key, out (ForecastSplit[] Series, PlanChoice Choice) known) && known.Series.SequenceEqual(series))
                return known.Choice;
            ForecastSplit[] splits = [.. series];
            foreach (ForecastSplit split in splits)
                recipe.Transform?.RequireInverse(split.Train.Values);
            PlanChoice choice = Choose(splits, recipe, new SeriesLoop(recipe.Network.Threads, names, cancellation), tried);
            cache[key] = (splits, choice);
            return choice;
        }
    }

    /// <summary>The plans with the window of the networks, and for each series the constants that tell it from others.</summary>
    public PlanChoice For(EnsembleRecipe recipe, IReadOnlyList<TrainingSeries> series) => this with
    {
        Plans = [.. Plans.Select((plan, s) => plan with
        {
            Window = WindowOf(plan, recipe, series[s].Targets[0]),
            Constants = series[s].Constants ?? [],
        })],
    };

    /// <summary>What was chosen for some splits is found again under this; the splits are compared besides.</summary>
    internal readonly record struct Key(int Steps, Strategy Strategy, TargetTransform? Transform, double Validation, ForecastMetric Metric);

    private static int WindowOf(InputPlan plan, EnsembleRecipe recipe, ForecastSplit split) =>
        plan.Season > 1 ? split.Window : Math.Min(recipe.Window ?? EnsembleRecipe.DefaultWindow, split.Window);

    private static PlanChoice Choose(ForecastSplit[] whole, EnsembleRecipe recipe, SeriesLoop loop, Action<int, int>? tried)
    {
        var inner = new ForecastSplit[whole.Length];
        loop.Run(inner.Length, s => inner[s] = whole[s].WithinTraining(recipe.ValidationRows(whole[s])));

        // The longest of the series that show the season that most of them show, if any do, says what there is to choose from.
        int[] seasons = Array.ConvertAll(inner, InputPlans.Season);
        int season = seasons.Where(found => found > 1).GroupBy(found => found).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key).FirstOrDefault()?.Key ?? 1;
        int showing = seasons.Count(found => found == season);
        ForecastSplit lead = inner.Where((_, s) => seasons[s] == season).MaxBy(split => split.Train.Count)!;
        ForecastSplit[] asked = EvenChoice.Of(inner, Math.Clamp(RowsAsked / lead.Train.Count, FewestAsked, MostAsked));
        bool hasLogarithms = whole.All(split => split.Train.Values.IndexOfAnyInRange(double.NegativeInfinity, 0) < 0);

        int[] periods = season == 1 || 2 * showing > inner.Length ? [season] : [1, season];
        InputPlan[] candidates = [.. periods.SelectMany(each => InputPlans.Candidates(lead, recipe.StepsAtOnce, each, recipe.Transform))
            .Where(candidate => recipe.Transform is not null || hasLogarithms || candidate.Transform != TargetTransform.LogReturn.Name)
            .Select(candidate => candidate with { IsAbsolute = recipe.Metric.IsAbsolute() })];
        IReadOnlyList<Func<InputPlan, InputPlan>> groups = InputPlans.Groups(lead, recipe.Steps);

        // The last trial is that of the best plan, with all series.
        int most = (candidates.Length * (1 + groups.Count)) + (inner.Length / asked.Length), judged = 0;
        tried?.Invoke(0, most);
        InputPlan best = RidgeWeights.Grow(candidates, groups, plan =>
        {
            double error = PlanTrial.Of(asked, Array.ConvertAll(asked, split => InputPlans.Adapt(plan, split)), season, recipe.Metric,
                false, loop).Error;
            tried?.Invoke(++judged, most);
            return error;
        });
        InputPlan[] plans = Array.ConvertAll(inner, split => InputPlans.Adapt(best, split));
        var trial = PlanTrial.Of(inner, plans, season, recipe.Metric, true, loop);
        tried?.Invoke(most, most);
        bool isPooled = trial.SharedError < trial.OwnError;
        double[] penalties = isPooled ? trial.SharedPenalties : trial.OwnPenalties;
        return new PlanChoice(plans, Array.ConvertAll(plans, _ => penalties), isPooled, trial.OwnError,
            inner.Length == 1 ? null : trial.SharedError);
    }
}
