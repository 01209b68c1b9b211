using System.Globalization;
using System.Xml.Linq;
using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public class BacktestChartsTests
{
    private const string Ink = "rgb(31,35,40)", Grey = "rgb(128,134,141)", FirstModel = "rgb(213,94,0)";

    /// <summary>Says the newest value plus as many tenths as rows ahead.</summary>
    private sealed class Rising : IHorizonForecaster
    {
        public string Name => "rising";

        public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
        {
        }

        public double[] Predict(ForecastSplit split) => throw new NotSupportedException();

        public HorizonForecast PredictAhead(ForecastSplit split, int steps) => throw new NotSupportedException();

        public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

        public double[] PredictAhead(TimeSeries series, int steps) => [.. Enumerable.Range(1, steps).Select(step => series["x"][^1] + (step / 10.0))];
    }

    private static BacktestResult Result(int horizon, bool withModel = true)
    {
        double[] values = [.. Enumerable.Range(0, 120).Select(row => 50 + (row * 0.2) + Math.Sin(row * row))];
        var series = new TimeSeries("t.csv", [.. Enumerable.Range(0, 120).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("x", values));
        var options = new BacktestOptions { Horizon = horizon, TestRows = 20, RefitEvery = 8, Window = 5, Period = 1 };
        return Backtest.Run(series, "x", withModel ? [("LSTM", () => new Rising())] : [], options, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Errors_are_drawn_at_their_steps_and_in_proportion_from_zero_up()
    {
        BacktestResult result = Result(6);
        Assert.NotEqual("naive", result.BestBaseline.Name);
        XElement svg = XElement.Parse(Charts.ErrorByStep(result).Svg);
        (double X, double Y)[] model = Lines(svg, FirstModel).Single(line => line.Length == 6), naive = Lines(svg, Grey).Single(line => line.Length == 6);
        Assert.Single(Lines(svg, Ink), line => line.Length == 6);
        Assert.Equal(model.Select(point => point.X), naive.Select(point => point.X));
        double perPixel = (result.Naive.Steps[5].Rmse - result.Naive.Steps[0].Rmse) / (naive[0].Y - naive[5].Y);
        Assert.Equal(result.Models[0].Steps[3].Rmse - result.Naive.Steps[3].Rmse, (naive[3].Y - model[3].Y) * perPixel, 2);
        string[] texts = Texts(svg);
        Assert.Contains("x: error by rows ahead", texts);
        Assert.Contains("2 fits, 15 origins, each fit on all rows before", texts);
        Assert.Contains($"{result.BestBaseline.Name} (best baseline)", texts);
        Assert.Contains("Rows ahead", texts);
        Assert.Contains("0", texts);
    }

    [Fact]
    public void Predictions_stand_at_the_dates_they_are_for()
    {
        BacktestResult result = Result(3);
        Chart chart = Charts.Prediction(result, 3);
        Assert.Equal(("prediction-3", "x: predicted 3 rows ahead, against actual"), (chart.Name, chart.Title));
        XElement svg = XElement.Parse(chart.Svg);
        (double X, double Y)[] actual = Lines(svg, Ink).Single(line => line.Length == 18), model = Lines(svg, FirstModel).Single(line => line.Length == 18);
        // The model of origin i stands over the actual value that came three rows later, 0.3 above the one known then.
        double perPixel = (result.Actual[2] - result.Actual[3]) / (actual[1].Y - actual[0].Y);
        for (int i = 3; i < 18; i++)
        {
            Assert.Equal(actual[i].X, model[i].X, 3);
            Assert.Equal(0.3, (actual[i - 3].Y - model[i].Y) * perPixel, 2);
        }

        string[] texts = Texts(svg);
        Assert.Contains("LSTM, 80 %", texts);
        Assert.Contains("LSTM, 95 %", texts);
        Assert.Equal("prediction", Charts.Prediction(result).Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => Charts.Prediction(result, 4));
    }

    [Fact]
    public void Without_a_model_the_best_baseline_has_the_intervals()
    {
        BacktestResult result = Result(1, withModel: false);
        Assert.Contains($"{result.BestBaseline.Name}, 95 %", Texts(XElement.Parse(Charts.Prediction(result).Svg)));
    }

    private static (double X, double Y)[][] Lines(XElement svg, string color) =>
    [
        .. svg.Descendants().Where(element => element.Name.LocalName == "polyline" && element.Attribute("style")!.Value.Contains($"stroke:{color}", StringComparison.Ordinal))
            .Select(element => element.Attribute("points")!.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(point => point.Split(',')).Select(xy => (Number(xy[0]), Number(xy[1]))).ToArray()),
    ];

    private static string[] Texts(XElement svg) => [.. svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
