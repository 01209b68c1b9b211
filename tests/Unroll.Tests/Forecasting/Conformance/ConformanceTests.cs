using System.Collections.Concurrent;
using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.Conformance.ForecastAsserts;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>What every forecaster does, whatever it is made of.</summary>
public class ConformanceTests
{
    private static readonly ConcurrentDictionary<(string, string), (PartsForecaster Forecaster, ForecastTask Task)> s_fitted = new();

    public static TheoryData<string, string> Cases => [.. Candidates.Names.SelectMany(name => Sample.Names.Select(data => (name, data)))];

    /// <summary>A new forecaster that is forgotten here fails.</summary>
    [Fact]
    public void Every_forecaster_is_in_the_table()
    {
        IEnumerable<Type> kinds = typeof(PartsForecaster).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(PartsForecaster)) && !type.IsAbstract && type != typeof(FunctionForecaster));
        Assert.Empty(kinds.Except(Candidates.Names.Select(name => Candidates.Of(name, 7).GetType())).Select(type => type.Name));
    }

    private static PartsForecaster Fitted(string name, Sample sample, ForecastTask? task = null, int threads = 1)
    {
        PartsForecaster forecaster = Candidates.Of(name, sample.Season, threads);
        forecaster.Fit(task ?? sample.Task(), null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    /// <summary>Fitted once for all tests, which do not change it.</summary>
    private static (PartsForecaster Forecaster, ForecastTask Task, Sample Sample) Shared(string name, string data)
    {
        var sample = Sample.Of(data);
        (PartsForecaster forecaster, ForecastTask task) = s_fitted.GetOrAdd((name, data), _ =>
        {
            ForecastTask task = sample.Task();
            return (Fitted(name, sample, task), task);
        });
        return (forecaster, task, sample);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Test_rows_have_their_own_dates(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        Forecast forecast = forecaster.Predict(task);
        Assert.Equal(sample.Set.Count * sample.Options.Targets.Count, forecast.Parts.Count);
        foreach (PartForecast part in forecast.Parts)
        {
            IReadOnlyList<DateTime> dates = sample.Set[part.Part.Series].Dates;
            int first = dates.Count - Sample.TestRows;
            Assert.Equal(Sample.TestRows - Sample.Horizon + 1, part.Origins);
            for (int i = 0; i < part.Origins; i++)
            {
                Assert.Equal(dates[first - 1 + i], part.OriginDate(i));
                Assert.Equal(dates.Skip(first + i).Take(Sample.Horizon), part.Rows(i).Select(row => row.Date));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_to_come_take_the_dates_of_the_file_and_then_of_its_calendar(string name, string data)
    {
        (PartsForecaster forecaster, _, Sample sample) = Shared(name, data);
        SeriesSet dated = Sample.Each(sample.Set, (_, table) => Sample.WithEmptyRows(table, 2, skips: true));
        Forecast plain = forecaster.Predict(sample.Set, Sample.Horizon), told = forecaster.Predict(dated, Sample.Horizon);
        foreach (PartForecast part in plain.Parts)
        {
            TimeSeries table = sample.Set[part.Part.Series];
            Assert.Equal(1, part.Origins);
            Assert.Equal(table.LastDate, part.OriginDate(0));
            DateTime After(int rows) => data == "months" ? table.LastDate.AddMonths(rows) : table.LastDate.AddDays(rows);
            DateTime[] next = [.. Enumerable.Range(1, 6).Select(After)];
            Assert.Equal(next[..3], part.Rows().Select(row => row.Date));
            Assert.Equal([next[1], next[3], next[4]], told[part.Part].Rows().Select(row => row.Date));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Intervals_hold_each_other_and_end_at_the_limits(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        Sound(forecaster.Predict(task), sample.Options.Min ?? double.NegativeInfinity);
        Sound(forecaster.Predict(sample.Set, Sample.Horizon), sample.Options.Min ?? double.NegativeInfinity);

        // A limit in the middle of the values.
        Sample limited = sample with { Options = sample.Options with { Min = sample.Options.Targets.Count == 1 ? 61 : 62, Max = 600 } };
        PartsForecaster other = Fitted(name, limited);
        Sound(other.Predict(limited.Task()), limited.Options.Min!.Value);
        Sound(other.Predict(limited.Set, Sample.Horizon), limited.Options.Min!.Value);
        if (Candidates.HasIntervals(name))
            Assert.All(forecaster.Predict(task).Parts, part => Assert.True(part.HasIntervals));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_after_an_origin_change_nothing(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        Forecast expected = forecaster.Predict(task);
        const int Known = 8;
        foreach (double garbage in (double[])[1e6, -5, 0])
        {
            double[] noise = TestData.Normal(400, 9);
            Sample spoilt = sample.With(table =>
                MadeTables.Spoilt(table, table.Rows - Sample.TestRows + Known, row => garbage * (1 + Math.Abs(noise[row]))));
            ForecastTask other = spoilt.Task();
            PartsForecaster again = Fitted(name, spoilt, other);
            Forecast actual = again.Predict(other);
            foreach (PartForecast part in expected.Parts)
                Assert.Equal(Bits(Numbers(part, Known + 1)), Bits(Numbers(actual[part.Part], Known + 1)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Empty_rows_behind_the_newest_change_nothing_but_dates(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        Forecast tested = forecaster.Predict(task), next = forecaster.Predict(sample.Set, Sample.Horizon);
        foreach (int count in (int[])[1, 2, 40])
        {
            Sample longer = sample.With(table => Sample.WithEmptyRows(table, count));
            Same(next, forecaster.Predict(longer.Set, Sample.Horizon));
            ForecastTask other = longer.Task();
            PartsForecaster again = Fitted(name, longer, other);
            Same(tested, again.Predict(other));
            Same(next, again.Predict(longer.Set, Sample.Horizon));
        }

        if (sample.Set.Count > 1)
        {
            // Behind one of the series only, which is not the longest for that.
            SeriesSet set = Sample.Each(sample.Set, (key, table) => key == "west" ? Sample.WithEmptyRows(table, 60) : table);
            Sample uneven = sample with { Set = set };
            Same(tested, Fitted(name, uneven).Predict(uneven.Task()));
        }
    }

    [Theory]
    [InlineData("days")]
    [InlineData("months")]
    [InlineData("set")]
    [InlineData("targets")]
    public void Empty_rows_behind_the_newest_decide_nothing_that_was_not_asked_for(string data)
    {
        var sample = Sample.Of(data);
        SeriesSet set = Sample.Each(sample.Set, (key, table) => key is "" or "west" ? Sample.WithEmptyRows(table, 90) : table);
        TaskOptions open = sample.Options with { Window = null, TestRows = null };
        var since = new DateRange(sample.Set[sample.Set.Keys[0]].Dates[^20], null);
        TaskOptions newest = open with { TestRows = Sample.TestRows }, range = open with { Inputs = null, Test = since };
        foreach (TaskOptions options in (TaskOptions[])[newest, open, range])
        {
            ForecastTask task = new(sample.Set, options), longer = new(set, options);
            Assert.Equal((task.Window, task.TrainRows, task.TestRows), (longer.Window, longer.TrainRows, longer.TestRows));
            Assert.Equal(task.Ranges, longer.Ranges);
            Assert.Equal(task.Inputs.Past, longer.Inputs.Past);
            foreach (Part part in task.Parts)
            {
                ForecastSplit split = task[part], other = longer[part];
                Assert.Equal((split.TrainRange, split.TestRange, split.Window), (other.TrainRange, other.TestRange, other.Window));
                Assert.Equal(Bits(split.TrainThroughTest.ToArray()), Bits(other.TrainThroughTest.ToArray()));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_column_that_is_static_stays_so_with_empty_rows_behind(int count)
    {
        SeriesSet three = Sample.Three();
        var set = new SeriesSet("set.csv", [.. three.Keys.Select((key, s) => (key, Sample.WithEmptyRows(Sized(three[key], s), count)))]);
        Assert.Equal(["size"], set.StaticNames);
        Assert.Equal([10, 20, 30], set.Keys.Select(key => set.Static(key)["size"]));

        static TimeSeries Sized(TimeSeries table, int s)
        {
            double[] size = [.. Enumerable.Repeat(10.0 * (s + 1), table.Rows)];
            (string, double[])[] columns = [.. table.ColumnNames.Select(name => (name, table[name].ToArray())), ("size", size)];
            return new TimeSeries(table.Name, [.. table.Dates], columns);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_holds_all_of_it(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll"), again = Path.Combine(files.Folder, "b.unroll");
        ForecastFile.Save(forecaster, path);
        PartsForecaster loaded = ForecastFile.Load(path);
        ForecastFile.Save(loaded, again);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        Assert.Equal((forecaster.Name, forecaster.Key, forecaster.Kind), (loaded.Name, loaded.Key, loaded.Kind));
        Assert.Equal((forecaster.Horizon, forecaster.Window), (loaded.Horizon, loaded.Window));
        Assert.Equal(forecaster.Targets, loaded.Targets);
        Same(forecaster.Predict(task), loaded.Predict(task));
        Same(forecaster.Predict(sample.Set, Sample.Horizon), loaded.Predict(sample.Set, Sample.Horizon));
        SeriesSet newer = Sample.Each(sample.Set, (_, table) => Sample.WithRows(table, 63, 61, 64, 62, 66));
        Same(forecaster.Predict(newer, Sample.Horizon), loaded.Predict(newer, Sample.Horizon));

        // Fitted again after it was loaded: the same as fitted again at once.
        PartsForecaster first = Fitted(name, sample, task);
        first.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        Forecast future = first.Predict(sample.Set, Sample.Horizon);
        ForecastFile.Save(first, path);
        Same(future, ForecastFile.Load(path).Predict(sample.Set, Sample.Horizon));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_cut_at_an_origin_gives_the_forecast_from_it(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        Forecast tested = forecaster.Predict(task);
        foreach (int origin in (int[])[0, 5, Sample.TestRows - Sample.Horizon])
        {
            SeriesSet cut = Sample.Each(sample.Set, (_, table) => table.Head(table.Rows - Sample.TestRows + origin));
            Forecast next = forecaster.Predict(cut, Sample.Horizon);
            foreach (PartForecast part in tested.Parts)
            {
                for (int h = 1; h <= Sample.Horizon; h++)
                {
                    Near(part[origin, h], next[part.Part][0, h], $"{part.Part} from origin {origin}, {h} ahead");
                    foreach (double level in (double[])[0.8, 0.95])
                    {
                        PredictionInterval? expected = part.Interval(origin, h, level), actual = next[part.Part].Interval(0, h, level);
                        string what = $"{part.Part}, {level} from origin {origin}, {h} ahead";
                        Assert.Equal(expected is null, actual is null);
                        Near(expected?.Lower ?? 0, actual?.Lower ?? 0, what);
                        Near(expected?.Upper ?? 0, actual?.Upper ?? 0, what);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_need_not_have_columns_that_a_forecast_does_not_look_at(string name, string data)
    {
        (PartsForecaster forecaster, _, Sample sample) = Shared(name, data);
        string[] looked = [.. forecaster.Targets, .. forecaster.Needed.Past, .. forecaster.Needed.Known];
        SeriesSet fewer = Sample.Each(sample.Set, (_, table) => table.Drop([.. table.ColumnNames.Except(looked)]));
        Assert.True(forecaster.Kind != ForecasterKind.Baseline || looked.Length == forecaster.Targets.Count);
        Same(forecaster.Predict(sample.Set, Sample.Horizon), forecaster.Predict(fewer, Sample.Horizon));
    }

    public static TheoryData<string> Forecasters => [.. Candidates.Names];

    [Theory]
    [MemberData(nameof(Forecasters))]
    public void The_order_of_the_series_does_not_matter(string name)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, "set");
        var turned = sample with { Set = new SeriesSet("set.csv", [.. sample.Set.Keys.Reverse().Select(key => (key, sample.Set[key]))]) };
        ForecastTask other = turned.Task();
        PartsForecaster again = Fitted(name, turned, other);
        Same(forecaster.Predict(task), again.Predict(other));
        Same(forecaster.Predict(sample.Set, Sample.Horizon), again.Predict(turned.Set, Sample.Horizon));
    }

    [Theory]
    [MemberData(nameof(Forecasters))]
    public void A_set_of_one_series_is_a_table(string name)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, "days");
        var one = sample with { Set = new SeriesSet("t.csv", ("north", sample.Set[""])) };
        ForecastTask other = one.Task();
        PartsForecaster again = Fitted(name, one, other);
        Same(forecaster.Predict(task), again.Predict(other));
        Same(forecaster.Predict(sample.Set, Sample.Horizon), again.Predict(one.Set, Sample.Horizon));
    }

    [Theory]
    [MemberData(nameof(Forecasters))]
    public void A_series_that_was_not_there_in_training_is_forecast(string name)
    {
        (PartsForecaster forecaster, _, Sample sample) = Shared(name, "set");
        TimeSeries added = Sample.Table("daily", 90, 17, 300);
        var more = new SeriesSet("set.csv", [.. sample.Set.Keys.Select(key => (key, sample.Set[key])), ("new", added)]);
        Forecast forecast = forecaster.Predict(more, Sample.Horizon);
        Assert.Empty(forecast.LeftOut);
        Sound(forecast);
        PartForecast of = forecast[new Part("new", "x")], known = forecast[new Part(sample.Set.Keys[0], "x")];
        Assert.All(of.Rows(), row => Assert.InRange(row.Value, 300, 420));
        Assert.Equal(known.HasIntervals, of.HasIntervals);

        // Those that were there are forecast as before, and the new one alone as among others.
        Forecast before = forecaster.Predict(sample.Set, Sample.Horizon);
        Assert.All(before.Parts, part => Same(part, forecast[part.Part]));
        Same(of, forecaster.Predict(new SeriesSet("new.csv", ("new", added)), Sample.Horizon).Parts[0]);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        ForecastFile.Save(forecaster, path);
        Same(forecast, ForecastFile.Load(path).Predict(more, Sample.Horizon));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_second_fit_to_all_rows_takes_its_intervals_from_the_test_rows(string name, string data)
    {
        Sample quiet = Sample.Of(data);
        double[] noise = TestData.Normal(400, 31);
        Sample loud = quiet.With(table =>
        {
            int first = table.Rows - Sample.TestRows;
            double Louder(string column, int row) => table[column][row] + (row < first || column == "low" ? 0 : 8 * noise[row]);
            double[] Column(string column) => [.. Enumerable.Range(0, table.Rows).Select(row => Louder(column, row))];
            return new TimeSeries(table.Name, [.. table.Dates], [.. table.ColumnNames.Select(column => (column, Column(column)))]);
        });
        Forecast[] forecasts = [.. new[] { quiet, loud }.Select(sample =>
        {
            ForecastTask task = sample.Task();
            PartsForecaster forecaster = Fitted(name, sample, task);
            forecaster.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
            Forecast forecast = forecaster.Predict(sample.Set, Sample.Horizon);
            Sound(forecast);
            Assert.Equal(sample.Set[forecast.Parts[0].Part.Series].LastDate, forecast.Parts[0].OriginDate(0));
            return forecast;
        })];
        if (!Candidates.HasIntervals(name))
            return;
        foreach (PartForecast part in forecasts[0].Parts)
        {
            double narrow = part.Interval(0, 1, 0.8)!.Value.Width, wide = forecasts[1][part.Part].Interval(0, 1, 0.8)!.Value.Width;
            Assert.True(wide > 1.5 * narrow, $"{part.Part}: {narrow} with quiet test rows, {wide} with loud ones");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_number_of_threads_gives_the_same_bits(string name, string data)
    {
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        Forecast tested = forecaster.Predict(task), next = forecaster.Predict(sample.Set, Sample.Horizon);
        foreach (int threads in (int[])[2, 5])
        {
            PartsForecaster other = Fitted(name, sample, threads: threads);
            Same(tested, other.Predict(task));
            Same(next, other.Predict(sample.Set, Sample.Horizon));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_blend_of_one_is_that_one(string name, string data)
    {
        if (name is "blend")
            return;
        (PartsForecaster forecaster, ForecastTask task, Sample sample) = Shared(name, data);
        var blend = new BlendForecaster([Candidates.Of(name, sample.Season)]);
        blend.Fit(task, null, TestContext.Current.CancellationToken);
        Same(forecaster.Predict(task), blend.Predict(task));
        Same(forecaster.Predict(sample.Set, Sample.Horizon), blend.Predict(sample.Set, Sample.Horizon));
        PartsForecaster alone = Fitted(name, sample, task);
        alone.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        blend.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        Same(alone.Predict(sample.Set, Sample.Horizon), blend.Predict(sample.Set, Sample.Horizon));
    }
}
