using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// Forecasters of many series judged on the test rows of each, always beside the naive forecast and the other baselines of that series,
/// and over all series by errors without a unit.
/// </summary>
public sealed class PanelComparison
{
    private readonly PanelSplit _split;
    private readonly List<PanelScore> _scores = [];

    /// <summary>Fits and judges all of <see cref="Forecasting.Baselines.For"/> for every series, several series at a time.</summary>
    /// <param name="split">The series and their test rows.</param>
    /// <param name="steps">How many rows ahead are judged, all together; at most the split's.</param>
    /// <param name="threads">How many series are worked on at a time; the result is the same for any number.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UnrollException">No series changes in its test range, so that no error can be judged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PanelComparison(PanelSplit split, int steps = 1, int threads = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, split.Steps);
        (_split, Steps) = (split, steps);
        var baselines = new SeriesBaselines[split.Keys.Count];
        Parallel.For(0, baselines.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, s => baselines[s] = Judge(split.Keys[s], cancellationToken));
        Baselines = Array.AsReadOnly(baselines);
        if (Array.TrueForAll(baselines, each => each.Naive.Rmse == 0))
            throw new UnrollException($"{split.Target} never changes in the test range {split.TestRange} of any series, so the naive forecast is always right and no error can be judged. Choose another --test range.");
        Naive = new PanelScore(baselines[0].Naive.Name, [.. baselines.Select(each => each.Naive)]);
        BestOfEach = new PanelScore("best baseline of each", [.. baselines.Select(each => each.Best)]);
        BestBaseline = baselines[0].All.Select(score => score.Name)
            .Where(name => Array.TrueForAll(baselines, each => each.All.Any(score => score.Name == name)))
            .Select(name => new PanelScore(name, [.. baselines.Select(each => each.All.First(score => score.Name == name))]))
            .MinBy(score => score.Rmsse)!;
    }

    /// <summary>How many rows ahead are judged.</summary>
    public int Steps { get; }

    /// <summary>The baselines of each series, in the split's order.</summary>
    public IReadOnlyList<SeriesBaselines> Baselines { get; }

    /// <summary>Tomorrow equals today, for every series.</summary>
    public PanelScore Naive { get; }

    /// <summary>For every series its own best baseline, each picked with hindsight: harder to beat than any one rule.</summary>
    public PanelScore BestOfEach { get; }

    /// <summary>Of the baselines that apply to all series, the one of the lowest mean RMSSE, picked with hindsight.</summary>
    public PanelScore BestBaseline { get; }

    /// <summary>The forecasters judged so far, in that order.</summary>
    public IReadOnlyList<PanelScore> Scores => _scores;

    /// <summary>Judges a fitted forecaster, its intervals too, and adds it to <see cref="Scores"/>.</summary>
    public PanelScore Add(PanelForecaster forecaster)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        PanelScore score = Add(forecaster.Name, forecaster.PredictAhead(_split, Steps));
        return _scores[^1] = score with
        {
            Series = [.. score.Series.Select(each =>
            {
                HorizonForecast next = Steps == 1 ? each.Forecast : forecaster[each.Key].PredictAhead(_split[each.Key], 1);
                return each with { Intervals = JudgedIntervals.Of(next, each.Forecast, forecaster[each.Key].Calibration) };
            })],
        };
    }

    /// <summary>Judges predictions from elsewhere, one forecast a series in the target's units, and adds them to <see cref="Scores"/>.</summary>
    /// <exception cref="UnrollException">A series is missing, or was predicted fewer rows ahead.</exception>
    public PanelScore Add(string name, IReadOnlyDictionary<string, HorizonForecast> forecasts)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(forecasts);
        var score = new PanelScore(name, [.. Baselines.Select(baselines =>
        {
            if (!forecasts.TryGetValue(baselines.Key, out HorizonForecast? forecast))
                throw new UnrollException($"The {name} has no forecast of the series {baselines.Key}. Predict every series of the split.");
            if (forecast.Steps != Steps || forecast.Origins != baselines.Naive.Forecast.Origins)
                throw new UnrollException($"The {name} predicts {forecast.Steps} rows ahead from {forecast.Origins} origins of the series {baselines.Key}, but {Steps} from {baselines.Naive.Forecast.Origins} are judged. Predict as many.");
            return Against(Scored(name, baselines.Key, forecast), baselines.Naive.Rmse, baselines.Best.Rmse);
        })]);
        _scores.Add(score);
        return score;
    }

    /// <summary>
    /// A score in a few plain sentences: on how many series it beats the naive forecast and the best baseline of each, how the mean errors
    /// compare, and what to use instead where it is no better.
    /// </summary>
    public string Verdict(PanelScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        int count = Baselines.Count;
        string naive = count == 1
            ? $"The {score.Name} {(score.BeatsNaive == 1 ? "beats" : "does not beat")} the naive forecast \"tomorrow equals today\" on the one series"
            : string.Create(CultureInfo.InvariantCulture, $"The {score.Name} beats the naive forecast \"tomorrow equals today\" on {score.BeatsNaive:N0} of {count:N0} series");
        string best = count == 1
            ? $"and {(score.BeatsBest == 1 ? "beats" : "does not beat")} its best baseline"
            : string.Create(CultureInfo.InvariantCulture, $"and the best baseline of each series on {score.BeatsBest:N0}");
        bool isBetter = score.Rmsse < BestBaseline.Rmsse;
        string means = string.Create(CultureInfo.InvariantCulture, $"Its mean RMSSE is {score.Rmsse:0.0000}, against {Naive.Rmsse:0.0000} of the naive forecast, {BestOfEach.Rmsse:0.0000} of each series' best baseline{Comparison.Difference(1 - (score.Rmsse / BestOfEach.Rmsse))}");
        string one = ReferenceEquals(BestBaseline.Series[0], Naive.Series[0]) ? "" : string.Create(CultureInfo.InvariantCulture, $", and {BestBaseline.Rmsse:0.0000} of the {BestBaseline.Name} forecast, the best single rule");
        return $"{naive}, {best}. {means}{one}.{(isBetter ? "" : $" Use the {BestBaseline.Name} forecast instead.")}";
    }

    private SeriesBaselines Judge(string key, CancellationToken cancellation)
    {
        ForecastSplit split = _split[key];
        var scores = new List<SeriesScore>();
        foreach (BaselineForecaster baseline in Forecasting.Baselines.For(split))
        {
            try
            {
                HorizonForecast? calibration = JudgedIntervals.Calibration(split, baseline, Steps, cancellation);
                baseline.Fit(split, cancellation);
                HorizonForecast forecast = baseline.PredictAhead(split, Steps);
                SeriesScore score = Scored(baseline.Name, key, forecast);
                if (double.IsFinite(score.Rmse))
                    scores.Add(score with { Intervals = JudgedIntervals.Of(Steps == 1 ? forecast : baseline.PredictAhead(split, 1), forecast, calibration) });
            }
            catch (UnrollException) when (scores.Count > 0)
            {
                // One that does not do for this series has no line.
            }
        }

        double naive = scores[0].Rmse, best = scores.Min(score => score.Rmse);
        SeriesScore[] all = [.. scores.Select(score => Against(score, naive, best))];
        return new SeriesBaselines(key, all, all.First(score => score.Rmse == best));
    }

    private SeriesScore Scored(string name, string key, HorizonForecast forecast)
    {
        int count = forecast.Origins * forecast.Steps;
        var actual = new List<double>(count);
        var predicted = new List<double>(count);
        for (int step = 1; step <= forecast.Steps; step++)
        {
            actual.AddRange(forecast.Actual(step));
            predicted.AddRange(forecast.Predicted(step));
        }

        double[] a = [.. actual], p = [.. predicted];
        ReadOnlySpan<double> training = _split[key].Train.Values;
        return new SeriesScore(name, key, forecast, Metrics.Rmse(a, p), Metrics.Mae(a, p), Metrics.Rmsse(a, p, training), Metrics.Mase(a, p, training), null, null) { Change = Metrics.Mae(training[1..], training[..^1]) };
    }

    private static SeriesScore Against(SeriesScore score, double naive, double best) => score with
    {
        Skill = naive == 0 ? null : 1 - (score.Rmse / naive),
        SkillAgainstBest = best == 0 ? null : 1 - (score.Rmse / best),
    };
}
