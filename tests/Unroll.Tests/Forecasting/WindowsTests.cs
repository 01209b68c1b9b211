using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class WindowsTests
{
    private static double[] Count(int rows) => [.. Enumerable.Range(1, rows).Select(n => (double)n)];

    [Fact]
    public void Cuts_the_sequence_of_the_tutorial_as_it_does()
    {
        // split_sequence([1..12], n_steps = 3): (1,2,3) -> 4, (2,3,4) -> 5, ..., (9,10,11) -> 12
        var windows = new SplitWindows(Count(12), 3);
        Assert.Equal(9, windows.Count);
        Assert.Equal([1, 2, 3], windows.Input(0).ToArray());
        Assert.Equal(4, windows.Target(0));
        Assert.Equal([9, 10, 11], windows.Input(8).ToArray());
        Assert.Equal(12, windows.Target(8));
        Assert.Equal((new Shape(3, 1), new Shape(1)), (windows.InputShape, windows.TargetShape));
    }

    [Fact]
    public void Several_columns_lie_side_by_side_and_one_is_the_target()
    {
        var windows = new SplitWindows([[1, 2, 3, 4], [10, 20, 30, 40]], window: 2, target: 1);
        Assert.Equal(new Shape(2, 2), windows.InputShape);
        Assert.Equal([2, 20, 3, 30], windows.Input(1).ToArray());
        Assert.Equal(40, windows.Target(1));
    }

    [Fact]
    public void Copies_what_it_shows()
    {
        var windows = new SplitWindows([[1, 2, 3, 4], [10, 20, 30, 40]], window: 2);
        float[] input = new float[4], target = new float[1];
        windows.CopyInput(1, input);
        windows.CopyTarget(1, target);
        Assert.Equal([2, 20, 3, 30], input);
        Assert.Equal([4], target);
    }

    [Fact]
    public void Neighbouring_windows_share_their_memory()
    {
        var windows = new SplitWindows(Count(10), 4);
        Assert.True(windows.Input(2).Overlaps(windows.Input(3), out int offset) && offset == 1);
    }

    [Fact]
    public void A_window_as_long_as_the_series_is_refused()
    {
        Assert.Equal(1, new SplitWindows(Count(61), 60).Count);
        Assert.Equal(
            "Only 60 rows, but a window of 60 needs at least 61. Use a shorter window or a longer range.",
            Assert.Throws<UnrollException>(() => new SplitWindows(Count(60), 60)).Message);
        Assert.Equal("window", Assert.Throws<ArgumentOutOfRangeException>(() => new SplitWindows(Count(60), 0)).ParamName);
    }

    [Fact]
    public void Values_that_are_not_finite_are_named()
    {
        Assert.StartsWith("Column 0, row 1: NaN is not finite in single precision.",
            Assert.Throws<UnrollException>(() => new SplitWindows([1, double.NaN, 3], 1)).Message);
        Assert.StartsWith("Column 0, row 2: 1E+39 is not finite in single precision.",
            Assert.Throws<UnrollException>(() => new SplitWindows([1, 2, 1e39], 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SplitWindows(Count(5), 2).Input(3).Length);
    }

    [Fact]
    public void No_window_reaches_over_the_end_of_training_and_each_test_row_has_the_rows_before_it() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 9], Gen.Int[2, 30], Gen.Int[0, 9], Gen.Int[1, 20])
            .Sample((window, before, extra, between, test) =>
        {
            // The value of each row is its number, so that a window tells where it was cut.
            int train = window + extra, firstTest = before + train + between, rows = firstTest + test;
            DateTime Day(int row) => new DateTime(2000, 1, 1).AddDays(row);
            var series = new TimeSeries(
                "t", [.. Enumerable.Range(0, rows).Select(Day)], ("x", [.. Enumerable.Range(0, rows).Select(row => (double)row)]));
            var split = new ForecastSplit(series, "x", new DateRange(Day(before), Day(before + train - 1)),
                new DateRange(Day(firstTest), null), window);
            var scaler = new IdentityScaler();
            scaler.Fit(split.Train);

            SplitWindows trained = split.TrainWindows(scaler), tested = split.TestWindows(scaler);
            bool right = trained.Count == extra && split.TrainWindowCount == extra && tested.Count == test && split.Test.Count == test;
            for (int i = 0; i < trained.Count; i++)
                right &= trained.Input(i)[0] == before + i && trained.Input(i)[^1] == before + i + window - 1
                    && trained.Target(i) == before + i + window && trained.Target(i) < before + train;
            for (int i = 0; i < tested.Count; i++)
                right &= tested.Input(i)[0] == firstTest + i - window && tested.Input(i)[^1] == firstTest + i - 1
                    && tested.Target(i) == split.Test[i];
            return right;
        });
}
