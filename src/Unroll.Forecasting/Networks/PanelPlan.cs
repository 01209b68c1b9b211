namespace Unroll.Forecasting;

/// <summary>
/// The inputs that all series of a panel share, each series with its own scale: found as for one series, on the newest training rows of
/// some of them.
/// </summary>
/// <param name="Plans">One a series, alike but for scales and constants.</param>
/// <param name="Penalties">[series][H] of least squares.</param>
/// <param name="IsPooled">Whether one set of linear weights for all series does better than a set for each.</param>
/// <param name="OwnError">What the latter leave of the naive forecast's RMSE on the validation rows, mean over all series.</param>
/// <param name="PooledError">The same of the former; null for one series.</param>
internal sealed record PanelPlan(InputPlan[] Plans, double[][] Penalties, bool IsPooled, double OwnError, double? PooledError)
{
    /// <summary>Inputs are chosen on no more series than this, spread evenly over all.</summary>
    private const int MostAsked = 24;

    /// <param name="inner">The training rows of each series, cut into those to learn from and those to choose by.</param>
    /// <param name="whole">The same series with all training rows.</param>
    /// <param name="recipe">Of which horizon and transform count.</param>
    /// <param name="each">Runs an action for every number below a count, on several threads.</param>
    public static PanelPlan Choose(ForecastSplit[] inner, ForecastSplit[] whole, EnsembleRecipe recipe, Action<int, Action<int>> each)
    {
        // The series with the season of most of them, and of these the longest, says what there is to choose from.
        int[] seasons = Array.ConvertAll(inner, InputPlans.Season);
        int season = seasons.GroupBy(found => found).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
        ForecastSplit lead = inner.Where((_, s) => seasons[s] == season).MaxBy(split => split.Train.Count)!;
        ForecastSplit[] asked = [.. Enumerable.Range(0, Math.Min(MostAsked, inner.Length)).Select(i => inner[(int)((long)i * inner.Length / Math.Min(MostAsked, inner.Length))])];
        bool hasLogarithms = whole.All(split => split.Train.Values.IndexOfAnyInRange(double.NegativeInfinity, 0) < 0);

        IEnumerable<InputPlan> candidates = InputPlans.Candidates(lead, recipe.Steps, recipe.Transform)
            .Where(candidate => recipe.Transform is not null || hasLogarithms || candidate.Transform != TargetTransform.LogReturn.Name);
        InputPlan best = LinearStage.Grown(candidates, InputPlans.Groups(lead, recipe.Steps), plan =>
            new LinearStage.Judged(plan, [], Judge(asked, Array.ConvertAll(asked, split => InputPlans.Adapted(plan, split))).Error)).Plan;
        InputPlan[] plans = Array.ConvertAll(inner, split => InputPlans.Adapted(best, split));
        (double[][] own, double ownError) = Judge(inner, plans);
        if (inner.Length == 1)
            return new PanelPlan(plans, own, false, ownError, null);
        var parts = new PooledLinear.Part[inner.Length];
        each(parts.Length, s => parts[s] = new PooledLinear.Part(new InputFrame(inner[s].Table, plans[s]), plans[s], inner[s].Train.Count));
        (double[] shared, double[] errors) = PooledLinear.Judge(parts);
        bool isPooled = errors.Average() < ownError;
        return new PanelPlan(plans, isPooled ? Array.ConvertAll(plans, _ => shared) : own, isPooled, ownError, errors.Average());

        (double[][] Penalties, double Error) Judge(ForecastSplit[] splits, InputPlan[] adapted)
        {
            var found = new LinearStage.Judged[splits.Length];
            each(found.Length, s => found[s] = LinearStage.Judge(splits[s].Table, adapted[s], splits[s].Train.Count));
            return (Array.ConvertAll(found, entry => entry.Penalties), found.Average(entry => entry.Error));
        }
    }

    /// <summary>The plans with the window of the networks, and for each series the constants that tell it from others.</summary>
    public PanelPlan For(EnsembleRecipe recipe, ForecastSplit[] inner, double[][] constants) => this with
    {
        Plans = [.. Plans.Select((plan, s) => EnsembleTraining.PlanFor(plan, recipe, inner[s]) with { Constants = constants[s] })],
    };
}
