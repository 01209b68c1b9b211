using System.Text.Json;
using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>No value that comes after an origin reaches a prediction made at it or before.</summary>
public class BacktestLeakageTests
{
    private const int Rows = 120, FirstTest = 100;

    private static readonly (string Name, Func<IForecaster> Create)[] s_networks =
    [
        .. Enum.GetValues<CellKind>().Select(cell =>
        {
            var recipe = new NetworkRecipe { Cell = cell, Units = 3, Threads = 1, Dropout = 0.1, Training = new TrainingOptions { Epochs = 2, Seed = 11, ValidationSplit = 0.2 } };
            return (recipe.Name, (Func<IForecaster>)(() => new NetworkForecaster(recipe)));
        }),
    ];

    /// <summary>A season of four rows, so that every baseline applies.</summary>
    private static double[] Values() => [.. BacktestTests.Walk().Select((value, row) => value + (4 * (row % 4)))];

    private static BacktestResult Run(double[] values, BacktestOptions options, IReadOnlyList<(string, Func<IForecaster>)> models) =>
        Backtest.Run(BacktestTests.Days(values), "x", models, options with { Window = 5, TestRows = 20, RefitEvery = 6, Period = 4 }, BacktestTests.Token);

    private static double[] Spoilt(double[] values, int known)
    {
        var random = new RandomSource(99);
        return [.. values.Select((value, row) => row < known ? value : 1e6 + (1e5 * random.NextNormal()))];
    }

    private static void AssertSameUpTo(int origin, BacktestResult clean, BacktestResult spoilt)
    {
        Assert.Equal(clean.Scores.Select(score => score.Name), spoilt.Scores.Select(score => score.Name));
        foreach ((BacktestScore one, BacktestScore other) in clean.Scores.Zip(spoilt.Scores))
        {
            for (int i = 0; i <= origin; i++)
            {
                Assert.Equal(one.Forecast.From(i).ToArray(), other.Forecast.From(i).ToArray());
                foreach ((StepScore step, StepScore otherStep) in one.Steps.Zip(other.Steps))
                    Assert.Equal(step.Intervals.Select(each => each.Intervals[i]), otherStep.Intervals.Select(each => each.Intervals[i]));
            }
        }
    }

    /// <summary>Origins on both sides of every fit, the first and the last among them.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    public void Garbage_after_an_origin_changes_nothing_that_any_baseline_predicted_by_then(int? sliding)
    {
        var options = new BacktestOptions { Horizon = 3, TrainRows = sliding, CalibrationRows = 25 };
        BacktestResult clean = Run(Values(), options, []);
        Assert.Equal(6, clean.Baselines.Count);
        foreach (int origin in new[] { 0, 1, 5, 6, 11, 12, 16, 17 })
            AssertSameUpTo(origin, clean, Run(Spoilt(Values(), FirstTest + origin), options, []));
    }

    [Fact]
    public void Garbage_after_an_origin_changes_nothing_that_a_network_of_any_cell_predicted_by_then()
    {
        var options = new BacktestOptions { CalibrationRows = 25 };
        BacktestResult clean = Run(Values(), options, s_networks);
        Assert.Equal(["SimpleRNN", "LSTM", "GRU"], clean.Models.Select(score => score.Name));
        foreach (int origin in new[] { 0, 5, 6, 18 })
            AssertSameUpTo(origin, clean, Run(Spoilt(Values(), FirstTest + origin), options, s_networks));
    }

    /// <summary>The same test sees a leak of one row.</summary>
    [Fact]
    public void A_forecaster_that_peeks_is_found_out()
    {
        double[] values = Values(), spoilt = Spoilt(values, FirstTest + 6);
        var options = new BacktestOptions { CalibrationRows = 0 };
        BacktestResult With(double[] data) => Run(data, options, [("peeping", () => new Peeping(data))]);
        BacktestResult clean = With(values), other = With(spoilt);
        AssertSameUpTo(5, clean, other);
        Assert.NotEqual(clean.Models[0].Forecast[6, 1], other.Models[0].Forecast[6, 1]);
    }

    /// <summary>Missing values cannot be judged, so what is missing lies after the test rows: there a leak would show too.</summary>
    [Fact]
    public void Missing_values_after_the_test_rows_change_nothing()
    {
        double[] values = Values(), missing = [.. values.Select((value, row) => row < 112 ? value : double.NaN)];
        BacktestResult Run12(double[] data) => Backtest.Run(
            BacktestTests.Days(data),
            "x",
            s_networks,
            new BacktestOptions { Window = 5, Test = "2020-04-10..2020-04-21", Period = 4, CalibrationRows = 25, RefitEvery = 4 },
            BacktestTests.Token);
        BacktestResult clean = Run12(values);
        Assert.Equal(12, clean.Dates.Count);
        AssertSameUpTo(11, clean, Run12(missing));
    }

    /// <summary>The values only ever rise, so that the highest that a scaler has seen tells up to which row it looked.</summary>
    [Fact]
    public void The_scaler_of_each_fold_has_seen_its_training_rows_and_no_other()
    {
        double[] values = [.. Enumerable.Range(0, Rows).Select(row => 50 + row + (row % 3 * 0.25))];
        List<NetworkForecaster> networks = [];
        var recipe = new NetworkRecipe { Cell = CellKind.Gru, Units = 2, Threads = 1, Training = new TrainingOptions { Epochs = 1 } };
        BacktestResult Run60(int? sliding)
        {
            networks.Clear();
            return Run(
                values,
                new BacktestOptions { TrainRows = sliding, CalibrationRows = 25 },
                [("GRU", () =>
                {
                    networks.Add(new NetworkForecaster(recipe));
                    return networks[^1];
                })]);
        }

        Run60(null);
        Assert.Equal([(0, 75), (0, 100), (0, 106), (0, 112), (0, 118)], networks.Select(Range));
        Run60(60);
        Assert.Equal([(15, 75), (40, 100), (46, 106), (52, 112), (58, 118)], networks.Select(Range));

        // The first row a scaler saw, and the first after those it saw.
        (int, int) Range(NetworkForecaster network)
        {
            string file = Path.GetTempFileName();
            try
            {
                network.Save(file);
                JsonElement scaler = JsonDocument.Parse(ModelFile.Read(file).Metadata["forecast"]).RootElement.GetProperty("scaler");
                double lowest = scaler.GetProperty("offset").GetDouble(), highest = lowest + scaler.GetProperty("scale").GetDouble();
                return (Array.IndexOf(values, lowest), Array.FindIndex(values, value => Math.Abs(value - highest) < 1e-9) + 1);
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Knows the whole series and predicts the next value exactly.</summary>
    private sealed class Peeping(double[] all) : IForecaster
    {
        public string Name => "peeping";

        public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
        {
        }

        public double[] Predict(ForecastSplit split) => throw new NotSupportedException();

        public double PredictNext(TimeSeries series) => all[series.Rows] + 0.5;
    }
}
