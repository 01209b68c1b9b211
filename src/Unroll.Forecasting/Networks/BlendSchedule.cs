namespace Unroll.Forecasting;

/// <summary>
/// What of a blend is fitted in a time, decided before its shares are found. The cheap and robust comes first: plain rules, ridge
/// regression, other rules, then networks with what is left. A member that does not end in its time is left out; the first never is. Time
/// is kept for judging and for the fit to all rows, at which what there is no time for stays as it was fitted first.
/// </summary>
/// <param name="budget">The time.</param>
/// <param name="earlier">Of a fit to fewer rows: what was left out there is left out again; null for none.</param>
internal sealed class BlendSchedule(TimeBudget budget, BlendSchedule? earlier)
{
    /// <summary>What a fit to all rows takes of the first fit, which judges itself too.</summary>
    private const double RefitOfRule = 0.65, RefitOfRidge = 0.5;

    /// <summary>What rules that take long may have of the time that is left: ARIMA helps least, and networks come after them.</summary>
    private const double ShareOfEts = 0.5, ShareOfArima = 1.0 / 3;

    /// <summary>Networks have no use for less than this share of the whole.</summary>
    private const double LeastForNetworks = 0.03;

    /// <summary>Networks have so much of what is left: what they forecast takes longer to judge.</summary>
    private const double ShareOfNetworks = 0.8;

    /// <summary>
    /// Forecasters that a comparison judges beside the members: plain rules, the blend, and the blend without networks; and what takes as
    /// long as judging some: the rows to come, and writing all down.
    /// </summary>
    private const int JudgedBeside = 6, WrittenAs = 4;

    /// <summary>So many series say how long judging takes, so often at most, and in so much of the time.</summary>
    private const int Asked = 12, MostAsked = 50;

    private const double ShareOfAsking = 0.02;

    /// <summary>For what comes after the last fit.</summary>
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(0.4);

    private readonly Dictionary<PartsForecaster, TimeSpan> _took = [];
    private readonly Dictionary<PartsForecaster, NetworkTime> _networks = [];
    private readonly Dictionary<string, string> _leftOut = [];
    private readonly List<string> _cut = [];
    private TimeSpan _judging;

    /// <summary>What was left out or cut short, a sentence each.</summary>
    public IReadOnlyList<string> Sentences => [.. _leftOut.Values, .. _cut];

    /// <summary>Why a forecaster was left out; null where it was not.</summary>
    public string? LeftOut(string key) => _leftOut.GetValueOrDefault(key);

    /// <summary>The members in the order in which they are fitted.</summary>
    public static PartsForecaster[] Order(IEnumerable<PartsForecaster> members) => [.. members.OrderBy(UsualTime.Rank)];

    /// <summary>Fits a member; false where there is no time for it.</summary>
    /// <param name="member">Not yet fitted.</param>
    /// <param name="task">What is asked.</param>
    /// <param name="run">Of the member.</param>
    /// <param name="kinds">How many kinds of networks are not fitted yet.</param>
    public bool Fit(PartsForecaster member, ForecastTask task, FitRun run, int kinds)
    {
        if (earlier?.LeftOut(member.Key) is { } reason)
        {
            _leftOut[member.Key] = reason;
            return false;
        }

        long start = budget.Clock.GetTimestamp();
        bool isFirst = _took.Count == 0;
        bool isFitted = member is EnsembleForecaster ensemble
            ? FitNetworks(ensemble, task, run, kinds, isFirst)
            : isFirst ? FitFirst(member, task, run) : FitWithin(member, task, run, TimeFor(member));
        if (!isFitted)
            return false;
        _took[member] = budget.Clock.GetElapsedTime(start);
        if (isFirst && !budget.IsOpen)
            _judging = Judging(member, task, run.Outer);
        return true;
    }

    /// <summary>Fits a rule that is judged beside the members; false where there is no time for it.</summary>
    public bool FitBeside(PartsForecaster rule, ForecastTask task, FitRun run) =>
        UsualTime.Rank(rule) < UsualTime.Rank(new RidgeForecaster()) ? FitFirst(rule, task, run) : FitWithin(rule, task, run, Free() / 2);

