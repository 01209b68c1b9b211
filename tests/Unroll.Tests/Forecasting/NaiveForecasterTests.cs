using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class NaiveForecasterTests
{
    private static readonly TimeSeries s_sp500 = TimeSeries.Read(TestFiles.Sample("sp500.csv"));

    [Fact]
    public void Predicts_the_value_of_the_row_before()
    {
        var series = new TimeSeries("t", [.. Enumerable.Range(1, 8).Select(day => new DateTime(2020, 1, day))],
            ("x", [3, 1, 4, 1, 5, 9, 2, 6]));
        var split = new ForecastSplit(series, "x", "2020-01-01..2020-01-04", "2020-01-06..", window: 2);
        var naive = new NaiveForecaster();
        naive.Fit(split, null, TestContext.Current.CancellationToken);
        Assert.Equal([5, 9, 2], naive.Predicted(split));
        Assert.Equal(6, naive.Next(series));
        Assert.Equal(1, naive.Next(series.Head(4)));
    }

    [Fact]
    public void Its_errors_on_the_sample_are_those_of_another_implementation()
    {
        // Python 3, math.fsum over samples/data/sp500.csv
        var split = new ForecastSplit(s_sp500, "High", "2012..2017", "2018..", 60);
        var naive = new NaiveForecaster();
        naive.Fit(split, null, TestContext.Current.CancellationToken);
        double[] predicted = naive.Predicted(split);
        Assert.Equal(29.750517772179276, Metrics.Rmse(split.Test, predicted), 1e-11);
        Assert.Equal(18.724755348353547, Metrics.Mae(split.Test, predicted), 1e-11);
        Assert.Equal(0.6681651005071789, Metrics.Mape(split.Test, predicted), 1e-12);
    }

    /// <summary>The rows after the newest value are to come: they are dated, and the value is forecast for the first of them.</summary>
    [Fact]
    public void A_newest_value_that_is_missing_is_forecast()
    {
        var naive = new NaiveForecaster();
        naive.Fit(new ForecastSplit(s_sp500, "High", "2012..2017", "2018..", 60), null, TestContext.Current.CancellationToken);
        ForecastRow next = Assert.Single(
            naive.Predict(new TimeSeries("new.csv", [new(2020, 1, 1), new(2020, 1, 2)], ("high", [1, double.NaN])), 1).Parts[0].Rows());
        Assert.Equal((new DateTime(2020, 1, 2), 1.0), (next.Date, next.Value));
        Assert.Equal(
            "new.csv has no value of high at all. Choose another target, or complete the file.",
            Assert.Throws<UnrollException>(() => naive.Next(new TimeSeries("new.csv", [new(2020, 1, 1)], ("High", [double.NaN])))).Message);
    }

    [Fact]
    public void Use_before_fit_is_refused() => Assert.Equal(
        "The naive forecaster is not fitted yet. Call Fit first.",
        Assert.Throws<InvalidOperationException>(() => new NaiveForecaster().Next(s_sp500)).Message);
}
