using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>
/// Windows of tables whose dates come at any distance. The value of a row is its number, so that a window tells where it was cut.
/// </summary>
public class WindowProperties
{
    private static readonly Gen<(int[] Steps, int Window, int Train, int Between, int Test)> s_table =
        Gen.Select(Gen.Int[1, 9].Array[80], Gen.Int[1, 10], Gen.Int[2, 20], Gen.Int[0, 8], Gen.Int[1, 20]);

    [Fact]
    public void No_window_crosses_a_split_and_every_target_is_the_row_after_its_window() =>
        s_table.Sample((steps, window, extra, between, test) =>
    {
        DateTime[] dates = Dates(steps);
        var series = new TimeSeries("t", dates, ("x", [.. Enumerable.Range(0, dates.Length).Select(row => (double)row)]));

        // The ranges begin on the day after the row before, which need not be a row; training ends with its last row.
        int train = window + extra, firstTrain = 3, firstTest = firstTrain + train + between;
        var trainRange = new DateRange(dates[firstTrain - 1].AddDays(1), dates[firstTrain + train - 1]);
        var testRange = new DateRange(dates[firstTest - 1].AddDays(1), dates[firstTest + test].AddDays(-1));
        var split = new ForecastSplit(series, "x", trainRange, testRange, window);
        var scaler = new IdentityScaler();
        scaler.Fit(split.Train);
        SplitWindows trained = split.TrainWindows(scaler), tested = split.TestWindows(scaler);

        bool right = trained.Count == train - window && tested.Count == test;
        for (int i = 0; i < trained.Count; i++)
            right &= IsRun(trained, i, firstTrain + i) && InRange(trained, i, window, trainRange);
        for (int i = 0; i < tested.Count; i++)
            right &= IsRun(tested, i, firstTest - window + i) && testRange.Contains(dates[(int)tested.Target(i)]);
        return right;

        bool InRange(SplitWindows windows, int i, int length, DateRange range) =>
            Enumerable.Range((int)windows.Input(i)[0], length + 1).All(row => range.Contains(dates[row]));
    });

    [Fact]
    public void A_window_of_several_columns_holds_the_same_rows_of_each() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 10], Gen.Int[1, 20], Gen.Int[0, 5]).Sample((features, window, count, place) =>
        {
            int target = place % features, rows = window + count;
            double[][] columns = [.. Enumerable.Range(0, features)
                .Select(f => Enumerable.Range(0, rows).Select(row => (1000.0 * f) + row).ToArray())];
            var windows = new SplitWindows(columns, window, target);
            bool right = windows.Count == count;
            for (int i = 0; i < count; i++)
            {
                for (int t = 0; t < window; t++)
                {
                    for (int f = 0; f < features; f++)
                        right &= windows.Input(i)[(t * features) + f] == columns[f][i + t];
                }

                right &= windows.Target(i) == columns[target][i + window];
            }

            return right;
        });

    /// <summary>
    /// Whether window i holds the rows from <paramref name="first"/> on, one after the other, and its target is the next.
    /// </summary>
    private static bool IsRun(SplitWindows windows, int i, int first)
    {
        ReadOnlySpan<float> input = windows.Input(i);
        bool right = input.Length == windows.Window;
        for (int t = 0; t < input.Length; t++)
            right &= input[t] == first + t;
        return right && windows.Target(i) == first + windows.Window;
    }

    private static DateTime[] Dates(int[] steps)
    {
        var dates = new DateTime[steps.Length];
        dates[0] = new DateTime(1999, 12, 1);
        for (int row = 1; row < dates.Length; row++)
            dates[row] = dates[row - 1].AddDays(steps[row]);
        return dates;
    }
}
