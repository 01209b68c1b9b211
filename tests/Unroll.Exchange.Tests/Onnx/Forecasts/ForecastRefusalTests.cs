using Unroll.Forecasting;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>What a graph refuses by NaN, and what is refused when it is written.</summary>
public class ForecastRefusalTests
{
    private static readonly DateTime[] s_dates = [.. Enumerable.Range(0, 120).Select(row => new DateTime(2024, 1, 1).AddDays(row))];

    private static TimeSeries Rows(Func<int, double>? value = null) =>
        Forecasters.Table(s_dates, ("value",
            [.. Enumerable.Range(0, 120).Select(value ?? (row => 50 + (10 * Math.Sin(row)) + (row % 7)))]));

    [Fact]
    public void RowsThatDoNotSufficeGiveNaN()
    {
        TimeSeries data = Rows();
        PartsForecaster forecaster = Forecasters.Fitted(
            new EnsembleForecaster(Forecasters.Quick(CellKind.Gru)), data,
                new TaskOptions { Horizon = 2, Window = 20, Inputs = new ForecastInputs { Calendar = true } });
        using var session = new ForecastSession(forecaster);
        Forecast forecast = forecaster.Predict(data, 2);
        Assert.All(session.Run(data, forecast).Values, value => Assert.False(double.IsNaN(value)));

        // Too few rows, a value missing long ago, and dates that do not ascend.
        SeriesSet few = data.Tail(session.Metadata.GetProperty("rows_needed").GetInt32() - 1);
        Refused(session.Run(few, forecast));
        Refused(session.Run(Rows(row => row == 15 ? double.NaN : 50 + (10 * Math.Sin(row)) + (row % 7)), forecast));
        Refused(session.Run(data, forecaster.Predict(data.Head(100), 2)));

        static void Refused(Answer answer)
        {
            Assert.All(answer.Values, value => Assert.True(double.IsNaN(value)));
            Assert.All(answer.Quantiles, value => Assert.True(double.IsNaN(value)));
        }
    }

    [Fact]
    public void AStateWithoutItsRowsGivesNaN()
    {
        TimeSeries data = Rows();
        PartsForecaster forecaster = Forecasters.Fitted(new EtsForecaster(), data, new TaskOptions { Horizon = 2 });
        using var session = new ForecastSession(forecaster);
        Assert.All(session.Run(data.Tail(80), forecaster.Predict(data, 2)).Values, value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void EverythingUnsupportedIsNamedAtOnce()
    {
        TimeSeries data = Rows();
        EnsembleRecipe recipe = Forecasters.Quick(CellKind.Gru) with { Transform = new Root() };
        PartsForecaster[] members = [new RidgeForecaster(recipe), new FunctionForecaster("mine", 1, (past, ahead) => ahead.Fill(past[^1]))];
        PartsForecaster blend = Forecasters.Fitted(new BlendForecaster(members), data, new TaskOptions { Horizon = 2 });
        using var stream = new MemoryStream();
        var failure = Assert.Throws<UnsupportedModelException>(() => Onnx.Save(blend, stream));
        Assert.Equal(["the transform root of value, which is your own code", "the forecaster mine, which is your own code"],
            failure.Reasons);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void AnUnknownSeriesAndAForecasterWithoutAFitAreRefused()
    {
        PartsForecaster fitted = Forecasters.Fitted(new NaiveForecaster(), Rows(), new TaskOptions());
        Assert.Contains("north. It is of a single table", Assert.Throws<UnrollException>(() =>
            Onnx.Save(fitted, Stream.Null, new OnnxForecastOptions { Series = ["north"] })).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Onnx.Save(new NaiveForecaster(), Stream.Null));
    }

    private sealed class Root() : TargetTransform("root")
    {
        public override double Map(double value) => Math.Sqrt(value);

        public override double Unmap(double mapped) => mapped * mapped;
    }
}