    /// <summary>Fits the members again, the cheap ones first.</summary>
    public void Refit(IReadOnlyList<PartsForecaster> members, ForecastTask task, FitRun run)
    {
        PartsForecaster[] order = Order(members);
        double[] places = UsualTime.Places(order, task, 1);
        var stayed = new List<string>();
        for (int k = 0; k < order.Length; k++)
        {
            PartsForecaster member = order[k];
            FitRun own = run.Within(member.Name, places[k], places[k + 1]);
            TimeSpan left = budget.Left - (_judging * WrittenAs) - s_closing;
            if (member is EnsembleForecaster ensemble)
                RefitNetworks(ensemble, task, own, left / (order.Length - k), stayed);
            else if (k > 0 && (left <= TimeSpan.Zero || !IsInTime(member, () => left, own, limited => member.RefitIn(task, limited))))
                stayed.Add($"the {member.Name} forecast");
            else if (k == 0)
                member.RefitIn(task, own);
        }

        if (stayed.Count > 0)
            _cut.Add($"Not fitted again to all rows, as {(budget.IsEnded ? "the run was ended" : "the time was up")}: "
                + $"{NameList.Of([.. stayed])}.");
    }

    /// <summary>Says by how much a run went over that has ended.</summary>
    public void End()
    {
        if (budget.Left < TimeSpan.Zero && !budget.IsEnded)
        {
            _cut.Add($"The run took {TimeBudget.InWords(-budget.Left)} longer than the {TimeBudget.InWords(budget.Whole)} it had: "
                + "what is never left out takes as long.");
        }
    }

    private static bool FitFirst(PartsForecaster member, ForecastTask task, FitRun run)
    {
        member.FitIn(task, run);
        return true;
    }

    private bool FitWithin(PartsForecaster member, ForecastTask task, FitRun run, TimeSpan allowed)
    {
        TimeSpan? foreseen = null;
        if (allowed > TimeSpan.Zero
            && IsInTime(member, () => allowed, run, limited => member.FitIn(task, limited), time => foreseen = time))
            return true;
        string would = foreseen is { } time
            ? $"it would have taken about {TimeBudget.InWords(time)} of the {TimeBudget.InWords(allowed)} it could have"
            : $"it did not end in the {TimeBudget.InWords(allowed)} it could have";
        LeaveOut(member, allowed > TimeSpan.Zero ? would : "no time was left for it");
        return false;
    }

    private bool IsInTime(PartsForecaster member, Func<TimeSpan> allowed, FitRun run, Action<FitRun> work,
        Action<TimeSpan?>? foresaw = null)
    {
        using var outer = CancellationTokenSource.CreateLinkedTokenSource(run.Outer, budget.Ended);
        using var limit = new TimeLimit(budget.Clock, allowed(), outer.Token);
        try
        {
            work(run.Until(limit));
            return true;
        }
        catch (OperationCanceledException) when (!run.Outer.IsCancellationRequested)
        {
            foresaw?.Invoke(limit.Foreseen);
            return false;
        }
    }

