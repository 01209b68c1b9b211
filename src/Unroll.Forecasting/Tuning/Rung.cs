namespace Unroll.Forecasting;

/// <summary>A round of a search: so many trials, each trained for so many epochs.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Trials">How many are trained; fewer where too many diverged.</param>
/// <param name="Epochs">Of each.</param>
public sealed record Rung(int Number, int Trials, int Epochs)
{
    /// <summary>η, of how many trials one goes on, and by how much longer it is trained.</summary>
    public const int Reduction = 3;

    private const int MostTrials = 1_000_000;

    /// <summary>
    /// The rungs of successive halving (Jamieson and Talwalkar 2016; Li et al. 2018, algorithm 1, with η = 3): the last trains for
    /// <paramref name="epochs"/>, each before it three times as many trials for a third of the epochs, rounded. There are as many
    /// rungs as leave two trials or more to choose from in the last, and an epoch or more in the first.
    /// </summary>
    /// <remarks>27 trials and 45 epochs give 27 · 5, 9 · 15 and 3 · 45: 405 epochs of training instead of 1215.</remarks>
    /// <exception cref="UnrollException">There are no trials, more than 1,000,000, or no epochs.</exception>
    public static IReadOnlyList<Rung> Plan(int trials, int epochs)
    {
        if (trials is < 1 or > MostTrials)
            throw new UnrollException($"The number of trials is {trials}; it must be from 1 to {MostTrials}.");
        if (epochs < 1)
            throw new UnrollException($"The number of epochs is {epochs}; it must be at least 1.");
        int rungs = 1;
        for (int left = trials / Reduction, first = epochs / Reduction; left >= 2 && first >= 1; left /= Reduction, first /= Reduction)
            rungs++;
        var plan = new Rung[rungs];
        for (int i = 0, left = trials; i < rungs; i++, left /= Reduction)
            plan[i] = new Rung(i + 1, left, (int)Math.Round(epochs / Math.Pow(Reduction, rungs - 1 - i)));
        return plan;
    }

    /// <summary>
    /// The results from the lowest error to the highest; of equal ones, and of those that diverged, the first trial first.
    /// </summary>
    public static IEnumerable<TrialResult> Rank(IEnumerable<TrialResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return results.OrderBy(result => result.HasDiverged ? double.PositiveInfinity : result.Error)
            .ThenBy(result => result.Run.Trial);
    }
}
