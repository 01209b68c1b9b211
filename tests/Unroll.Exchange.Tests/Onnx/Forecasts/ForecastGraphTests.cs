using Unroll.Forecasting;
using Unroll.Training;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Whole forecasts in ONNX Runtime beside those of the forecaster itself, on the project's samples.</summary>
public class ForecastGraphTests(ITestOutputHelper output)
{
    private static EnsembleRecipe Quick(CellKind cell, ForecastHead head = ForecastHead.None, Strategy strategy = Strategy.Direct)
    {
        var recipe = EnsembleRecipe.Of(cell);
        return recipe with
        {
            Members = 2,
            Head = head,
            Strategy = strategy,
            Network = recipe.Network with { Units = 8, Training = recipe.Network.Training with { Epochs = 2 } },
        };
    }

    private static SeriesSet Table(string sample, int newest) => TimeSeries.Read(ForecastSession.Sample(sample)).Tail(newest);

    private static TimeSeries Of(DateTime[] dates, params (string Name, double[] Values)[] columns) => TimeSeries.From(
        "rows", Enumerable.Range(0, dates.Length), row => dates[row],
        [.. columns.Select(column => (column.Name, (Func<int, double?>)(row => double.IsNaN(column.Values[row]) ? null : column.Values[row])))]);

    private static PartsForecaster Fitted(PartsForecaster forecaster, SeriesSet data, TaskOptions options)
    {
        forecaster.Fit(new ForecastTask(data, options with { TestRows = options.Horizon }).Whole());
        return forecaster;
    }

    private void Agree(PartsForecaster forecaster, SeriesSet data, double values = 1e-6, double quantiles = 1e-6)
    {
        using var session = new ForecastSession(forecaster);
        Forecast forecast = forecaster.Predict(data, forecaster.Horizon);
        (double apart, double ends) = session.Run(data, forecast).Apart(forecast);
        output.WriteLine($"{forecaster.Name}: values {apart:0.0e0}, quantiles {ends:0.0e0}, {session.Length} bytes");
        Assert.True(apart <= values && ends <= quantiles, $"{forecaster.Name}: values {apart:0.0e0}, quantiles {ends:0.0e0}");
    }

    [Fact]
    public void EveryRuleOfAMonthlySeries()
    {
        double[] values = [.. Enumerable.Range(0, 96).Select(row => 100 + row + (20 * Math.Sin(Math.PI * row / 6)) + (7 * Math.Sin(row * row)))];
        TimeSeries table = Of([.. Enumerable.Range(0, 96).Select(row => new DateTime(2010, 1, 1).AddMonths(row))], ("value", values));
        foreach (PartsForecaster rule in (PartsForecaster[])
            [
                new NaiveForecaster(), new SeasonalNaiveForecaster(12), new SeasonalNaiveDriftForecaster(12), new DriftForecaster(), new MeanForecaster(),
                new LeastSquaresForecaster(), new ThetaForecaster(), new EtsForecaster(), new ArimaForecaster(), new StlEtsForecaster(), new CrostonForecaster(), new TsbForecaster(),
                new EtsForecaster(EtsModel.HoltWintersMultiplicative, 12), new EtsForecaster(EtsModel.DampedHolt),
            ])
        {
            Agree(Fitted(rule, table, new TaskOptions { Horizon = 14 }), table);
        }
    }

    [Fact]
    public void BirthsByTheBlend()
    {
        SeriesSet data = Table("births.csv", 2200);
        var options = new TaskOptions { Horizon = 7, Inputs = new ForecastInputs { Calendar = true, Holidays = "US" } };
        ForecastTask task = new ForecastTask(data, options with { TestRows = 7 }).Whole();
        var blend = BlendForecaster.Of([Quick(CellKind.Lstm), Quick(CellKind.Gru)], task);
        blend.Fit(task);
        foreach (PartsForecaster member in blend.Members)
            Agree(member, data);
        Agree(blend, data);
    }

    [Fact]
    public void PricesByTheBlend()
    {
        foreach (string sample in (string[])["sp500.csv", "aapl.csv"])
        {
            SeriesSet data = Table(sample, 900);
            string target = sample == "aapl.csv" ? "High" : "high";
            ForecastTask task = new ForecastTask(data, new TaskOptions { Targets = [target], Horizon = 3, Inputs = ForecastInputs.Everything(data[""], target), TestRows = 3 }).Whole();
            var blend = BlendForecaster.Of([Quick(CellKind.Lstm), Quick(CellKind.SimpleRnn)], task);
            blend.Fit(task);
            foreach (PartsForecaster member in blend.Members)
                Agree(member, data);
            Agree(blend, data);
        }
    }

