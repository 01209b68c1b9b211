namespace Unroll.Forecasting;

/// <summary>What a search found, with the naive forecast's error on the same rows beside every error.</summary>
public sealed class TuningResult
{
    internal TuningResult(TuningOptions options, IReadOnlyList<Rung> rungs, string measure, double naiveError,
        IReadOnlyList<TrialResult> results)
    {
        (Options, Rungs, Measure, NaiveError, Results) = (options, rungs, measure, naiveError, results);
        Standings =
        [
            .. results.GroupBy(result => result.Run.Rung).OrderByDescending(rung => rung.Key).SelectMany(Rung.Rank)
                .DistinctBy(result => result.Run.Trial),
        ];
        Importance = SettingImportance.Of(results.Where(result => result.Run.Rung == 1));
    }

    /// <summary>The options of the search.</summary>
    public TuningOptions Options { get; }

    /// <summary>The rungs of the search, the shortest trainings first.</summary>
    public IReadOnlyList<Rung> Rungs { get; }

    /// <summary>What errors are: RMSE, in the target's unit, or mean RMSSE, of several parts in units of each part's own changes.</summary>
    public string Measure { get; }

    /// <summary>The naive forecast's error on the validation rows.</summary>
    public double NaiveError { get; }

    /// <summary>Every training, by rung and then by trial.</summary>
    public IReadOnlyList<TrialResult> Results { get; }

    /// <summary>
    /// Each trial once, with the result of the last rung it reached: those that came furthest first, of these the lowest error.
    /// </summary>
    public IReadOnlyList<TrialResult> Standings { get; }

    /// <summary>The lowest error of the last rung.</summary>
    /// <remarks>
    /// The lowest of many errors on the same rows is lower than the same network's error on rows to come: it was picked for it.
    /// What it is worth shows only on a test range that the search has not seen.
    /// </remarks>
    public TrialResult Best => Standings[0];

    /// <summary>
    /// The lowest error of all trainings, also of shorter ones; of equal ones the longest. Another than <see cref="Best"/> where more
    /// epochs made it worse.
    /// </summary>
    public TrialResult Lowest => Results.Where(result => !result.HasDiverged).OrderBy(result => result.Error)
        .ThenByDescending(result => result.Run.Rung).ThenBy(result => result.Run.Trial).First();

    /// <summary>What mattered, from the most to the least; empty where there are too few trials to say.</summary>
    public IReadOnlyList<SettingImportance> Importance { get; }

    /// <summary>1 − error / naive error: above 0 is better than naive; null where training diverged.</summary>
    public double? Skill(TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.HasDiverged ? null : Metrics.Skill(result.Error, NaiveError);
    }
}
