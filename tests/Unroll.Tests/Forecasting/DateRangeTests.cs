using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class DateRangeTests
{
    [Theory]
    [InlineData("2016..2020", "2016-01-01", "2021-01-01")]
    [InlineData("2021..", "2021-01-01", null)]
    [InlineData("..2019-06", null, "2019-07-01")]
    [InlineData("2016-01-04..2020-12-31", "2016-01-04", "2021-01-01")]
    [InlineData("2020", "2020-01-01", "2021-01-01")]
    [InlineData("2020-02", "2020-02-01", "2020-03-01")]
    [InlineData("2020-02-29", "2020-02-29", "2020-03-01")]
    [InlineData("..", null, null)]
    [InlineData("2016..9999", "2016-01-01", null)]
    public void Reads_years_months_and_dates_with_their_ends(string text, string? from, string? until)
    {
        DateRange range = DateRange.Parse(text);
        Assert.Equal(from is null ? null : DateTime.Parse(from), range.From);
        Assert.Equal(until is null ? null : DateTime.Parse(until), range.Until);
        Assert.Equal(text, range.ToString());
    }

    [Fact]
    public void Both_ends_belong_to_the_range()
    {
        DateRange range = "2016..2020-06";
        Assert.True(range.Contains(new DateTime(2016, 1, 1)));
        Assert.True(range.Contains(new DateTime(2020, 6, 30, 23, 59, 59)));
        Assert.False(range.Contains(new DateTime(2015, 12, 31, 23, 59, 59)));
        Assert.False(range.Contains(new DateTime(2020, 7, 1)));
    }

    [Theory]
    [InlineData("2016-13",
        "\"2016-13\" is no year, month or date. Write a range like 2016..2020, 2021.., ..2019-06 or 2016-01-04..2020-12-31.")]
    [InlineData("2016..soon", "\"soon\" in \"2016..soon\" is no year, month or date. Write a range like 2016..2020, 2021.., ..2019-06 or "
        + "2016-01-04..2020-12-31.")]
    [InlineData("2020..2016", "The range \"2020..2016\" ends before it begins. Put the earlier date first.")]
    [InlineData("2016..2018..2020", "\"2016..2018..2020\" is no range: it has more than two ends. Write a range like 2016..2020, 2021.., "
        + "..2019-06 or 2016-01-04..2020-12-31.")]
    [InlineData(" ", "The range is empty. Write a range like 2016..2020, 2021.., ..2019-06 or 2016-01-04..2020-12-31.")]
    public void Other_text_is_refused_in_one_line(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<UnrollException>(() => DateRange.Parse(text)).Message);
        Assert.False(DateRange.TryParse(text, out _));
    }

    [Theory]
    [InlineData("2016..2020", "2021..", false, true)]
    [InlineData("2016..2020", "2020-12-31..", true, false)]
    [InlineData("2016..", "2021..", true, false)]
    [InlineData("2016..2018", "2010..2012", false, false)]
    [InlineData("..2018", "..2020", true, false)]
    [InlineData("2016", "2016-06", true, false)]
    public void Overlap_and_order_are_told_apart(string first, string second, bool overlaps, bool endsBefore)
    {
        Assert.Equal(overlaps, DateRange.Parse(first).Overlaps(second));
        Assert.Equal(overlaps, DateRange.Parse(second).Overlaps(first));
        Assert.Equal(endsBefore, DateRange.Parse(first).EndsBefore(second));
    }

    [Fact]
    public void A_range_of_days_prints_what_reads_back_as_the_same_range() =>
        Gen.Select(Gen.Int[0, 20000].Nullable(), Gen.Int[0, 20000].Nullable()).Sample((a, b) =>
        {
            var zero = new DateTime(1980, 1, 1);
            DateTime? first = a is null ? null : zero.AddDays(Math.Min(a.Value, b ?? a.Value));
            DateTime? last = b is null ? null : zero.AddDays(Math.Max(b.Value, a ?? b.Value));
            var range = new DateRange(first, last);
            return DateRange.Parse(range.ToString()) == range
                && (last is null || (range.Contains(last.Value) && !range.Contains(last.Value.AddDays(1))));
        });

    [Fact]
    public void Ranges_are_equal_by_the_time_they_cover()
    {
        Assert.Equal(DateRange.Parse("2016..2020"), DateRange.Parse("2016-01-01..2020-12"));
        Assert.NotEqual(DateRange.Parse("2016..2020"), DateRange.Parse("2016..2020-11"));
    }
}
