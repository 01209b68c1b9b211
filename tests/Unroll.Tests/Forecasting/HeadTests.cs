using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Ensembles whose networks say how the next rows are distributed.</summary>
public class HeadTests
{
    private const int Test = 40, Steps = 3;

    private static readonly double[] s_levels = [0.5, 0.8, 0.95, 0.99];

    public static TheoryData<ForecastHead> All => new() { ForecastHead.Quantile, ForecastHead.Gaussian, ForecastHead.StudentT };

    private static EnsembleForecaster Of(ForecastHead head, ForecastSplit split, int steps = Steps, TargetTransform? transform = null,
        int threads = 1) =>
        Fitted(new EnsembleForecaster(Recipe(steps, transform: transform, threads: threads) with { Head = head }), split);

    /// <summary>What the networks say before it is calibrated.</summary>
    private static RawForecast Raw(EnsembleForecaster forecaster, ForecastSplit split) => forecaster.Raw(ModelOf(forecaster), split, Steps);

    [Theory]
    [MemberData(nameof(All))]
    public void Rows_after_an_origin_change_no_quantile_and_no_interval(ForecastHead head)
    {
        const int Known = 13;
        TimeSeries table = MadeTables.Of("daily", 420);
        ForecastSplit split = MadeTables.Split(table, Test, 24, MadeTables.AllInputs);
        ForecastSplit other = MadeTables.Split(MadeTables.Spoilt(table, 420 - Test + Known, row => 1e5 + (977 * row), "event"), Test, 24,
            MadeTables.AllInputs);
        EnsembleForecaster one = Of(head, split), two = Of(head, other);
        Assert.Equal(Bytes(one), Bytes(two));
        double[][] said = Raw(one, split).Head!.Ahead, again = Raw(two, other).Head!.Ahead;
        for (int origin = 0; origin <= Known; origin++)
            Assert.Equal(said[origin], again[origin]);
        Assert.NotEqual(said[Known + 1], again[Known + 1]);
        PartForecast expected = one.Predict(new ForecastTask(split, Steps)).Parts[0],
            actual = two.Predict(new ForecastTask(other, Steps)).Parts[0];
        for (int step = 1; step <= Steps; step++)
        {
            foreach (double level in s_levels)
                Assert.Equal(expected.Intervals(step, level)[..(Known + 1)], actual.Intervals(step, level)[..(Known + 1)]);
        }

        // A table that ends at an origin gives what was said from there.
        foreach (int origin in (int[])[0, 7, Test - Steps])
        {
            PartForecast next = one.Predict(UpTo(table, 420 - Test - 1 + origin, Steps), Steps).Parts[0];
            for (int step = 1; step <= Steps; step++)
            {
                foreach (double level in s_levels)
                {
                    Assert.Equal(1, next.Interval(0, step, level)!.Value.Lower / expected.Interval(origin, step, level)!.Value.Lower, 1e-6);
                    Assert.Equal(1, next.Interval(0, step, level)!.Value.Upper / expected.Interval(origin, step, level)!.Value.Upper, 1e-6);
                }
            }
        }
    }

