using Unroll;
using Unroll.Exchange;
using Unroll.Forecasting;
using Xunit;

public sealed class PackageTests
{
    [Fact]
    public void A_network_goes_through_ONNX_unchanged()
    {
        Model model = new Model(new Gru(4), new Dense(1)).Build(new Shape(5, 1), seed: 1);
        string file = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".onnx");
        ExchangeFormats.Save(model, file);
        Assert.Equal(model.Predict([1, 2, 3, 4, 5]), ExchangeFormats.Load(file).Predict([1, 2, 3, 4, 5]));
        File.Delete(file);
    }

    [Fact]
    public void Naive_repeats_the_newest_value()
    {
        DateTime[] days = [.. Enumerable.Range(0, 60).Select(day => new DateTime(2026, 1, 1).AddDays(day))];
        var series = new TimeSeries("shop", days, ("sales", [.. days.Select(day => (double)day.DayOfYear)]));
        var naive = new NaiveForecaster();
        naive.Fit(new ForecastTask(series, new TaskOptions { Targets = ["sales"], Horizon = 2, TestRows = 10 }));
        Assert.Equal([60, 60], naive.Predict(series, 2).Parts[0].Rows().Select(row => row.Value));
    }
}
