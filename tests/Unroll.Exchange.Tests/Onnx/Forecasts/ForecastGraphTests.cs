using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Whole forecasts in ONNX Runtime beside those of the forecaster itself.</summary>
public class ForecastGraphTests(ITestOutputHelper output)
{
    private static readonly ForecastInputs s_calendar = new() { Calendar = true };

    private static SeriesSet Sample(string sample, int newest) => TimeSeries.Read(ForecastSession.Sample(sample)).Tail(newest);

    private void Agree(PartsForecaster forecaster, SeriesSet data)
    {
        using var session = new ForecastSession(forecaster);
        Forecast forecast = forecaster.Predict(data, forecaster.Horizon);
        (double values, double quantiles) = session.Run(data, forecast).Apart(forecast);
        output.WriteLine($"{forecaster.Name}: values {values:0.0e0}, quantiles {quantiles:0.0e0}, {session.Length} bytes");
        foreach (string note in forecaster.Notes)
            output.WriteLine(note);
        Assert.True(values <= 1e-6 && quantiles <= 1e-6, $"{forecaster.Name}: values {values:0.0e0}, quantiles {quantiles:0.0e0}");
    }

    /// <summary>A blend and each of its members by itself.</summary>
    private void AllAgree(PartsForecaster blend, SeriesSet data)
    {
        foreach (PartsForecaster member in ((BlendForecaster)blend).Members)
            Agree(member, data);
        Agree(blend, data);
    }

    private static TimeSeries Months()
    {
        double[] values = [.. Enumerable.Range(0, 96)
            .Select(row => 100 + row + (20 * Math.Sin(Math.PI * row / 6)) + (7 * Math.Sin(row * row)))];
        return Forecasters.Table([.. Enumerable.Range(0, 96).Select(row => new DateTime(2010, 1, 1).AddMonths(row))], ("value", values));
    }

    [Fact]
    public void EveryRuleOfAMonthlySeries()
    {
        TimeSeries table = Months();
        foreach (PartsForecaster rule in (PartsForecaster[])
            [
                new NaiveForecaster(), new SeasonalNaiveForecaster(12), new SeasonalNaiveDriftForecaster(12), new DriftForecaster(),
                new MeanForecaster(),
                new LeastSquaresForecaster(), new ThetaForecaster(), new ThetaForecaster(1), new EtsForecaster(), new ArimaForecaster(),
                new ArimaForecaster(new ArimaOrder(2, 1, 1, 1, 1, 1, 12)), new ArimaForecaster(new ArimaOrder(1, 0, 2, HasConstant: true)),
                new StlEtsForecaster(), new CrostonForecaster(), new TsbForecaster(),
                new EtsForecaster(EtsModel.HoltWintersMultiplicative, 12), new EtsForecaster(EtsModel.HoltWintersAdditive, 12),
                new EtsForecaster(EtsModel.DampedHolt),
            ])
        {
            PartsForecaster fitted = Forecasters.Fitted(rule, table.Head(90), new TaskOptions { Horizon = 14 });
            Agree(fitted, table.Head(90));
            using var session = new ForecastSession(fitted);
            Forecast newer = fitted.Predict(table, 14);
            Assert.InRange(session.Run(table, newer).Apart(newer).Values, 0, 1e-12);
        }
    }

    [Fact]
    public void RulesOfDemandWithRowsOfZero()
    {
        double[] demand = [.. Enumerable.Range(0, 120).Select(row => row % 7 == 3 || row % 11 == 5 ? 1.0 + (row % 5) : 0)];
        TimeSeries table = Forecasters.Table([.. Enumerable.Range(0, 120).Select(row => new DateTime(2024, 2, 26).AddDays(row))],
            ("demand", demand));
        AllAgree(Forecasters.Blend(table, new TaskOptions { Horizon = 3 }, CellKind.Gru), table);
        Agree(Forecasters.Fitted(new CrostonForecaster(), table, new TaskOptions { Horizon = 3 }), table);
    }

    [Fact]
    public void BirthsByTheBlend()
    {
        SeriesSet data = Sample("births.csv", 800);
        var options = new TaskOptions { Horizon = 4, Window = 14, Inputs = s_calendar with { Holidays = "US" } };
        PartsForecaster[] members =
        [
            new EnsembleForecaster(Forecasters.Quick(CellKind.Gru)), new RidgeForecaster(), new SeasonalNaiveForecaster(7),
            new StlEtsForecaster(),
        ];
        AllAgree(Forecasters.Fitted(new BlendForecaster(members), data, options), data);
    }

