using System.Globalization;
using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Whatever a column of dates holds, it is read as it was meant or refused.</summary>
public sealed class DateProperties
{
    private static readonly string[] s_days =
    [
        "yyyy-MM-dd", "yyyy/M/d", "yyyy.M.d", "d.M.yyyy", "d/M/yyyy", "M/d/yyyy", "dd-MM-yyyy", "MM-dd-yyyy", "dd/MM/yy", "MM/dd/yy",
        "yy/MM/dd", "dd.MM.yy", "yyyyMMdd", "yyMMdd", "ddMMyyyy", "MMddyyyy", "d MMMM yyyy", "MMMM d, yyyy", "dd-MMM-yy", "ddMMMyyyy",
        "ddd, dd MMM yyyy", "yyyy-MMM-dd",
    ];

    private static readonly string[] s_times = [" HH:mm", "'T'HH:mm:ss", " H:mm:ss", " h:mm tt", "'T'HHmm", " HH:mm:ss.FFF"];
    private static readonly string[] s_others = ["yyyyMMddHHmm", "yyyyMMddHHmmss", "unix", "unix-ms", "excel"];
    private static readonly string[] s_months = ["yyyy-MM", "MM/yyyy", "yyyyMM", "MMM yyyy", "yyyy MMM", "MMM-yy", "yy-MMM", "yyyy'M'MM"];

    /// <summary>Within a century, so that years of two digits say which is meant.</summary>
    private static readonly Gen<DateTime> s_start = Gen.Int[0, 30000].Select(days => new DateTime(1971, 1, 1).AddDays(days));

    private static readonly Gen<string> s_cell = Gen.String[Gen.Char["0123456789-/. :TZJanQW"], 0, 12];

    private static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(place => texts[place]);

    private static string Text(DateTime date, string format) => format switch
    {
        "unix" => ((date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture),
        "unix-ms" => ((date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond).ToString(CultureInfo.InvariantCulture),
        "excel" => (date - new DateTime(1899, 12, 30)).TotalDays.ToString("0.##########", CultureInfo.InvariantCulture),
        _ => date.ToString(format, CultureInfo.InvariantCulture),
    };

    private static DateTime[]? Read(IEnumerable<string> cells)
    {
        try
        {
            FoundDates found = DateTables.FindDates(cells);
            Assert.False(found.IsNumber);
            return found.Dates;
        }
        catch (UnrollException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return null;
        }
    }

    private static bool IsSameOrRefused(DateTime[] dates, string format) =>
        Read(dates.Select(date => Text(date, format))) is not { } read || read.SequenceEqual(dates);

    [Fact]
    public void Days_in_any_order_are_read_as_they_were_meant_or_refused() =>
        Gen.Select(s_start, Gen.Int[-400, 400].Array[6, 40], OneOf(s_days)).Sample((start, steps, format) =>
            IsSameOrRefused([.. steps.Select(step => start.AddDays(400 + step))], format), threads: 1);

    [Fact]
    public void Even_steps_are_read_as_they_were_meant_or_refused() =>
        Gen.Select(s_start, Gen.Int[1, 40], Gen.Int[6, 60], Gen.Bool, OneOf(s_days)).Sample((start, step, rows, areMonths, format) =>
        {
            DateTime first = areMonths ? new DateTime(start.Year, start.Month, Math.Min(start.Day, 28)) : start;
            DateTime At(int row) => areMonths ? first.AddMonths(((step % 6) + 1) * row) : first.AddDays(((step % 8) + 1) * row);
            DateTime[] dates = [.. Enumerable.Range(0, rows).Select(At).TakeWhile(date => date.Year < 2069)];
            return dates.Length < 6 || IsSameOrRefused(dates, format);
        }, threads: 1);

    [Fact]
    public void Times_are_read_as_they_were_meant_or_refused() =>
        Gen.Select(s_start, Gen.Int[1, 3000], Gen.Int[6, 60], OneOf(s_days), OneOf(s_times)).Sample((start, minutes, rows, day, time) =>
        {
            string format = (day is "yyMMdd" or "ddMMyyyy" or "MMddyyyy" ? "yyyyMMdd" : day) + time;
            return IsSameOrRefused([.. Enumerable.Range(0, rows).Select(row => start.AddMinutes(minutes * row))], format);
        }, threads: 1);

    [Fact]
    public void Figures_and_counts_are_read_as_they_were_meant_or_refused() =>
        Gen.Select(Gen.Int[1000, 16000], Gen.Int[1, 3000], Gen.Int[6, 60], OneOf(s_others)).Sample((days, minutes, rows, format) =>
        {
            DateTime start = new DateTime(1971, 1, 1).AddDays(days);
            return IsSameOrRefused([.. Enumerable.Range(0, rows).Select(row => start.AddMinutes(minutes * row))], format);
        }, threads: 1);

    [Fact]
    public void Months_are_read_as_they_were_meant_or_refused() =>
        Gen.Select(s_start, Gen.Int[1, 6], Gen.Int[6, 60], OneOf(s_months)).Sample((start, step, rows, format) =>
        {
            var first = new DateTime(start.Year, start.Month, 1);
            IEnumerable<DateTime> all = Enumerable.Range(0, rows).Select(row => first.AddMonths(step * row));
            DateTime[] dates = [.. all.TakeWhile(date => date.Year < 2069)];
            return dates.Length < 6 || IsSameOrRefused(dates, format);
        }, threads: 1);

    /// <summary>All of 45 days running, so that no other order is even without one of them.</summary>
    [Fact]
    public void One_changed_cell_never_changes_the_date_of_another_row() =>
        Gen.Select(s_start, Gen.Int[0, 44], OneOf(s_days), s_cell).Sample((start, place, format, cell) =>
        {
            DateTime[] dates = [.. Enumerable.Range(0, 45).Select(day => start.AddDays(day))];
            string[] cells = [.. dates.Select(date => Text(date, format))];
            cells[place] = cell;
            if (Read(cells) is not { } read)
                return true;
            read[place] = dates[place];
            return read.SequenceEqual(dates);
        }, threads: 1, iter: 20_000);

    [Fact]
    public void Any_text_is_read_or_not_but_never_fails() =>
        Gen.String[Gen.Char["0123456789-/. :,TZJanuryQWHMS+'APm–é"], 0, 30].Sample(cell =>
        {
            DateText text = DateTables.Text(cell.Trim());
            bool reads = ReadingsOfCell.Of(text) != DateReadings.None;
            for (int bit = 1; bit < (int)DateReadings.All; bit <<= 1)
                reads &= ReadingsOfCell.TryDate(text, (DateReadings)bit, out DateTime date) || date == default;
            Read([cell]);
            return true;
        }, threads: 1, iter: 20_000);
}
