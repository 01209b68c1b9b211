using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

public class NumberedRowsTests
{
    [Fact]
    public void Numbers_stand_in_the_place_of_dates()
    {
        TimeSeries hours = Numbered(60);
        Assert.True(hours.IsNumbered);
        Assert.Equal([0, 1, 2], hours.Head(3).Numbers);
        Assert.Equal([60, 61], hours.NextNumbers(2));
        Assert.Equal("60", hours.Format(hours.NextDates(1)[0]));
        Assert.Equal("load, 60 rows, 0 to 59", hours["load"].ToString());
        Assert.Equal("a running number, no calendar, no gaps", hours.CalendarGaps().ToString());
        Assert.Empty(SeasonalPeriod.Candidates(hours));
        Assert.StartsWith("           load\nRow\n0    100.000000", hours.Head(2).ToText(80).Replace("\r", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal([40, 41], hours.Tail(20).Select("load").Head(2).Numbers);
        Assert.Empty(Dated(3).Numbers);
    }

    [Theory]
    [InlineData(new double[] { 10, 20, 30, 50, 60 },
        "a running number in steps of 10, no calendar, 1 gap, all of a single number, 1 number missing", 70)]
    [InlineData(new double[] { -2, -1, 0, 1 }, "a running number, no calendar, no gaps", 2)]
    [InlineData(new[] { 0.1, 0.2, 0.3, 0.4 }, "a running number in steps of 0.1, no calendar, no gaps", 0.5)]
    [InlineData(new double[] { 0, 1, 10, 100, 1000, 10000 }, "The rows are not evenly spaced (median spacing 90)", 10090)]
    [InlineData(new double[] { 7 }, "a running number, no calendar, no gaps", 8)]
    [InlineData(new double[] { 7, 9 }, "a running number in steps of 2, no calendar, no gaps", 11)]
    [InlineData(new double[] { 86400, 172800, 259200, 345600, 432000 }, "a running number in steps of 86400, no calendar, no gaps", 518400)]
    public void Numbers_go_on_in_their_steps(double[] numbers, string gaps, double next)
    {
        var series = TimeSeries.FromNumbers("n", numbers, ("x", new double[numbers.Length]));
        Assert.Equal(gaps, series.CalendarGaps().ToString());
        Assert.Equal(next, series.NextNumbers(1)[0]);
    }

    [Fact]
    public void Every_usable_number_is_kept_and_keeps_its_order() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Int[0, 6]).Sample((whole, decimals) =>
        {
            double number = whole / Math.Pow(10, decimals);
            return RowNumbers.ToNumber(RowNumbers.ToDate(number)) == number
                && double.Parse(RowNumbers.Text(RowNumbers.ToDate(number)), System.Globalization.CultureInfo.InvariantCulture) == number
                && RowNumbers.ToDate(number) < RowNumbers.ToDate(Math.Min(number + 1, RowNumbers.Largest))
                    .AddTicks(number == RowNumbers.Largest ? 1 : 0);
        });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(2e12)]
    [InlineData(0.1234567)]
    public void Other_numbers_are_refused(double number)
    {
        Assert.False(RowNumbers.IsUsable(number));
        Assert.Throws<UnrollException>(() => TimeSeries.FromNumbers("n", [number], ("x", [1.0])));
    }

