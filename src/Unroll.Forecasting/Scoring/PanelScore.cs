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

    public SeriesScore this[string key] => Series.First(score => score.Key == key);
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