    [Theory]
    [InlineData(ForecastHead.Quantile, null)]
    [InlineData(ForecastHead.Gaussian, "log-return")]
    [InlineData(ForecastHead.StudentT, "relative")]
    public void Quantiles_never_cross_and_intervals_are_nested(ForecastHead head, string? transform)
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 320), Test, 14, MadeTables.AllInputs);
        EnsembleForecaster forecaster = Of(head, split, transform: transform is null ? null : TargetTransform.Parse(transform));
        foreach (double[] ahead in Raw(forecaster, split).Head!.Ahead.Concat(ModelOf(forecaster).Track!.ValidationHead!.Ahead))
        {
            foreach (double[] row in ahead.Chunk(Heads.Levels.Length))
                Assert.Equal(row.Order(), row);
        }

        PartForecast forecast = forecaster.Predict(new ForecastTask(split, Steps)).Parts[0];
        PredictionInterval[][] levels = [.. s_levels.Select(level => forecast.Intervals(Steps, level))];
        double[] middle = forecast.Judged.Predicted(Steps);
        for (int i = 0; i < middle.Length; i++)
        {
            double[] ends = [.. levels.Reverse().Select(level => level[i].Lower), middle[i], .. levels.Select(level => level[i].Upper)];
            for (int k = 1; k < ends.Length; k++)
                Assert.True(ends[k] >= ends[k - 1] - 1e-9, string.Join(' ', ends));
        }
    }

    [Fact]
    public void Normal_distributions_of_networks_are_averaged_in_mean_and_deviation_and_mapped_through_the_transform()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 320), Test, 14, MadeTables.AllInputs);
        EnsembleForecaster forecaster = Of(ForecastHead.Gaussian, split, transform: TargetTransform.LogReturn);
        EnsembleModel state = ModelOf(forecaster);
        var frame = new InputFrame(split.Table, state.Linear.Plan);
        int origin = split.Table.Rows - Test - 1;
        var samples = new SideBySideSamples(state.Inputs, [frame], origin, 1, null);
        GaussianParameters[][] said = [.. state.Networks.Select(network => new GaussianLoss().Parameters(network.Predict(samples)))];
        Assert.Equal(2, said.Length);
        double[] straight = state.Linear.Predict(frame, origin), quantiles = Raw(forecaster, split).Head!.Ahead[0];
        for (int h = 0; h < Steps; h++)
        {
            double mean = said.Average(each => each[h].Mean), deviation = said.Average(each => each[h].Deviation);
            foreach ((int k, double z) in new[] { (0, -1.959963985), (6, 0.0), (10, 1.281551566), (12, 1.959963985) })
                Assert.Equal(1, quantiles[(h * 13) + k]
                    / frame.Inverse(origin, h + 1, straight[h] + (state.Scales[h] * (mean + (z * deviation)))), 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Days_that_are_hard_to_foresee_get_wider_intervals_and_the_whole_is_better_for_it(ForecastHead head)
    {
        // Noise of 0.5 on weekdays and of 4 on weekends.
        DateTime[] dates = MadeTables.Dates("daily", 900);
        double[] noise = TestData.Normal(900, 8);
        bool IsWeekend(DateTime date) => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        ForecastSplit split = MadeTables.Split(MadeTables.Days(
            [.. noise.Select((n, row) => 100 + (n * (IsWeekend(dates[row]) ? 4 : 0.5)))]), 150, 7, new ForecastInputs { Calendar = true });
        EnsembleRecipe recipe = Recipe(epochs: 40, units: 8, transform: TargetTransform.None);
        EnsembleForecaster plain = Fitted(new EnsembleForecaster(recipe), split),
            sure = Fitted(new EnsembleForecaster(recipe with { Head = head }), split);
        var comparison = new Comparison(split, TestContext.Current.CancellationToken);
        ForecasterScore without = comparison.Add(plain), with = comparison.Add(sure);
        PredictionInterval[] intervals = with.Forecast.Parts[0].Intervals(1, 0.8);
        double Width(bool weekend) => intervals.Where((_, i) => IsWeekend(split.Test.Dates[i]) == weekend)
            .Average(interval => interval.Width);
        Assert.True(Width(true) > 3 * Width(false), $"{Width(true)} against {Width(false)}");
        Assert.InRange(with.Coverage(0.8)!.Value, 0.7, 0.91);
        Assert.True(with.Crps < 0.92 * without.Crps, $"{with.Crps} against {without.Crps}");
        Assert.All(comparison.Baselines,
            baseline => Assert.True(with.Crps < baseline.Crps, $"{with.Crps} against {baseline.Crps} of {baseline.Name}"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 320), Test, 14, MadeTables.AllInputs);
        Assert.Equal(Bytes(Of(ForecastHead.Quantile, split)), Bytes(Of(ForecastHead.Quantile, split, threads: 3)));
    }

    [Fact]
    public void Quantiles_of_students_t_are_interpolated_to_nine_digits()
    {
        float[] raw = [-20, 0, 1, 3, 10, 100, 1e4f, 1e6f];
        float[] outputs = [.. raw.SelectMany(v => new[] { 1f, 0.3f, v })];
        double[] exact = DistributionOutputs.Quantiles(new StudentTLoss(), outputs, Heads.Levels),
            table = Heads.Quantiles(ForecastHead.StudentT, outputs);
        Assert.Equal(exact.Length, table.Length);
        for (int i = 0; i < exact.Length; i++)
            Assert.Equal(exact[i], table[i], 1e-8);
    }

    [Fact]
    public void Levels_that_no_head_says_lie_between_and_beyond()
    {
        double[] normal = [.. Heads.Levels.Select(level => 10 + (2 * Distributions.NormalQuantile(level)))];
        var quantiles = new HorizonQuantiles(1, [normal]);
        foreach (double level in (double[])[0.01, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99])
        {
            CentralQuantiles central = quantiles.Central(0, 1, level);
            double z = Distributions.NormalQuantile((1 + level) / 2);
            Assert.Equal(10 + (2 * z), central.Upper, 1e-9);
            Assert.Equal(10 - (2 * z), central.Lower, 1e-9);
            Assert.Equal(normal[Heads.Median], central.Median);
        }

        Assert.Equal((normal[2], normal[10]), (quantiles.Central(0, 1, 0.8).Lower, quantiles.Central(0, 1, 0.8).Upper));
        Assert.Equal((normal[0], normal[12]), (quantiles.Central(0, 1, 0.95).Lower, quantiles.Central(0, 1, 0.95).Upper));
    }

    [Fact]
    public void What_is_no_head_is_refused()
    {
        Assert.Equal("There is no head 9. Choose None, Quantile, Gaussian or StudentT.",
            Assert.Throws<UnrollException>(() => new EnsembleForecaster(Recipe() with { Head = (ForecastHead)9 })).Message);
    }
}
