using System.Globalization;
using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>Dates of a CSV file, whatever form they are written in and whatever the offset from UTC.</summary>
public sealed class CsvDateProperties : IDisposable
{
    private static readonly string[] s_forms = ["yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "d.M.yyyy", "yyyyMMdd", "MMM d yyyy",
        "d MMM yyyy", "d-MMM-yyyy", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm"];
    private static readonly Gen<DateTime> s_day = Gen.Int[0, 200 * 365].Select(days => new DateTime(1900, 1, 1).AddDays(days));

    /// <summary>-12:00 to +14:00 in quarters of an hour, as time zones have them.</summary>
    private static readonly Gen<TimeSpan> s_offset = Gen.Int[-48, 56].Select(quarters => TimeSpan.FromMinutes(15 * quarters));

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private TimeSeries Read(IEnumerable<string> dates) =>
        TimeSeries.Read(_files.Write("prices.csv", "Date,A\n" + string.Concat(dates.Select(date => $"{date},1\n"))));

    private static string WithOffset(DateTime local, TimeSpan offset) =>
        new DateTimeOffset(local, offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    [Fact]
    public void A_day_is_the_same_day_in_every_form() =>
        Gen.Select(s_day, Gen.Int[0, s_forms.Length - 1]).Sample((day, form) =>
            Read([day.ToString(s_forms[form], CultureInfo.InvariantCulture)]).Dates.SequenceEqual([day]), threads: 1);

    [Fact]
    public void Days_written_with_slashes_are_read_as_the_one_order_that_fits_them_all() =>
        Gen.Select(s_day.HashSet[1, 30], Gen.Bool).Sample((days, dayFirst) =>
        {
            bool tells = days.Any(day => day.Day > 12), isSame = days.All(day => day.Day == day.Month);
            string[] texts = [.. days.Select(day => day.ToString(dayFirst ? "dd/MM/yyyy" : "MM/dd/yyyy", CultureInfo.InvariantCulture))];
            try
            {
                return Read(texts).Dates.SequenceEqual(days.Order()) && (tells || isSame);
            }
            catch (UnrollException e)
            {
                return !tells && !isSame && e.Message.Contains("may be month/day or day/month", StringComparison.Ordinal);
            }
        }, threads: 1);

    [Fact]
    public void A_day_with_an_offset_stays_on_its_day_however_the_offsets_change() =>
        Gen.Select(s_day.HashSet[1, 20], s_offset.Array[20]).Sample((days, offsets) =>
            Read(days.Select((day, row) => WithOffset(day, offsets[row]))).Dates.SequenceEqual(days.Order()), threads: 1);

    [Fact]
    public void Times_of_one_offset_stay_as_the_clock_showed_them() =>
        Gen.Select(s_day, Gen.Int[0, 10_000].HashSet[1, 20], s_offset).Sample((start, minutes, offset) =>
        {
            DateTime[] times = [.. minutes.Order().Select(minute => start.AddMinutes(minute))];
            return Read(times.Select(time => WithOffset(time, offset))).Dates.SequenceEqual(times);
        }, threads: 1);

    /// <summary>As where summer time begins or ends, or a machine travels: only UTC keeps the instants in order and apart.</summary>
    [Fact]
    public void Times_of_different_offsets_become_utc() =>
        Gen.Select(s_day, Gen.Int[1, 10_000].HashSet[2, 20], s_offset.Array[20]).Sample((start, minutes, offsets) =>
        {
            DateTime[] instants = [.. minutes.Order().Select(minute => start.AddMinutes(minute))];
            string[] texts = [.. instants.Select((instant, row) => WithOffset(instant + offsets[row], offsets[row]))];
            bool differ = offsets.Take(instants.Length).Distinct().Count() > 1,
                hours = texts.Any(text => !text.Contains("T00:00:00", StringComparison.Ordinal));
            if (!differ || !hours)
                return true;
            TimeSeries series = Read(texts);
            return series.Dates.SequenceEqual(instants)
                && series.Notices.SequenceEqual(["turned the times of column Date into UTC: their offsets differ"]);
        }, threads: 1);

    [Fact]
    public void The_29_of_February_is_read_in_leap_years_and_refused_in_others() =>
        Gen.Int[1800, 2200].Sample(year =>
        {
            string text = FormattableString.Invariant($"{year}-02-29");
            bool isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            try
            {
                return Read([text]).Dates.SequenceEqual([new DateTime(year, 2, 28).AddDays(1)]) && isLeap;
            }
            catch (UnrollException e)
            {
                return !isLeap && e.Message == $"prices.csv, line 2, column Date: \"{text}\" is no date. Write it as yyyy-MM-dd, for "
                    + "example 2016-01-31.";
            }
        }, threads: 1);
}
