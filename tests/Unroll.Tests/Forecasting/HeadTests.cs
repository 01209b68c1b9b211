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

    private static EnsembleForecaster Of(ForecastHead head, ForecastSplit split, int steps = Steps, TargetTransform? transform = null, int threads = 1) =>
        Fitted(new EnsembleForecaster(Recipe(steps, transform: transform, threads: threads) with { Head = head }), split);

    private static PredictionInterval[][] Judged(EnsembleForecaster forecaster, ForecastSplit split, int step) =>
        [.. forecaster.Foresee(split, Steps).Judge(forecaster.Calibrating, step, s_levels).Intervals.Select(score => score.Intervals.ToArray())];

    [Theory]
    [MemberData(nameof(All))]
    public void Rows_after_an_origin_change_no_quantile_and_no_interval(ForecastHead head)
    {
        const int Known = 13;
        TimeSeries table = MadeTables.Of("daily", 420);
        ForecastSplit split = MadeTables.Split(table, Test, 24, MadeTables.AllInputs);
        ForecastSplit other = MadeTables.Split(MadeTables.Spoilt(table, 420 - Test + Known, row => 1e5 + (977 * row), "event"), Test, 24, MadeTables.AllInputs);
        EnsembleForecaster one = Of(head, split), two = Of(head, other);
        Assert.Equal(Bytes(one), Bytes(two));
        double[][] said = one.Foresee(split, Steps).Quantiles!.Ahead, again = two.Foresee(other, Steps).Quantiles!.Ahead;
        for (int origin = 0; origin <= Known; origin++)
            Assert.Equal(said[origin], again[origin]);
        Assert.NotEqual(said[Known + 1], again[Known + 1]);
        for (int step = 1; step <= Steps; step++)
        {
            foreach ((PredictionInterval[] expected, PredictionInterval[] actual) in Judged(one, split, step).Zip(Judged(two, other, step)))
                Assert.Equal(expected[..(Known + 1)], actual[..(Known + 1)]);
        }

        // A table that ends at an origin gives what was said from there.
        foreach (int origin in (int[])[0, 7, Test - Steps])
        {
            (double[] values, double[]? quantiles) = one.Foresee(UpTo(table, 420 - Test - 1 + origin, Steps), Steps);
            Assert.Equal(Steps * Heads.Levels.Length, quantiles!.Length);
            for (int i = 0; i < quantiles.Length; i++)
                Assert.Equal(1, quantiles[i] / said[origin][i], 1e-6);
            Assert.Equal(values[1], quantiles[Heads.Levels.Length + Heads.Median], 1e-9);
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
        foreach (double[] ahead in forecaster.Foresee(split, Steps).Quantiles!.Ahead.Concat(forecaster.State.CalibrationQuantiles!.Ahead))
        {
            foreach (double[] row in ahead.Chunk(Heads.Levels.Length))
                Assert.Equal(row.Order(), row);
        }

        PredictionInterval[][] levels = Judged(forecaster, split, Steps);
        double[] middle = forecaster.PredictAhead(split, Steps).Predicted(Steps);
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
        EnsembleState state = Of(ForecastHead.Gaussian, split, transform: TargetTransform.LogReturn).State;
        var forecaster = new EnsembleForecaster(state with { Parts = [new BlendPart([1, 1, 1], true, null)] });
        var frame = new InputFrame(split.Table, state.Plan);
        int origin = split.Table.Rows - Test - 1;
        var samples = new OriginSamples(frame, state.Plan, origin, 1, null);
        GaussianParameters[][] said = [.. state.Networks.Select(network => new GaussianLoss().Parameters(network.Predict(samples)))];
        Assert.Equal(2, said.Length);
        double[] straight = state.Linear.Predict(frame, origin), quantiles = forecaster.Foresee(split, Steps).Quantiles!.Ahead[0];
        for (int h = 0; h < Steps; h++)
        {
            double mean = said.Average(each => each[h].Mean), deviation = said.Average(each => each[h].Deviation);
            foreach ((int k, double z) in new[] { (0, -1.959963985), (6, 0.0), (10, 1.281551566), (12, 1.959963985) })
                Assert.Equal(1, quantiles[(h * 13) + k] / frame.Inverse(origin, straight[h] + (state.CorrectionScales[h] * (mean + (z * deviation)))), 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_saved_head_gives_the_same_intervals(ForecastHead head)
    {
        TimeSeries table = MadeTables.Of("daily", 320);
        ForecastSplit split = MadeTables.Split(table, Test, 14, MadeTables.AllInputs);
        EnsembleForecaster saved = Of(head, split);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll"), again = Path.Combine(files.Folder, "b.unroll");
        saved.Save(path);
        var loaded = (EnsembleForecaster)NetworkForecaster.Load(path);
        loaded.Save(again);
        Assert.Equal((head, head), (saved.Head, loaded.Head));
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        Assert.Equal(Judged(saved, split, 2).SelectMany(each => each), Judged(loaded, split, 2).SelectMany(each => each));
        TimeSeries coming = UpTo(table, 300, Steps);
        (double[] values, PredictionInterval[][] intervals) = saved.PredictAhead(coming, Steps, s_levels);
        (double[] loadedValues, PredictionInterval[][] loadedIntervals) = loaded.PredictAhead(coming, Steps, s_levels);
        Assert.Equal(values, loadedValues);
        Assert.Equal(values, saved.PredictAhead(coming, Steps));
        Assert.Equal(intervals.SelectMany(each => each), loadedIntervals.SelectMany(each => each));
        // What the report says of the row after the 20th test row is what predict says there.
        foreach ((PredictionInterval[] next, PredictionInterval[] judged) in intervals.Zip(Judged(saved, split, 2)))
        {
            int origin = 300 - (320 - Test - 1);
            Assert.Equal(1, next[1].Lower / judged[origin].Lower, 1e-6);
            Assert.Equal(1, next[1].Upper / judged[origin].Upper, 1e-6);
        }
    }

    [Fact]
    public void A_file_whose_head_does_not_fit_is_refused()
    {
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        Of(ForecastHead.Gaussian, MadeTables.Split(MadeTables.Of("daily", 320), Test, 14, MadeTables.AllInputs)).Save(path);
        foreach (Func<string, string> change in new Func<string, string>[]
        {
            json => json.Replace("\"head\":\"gaussian\"", "\"head\":\"studentT\"", StringComparison.OrdinalIgnoreCase),
            json => json.Replace("\"head\":\"gaussian\"", "\"head\":\"none\"", StringComparison.OrdinalIgnoreCase),
            json => json.Replace("\"calibrationQuantiles\":\"", "\"calibrationQuantiles\":\"AAAAAAAAAAAAAAAA", StringComparison.Ordinal),
        })
        {
            string altered = Altered(path, files, change);
            Assert.Equal($"{altered} holds forecast data that cannot be read: its parts do not fit each other. Train the network again.", Assert.Throws<UnrollException>(() => NetworkForecaster.Load(altered)).Message);
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
        ForecastSplit split = MadeTables.Split(MadeTables.Days([.. noise.Select((n, row) => 100 + (n * (IsWeekend(dates[row]) ? 4 : 0.5)))]), 150, 7, new ForecastInputs { Calendar = true });
        EnsembleRecipe recipe = Recipe(epochs: 40, units: 8, transform: TargetTransform.None);
        EnsembleForecaster plain = Fitted(new EnsembleForecaster(recipe), split), sure = Fitted(new EnsembleForecaster(recipe with { Head = head }), split);
        var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
        ForecastScore without = comparison.Add(plain), with = comparison.Add(sure);
        IntervalScore judged = with.Intervals[0];
        double Width(bool weekend) => judged.Intervals.Where((_, i) => IsWeekend(split.Test.Dates[i]) == weekend).Average(interval => interval.Width);
        Assert.True(Width(true) > 3 * Width(false), $"{Width(true)} against {Width(false)}");
        Assert.InRange(judged.Coverage, 0.7, 0.9);
        Assert.True(with.Crps[0].Value < 0.9 * without.Crps[0].Value, $"{with.Crps[0].Value} against {without.Crps[0].Value}");
        Assert.StartsWith("As a distribution, middle and spread together, the GRU is better than the best baseline, the ", comparison.CrpsVerdict(with), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 320), Test, 14, MadeTables.AllInputs);
        Assert.Equal(Bytes(Of(ForecastHead.Quantile, split)), Bytes(Of(ForecastHead.Quantile, split, threads: 3)));
    }

    [Fact]
    public void A_backtest_judges_the_intervals_of_the_head()
    {
        TimeSeries table = MadeTables.Of("daily", 330).Select("x");
        var options = new BacktestOptions { Horizon = 2, Test = DateRange.Exactly(table.Dates[270], table.LastDate, table.Format), RefitEvery = 40, Window = 14 };
        BacktestScore Run(ForecastHead head) =>
            Backtest.Run(table, "x", [("net", () => new EnsembleForecaster(Recipe(2) with { Head = head }))], options, cancellationToken: TestContext.Current.CancellationToken).Models[0];
        BacktestScore score = Run(ForecastHead.Gaussian);
        // Conformal intervals have their forecast in the middle, and so have those of a normal distribution; widths differ from row to row otherwise.
        IntervalScore interval = score.Steps[1].Intervals[0];
        Assert.Equal(score.Forecast.Origins, interval.Intervals.Count);
        Assert.InRange(interval.Coverage, 0.6, 0.95);
        for (int i = 0; i < interval.Intervals.Count; i++)
            Assert.True(interval.Intervals[i].Contains(score.Forecast.Predicted(2)[i]));
        BacktestScore values = Run(ForecastHead.None);
        Assert.NotEqual(values.Steps[1].Intervals[0].Width, interval.Width);
    }

    [Fact]
    public void Quantiles_of_students_t_are_interpolated_to_nine_digits()
    {
        float[] raw = [-20, 0, 1, 3, 10, 100, 1e4f, 1e6f];
        float[] outputs = [.. raw.SelectMany(v => new[] { 1f, 0.3f, v })];
        double[] exact = DistributionOutputs.Quantiles(new StudentTLoss(), outputs, Heads.Levels), table = Heads.Quantiles(ForecastHead.StudentT, outputs);
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
        Assert.Equal("There is no head 9. Choose None, Quantile, Gaussian or StudentT.", Assert.Throws<UnrollException>(() => new EnsembleForecaster(Recipe() with { Head = (ForecastHead)9 })).Message);
        Assert.Equal(
            "The head Gaussian is for one series: the networks of a panel say values. Use ForecastHead.None, or an EnsembleForecaster.",
            Assert.Throws<UnrollException>(() => new PanelForecaster(Recipe() with { Head = ForecastHead.Gaussian })).Message);
    }
}
