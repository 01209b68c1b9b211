using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>No value that comes after an origin reaches a prediction or an interval made at it or before.</summary>
public class BacktestLeakageTests
{
    private const int FirstTest = 100;

    private static readonly Func<PartsForecaster>[] s_networks =
    [
        .. Enum.GetValues<CellKind>().Select(cell =>
        {
            var recipe = new NetworkRecipe { Cell = cell, Units = 3, Threads = 1, Dropout = 0.1,
                Training = new TrainingOptions { Epochs = 2, Seed = 11, ValidationSplit = 0.2 } };
            return (Func<PartsForecaster>)(() => new NetworkForecaster(recipe));
        }),
    ];

    /// <summary>A season of a week, so that every baseline applies.</summary>
    private static double[] Values() => [.. BacktestTests.Walk().Select((value, row) => value + (4 * (row % 7)))];

    private static BacktestResult Run(double[] values, int horizon, IReadOnlyList<Func<PartsForecaster>> forecasters,
        int? sliding = null) =>
        Backtest.Run(BacktestTests.Task(BacktestTests.Days(values), horizon), forecasters,
            new BacktestOptions { RefitEvery = 6, TrainRows = sliding }, null, BacktestTests.Token);

    private static double Garbage(int row) => 1e6 + (1e5 * new RandomSource(99, (ulong)row).NextNormal());

    private static double[] Spoilt(double[] values, int known) => [.. values.Select((value, row) => row < known ? value : Garbage(row))];

    private static void AssertSameUpTo(int origin, BacktestResult clean, BacktestResult spoilt)
    {
        Assert.Equal(clean.Comparison.Scores.Select(score => score.Key), spoilt.Comparison.Scores.Select(score => score.Key));
        foreach ((ForecasterScore one, ForecasterScore other) in clean.Comparison.Scores.Zip(spoilt.Comparison.Scores))
        {
            foreach ((PartForecast part, PartForecast same) in one.Forecast.Parts.Zip(other.Forecast.Parts))
                Assert.Equal(BacktestTests.Numbers(part, origin + 1), BacktestTests.Numbers(same, origin + 1));
        }
    }

    /// <summary>Origins on both sides of every fit, the first and the last among them.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    public void Garbage_after_an_origin_changes_nothing_that_any_baseline_predicted_by_then(int? sliding)
    {
        BacktestResult clean = Run(Values(), 3, [], sliding);
        Assert.Equal(9, clean.Comparison.Baselines.Count);
        Assert.All(clean.Comparison.Baselines, score => Assert.True(score.Parts[0].HasIntervals));
        foreach (int origin in new[] { 0, 1, 5, 6, 11, 12, 16, 17 })
            AssertSameUpTo(origin, clean, Run(Spoilt(Values(), FirstTest + origin), 3, [], sliding));
    }

    [Fact]
    public void Garbage_after_an_origin_changes_nothing_that_a_network_of_any_cell_predicted_by_then()
    {
        BacktestResult clean = Run(Values(), 1, s_networks);
        Assert.Equal(["SimpleRNN", "LSTM", "GRU"], clean.Comparison.Scores.Take(3).Select(score => score.Name));
        foreach (int origin in new[] { 0, 5, 6, 18 })
            AssertSameUpTo(origin, clean, Run(Spoilt(Values(), FirstTest + origin), 1, s_networks));
    }

    /// <summary>Two series of two targets, and all that the default recipe makes of them: shares, inputs, transforms, epochs.</summary>
    [Theory]
    [InlineData(Strategy.Direct, ForecastHead.None)]
    [InlineData(Strategy.Direct, ForecastHead.Quantile)]
    [InlineData(Strategy.Recursive, ForecastHead.None)]
    public void Garbage_after_an_origin_changes_nothing_that_the_default_recipe_predicted_of_any_part_by_then(
        Strategy strategy, ForecastHead head)
    {
        BacktestResult Run(ForecastTask task) => Backtest.Run(
            task,
            [() => BlendForecaster.Of([SmallEnsembles.Recipe(steps: 2, members: 1, epochs: 2, strategy: strategy) with { Head = head }],
                task)],
            new BacktestOptions { RefitEvery = 7 },
            null,
            BacktestTests.Token);
        BacktestResult clean = Run(BacktestTests.Shops());
        foreach (int origin in new[] { 0, 6, 12 })
            AssertSameUpTo(origin, clean, Run(BacktestTests.Shops(2, (_, row, value) => row < FirstTest + origin ? value : Garbage(row))));
    }

    /// <summary>The same test sees a leak of one row.</summary>
    [Fact]
    public void A_forecaster_that_peeks_is_found_out()
    {
        double[] values = Values();
        BacktestResult clean = Run(values, 1, [() => new Peeping()]), other = Run(Spoilt(values, FirstTest + 6), 1, [() => new Peeping()]);
        AssertSameUpTo(5, clean, other);
        Assert.NotEqual(BacktestTests.Of(clean, "peeping").Forecast.Parts[0][6, 1],
            BacktestTests.Of(other, "peeping").Forecast.Parts[0][6, 1]);
    }

    /// <summary>Predicts the next value exactly, half too high.</summary>
    private sealed class Peeping : PartsForecaster
    {
        public override string Name => "peeping";

        public override ForecasterKind Kind => ForecasterKind.Network;

        private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run) =>
            [new PeepingModel { Part = task.Parts[0], Facts = PartFacts.Of(task[task.Parts[0]], task.Options) }];

        internal override PartModel Adapt(Part part, TimeSeries table) => throw new NotSupportedException();
    }

    private sealed class PeepingModel : PartModel
    {
        public override int NeededRows => 1;

        public override RawForecast Ahead(TimeSeries table, int first, int count, int steps) =>
            new([.. Enumerable.Range(first + 1, count).Select(row => new[] { table["x"][row] + 0.5 })], null);
    }
}
