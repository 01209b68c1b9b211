namespace Unroll.Forecasting;

/// <summary>The errors of one forecaster on the test rows of one series, over all origins and steps.</summary>
/// <param name="Name">The forecaster's name.</param>
/// <param name="Key">The series.</param>
/// <param name="Forecast">What was predicted, in the target's units.</param>
/// <param name="Rmse">Root mean squared error, in the target's units.</param>
/// <param name="Mae">Mean absolute error, in the target's units.</param>
/// <param name="Rmsse">The RMSE in units of the training rows' changes (<see cref="Metrics.Rmsse"/>, m = 1), so that series of any scale compare.</param>
/// <param name="Mase">The MAE in those units (<see cref="Metrics.Mase"/>, m = 1).</param>
/// <param name="Skill">1 − RMSE / naive RMSE of the series; null where the naive forecast makes no error.</param>
/// <param name="SkillAgainstBest">1 − RMSE / RMSE of the series' best baseline; null where that makes no error.</param>
public sealed record SeriesScore(string Name, string Key, HorizonForecast Forecast, double Rmse, double Mae, double Rmsse, double Mase, double? Skill, double? SkillAgainstBest)
{
    /// <summary>The mean absolute change of the training rows from row to row, in the target's units: what the MASE is measured in.</summary>
    public double Change { get; init; }

    /// <summary>Intervals one row ahead at each nominal level, and at the end those H rows ahead; empty where nothing can calibrate them.</summary>
    public IReadOnlyList<IntervalScore> Intervals { get; init; } = [];

    /// <summary>Whether it beats the naive forecast on this series.</summary>
    public bool BeatsNaive => Skill > 0;

    /// <summary>Whether it beats every baseline on this series.</summary>
    public bool BeatsBest => SkillAgainstBest > 0;
}

/// <summary>The errors of one forecaster on all series of a panel.</summary>
/// <param name="Name">The forecaster's name.</param>
/// <param name="Series">One a series, in the split's order.</param>
public sealed record PanelScore(string Name, IReadOnlyList<SeriesScore> Series)
{
    /// <summary>The mean over the series: each counts as much, whatever its scale.</summary>
    public double Rmsse => Series.Average(score => score.Rmsse);

    /// <summary>The mean over the series.</summary>
    public double Mase => Series.Average(score => score.Mase);

    /// <summary>On how many series it beats the naive forecast.</summary>
    public int BeatsNaive => Series.Count(score => score.BeatsNaive);

    /// <summary>On how many series it beats every baseline.</summary>
    public int BeatsBest => Series.Count(score => score.BeatsBest);

    /// <summary>How the intervals of all series held, one entry a step and level, in the order of the series' own; empty where no series has any.</summary>
    public IReadOnlyList<PanelIntervalScore> Intervals =>
    [
        .. from score in Series
           from interval in score.Intervals
           group (Interval: interval, score.Change) by (interval.Step, interval.Level) into judged
           select new PanelIntervalScore(
               judged.Key.Step,
               judged.Key.Level,
               judged.Average(each => each.Interval.Coverage),
               judged.Min(each => each.Interval.Coverage),
               judged.Average(each => each.Interval.Width / each.Change),
               judged.Average(each => each.Interval.Winkler / each.Change),
               judged.Count()),
    ];

    public SeriesScore this[string key] => Series.First(score => score.Key == key);
}

/// <summary>
/// How the intervals of one forecaster held on all series of a panel. Widths and scores are means over the series, each in units of the
/// mean absolute change of its training rows, as the MSIS of the M4 competition (Makridakis, Spiliotis and Assimakopoulos 2020) with m = 1.
/// </summary>
/// <param name="Step">h, how many rows ahead.</param>
/// <param name="Level">The nominal level.</param>
/// <param name="Coverage">The share of actual values inside, from 0 to 1, mean over the series.</param>
/// <param name="LowestCoverage">That of the series with the lowest.</param>
/// <param name="Width">The mean width, without a unit.</param>
/// <param name="Winkler">The mean interval score, without a unit; lower is better.</param>
/// <param name="Series">How many series have intervals.</param>
public sealed record PanelIntervalScore(int Step, double Level, double Coverage, double LowestCoverage, double Width, double Winkler, int Series)
{
    /// <summary>The mean pinball loss of the two ends as quantiles, without a unit; lower is better.</summary>
    public double Pinball => Winkler * (1 - Level) / 4;
}

/// <summary>The baselines of one series.</summary>
/// <param name="Key">The series.</param>
/// <param name="All">Those that apply and could be fitted, the naive forecast first.</param>
/// <param name="Best">That of the lowest RMSE on the test rows; picked with hindsight, which favours the baselines.</param>
public sealed record SeriesBaselines(string Key, IReadOnlyList<SeriesScore> All, SeriesScore Best)
{
    /// <summary>Tomorrow equals today.</summary>
    public SeriesScore Naive => All[0];

    /// <summary>As a season before; null where the series has no season.</summary>
    public SeriesScore? SeasonalNaive => All.FirstOrDefault(score => score.Name == SeasonalNaiveForecaster.DefaultName);
}
