using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class PanelComparisonTests
{
    private static TimeSeries Days(params double[] values) =>
        new("t.csv", [.. Enumerable.Range(0, values.Length).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("sold", values));

    /// <summary>Ten training and three test rows. Small changes by 2 from day to day; large is a hundred times as large and then stands still.</summary>
    private static PanelSplit Split(bool moves = true) => new(
        new Panel("shops.csv", ("small", Days(1, 3, 1, 3, 1, 3, 1, 3, 1, 3, moves ? 5 : 3, moves ? 4 : 3, moves ? 6 : 3)), ("large", Days(100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 300, 300, 300))),
        "sold",
        "..2020-01-10",
        "2020-01-11..",
        window: 2);

    private static Dictionary<string, HorizonForecast> Forecasts(PanelSplit split, double[] small, double[] large) => new()
    {
        ["small"] = new HorizonForecast(split["small"].Test.Values, [.. small.Select(value => new[] { value })]),
        ["large"] = new HorizonForecast(split["large"].Test.Values, [.. large.Select(value => new[] { value })]),
    };

    [Fact]
    public void Every_series_is_judged_beside_its_baselines_and_counts_as_much_as_any_other()
    {
        PanelSplit split = Split();
        var comparison = new PanelComparison(split);
        // The naive forecast of small is wrong by 2, −1 and 2, a change in training is 2: √(9/3) and √(9/3)/2; 5/3 and 5/3/2.
        SeriesScore naive = comparison.Naive["small"];
        Assert.Equal(Math.Sqrt(3), naive.Rmse, 1e-12);
        Assert.Equal((Math.Sqrt(3) / 2, 5 / 6.0), (naive.Rmsse, naive.Mase));
        Assert.Equal((0, 0, null), (comparison.Naive["small"].Skill!.Value, comparison.Naive["large"].Rmse, comparison.Naive["large"].Skill));
        Assert.Equal(Math.Sqrt(3) / 4, comparison.Naive.Rmsse, 1e-12);
        PanelScore score = comparison.Add("guess", Forecasts(split, [4, 4, 6], [300, 400, 300]));
        Assert.Equal(1 / Math.Sqrt(3), score["small"].Rmse, 1e-12);
        Assert.Equal(1 / 3.0, score["small"].Mae, 1e-12);
        Assert.Equal(2 / 3.0, score["small"].Skill!.Value, 1e-12);
        Assert.Equal(100 / Math.Sqrt(3), score["large"].Rmse, 1e-12);
        Assert.Null(score["large"].Skill);
        // Changes in training are 2 and 200, so both series have the same error without a unit.
        Assert.Equal(1 / Math.Sqrt(12), score["small"].Rmsse, 1e-12);
        Assert.Equal(1 / Math.Sqrt(12), score.Rmsse, 1e-12);
        // Drift adds 2/9 to the newest value of small, and 200/9 to that of large, which stands still.
        Assert.Equal(("drift", "naive"), (comparison.Baselines[0].Best.Name, comparison.Baselines[1].Best.Name));
        double drift = Math.Sqrt((Math.Pow(16 / 9.0, 2) + Math.Pow(11 / 9.0, 2) + Math.Pow(16 / 9.0, 2)) / 3) / 2;
        Assert.Equal(drift / 2, comparison.BestOfEach.Rmsse, 1e-12);
        Assert.Same(comparison.Naive.Series[1], comparison.BestBaseline.Series[1]);
        Assert.Equal((1, 1), (score.BeatsNaive, score.BeatsBest));
        Assert.Same(score, Assert.Single(comparison.Scores));
    }

    [Fact]
    public void The_verdict_says_on_how_many_series_and_what_to_use_instead()
    {
        PanelSplit split = Split();
        var comparison = new PanelComparison(split);
        Assert.Equal(
            "The guess beats the naive forecast \"tomorrow equals today\" on 1 of 2 series, and the best baseline of each series on 1. Its mean RMSSE is 0.2887, against 0.4330 of the naive forecast, 0.4035 of each series' best baseline, 28.5 % less error.",
            comparison.Verdict(comparison.Add("guess", Forecasts(split, [4, 4, 6], [300, 400, 300]))));
        Assert.EndsWith(
            "Its mean RMSSE is 1.5000, against 0.4330 of the naive forecast, 0.4035 of each series' best baseline, 3.7 times the error. Use the naive forecast instead.",
            comparison.Verdict(comparison.Add("guess", Forecasts(split, [2, 1, 3], [600, 600, 600]))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_judged_is_refused()
    {
        static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        PanelSplit split = Split();
        var comparison = new PanelComparison(split);
        Dictionary<string, HorizonForecast> forecasts = Forecasts(split, [4, 4, 6], [300, 400, 300]);
        forecasts["small"] = new HorizonForecast([1, 2], [[1], [2]]);
        Assert.Equal("The guess predicts 1 rows ahead from 2 origins of the series small, but 1 from 3 are judged. Predict as many.", Refused(() => comparison.Add("guess", forecasts)));
        forecasts.Remove("small");
        Assert.Equal("The guess has no forecast of the series small. Predict every series of the split.", Refused(() => comparison.Add("guess", forecasts)));
        Assert.Equal("sold never changes in the test range 2020-01-11.. of any series, so the naive forecast is always right and no error can be judged. Choose another --test range.", Refused(() => _ = new PanelComparison(Split(moves: false))));
    }
}