    [Fact]
    public void Numbers_that_do_not_increase_are_refused() =>
        Assert.Contains("row 2 (1) follows 1", Assert.Throws<UnrollException>(
            () => TimeSeries.FromNumbers("n", [0, 1, 1], ("x", [1.0, 2, 3]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0..79", 80)]
    [InlineData("80..", 20)]
    [InlineData("..9", 10)]
    [InlineData("50", 1)]
    [InlineData("49.5..50.5", 1)]
    public void Ranges_are_of_numbers(string range, int rows) => Assert.Equal(rows, Numbered(100).Slice(range).Rows);

    [Fact]
    public void Digits_are_years_for_dates_and_numbers_for_numbered_rows()
    {
        TimeSeries numbered =
            TimeSeries.FromNumbers("n", [.. Enumerable.Range(2000, 100).Select(number => (double)number)], ("x", new double[100]));
        Assert.Equal(11, numbered.Slice("2010..2020").Rows);
        Assert.Equal((4 * 365) + 1, Dated(5000).Slice("2020..2023").Rows);
        UnrollException dates = Assert.Throws<UnrollException>(() => numbered.Slice("2010-01..2020")),
            numbers = Assert.Throws<UnrollException>(() => Dated(9).Slice("0..79"));
        Assert.Contains("is of dates, but the rows of n are numbered. Write a range of numbers like 0..79", dates.Message,
            StringComparison.Ordinal);
        Assert.Contains("is of running numbers, but the rows of days.csv have dates.", numbers.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0..79", null, "0..79", "after 79")]
    [InlineData(null, "80..", "before 80", "80..")]
    [InlineData("10..79", "90..", "10..79", "90..")]
    [InlineData(null, null, "before 80", "80..")]
    public void Tasks_take_ranges_of_numbers(string? train, string? test, string learnt, string judged)
    {
        var task = new ForecastTask(Numbered(100), new TaskOptions
        {
            Targets = ["load"],
            Train = train is null ? default(DateRange?) : DateRange.Parse(train),
            Test = test is null ? default(DateRange?) : DateRange.Parse(test)
        });
        ForecastSplit split = task[task.Parts[0]];
        Assert.Equal((learnt, judged), (split.TrainRange.ToString(), split.TestRange.ToString()));
        Assert.Equal(79, split.Table.NumberOf(split.Train.Dates[^1]));
        Assert.False(task.Inputs.Calendar);
    }

    [Fact]
    public void The_newest_rows_can_be_named_and_holidays_cannot()
    {
        var task = new ForecastTask(Numbered(100), new TaskOptions { Targets = ["load"], TestRows = 20 });
        Assert.Equal("before 80", task[task.Parts[0]].TrainRange.ToString());
        UnrollException error = Assert.Throws<UnrollException>(
            () => new ForecastTask(Numbered(100), new TaskOptions { Targets = ["load"], Inputs = new ForecastInputs { Holidays = "DE" } }));
        Assert.Contains("are numbered and have no dates, so no holiday is known", error.Message, StringComparison.Ordinal);
        Assert.Equal("holidays", error.Subject);
    }

    [Fact]
    public void Forecasts_go_on_with_the_numbers_and_a_file_keeps_that_they_do()
    {
        TimeSeries rows = Numbered(120);
        var task = new ForecastTask(rows, new TaskOptions { Targets = ["load"], Horizon = 3, TestRows = 20 });
        var ridge = new RidgeForecaster();
        ridge.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        PartForecast test = ridge.Predict(task).Parts[0];
        Assert.Equal("99", test.Format(test.OriginDate(0)));
        string path = Path.Combine(Path.GetTempPath(), $"numbered-{Environment.ProcessId}.unroll");
        try
        {
            ForecastFile.Save(ridge, path);
            PartsForecaster loaded = ForecastFile.Load(path);
            PartForecast next = loaded.Predict(rows, 3).Parts[0];
            Assert.Equal(["120", "121", "122"], next.Rows().Select(row => next.Format(row.Date)));
            Assert.Equal("a running number, no calendar", loaded.FrequencyName);
            UnrollException error = Assert.Throws<UnrollException>(() => loaded.Predict(Dated(120), 3));
            Assert.Contains("learnt from rows that are numbered, but those of days.csv have dates.", error.Message,
                StringComparison.Ordinal);
            Assert.Throws<UnrollException>(() => loaded.Refit(new ForecastTask(Dated(150),
                loaded.OptionsOfFit(new TaskOptions { TestRows = 3 })), cancellationToken: TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_forecaster_of_dates_refuses_numbered_rows()
    {
        var naive = new NaiveForecaster();
        naive.Fit(new ForecastTask(Dated(60), new TaskOptions { Targets = ["load"], TestRows = 5 }),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("learnt from rows with dates, but those of hours.csv are numbered.",
            Assert.Throws<UnrollException>(() => naive.Predict(Numbered(60), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seasons_that_are_named_keep_their_places_behind_gaps()
    {
        double[] numbers = [.. Enumerable.Range(0, 200).Where(row => row is < 150 or > 156).Select(row => (double)row)];
        TimeSeries rows = TimeSeries.FromNumbers("n", numbers, ("x", [.. numbers.Select(row => 10 + (row % 7) + (0.1 * (row % 3)))]));
        SeasonalIndices indices = SeasonalIndices.Of(rows.Head(140)["x"].Values, 7, rows.Dates[0])!;
        Assert.Equal(160, indices.PlaceOf(rows.Tail(40).Dates.ToArray()));
    }

    [Theory]
    [InlineData("numbers", "numbers", true)]
    [InlineData("numbers", "days", false)]
    [InlineData("numbers", "unknown", false)]
    public void Calendars_of_numbers_are_like_no_other(string word, string other, bool same)
    {
        RowCalendar numbers = RowCalendar.Of(Numbered(9).Dates.ToArray(), "n", isNumbered: true);
        Assert.Equal(word, numbers.Word);
        Assert.Equal(same, numbers.SameAs(other));
        Assert.False(RowCalendar.Of(MadeTables.Dates("daily", 9)).SameAs(word));
        Assert.Equal(
            "The model learnt from days, but n has rows that are numbered. Use rows as the model learnt from, or train a model on n.",
            numbers.Mismatch("days"));
    }

    [Fact]
    public void Sets_are_of_one_kind()
    {
        TimeSeries a = Numbered(30), b = Dated(30);
        Assert.Throws<UnrollException>(() => new SeriesSet("s", ("a", a), ("b", b)));
        Assert.Equal("29", new SeriesSet("s", ("a", a), ("c", Numbered(20)))["a"].Format(a.LastDate));
    }

    private static TimeSeries Dated(int rows) =>
        new("days.csv", MadeTables.Dates("daily", rows), ("load", Numbered(rows)["load"].ToArray()));

    private static TimeSeries Numbered(int rows) => TimeSeries.FromNumbers(
        "hours.csv",
        [.. Enumerable.Range(0, rows).Select(row => (double)row)],
        ("load", [.. Enumerable.Range(0, rows).Select(row => 100 + (10 * Math.Sin(row / 5.0)) + (row * 7 % 5))]));
}
