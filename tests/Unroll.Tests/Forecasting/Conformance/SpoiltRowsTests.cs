using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.Conformance.ForecastAsserts;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>Rows that come in real files: a zero, a negative value, a run that stands still, a slip of many digits.</summary>
public class SpoiltRowsTests
{
    private static readonly Dictionary<string, double[]> s_rows = new()
    {
        ["zero"] = [0],
        ["minus one"] = [-1],
        ["constant"] = [.. Enumerable.Repeat(55.0, 12)],
        ["spike"] = [1e9],
        ["negative spike"] = [-1e9],
    };

    public static TheoryData<string, string, string> Cases =>
    [
        .. from name in Candidates.Names
           from rows in s_rows.Keys
           from data in (string[])["days", "set", "targets"]
           select (name, data, rows),
    ];

    private static PartsForecaster Fitted(string name, Sample sample, ForecastTask task)
    {
        PartsForecaster forecaster = Candidates.Of(name, sample.Season);
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    /// <summary>The values in place of the targets' from a row on, of every series.</summary>
    private static SeriesSet Placed(Sample sample, Func<TimeSeries, int> row, double[] values) => Sample.Each(sample.Set, (_, table) =>
    {
        double[] Column(string name)
        {
            double[] column = table[name].ToArray();
            if (sample.Options.Targets.Contains(name))
                values.CopyTo(column, row(table));
            return column;
        }

        return new TimeSeries(table.Name, [.. table.Dates], [.. table.ColumnNames.Select(name => (name, Column(name)))]);
    });

    private static TaskOptions Without(TaskOptions options) => options with { Min = null };

    [Theory]
    [MemberData(nameof(Cases))]
    public void As_the_newest_rows_at_the_time_of_a_forecast(string name, string data, string rows)
    {
        Sample sample = Sample.Of(data);
        sample = sample with { Options = Without(sample.Options) };
        PartsForecaster forecaster = Fitted(name, sample, sample.Task());
        SeriesSet newer = Sample.Each(sample.Set, (_, table) => Sample.WithRows(table, s_rows[rows]));
        Sound(forecaster.Predict(newer, Sample.Horizon));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Cases))]
    public void Among_the_test_rows(string name, string data, string rows)
    {
        Sample sample = Sample.Of(data);
        sample = sample with { Options = Without(sample.Options) };
        ForecastTask plain = sample.Task();
        PartsForecaster forecaster = Fitted(name, sample, plain);
        Forecast ordinary = forecaster.Predict(plain);
        Sample spoilt = sample with { Set = Placed(sample, table => table.Rows - Sample.TestRows + 2, s_rows[rows]) };
        ForecastTask task = spoilt.Task();
        Forecast tested = forecaster.Predict(task);
        Sound(tested);
        RequireSane(name, ordinary, tested, rows);

        // Fitted again to all rows, these among them.
        forecaster.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        Sound(forecaster.Predict(spoilt.Set, Sample.Horizon));
        var comparison = new Comparison(task, TestContext.Current.CancellationToken);
        Assert.All(comparison.Scores, score => Assert.True(double.IsFinite(score.Error)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void As_the_last_training_rows(string name, string data, string rows)
    {
        Sample sample = Sample.Of(data);
        sample = sample with { Options = Without(sample.Options) };
        int count = s_rows[rows].Length;
        Sample spoilt = sample with { Set = Placed(sample, table => table.Rows - Sample.TestRows - count, s_rows[rows]) };
        ForecastTask task = spoilt.Task();
        PartsForecaster forecaster = Fitted(name, spoilt, task);
        Sound(forecaster.Predict(task));
        Sound(forecaster.Predict(spoilt.Set, Sample.Horizon));
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        ForecastFile.Save(forecaster, path);
        Same(forecaster.Predict(spoilt.Set, Sample.Horizon), ForecastFile.Load(path).Predict(spoilt.Set, Sample.Horizon));
    }

    /// <summary>
    /// From the last origin, when the rows are no longer looked at, intervals of 80 % are as wide as without them, more or less; of
    /// what has looked at them for most of the time, not much wider than the largest error.
    /// </summary>
    private static void RequireSane(string name, Forecast ordinary, Forecast spoilt, string rows)
    {
        foreach (PartForecast part in spoilt.Parts.Where(part => part.HasIntervals))
        {
            double Error(int i, int h) => Math.Abs(part.Actual(i, h) - part[i, h]);
            double largest = Enumerable.Range(0, part.Origins).Max(i => Enumerable.Range(1, part.Steps).Max(h => Error(i, h)));
            Assert.All(Numbers(part), value => Assert.InRange(Math.Abs(value), 0, 1e10));
            Assert.True(part.Interval(part.Origins - 1, part.Steps, 0.95)!.Value.Width <= 4 * Math.Max(largest, 20));
        }

        if (rows == "constant" || name is not ("naive" or "seasonal-naive" or "drift" or "mean"))
            return;
        foreach (PartForecast part in ordinary.Parts.Where(part => part.HasIntervals))
        {
            PartForecast other = spoilt[part.Part];
            int last = part.Origins - 1;
            double before = part.Interval(last, 1, 0.8)!.Value.Width, after = other.Interval(last, 1, 0.8)!.Value.Width;
            Assert.True(after < 10 * before, $"{part.Part}: {before} without, {after} with a {rows}");
        }
    }
}
