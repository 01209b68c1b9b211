namespace Unroll.Forecasting;

/// <summary>
/// How much one setting mattered among the trials of the first rung, which were all trained equally long.
/// </summary>
/// <remarks>
/// The trials are put in groups, by value for cell and layers, by thirds of the trials for the other settings. With η² the share of
/// the variance of log error between the groups' means, n trials and k groups,
/// <code>share = 1 − (1 − η²) · (n − 1) / (n − k), at least 0.</code>
/// It is the main effect of a functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014), taken from group means instead
/// of a forest, less what chance alone would give groups of that size (ε² of Kelley 1935). A trial that diverged counts as the worst
/// that did not.
/// <para>
/// Its limits: a setting that matters only together with another, as units with a learning rate, has a low share; the shares need
/// not add up to 1; with 27 trials they are uncertain by a tenth or two; and they hold for trainings as short as the first rung's,
/// which favour fast learning.
/// </para>
/// </remarks>
/// <param name="Setting">Which setting.</param>
/// <param name="Share">From 0 to 1.</param>
/// <param name="BestFrom">The least value of the group with the lowest mean of log error.</param>
/// <param name="BestTo">The highest value of that group.</param>
/// <param name="BestError">The group's geometric mean of error.</param>
public sealed record SettingImportance(Hyperparameter Setting, double Share, double BestFrom, double BestTo, double BestError)
{
    /// <summary>With fewer trials than this nothing is said.</summary>
    public const int LeastTrials = 9;

    private const int Groups = 3;

    /// <summary><c>8..24</c>, or the value where the best group has one.</summary>
    public string BestValues => BestFrom == BestTo ? Setting.Text(BestFrom) : $"{Setting.Text(BestFrom)}..{Setting.Text(BestTo)}";

    /// <summary>From the most to the least important, without settings that are the same in all trials.</summary>
    internal static IReadOnlyList<SettingImportance> Of(IEnumerable<TrialResult> firstRung)
    {
        TrialResult[] results = [.. firstRung];
        if (results.Count(result => !result.HasDiverged) < LeastTrials)
            return [];
        double worst = results.Where(result => !result.HasDiverged).Max(result => result.Error);
        double[] errors = [.. results.Select(result => Math.Log(Math.Max(result.HasDiverged ? worst : result.Error, double.Epsilon)))];
        return
        [
            .. Hyperparameter.All
                .Select(setting => Of(setting, [.. results.Select(result => setting.Value(result.Run.Settings))], errors))
                .OfType<SettingImportance>()
                .OrderByDescending(importance => importance.Share),
        ];
    }

    private static SettingImportance? Of(Hyperparameter setting, double[] values, double[] errors)
    {
        int n = values.Length;
        double[] sorted = [.. values.Order()];
        // Equal values belong together: the first of them decides.
        double Group(double value) => setting.IsChoice ? value : Math.Floor((double)Groups * Array.IndexOf(sorted, value) / n);
        int[][] groups = [.. Enumerable.Range(0, n).GroupBy(i => Group(values[i])).Select(group => group.ToArray())];
        if (groups.Length < 2)
            return null;
        double mean = errors.Average(), total = errors.Sum(error => (error - mean) * (error - mean));
        double Mean(int[] group) => group.Average(i => errors[i]);
        double between = groups.Sum(group => group.Length * Math.Pow(Mean(group) - mean, 2));
        // Errors that are all the same have a variance of rounding alone.
        double share = errors.Max() > errors.Min() ? Math.Clamp(1 - ((1 - (between / total)) * (n - 1) / (n - groups.Length)), 0, 1) : 0;
        int[] best = groups.MinBy(Mean)!;
        return new SettingImportance(setting, share, best.Min(i => values[i]), best.Max(i => values[i]), Math.Exp(Mean(best)));
    }
}
