using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>The errors of one forecaster on the test rows.</summary>
/// <param name="Name">The forecaster's name.</param>
/// <param name="Predictions">One a test row, in the target's units.</param>
/// <param name="Rmse">Root mean squared error, in the target's units.</param>
/// <param name="Mae">Mean absolute error, in the target's units.</param>
/// <param name="Mape">Mean absolute percentage error, in percent; null where a test value is 0.</param>
/// <param name="Skill">1 − RMSE / naive RMSE: above 0 is better than naive, 0 for the naive forecast itself.</param>
/// <param name="SkillAgainstBest">
/// 1 − RMSE / RMSE of <see cref="Comparison.BestBaseline"/>: above 0 is better than every baseline; null where that baseline makes no
/// error at all.
/// </param>
public sealed record ForecastScore(string Name, double[] Predictions, double Rmse, double Mae, double? Mape, double Skill, double? SkillAgainstBest)
{
    /// <summary>RMSE at each step ahead, 1..H, over the origins that are followed by H test rows; empty where one row ahead is all that is judged.</summary>
    public IReadOnlyList<double> RmseByStep { get; init; } = [];

    /// <summary>Intervals one row ahead at each nominal level, and at the end those H rows ahead; empty where nothing can calibrate them.</summary>
    public IReadOnlyList<IntervalScore> Intervals { get; init; } = [];

    /// <summary>CRPS one row ahead, and H rows ahead; empty where nothing can calibrate intervals.</summary>
    public IReadOnlyList<CrpsScore> Crps { get; init; } = [];

    /// <summary>Whether the forecaster beats "tomorrow equals today".</summary>
    public bool BeatsNaive => Skill > 0;

    /// <summary>Whether the forecaster beats every baseline.</summary>
    public bool BeatsBest => SkillAgainstBest > 0;
}

/// <summary>
/// Forecasters judged on the test rows, always beside the naive forecast and the other baselines that apply: there is no way to get
/// an error figure from here without those that anybody has for free.
/// </summary>
public sealed class Comparison
{
    private readonly ForecastSplit _split;
    private readonly int _steps;
    private readonly List<ForecastScore> _scores = [];

    /// <summary>What a baseline says, by its name, where that fits in a few words.</summary>
    private readonly Dictionary<string, string> _sayings = [];

    /// <summary>
    /// Fits and judges all of <see cref="Forecasting.Baselines.For"/>, and where the split has inputs beside the target least squares on them;
    /// among the models of exponential smoothing that takes a moment.
    /// </summary>
    /// <param name="split">Training and test rows.</param>
    /// <param name="steps">H: errors are judged 1..H rows ahead. The headline figures are those of one row ahead.</param>
    /// <param name="linear">Least squares on all inputs; null for none.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="UnrollException">The naive forecast is perfect, so there is nothing to be better than, or fewer than H rows are to be judged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Comparison(ForecastSplit split, int steps = 1, LinearForecaster? linear = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        (_split, _steps) = (split, steps);
        var naive = new NaiveForecaster();
        naive.Fit(split, cancellationToken);
        double naiveRmse = Metrics.Rmse(split.Test, naive.Predict(split));
        RequireChange(split);
        List<ForecastScore> baselines = [];
        List<string> leftOut = [];
        IEnumerable<IHorizonForecaster> all = Forecasting.Baselines.For(split);
        foreach (IHorizonForecaster baseline in linear is null ? all : all.Append(linear))
        {
            try
            {
                Foreseen? calibration = JudgedIntervals.Calibration(split, baseline, steps, cancellationToken) is { } values ? new Foreseen(values, null) : null;
                baseline.Fit(split, cancellationToken);
                var next = Foreseen.Of(baseline, split, 1);
                double[] predictions = next.Values.Predicted(1);
                if (Array.TrueForAll(predictions, double.IsFinite) && double.IsFinite(Metrics.Rmse(split.Test, predictions)))
                    baselines.Add(WithSteps(Judge(baseline.Name, predictions, naiveRmse), baseline, next, calibration));
                else
                    leftOut.Add($"The {baseline.Name} forecast is left out: its errors are not finite.");
                if (Saying(baseline) is { } saying)
                    _sayings[baseline.Name] = saying;
            }
            catch (UnrollException reason)
            {
                leftOut.Add($"The {baseline.Name} forecast is left out: {reason.Message}");
            }
        }