    [Theory]
    [InlineData(ForecastHead.Quantile, Strategy.Direct)]
    [InlineData(ForecastHead.Gaussian, Strategy.Recursive)]
    [InlineData(ForecastHead.StudentT, Strategy.Direct)]
    public void NetworksThatSayHowSureTheyAre(ForecastHead head, Strategy strategy)
    {
        SeriesSet data = Table("ridership.csv", 900);
        var inputs = new ForecastInputs { Calendar = true, Known = ["Cubs_Home"], Past = strategy == Strategy.Direct ? ["temp"] : [] };
        TimeSeries table = data[""];
        double[] riders = table["ridership"].ToArray();
        riders.AsSpan(^4..).Fill(double.NaN);
        SeriesSet open = Of([.. table.Dates], ("ridership", riders), ("Cubs_Home", table["Cubs_Home"].ToArray()), ("temp", table["temp"].ToArray()));
        Agree(Fitted(new EnsembleForecaster(Quick(CellKind.Gru, head, strategy)), open, new TaskOptions { Targets = ["ridership"], Horizon = 4, Inputs = inputs }), open);
    }

    [Fact]
    public void TheTutorialsNetwork()
    {
        SeriesSet data = Table("aapl.csv", 700);
        var recipe = new NetworkRecipe { Units = 25 };
        var forecaster = new NetworkForecaster(recipe with { Training = recipe.Training with { Epochs = 2 } });
        Agree(Fitted(forecaster, data, new TaskOptions { Targets = ["High"], Horizon = 5, Window = 30 }), data);
    }

    [Fact]
    public void SeveralTargetsByRecursion()
    {
        SeriesSet data = Table("aapl.csv", 700);
        var options = new TaskOptions { Targets = ["High", "Low", "Volume"], Horizon = 4, Inputs = new ForecastInputs { Calendar = true } };
        Agree(Fitted(new EnsembleForecaster(Quick(CellKind.Gru, strategy: Strategy.Recursive)), data, options), data);
        Agree(Fitted(new EnsembleForecaster(Quick(CellKind.Lstm)), data, options), data);
    }

    [Fact]
    public void APanelOfStations()
    {
        SeriesSet all = SeriesSet.Read(ForecastSession.Sample("stations.csv"), "station");
        string[] keys = [.. all.Keys.Take(4)];
        var data = new SeriesSet("stations", [.. keys.Select((key, s) => (key, s == 3 ? all[key].Tail(21) : all[key].Tail(500 - (40 * s))))]);
        ForecastTask task = new ForecastTask(data, new TaskOptions { Horizon = 7, Inputs = new ForecastInputs { Calendar = true }, TestRows = 7 }).Whole();
        var blend = BlendForecaster.Of([Quick(CellKind.Lstm), Quick(CellKind.Gru)], task);
        blend.Fit(task);
        foreach (PartsForecaster member in blend.Members)
            Agree(member, data);
        Agree(blend, data);
    }

    [Fact]
    public void NewerRowsOfBirths()
    {
        SeriesSet data = Table("births.csv", 1200);
        SeriesSet earlier = data[""].Head(1170);
        ForecastTask task = new ForecastTask(earlier, new TaskOptions { Horizon = 3, TestRows = 3, Inputs = new ForecastInputs { Calendar = true } }).Whole();
        var blend = BlendForecaster.Of([Quick(CellKind.Lstm)], task);
        blend.Fit(task);
        using var session = new ForecastSession(blend);
        Forecast forecast = blend.Predict(data, 3), before = blend.Predict(earlier, 3);
        Answer newer = session.Run(data, forecast), older = session.Run(earlier, before);
        Assert.InRange(newer.Apart(forecast).Values, 0, 1e-6);
        for (int h = 0; h < 3; h++)
        {
            for (int level = 0; level < 13; level++)
                Assert.Equal(older.Quantile(0, 0, h, level) - older.Value(0, 0, h), newer.Quantile(0, 0, h, level) - newer.Value(0, 0, h), 1e-6);
        }
    }
}
