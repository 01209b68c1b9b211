namespace Unroll.Forecasting;

/// <summary>
/// Forecasters judged on the test rows of a task, at its horizon, always beside the naive forecast and the other baselines: there is no way
/// to get an error figure from here without those that anybody has for free.
/// </summary>
public sealed class Comparison
{
    /// <summary>From fewer origins than this, errors say little.</summary>
    private const int FewOrigins = 10;

    private readonly List<ForecasterScore> _scores = [];

    /// <summary>Fits and judges all of <see cref="Forecasting.Baselines.For"/>.</summary>
    /// <param name="task">What was asked.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="UnrollException">The naive forecast is perfect, so there is nothing to be better than.</exception>
    public Comparison(ForecastTask task, CancellationToken cancellationToken = default)
        : this(task, null, null, cancellationToken)
    {
    }

    /// <summary>The same for one part and one row ahead.</summary>
    /// <inheritdoc cref="Comparison(ForecastTask, CancellationToken)"/>
    public Comparison(ForecastSplit split, CancellationToken cancellationToken = default)
        : this(new ForecastTask(split), cancellationToken)
    {
    }

    /// <param name="task">What was asked.</param>
    /// <param name="blend">Fitted; its members need not be fitted again. The forecast that is recommended.</param>
    /// <param name="progress">Told how far it is, by one thread at a time.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public Comparison(
        ForecastTask task, BlendForecaster? blend, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        RequireChange(task);
        Task = task;
        List<string> leftOut = [];
        IReadOnlyList<PartsForecaster> fitted = blend?.Members ?? [];
        IReadOnlyList<BaselineForecaster> rules = Forecasting.Baselines.For(task);
        PartsForecaster[] others =
            [.. fitted.Where(member => !rules.Any(rule => rule.Key == member.Key)), .. blend is null ? [] : new[] { blend }];
        var run = new FitRun("", progress, cancellationToken);
        int count = rules.Count + others.Length, done = 0;
        FitRun Next(PartsForecaster judged)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FitRun own = run.Within(judged.Name, done / (double)count, (done + 1.0) / count);
            own.Tell(ForecastStage.Judging, 0, done++, count);
            return own;
        }

        foreach (BaselineForecaster rule in rules)
        {
            PartsForecaster? known = fitted.FirstOrDefault(member => member.Key == rule.Key);
            FitRun own = Next(rule);
            try
            {
                if (known is not null || IsFitted(rule, blend?.Schedule, own))
                    Judge(known ?? rule);
            }
            catch (UnrollException reason) when (rule is not NaiveForecaster)
            {
                leftOut.Add($"The {rule.Name} forecast is left out: {reason.Message}");
            }
        }

        Naive = _scores[0];
        foreach (PartsForecaster other in others)
        {
            _ = Next(other);
            Judge(other);
        }

        if (blend is not null)
        {
            Recommended = _scores[^1];
            if (blend.Without(ForecasterKind.Network) is { } without)
                WithoutNetworks = Score(without);
        }

        run.End();
        LeftOut = leftOut.AsReadOnly();
        Rank();
    }

    /// <summary>Scores that were made elsewhere, a backtest's.</summary>
    /// <param name="task">What was asked.</param>
    /// <param name="scores">All forecasters, the naive forecast among them; a blend is the forecast that is recommended.</param>
    /// <param name="withoutNetworks">The blend as it would be without networks; null where there is none.</param>
    /// <param name="leftOut">A line for each baseline that could not be judged.</param>
    internal Comparison(ForecastTask task, IReadOnlyList<ForecasterScore> scores, ForecasterScore? withoutNetworks,
        IReadOnlyList<string> leftOut)
    {
        (Task, LeftOut, WithoutNetworks) = (task, leftOut, withoutNetworks);
        _scores.AddRange(scores);
        Naive = _scores.First(score => score.Key == ((IForecaster)new NaiveForecaster()).Key);
        Recommended = _scores.FirstOrDefault(score => score.Kind == ForecasterKind.Blend);
        Rank();
    }

    /// <summary>What was asked.</summary>
    public ForecastTask Task { get; }

    /// <summary>H, how many rows ahead are judged.</summary>
    public int Steps => Task.Horizon;

    /// <summary>How many origins every part is judged from; the fewest of any.</summary>
    public int Origins => _scores[0].Parts.Min(part => part.Forecast.Origins);

    /// <summary>Tomorrow equals today.</summary>
    public ForecasterScore Naive { get; private set; } = null!;

    /// <summary>The forecast that is recommended: the blend; null where there is none.</summary>
    public ForecasterScore? Recommended { get; private set; }

    /// <summary>The blend as it would be without networks; null where there are none, or nothing else.</summary>
    public ForecasterScore? WithoutNetworks { get; private set; }

    /// <summary>
    /// How often chance alone would make the recommended forecast and <see cref="WithoutNetworks"/> differ as much: the test of Diebold and
    /// Mariano on the errors of each origin, squared where the metric is RMSE, means over the rows ahead and the parts; null where it is
    /// not defined.
    /// </summary>
    public double? NetworksPValue => Verdicts.PValue(this);

    /// <summary>All forecasters: the blend, networks, ridge regression, and the baselines, the naive forecast first.</summary>
    public IReadOnlyList<ForecasterScore> Scores => [.. _scores.OrderBy(score => score.Kind)];

    /// <summary>All baselines that apply and could be fitted, the naive forecast first, and ridge regression.</summary>
    public IReadOnlyList<ForecasterScore> Baselines =>
        [.. _scores.Where(score => score.Kind is ForecasterKind.Baseline or ForecasterKind.Ridge)];

    /// <summary>The baseline of the lowest error over the whole horizon.</summary>
    /// <remarks>
    /// Picked with hindsight, on the rows that it is judged on, and that is on purpose: nobody could have picked a better one beforehand,
    /// so the choice favours the baselines and never the networks.
    /// </remarks>
    public ForecasterScore BestBaseline => Baselines.MinBy(score => score.Error)!;

    /// <summary>One plain line for each baseline that could not be fitted or judged, with the reason.</summary>
    public IReadOnlyList<string> LeftOut { get; private set; }

    /// <summary>A warning where there are too few origins to tell good from lucky; null where there are enough.</summary>
    public string? OriginsWarning => Origins < FewOrigins
        ? $"The errors come from {(Origins == 1 ? "a single origin" : $"{Origins} origins")}: too few to tell a good forecast from a lucky "
            + "one. Judge on more rows."
        : null;

    /// <summary>Judges a fitted forecaster and adds it to <see cref="Scores"/>.</summary>
    public ForecasterScore Add(IForecaster forecaster)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        Judge(forecaster);
        Rank();
        return _scores[^1];
    }

    /// <summary>
    /// Judges predictions from elsewhere, one a test row of the only part, in its unit, and adds them to <see cref="Scores"/>.
    /// </summary>
    /// <exception cref="UnrollException">There are several parts, or more than one row ahead is judged.</exception>
    public ForecasterScore Add(string name, double[] predictions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(predictions);
        if (Task.Parts.Count > 1 || Steps > 1)
            throw new UnrollException(
                "Predictions without a forecaster are judged for one part and one row ahead. Write a forecaster for more.");
        ForecastSplit split = Task[Task.Parts[0]];
        Metrics.Check(split.Test.Values, predictions);
        var forecast = new PartForecast(Task.Parts[0], PartRows.TestDates(split, 1), [.. predictions.Select(value => new[] { value })],
            null, split.Test.ToArray(), split.Table);
        Add(new ForecasterScore
        {
            Metric = Task.Metric,
            Name = name,
            Key = name.ToLowerInvariant(),
            Kind = ForecasterKind.Network,
            Forecast = new Forecast([forecast]),
            Parts = [new PartScore(forecast, split.Train.Values)]
        });
        Rank();
        return _scores[^1];
    }

    /// <summary>Judges a forecast that was made elsewhere, a backtest's for example, and adds it to <see cref="Scores"/>.</summary>
    internal ForecasterScore Add(ForecasterScore score)
    {
        _scores.Add(score);
        return score;
    }

    /// <summary>How a forecaster did, in plain sentences.</summary>
    public string Verdict(ForecasterScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return Verdicts.Of(this, score);
    }

    /// <summary>
    /// The verdict on the recommended forecast in three sentences: how good it is beside the best single baseline and naive, what it would
    /// be without networks, and how wide its intervals are and how often they held. Without a blend those of each network.
    /// </summary>
    public IReadOnlyList<string> Summary() => Verdicts.Summary(this);

    /// <summary>Refuses test rows on which the naive forecast is always right.</summary>
    /// <exception cref="UnrollException">They are such rows.</exception>
    public static void RequireChange(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        foreach (Part part in task.Parts)
        {
            ForecastSplit split = task[part];
            if (split.Test.Count == 0 || split.TestWithHistory.Values[^(split.Test.Count + 1)..].IndexOfAnyExcept(split.Test[0]) >= 0)
                return;
        }

        ForecastSplit first = task[task.Parts[0]];
        throw new UnrollException($"{first.Target} never changes in the test range {first.TestRange}, so the naive forecast is always "
            + "right and no error can be judged. Choose another test range.")
        { Subject = "test" };
    }

    /// <summary>Fits a rule; false where a budget leaves no time for it, which the blend says.</summary>
    private bool IsFitted(BaselineForecaster rule, BlendSchedule? schedule, FitRun run)
    {
        if (schedule is null)
            rule.FitIn(Task, run);
        return schedule is null || (schedule.LeftOut(rule.Key) is null && schedule.FitBeside(rule, Task, run));
    }

    private ForecasterScore Judge(IForecaster forecaster)
    {
        ForecasterScore score = Score(forecaster);
        _scores.Add(score);
        return score;
    }

    /// <exception cref="UnrollException">The errors are not finite.</exception>
    private ForecasterScore Score(IForecaster forecaster) => Score(Task, forecaster, forecaster.Predict(Task));

    /// <summary>The errors of a forecast that a forecaster made of the test rows.</summary>
    internal static ForecasterScore Score(ForecastTask task, IForecaster forecaster, Forecast forecast)
    {
        PartScore[] parts = [.. task.Parts.Select(part => new PartScore(forecast[part], task[part].Train.Values))];
        if (!Array.TrueForAll(parts, part => double.IsFinite(part.Rmse)))
            throw new UnrollException($"The errors of the {forecaster.Name} are not finite.");
        if (task.Metric == ForecastMetric.Crps && Array.Find(parts, part => part.Crps is null) is { } without)
            throw new UnrollException($"The {forecaster.Name} forecast of {without.Part} has no intervals, since too few rows are there to "
                + "make them of, and so no CRPS. Choose another metric.")
            { Subject = "metric" };
        return new ForecasterScore
        {
            HasGivenName = forecaster is PretrainedForecaster,
            Metric = task.Metric,
            Name = forecaster.Name,
            Key = forecaster.Key,
            Kind = forecaster.Kind,
            Parts = parts,
            Forecast = forecast,
            Parameters = forecaster.Parameters,
            FitTime = forecaster.FitTime,
            Shares = forecaster is BlendForecaster blend ? blend.MeanShares() : new Dictionary<string, double>(),
        };
    }

    /// <summary>Skills of all, against the naive forecast and the best baseline.</summary>
    private void Rank()
    {
        double naive = Naive.Error, best = BestBaseline.Error;
        ForecasterScore[] baselines = [.. Baselines];
        ForecasterScore WithSkills(ForecasterScore score)
        {
            for (int i = 0; i < score.Parts.Count; i++)
            {
                double own = score.Parts[i].ErrorOf(Task.Metric);
                score.Parts[i].Skill = Against(own, Naive.Parts[i].ErrorOf(Task.Metric));
                score.Parts[i].SkillAgainstBest = Against(own, baselines.Min(each => each.Parts[i].ErrorOf(Task.Metric)));
            }

            return score with { Skill = Against(score.Error, naive), SkillAgainstBest = Against(score.Error, best) };
        }

        for (int i = 0; i < _scores.Count; i++)
            _scores[i] = WithSkills(_scores[i]);
        Naive = _scores.First(score => score.Key == Naive.Key);
        Recommended = Recommended is null ? null : _scores.First(score => score.Key == Recommended.Key);
        WithoutNetworks = WithoutNetworks is null ? null : WithSkills(WithoutNetworks);
    }

    private static double? Against(double error, double other) => other > 0 ? 1 - (error / other) : null;
}