    [Fact]
    public void DaysAsInYearsBefore()
    {
        DateTime[] dates = [.. Enumerable.Range(0, 1300).Select(row => new DateTime(2019, 3, 1).AddDays(row))];
        double[] values = Array.ConvertAll(dates, date => 100 + (3 * Math.Sin(date.Ticks / 1e13))
            + (date.DayOfWeek == DayOfWeek.Sunday ? -20 : 0)
            + (date is { Month: 7, Day: 4 } or { Month: 12, Day: > 23 } or { Day: 1 } ? -30 : 0)
            + (date is { Month: 5, DayOfWeek: DayOfWeek.Monday, Day: > 24 } ? -30 : 0)
            + (date is { Month: 11, DayOfWeek: DayOfWeek.Thursday, Day: > 21 and < 29 } ? -30 : 0));
        TimeSeries data = Forecasters.Table(dates[..1105], ("value", values[..1105]));
        var options = new TaskOptions { Horizon = 3, Window = 14, Inputs = s_calendar };
        PartsForecaster ridge = Forecasters.Fitted(new RidgeForecaster(), data, options);
        Assert.Contains("the same days of years before", ridge.Notes[0], StringComparison.Ordinal);
        Agree(ridge, data);
        Agree(Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Gru)), data, options), data);
        // Over ends of months and the holidays of the next half year.
        foreach (int rows in (int[])[1165, 1185, 1215, 1270, 1300])
        {
            SeriesSet newer = Forecasters.Table(dates[..rows], ("value", values[..rows]));
            using var session = new ForecastSession(ridge);
            Forecast forecast = ridge.Predict(newer, 3);
            Assert.InRange(session.Run(newer, forecast).Apart(forecast).Values, 0, 1e-9);
            // Without the first rows the place in the season follows from the date.
            SeriesSet later = newer[""].Tail(rows - 100);
            forecast = ridge.Predict(later, 3);
            Assert.InRange(session.Run(later, forecast).Apart(forecast).Values, 0, 1e-9);
        }
    }

    [Theory]
    [InlineData("sp500.csv", "high", CellKind.Lstm)]
    [InlineData("aapl.csv", "High", CellKind.SimpleRnn)]
    public void PricesByTheBlend(string sample, string target, CellKind cell)
    {
        SeriesSet data = Sample(sample, 600);
        AllAgree(Forecasters.Blend(data,
            new TaskOptions { Targets = [target], Horizon = 3, Inputs = ForecastInputs.Everything(data[""], target) }, cell), data);
    }

    [Theory]
    [InlineData(ForecastHead.Quantile, Strategy.Direct)]
    [InlineData(ForecastHead.Gaussian, Strategy.Recursive)]
    [InlineData(ForecastHead.StudentT, Strategy.Direct)]
    public void NetworksThatSayHowSureTheyAre(ForecastHead head, Strategy strategy)
    {
        TimeSeries all = Sample("ridership.csv", 500)[""];
        double[] riders = all["ridership"].ToArray();
        riders.AsSpan(^4..).Fill(double.NaN);
        SeriesSet open = Forecasters.Table(
            [.. all.Dates], ("ridership", riders), ("Cubs_Home", all["Cubs_Home"].ToArray()), ("temp", all["temp"].ToArray()));
        ForecastInputs inputs = s_calendar with { Known = ["Cubs_Home"], Past = strategy == Strategy.Direct ? ["temp"] : [] };
        var options = new TaskOptions { Targets = ["ridership"], Horizon = 4, Inputs = inputs };
        Agree(Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Gru, head, strategy)), open, options), open);
        if (head == ForecastHead.Quantile)
        {
            var network = new EnsembleForecaster(Forecasters.Quick(CellKind.Gru, head));
            PartsForecaster[] members = [network, new RidgeForecaster(), new NaiveForecaster()];
            Agree(Forecasters.Fitted(new BlendForecaster(members), open, options), open);
        }
    }

    [Fact]
    public void ColumnsThatLead()
    {
        const int Rows = 300;
        double[] skewed = new double[Rows], wandering = new double[Rows], led = new double[Rows];
        uint state = 7;
        double Random() => (state = (state * 1664525) + 1013904223) / 4294967296.0;
        for (int row = 0; row < Rows; row++)
        {
            skewed[row] = Math.Exp(4 * Random());
            wandering[row] = row == 0 ? 1000 : wandering[row - 1] + (20 * (Random() - 0.5));
            led[row] = row == 0 ? 3 : (2 * Math.Log(skewed[row - 1] + 1))
                + (row == 1 ? 0 : 0.3 * (wandering[row - 1] - wandering[row - 2])) + Random();
        }

        skewed[250] = double.NaN;
        DateTime[] dates = [.. Enumerable.Range(0, Rows).Select(row => new DateTime(2024, 2, 26).AddDays(row))];
        SeriesSet data = Forecasters.Table(dates, ("led", led), ("skewed", skewed), ("wandering", wandering));
        var options = new TaskOptions
        {
            Targets = ["led"],
            Horizon = 2,
            Window = 10,
            Inputs = new ForecastInputs { Past = ["skewed", "wandering"] }
        };
        PartsForecaster ridge = Forecasters.Fitted(new RidgeForecaster(), data, options);
        Assert.Contains("with skewed, wandering", ridge.Notes[0], StringComparison.Ordinal);
        Agree(ridge, data);
        Agree(Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Gru)), data, options), data);
        skewed[250] = 5;
        data = Forecasters.Table(dates, ("led", led), ("skewed", skewed), ("wandering", wandering));
        var recursive = new EnsembleForecaster(Forecasters.Quick(CellKind.Gru, strategy: Strategy.Recursive));
        Agree(Forecasters.Fitted(recursive, data, new TaskOptions { Targets = ["led", "skewed", "wandering"], Horizon = 4, Window = 10 }),
            data);
        Assert.Contains("with skewed", recursive.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void HoursByTheBlend()
    {
        int rows = 24 * 36;
        double[] values = [.. Enumerable.Range(0, rows)
            .Select(row => 50 + (20 * Math.Sin(Math.PI * row / 12)) + (row % 168 > 120 ? 15 : 0) + (3 * Math.Sin(row * row)))];
        SeriesSet data = Forecasters.Table([.. Enumerable.Range(0, rows).Select(row => new DateTime(2023, 12, 1).AddHours(row))],
            ("load", values));
        PartsForecaster ridge = Forecasters.Fitted(new RidgeForecaster(), data, new TaskOptions { Horizon = 3, Inputs = s_calendar });
        Assert.Contains("the calendar", ridge.Notes[0], StringComparison.Ordinal);
        Agree(ridge, data);
        using var session = new ForecastSession(ridge);
        for (int day = 1; day <= 7; day++)
        {
            SeriesSet earlier = data[""].Head(rows - (24 * day) - 5);
            Forecast forecast = ridge.Predict(earlier, 3);
            Assert.InRange(session.Run(earlier, forecast).Apart(forecast).Values, 0, 1e-9);
        }

        Agree(Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Lstm, strategy: Strategy.Recursive)), data,
            new TaskOptions { Horizon = 3, Inputs = s_calendar }), data);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("difference")]
    [InlineData("log-return")]
    [InlineData("relative")]
    public void EveryTransformAndNewerRowsAlone(string transform)
    {
        TimeSeries all = Months();
        EnsembleRecipe recipe = Forecasters.Quick(CellKind.Gru) with { Transform = TargetTransform.Parse(transform) };
        foreach (PartsForecaster forecaster in (PartsForecaster[])[new RidgeForecaster(recipe), new EnsembleForecaster(recipe),
            new EnsembleForecaster(recipe with { Strategy = Strategy.Recursive })])
        {
            Agree(Forecasters.Fitted(forecaster, all.Head(80), new TaskOptions { Horizon = 3, Window = 13, Inputs = s_calendar }),
                all.Head(80));
            // Rows after those that were learnt, without the first ones.
            SeriesSet newer = all.Tail(60);
            using var session = new ForecastSession(forecaster);
            Forecast forecast = forecaster.Predict(newer, 3);
            Assert.InRange(session.Run(newer, forecast).Apart(forecast).Values, 0, 1e-6);
        }
    }

    [Fact]
    public void TheTutorialsNetwork()
    {
        SeriesSet data = Sample("aapl.csv", 500);
        var recipe = new NetworkRecipe { Units = 25 };
        var forecaster = new NetworkForecaster(recipe with { Training = recipe.Training with { Epochs = 2 } });
        Agree(Forecasters.Fitted(forecaster, data, new TaskOptions { Targets = ["High"], Horizon = 5, Window = 30 }), data);
    }

    [Fact]
    public void SeveralTargets()
    {
        SeriesSet data = Sample("aapl.csv", 400);
        var options = new TaskOptions { Targets = ["High", "Low", "Volume"], Horizon = 4, Inputs = s_calendar };
        Agree(Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Gru, strategy: Strategy.Recursive)), data, options),
            data);
        var network = new EnsembleForecaster(Forecasters.Quick(CellKind.Lstm));
        PartsForecaster[] members = [network, new RidgeForecaster(), new DriftForecaster()];
        AllAgree(Forecasters.Fitted(new BlendForecaster(members), data, options), data);
    }

    [Fact]
    public void APanelOfStations()
    {
        SeriesSet all = SeriesSet.Read(ForecastSession.Sample("stations.csv"), "station");
        string[] keys = [.. all.Keys.Take(3)];
        SeriesSet data = new SeriesSet("stations",
            [.. keys.Select((key, s) => (key, s == 2 ? all[key].Tail(12) : all[key].Tail(300 - (40 * s))))])
            .WithStatic("line", new Dictionary<string, string> { [keys[0]] = "red", [keys[1]] = "blue", [keys[2]] = "red" });
        PartsForecaster[] members = [new EnsembleForecaster(Forecasters.Quick(CellKind.Gru)), new RidgeForecaster(), new ThetaForecaster()];
        PartsForecaster blend = Forecasters.Fitted(new BlendForecaster(members), data,
            new TaskOptions { Horizon = 5, Inputs = s_calendar });
        AllAgree(blend, data);
        Agree(Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Lstm, strategy: Strategy.Recursive)), data,
            new TaskOptions { Horizon = 5, Inputs = s_calendar }), data);
        using var one = new ForecastSession(blend, new OnnxForecastOptions { Series = [keys[1]] });
        Forecast forecast = blend.Predict(data, 5);
        Answer answer = one.Run(data, forecast);
        Assert.Equal([keys[1]], answer.Keys);
        Assert.InRange(answer.Apart(forecast).Values, 0, 1e-6);
    }

    [Fact]
    public void NewerRowsKeepTheWidths()
    {
        SeriesSet data = Sample("births.csv", 500);
        SeriesSet earlier = data[""].Head(470);
        PartsForecaster[] members = [new EnsembleForecaster(Forecasters.Quick(CellKind.Lstm)), new RidgeForecaster(), new EtsForecaster()];
        PartsForecaster blend = Forecasters.Fitted(
            new BlendForecaster(members), earlier, new TaskOptions { Horizon = 3, Window = 14, Inputs = s_calendar });
        using var session = new ForecastSession(blend);
        Forecast forecast = blend.Predict(data, 3), before = blend.Predict(earlier, 3);
        Answer newer = session.Run(data, forecast), older = session.Run(earlier, before);
        Assert.InRange(newer.Apart(forecast).Values, 0, 1e-6);
        for (int h = 0; h < 3; h++)
        {
            Assert.Equal(data[""]["births"][^1], newer.Naive[h]);
            for (int level = 0; level < 13; level++)
                Assert.Equal(older.Quantile(0, 0, h, level) - older.Value(0, 0, h),
                    newer.Quantile(0, 0, h, level) - newer.Value(0, 0, h), 1e-6);
        }

        // Which is told, by the graph and by its metadata.
        using var stream = new MemoryStream();
        Onnx.Save(blend, stream);
        var proto = ModelProto.Parser.ParseFrom(stream.ToArray());
        Assert.Contains("newer rows move the forecast, and do not widen or narrow its quantiles", proto.DocString,
            StringComparison.Ordinal);
        Assert.Contains("Their width comes from the errors known when the file was written",
            proto.MetadataProps.Single(entry => entry.Key == "unroll.forecast").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void NumberedRows()
    {
        double[] numbers = [.. Enumerable.Range(0, 150).Select(row => 1000.0 + row)];
        SeriesSet data = TimeSeries.FromNumbers("run", numbers,
            ("value", [.. numbers.Select(number => Math.Sin(number / 3) + (0.2 * Math.Cos(number * number)))]));
        AllAgree(Forecasters.Blend(data, new TaskOptions { Horizon = 3 }, CellKind.Gru), data);
    }

    [Fact]
    public void ALoadedForecasterGivesTheSameFile()
    {
        SeriesSet data = Sample("aapl.csv", 300);
        PartsForecaster blend = Forecasters.Blend(data, new TaskOptions { Targets = ["High"], Horizon = 2, Inputs = s_calendar },
            CellKind.Gru);
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "forecast.unroll"), graph = Path.Combine(folder, "forecast.onnx");
            ForecastFile.Save(blend, path);
            Onnx.Save(ForecastFile.Load(path), graph);
            using var stream = new MemoryStream();
            Onnx.Save(blend, stream);
            Assert.Equal(stream.ToArray(), File.ReadAllBytes(graph));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
