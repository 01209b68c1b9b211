using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Cases of files with dates and numbers as people write them: what is read of them.</summary>
public sealed class FileCasesTests
{
    [Theory]
    [InlineData("07-01-quarters/gdp.csv", "2010-01-01", "2019-10-01", 109.80, 0)]
    [InlineData("07-02-iso-weeks/flu.csv", "2010-02-01", "2011-02-21", 29.80, 0)]
    [InlineData("07-03-months-with-an-m/cpi.csv", "2000-01-01", "2003-12-01", 99.80, 0)]
    [InlineData("07-04-months-by-name/sales.csv", "2000-01-01", "2003-12-01", 109.80, 0)]
    [InlineData("07-05-days-by-name/stock.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("07-06-day-month-name-two-digit-year/fund.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("07-07-month-name-two-digits/rail.csv", "2010-01-01", "2013-04-01", 109.80, 0)]
    [InlineData("08-01-days-without-zeros/a.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("08-02-two-digit-years/c.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("08-03-first-of-months-day-first/e.csv", "2000-01-01", "2002-12-01", 109.80, 0)]
    [InlineData("08-04-utc-in-words/g.csv", "2022-10-28", "2022-10-30", 109.80, 0)]
    [InlineData("08-05-hour-24/i.csv", "2019-01-01", "2019-01-03", 109.80, 0)]
    [InlineData("08-06-digits-to-the-minute/k.csv", "2019-01-07", "2019-01-07", 109.80, 0)]
    [InlineData("08-07-intervals/m.csv", "2022-10-28", "2022-10-30", 109.80, 0)]
    [InlineData("09-01-epoch-seconds/a.csv", "2019-01-01", "2019-01-03", 109.80, 0)]
    [InlineData("09-02-spreadsheet-days/c.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("09-03-year-and-month-as-a-number/e.csv", "2000-01-01", "2003-04-01", 109.80, 0)]
    [InlineData("09-04-eight-digits-in-another-column/g.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("09-05-date-and-time-apart/i.csv", "2019-01-17", "2019-01-19", 109.80, 0)]
    [InlineData("09-06-year-month-day/k.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("09-07-year-and-month/m.csv", "2000-01-01", "2003-12-01", 109.80, 0)]
    [InlineData("09-08-hour-counter/o.csv", "0", "59", 109.80, 0)]
    [InlineData("09-09-year-before-date/q.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("10-01-comma-as-point/a.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("10-02-thousands-and-comma/c.csv", "2019-01-07", "2019-02-20", 3293.98, 0)]
    [InlineData("10-03-us-thousands/e.csv", "2019-01-07", "2019-02-20", 3293.98, 0)]
    [InlineData("10-04-space-thousands/g.csv", "2019-01-07", "2019-02-20", 9882.00, 0)]
    [InlineData("10-05-dollars/i.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("10-06-percent/k.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("10-07-millions/m.csv", "2019-01-07", "2019-02-20", 1098000.00, 0)]
    [InlineData("10-08-parentheses/o.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("10-09-typographic-minus/q.csv", "2019-01-07", "2019-02-20", 9.80, 0)]
    [InlineData("11-01-dash/x.csv", "2019-01-07", "2019-02-20", 109.80, 3)]
    [InlineData("11-02-colon/x.csv", "2019-01-07", "2019-02-20", 109.80, 3)]
    [InlineData("11-03-question-mark/x.csv", "2019-01-07", "2019-02-20", 109.80, 3)]
    [InlineData("11-04-own-word/x.csv", "2019-01-07", "2019-02-20", 109.80, 3, "closed")]
    [InlineData("11-05-flags-behind-numbers/y.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("11-06-below-detection/z.csv", "2019-01-07", "2019-02-20", 12.80, 2, "<1")]
    [InlineData("12-01-three-header-lines/a.csv", "2019-01-07", "2019-02-20", 944, 0)]
    [InlineData("12-02-units-in-line-2/c.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("12-03-a-line-before/e.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("12-04-comments-before/g.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("12-05-a-line-after/i.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("12-06-comma-behind-rows/k.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    [InlineData("12-07-old-encoding/m.csv", "2019-01-07", "2019-02-20", 109.80, 0)]
    public void A_file_is_read(string file, string first, string last, double largest, int missing, string? mark = null)
    {
        TimeSeries table = TimeSeries.Read(
            Path.Combine(TestFiles.Root, "tests", "Unroll.App.Tests", "Cases", file),
                new ReadOptions { Missing = mark is null ? [] : [mark] });
        Assert.Equal((first, last), (Day(table, table.FirstDate), Day(table, table.LastDate)));
        double[] values = [.. table[table.ColumnNames[^1]].ToArray().Where(double.IsFinite)];
        Assert.Equal(largest, values.Max(), 2);
        Assert.Equal(missing, table.Rows - values.Length);
        Assert.Equal(0, table.CalendarGaps().MissingDates);
    }

    private static string Day(TimeSeries table, DateTime date) => table.Format(date).Split(' ', 'T')[0];
}