        // Of equal ones the first, which is the simplest.
        double best = baselines.Min(score => score.Rmse);
        Baselines = [.. baselines.Select(score => score with { SkillAgainstBest = SkillAgainst(best, score.Rmse) })];
        (Naive, BestBaseline, LeftOut) = (Baselines[0], Baselines.First(score => score.Rmse == best), leftOut.AsReadOnly());
    }

    /// <summary>Refuses test rows on which the naive forecast is always right.</summary>
    /// <exception cref="UnrollException">They are such rows.</exception>
    public static void RequireChange(ForecastSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        if (split.TestWithHistory.Values[(split.Window - 1)..].IndexOfAnyExcept(split.Test[0]) < 0)
            throw new UnrollException($"{split.Target} never changes in the test range {split.TestRange}, so the naive forecast is always right and no error can be judged. Choose another --test range.");
    }

    /// <summary>H, how many rows ahead are judged.</summary>
    public int Steps => _steps;

    /// <summary>Tomorrow equals today.</summary>
    public ForecastScore Naive { get; }

    /// <summary>All baselines that apply and could be fitted, <see cref="Naive"/> first.</summary>
    public IReadOnlyList<ForecastScore> Baselines { get; }

    /// <summary>The baseline of the lowest RMSE on the test rows.</summary>
    /// <remarks>
    /// It is picked with hindsight, on the rows that it is judged on, and that is on purpose: nobody could have picked a better one
    /// beforehand, so the choice favours the baselines and never the networks. A network that beats it beats them all; against a
    /// baseline picked by taste, a poor pick would flatter the network. Its own error is for the same reason a little lower than it
    /// may be on rows to come.
    /// </remarks>
    public ForecastScore BestBaseline { get; }

    /// <summary>One plain line for each baseline that could not be fitted or judged, with the reason.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The forecasters judged so far, in that order.</summary>
    public IReadOnlyList<ForecastScore> Scores => _scores;

    /// <summary>Judges a fitted forecaster and adds it to <see cref="Scores"/>.</summary>
    public ForecastScore Add(IForecaster forecaster)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        if (forecaster is not IHorizonForecaster ahead)
            return Add(forecaster.Name, forecaster.Predict(_split));
        var next = Foreseen.Of(ahead, _split, 1);
        ForecastScore score = Add(forecaster.Name, next.Values.Predicted(1));
        return _scores[^1] = WithSteps(score, ahead, next, (forecaster as EnsembleForecaster)?.Calibrating);
    }

    /// <summary>Judges predictions from elsewhere, one a test row in the target's units, and adds them to <see cref="Scores"/>.</summary>
    public ForecastScore Add(string name, double[] predictions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(predictions);
        ForecastScore score = Judge(name, predictions, Naive.Rmse);
        score = score with { SkillAgainstBest = SkillAgainst(BestBaseline.Rmse, score.Rmse) };
        _scores.Add(score);
        return score;
    }

    /// <summary>
    /// A score in a few plain sentences: does it beat the best baseline, by how much, could that be chance (<see cref="DieboldMariano"/>,
    /// squared errors), and where it does not, which baseline to use instead.
    /// </summary>
    public string Verdict(ForecastScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        ForecastScore best = BestBaseline;
        string saying = _sayings.TryGetValue(best.Name, out string? said) ? $" \"{said}\"" : "";
        string naive = ReferenceEquals(best, Naive)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" It {(score.BeatsNaive ? "beats" : "does not beat")} the naive forecast \"tomorrow equals today\" (RMSE {Naive.Rmse:G4}).");
        return string.Create(CultureInfo.InvariantCulture, $"The {score.Name} {(score.BeatsBest ? "beats" : "does not beat")} the best baseline, the {best.Name} forecast{saying}: RMSE {score.Rmse:G4} against {best.Rmse:G4}{Difference(score.SkillAgainstBest)}.")
            + $"{naive} {Chance(score)}{(score.BeatsBest ? "" : $" Use the {best.Name} forecast instead.")}";
    }

    /// <summary>
    /// One plain sentence on the CRPS one row ahead (<see cref="CrpsScore"/>) beside that of the baseline where it is lowest; null where the
    /// score has none.
    /// </summary>
    public string? CrpsVerdict(ForecastScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        ForecastScore? best = Baselines.Where(baseline => baseline.Crps is [{ Step: 1 }, ..]).MinBy(baseline => baseline.Crps[0].Value);
        if (score.Crps is not [{ Step: 1, Value: var own }, ..] || best is null)
            return null;
        double other = best.Crps[0].Value;
        return string.Create(CultureInfo.InvariantCulture, $"As a distribution, middle and spread together, the {score.Name} is {(own < other ? "better" : "not better")} than the best baseline, the {best.Name} forecast with its intervals: CRPS {own:G4} against {other:G4}{Difference(other > 0 ? 1 - (own / other) : null)}.");
    }

    /// <summary>
    /// One plain line where predictions follow the actual values instead of foreseeing them (<see cref="LagDiagnosis"/>); null where they
    /// do not, or where there are too few test rows to tell.
    /// </summary>
    public string? Warning(ForecastScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        try
        {
            var lag = LagDiagnosis.Of(_split.Test, score.Predictions);
            return lag.Follows ? Follows(score.Name, lag) : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    internal static string Follows(string name, LagDiagnosis lag) =>
        $"The {name} follows the actual values {(lag.Lag == 1 ? "1 row" : $"{lag.Lag} rows")} late and does not foresee changes: a chart of both looks better than the forecast is.";

    /// <summary>The baseline of the lowest RMSE <paramref name="step"/> rows ahead, of those judged that far.</summary>
    public ForecastScore BestBaselineAt(int step) => _steps == 1 ? BestBaseline : Baselines.Where(score => score.RmseByStep.Count >= step).MinBy(score => score.RmseByStep[step - 1])!;

    /// <summary>The score with errors by step ahead, and with intervals where something calibrates them.</summary>
    private ForecastScore WithSteps(ForecastScore score, IHorizonForecaster forecaster, Foreseen next, Foreseen? calibration)
    {
        Foreseen forecast = _steps == 1 ? next : Foreseen.Of(forecaster, _split, _steps);
        double[] rmses = [.. Enumerable.Range(1, _steps).Select(step => Metrics.Rmse(forecast.Values.Actual(step), forecast.Values.Predicted(step)))];
        if (calibration is null)
            return score with { RmseByStep = _steps == 1 ? [] : rmses };

        // One row ahead every test row has an interval, also those that nothing further is judged from.
        (IntervalScore[] intervals, CrpsScore? crps) = next.Judge(calibration, 1, JudgedIntervals.Levels);
        (IntervalScore[] further, CrpsScore? furtherCrps) = _steps > 1 ? forecast.Judge(calibration, _steps, JudgedIntervals.Levels) : ([], null);
        return score with { RmseByStep = _steps == 1 ? [] : rmses, Intervals = [.. intervals, .. further], Crps = [.. new[] { crps, furtherCrps }.OfType<CrpsScore>()] };
    }

    /// <summary>How much less or more error than the best baseline; nothing where that makes none.</summary>
    internal static string Difference(double? skillAgainstBest)
    {
        if (skillAgainstBest is not { } skill)
            return "";
        double times = 1 - skill;
        return times switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $", {100 * skill:0.#} % less error"),
            <= 2 => string.Create(CultureInfo.InvariantCulture, $", {-100 * skill:0.#} % more error"),
            _ => $", {times.ToString(times < 1000 ? "0.#" : "0.0e+0", CultureInfo.InvariantCulture)} times the error",
        };
    }

    private string Chance(ForecastScore score)
    {
        try
        {
            return DieboldMariano.Test(_split.Test, score.Predictions, BestBaseline.Predictions).InWords(score.Name, $"{BestBaseline.Name} forecast");
        }
        catch (UnrollException)
        {
            return $"Whether that is chance cannot be told from {(_split.Test.Count == 1 ? "this one row" : $"these {_split.Test.Count} rows")}.";
        }
    }

    private ForecastScore Judge(string name, double[] predictions, double naiveRmse)
    {
        double rmse = Metrics.Rmse(_split.Test, predictions);
        return new ForecastScore(name, predictions, rmse, Metrics.Mae(_split.Test, predictions), Mape(predictions), Metrics.Skill(rmse, naiveRmse), null);
    }

    private double? Mape(double[] predictions) =>
        _split.Test.Values.Contains(0.0) ? null : Metrics.Mape(_split.Test, predictions);

    private static double? SkillAgainst(double best, double rmse) => best == 0 ? null : Metrics.Skill(rmse, best);

    /// <summary>What a baseline says, in a few words; null where that takes more.</summary>
    internal static string? Saying(IForecaster baseline) => baseline switch
    {
        NaiveForecaster => "tomorrow equals today",
        LinearForecaster => "least squares on all inputs",
        SeasonalNaiveForecaster seasonal => $"as {seasonal.Period} rows before",
        _ => null,
    };
}