    private bool FitNetworks(EnsembleForecaster member, ForecastTask task, FitRun run, int kinds, bool isFirst)
    {
        TimeSpan free = Free() * ShareOfNetworks;
        TimeSpan least = budget.Whole * LeastForNetworks;
        if (_networks.Values.FirstOrDefault()?.PerNetwork is { } other)
            least = TimeSpan.FromTicks(Math.Max(least.Ticks, other.Ticks));
        if (!isFirst && (LeftOut(new RidgeForecaster().Key) is not null || free < least))
        {
            LeaveOut(member, $"a network takes more than the {TimeBudget.InWords(TimeSpan.FromTicks(Math.Max(0, free.Ticks)))} that "
                + "were left");
            return false;
        }

        var time = new NetworkTime(budget.Clock, free > least ? free : least, kinds, isFirst) { Refits = budget.Refits };
        try
        {
            member.FitIn(task, run.Until(time));
        }
        catch (OutOfTimeException)
        {
            LeaveOut(member, $"no epoch of a network ended in the {TimeBudget.InWords(time.Allowed)} that were left");
            return false;
        }

        _networks[member] = time;
        if (time.Trained < member.Recipe.Members)
            _cut.Add($"The {member.Name} forecast has {Networks(time.Trained)} in place of {member.Recipe.Members}: "
                + $"{(budget.IsEnded ? "the run was ended" : "there was no time for more")}.");
        if (time.Cut > 0)
            _cut.Add($"The training of {Networks(time.Cut)} of the {member.Name} forecast ended early, with the best weights by then.");
        if (time.Stayed > 0)
            _cut.Add($"Without the newest training rows, {(budget.IsEnded ? "as the run was ended" : "for want of time")}: "
                + $"{Networks(time.Stayed)} of the {member.Name} forecast.");
        return true;
    }

    private void RefitNetworks(EnsembleForecaster member, ForecastTask task, FitRun run, TimeSpan allowed, List<string> stayed)
    {
        var time = new NetworkTime(budget.Clock, allowed, 1, false)
        {
            PerSample = _networks.GetValueOrDefault(member)?.PerSample ?? default
        };
        time.Divide(0, 1, 0);
        member.RefitIn(task, run.Until(time));
        if (time.Stayed > 0)
            stayed.Add($"{Networks(time.Stayed)} of the {member.Name} forecast");
    }

    private void LeaveOut(PartsForecaster member, string reason) => _leftOut[member.Key] = budget.IsEnded
        ? $"The {member.Name} forecast is left out: the run was ended before it was fitted."
        : $"The {member.Name} forecast is left out for want of time: {reason}.";

    private static string Networks(int count) => count == 1 ? "1 network" : $"{count} networks";

    /// <summary>The time for the first fit of a rule or regression.</summary>
    private TimeSpan TimeFor(PartsForecaster member)
    {
        TimeSpan own = Free() / (1 + (budget.Refits ? RefitShare(member) : 0));
        return own * (member switch { ArimaForecaster => ShareOfArima, EtsForecaster => ShareOfEts, _ => 1 });
    }

    /// <summary>What is left after what is to come: judging, and the second fit of all that is fitted.</summary>
    private TimeSpan Free()
    {
        TimeSpan refits = budget.Refits
            ? _took.Aggregate(TimeSpan.Zero, (sum, each) => sum + (each.Value * RefitShare(each.Key)))
            : TimeSpan.Zero;
        return budget.Left - refits - (_judging * (_took.Count + JudgedBeside + WrittenAs)) - s_closing;
    }

    /// <summary>The second fit of networks is in the time that they have.</summary>
    private static double RefitShare(PartsForecaster member) =>
        member switch { EnsembleForecaster => 0, RidgeForecaster => RefitOfRidge, _ => RefitOfRule };

    /// <summary>How long it takes to judge one forecaster, from some of the series.</summary>
    private TimeSpan Judging(PartsForecaster member, ForecastTask task, CancellationToken cancellation)
    {
        int count = task.Parts.Count;
        HashSet<Part> asked = [.. EvenChoice.Of(task.Parts, Asked)];
        ForecastTask few = count <= Asked ? task : task.Where(asked.Contains);
        if (few.Origins < 1)
            return TimeSpan.Zero;

        // First calls are slow.
        TimeSpan least = TimeSpan.MaxValue, most = budget.Whole * ShareOfAsking;
        long begun = budget.Clock.GetTimestamp();
        for (int i = 0; i < MostAsked && (i < 2 || budget.Clock.GetElapsedTime(begun) < most); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = budget.Clock.GetTimestamp();
            _ = Comparison.Score(few, member, member.Predict(few));
            TimeSpan took = budget.Clock.GetElapsedTime(start);
            least = took < least ? took : least;
        }

        return least * ((double)count / asked.Count);
    }
}
