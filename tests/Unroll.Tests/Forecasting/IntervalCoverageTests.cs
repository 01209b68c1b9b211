using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>How many values lie in the intervals that a user would see, over all rows ahead and all origins.</summary>
public class IntervalCoverageTests
{
    private static void Check(ForecastSplit split, int steps, PartsForecaster forecaster)
    {
        var task = new ForecastTask(split, steps);
        var score = new PartScore(SmallEnsembles.Fitted(forecaster, task).Predict(task).Parts[0], split.Train.Values);
        foreach ((double level, double least, double most) in ((double, double, double)[])[(0.8, 0.75, 0.85), (0.95, 0.92, 0.98)])
            Assert.InRange(score.Coverage(level)!.Value, least, most);
        Assert.InRange(score.Crps!.Value, 0, score.Mae);
    }

    [Theory]
    [InlineData("sp500", "high", "2014..2018", "2019", 1)]
    [InlineData("sp500", "high", "2014..2018", "2019", 28)]
    [InlineData("aapl", "High", "..2016", "2017", 7)]
    [InlineData("aapl", "High", "..2016", "2017", 28)]
    [InlineData("births", "births", "..1987", "1988", 7)]
    [InlineData("ridership", "ridership", "..2014", "2015", 28)]
    public void Nominal_shares_lie_inside_on_samples(string name, string target, string train, string test, int steps)
    {
        var split = new ForecastSplit(TimeSeries.Read(TestFiles.Sample(name + ".csv")), target, DateRange.Parse(train),
            DateRange.Parse(test));
        Check(split, steps, new NaiveForecaster());
        Check(split, steps, new SeasonalNaiveForecaster(7));
        Check(split, steps, new RidgeForecaster());
    }

    [Theory]
    [InlineData(2, 48)]
    [InlineData(1, 168)]
    public void Nominal_shares_lie_inside_far_ahead(int perHour, int steps)
    {
        ForecastSplit split = MadeTables.Split(MadeProfiles.Of(perHour, 10_000), 1500, 60, target: "load");
        Check(split, steps, new NaiveForecaster());
        Check(split, steps, new SeasonalNaiveForecaster(7 * 24 * perHour));
    }
}
