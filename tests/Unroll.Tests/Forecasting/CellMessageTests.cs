using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What messages show of a file, and where they point.</summary>
public sealed class CellMessageTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private string Refused(string text, string? seriesColumn = null)
    {
        string path = _files.Write("odd.csv", text);
        return Assert.ThrowsAny<UnrollException>(
            () => seriesColumn is null ? (object)TimeSeries.Read(path) : SeriesSet.Read(path, seriesColumn)).Message;
    }

    private static void IsPlain(string message)
    {
        Assert.True(message.Length <= 300, message);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Control_characters_never_reach_a_message()
    {
        string message = Refused("date,y\n2020-01-01,1\n2020-01-02,\"\u001b]0;title\u0007 2\"\n2020-01-03,3\n");
        Assert.Equal("odd.csv, line 3, column y: \"\uFFFD]0;title\uFFFD 2\" is no number. Correct the cell or leave it empty, or name it "
            + "as a mark of missing values.", message);
        IsPlain(Refused("date,y\n2020-01-01,1\n\u001b[31m,2\n"));
        IsPlain(Refused("date,\u001b[31mred\n2020-01-01,1\n2020-01-02,x\n2020-01-03,3\n"));
        IsPlain(Refused("date,\u001b[31mred\n2020-01-01,x\n2020-01-02,y\n"));
        IsPlain(Refused("\u001b[31mred,\u001b[31mred\n1,2\n"));
        IsPlain(Refused("date,k,y\n2020-01-01,\u001b[31mred,1\n2020-01-01,\u001b[31mred,2\n", "k"));
        IsPlain(Refused("date,y\n2020-01-01,1\n", "\u001b[31mred"));
    }

    [Fact]
    public void Control_characters_never_reach_a_table()
    {
        string path = _files.Write("odd.csv", "date,\u001b[31mred\u202E,\"two\nlines\"\n2020-01-01,1,2\n2020-01-02,2,3\n");
        TimeSeries series = TimeSeries.Read(path);
        Assert.Equal(["\uFFFD[31mred\uFFFD", "two lines"], series.ColumnNames);
        Assert.Equal(2, series["\u001b[31mred\u202E"][1]);
        SeriesSet panel = SeriesSet.Read(_files.Write("long.csv", "date,k,y\n2020-01-01,a\u0007,1\n2020-01-02,a\u0007,2\n"), "k");
        Assert.Equal(["a\uFFFD"], panel.Keys);
        Assert.DoesNotContain(panel.ToString(), character => char.IsControl(character) && character != '\n');
    }

    [Fact]
    public void Text_of_any_language_stays_as_it_is()
    {
        foreach (string text in new[] { "Größe", "温度", "दर", "𝒳 😀", "it's 5 %" })
            Assert.Same(text, text.Any(char.IsSurrogate) ? text : CellText.Clean(text));
        Assert.Equal("𝒳 😀", CellText.Clean("𝒳 😀"));
        Assert.Equal("\uFFFDx", CellText.Clean("\uD835x"));
    }

    [Fact]
    public void A_long_cell_is_cut()
    {
        string words = string.Concat(Enumerable.Repeat("many words ", 300));
        Assert.Equal(
            "odd.csv, line 3, column y: \"many words many words many words many words many words ma...\" is no number. Correct the cell or "
                + "leave it empty, or name it as a mark of missing values.",
            Refused($"date,y\n2020-01-01,1\n2020-01-02,{words}\n2020-01-03,3\n"));
        IsPlain(Refused($"date,y\n2020-01-01,1\n{words},2\n2020-01-03,3\n"));
        IsPlain(Refused($"date,y\n2020-01-01,{words}\n"));
        IsPlain(Refused($"date,k,y\n2020-01-01,{words},1\n2020-01-01,{words},2\n", "k"));
        // The pair that the cut would break is left out whole.
        Assert.Equal(20, NameList.Cut(new string('x', 16) + "😀😀😀😀", 20).Length + 1);
    }

    [Fact]
    public void A_clock_that_goes_back_is_no_row_too_many()
    {
        // Berlin, hours from 28 to 31 October 2022: 02:00 of the 30th comes twice.
        DateTime[] hours = [.. Enumerable.Range(0, 96).Select(hour => new DateTime(2022, 10, 27, 22, 0, 0).AddHours(hour))
            .Select(utc => utc.AddHours(utc < new DateTime(2022, 10, 30, 1, 0, 0) ? 2 : 1))];
        string message = Refused("time,price\n" + string.Concat(hours.Select((hour, row) => $"{Text(hour)},{row}\n")));
        Assert.Equal("odd.csv: the date 2022-10-30 02:00:00 appears twice, on lines 52 and 53: the clock went back an hour here, it seems. "
            + "Say the time zone, or write the times with their offsets from UTC, such as 2022-10-30T02:00:00+02:00, or in UTC.", message);
        string ofSeries = Refused("time,k,price\n" + string.Concat(hours.Select((hour, row) => $"{Text(hour)},a,{row}\n")), "k");
        Assert.Contains("clock went back", ofSeries, StringComparison.Ordinal);
        // An hour that comes twice in the afternoon, on another day, or three times is a slip.
        foreach (DateTime slip in new[] { new DateTime(2022, 10, 30, 15, 0, 0), new(2022, 10, 29, 2, 0, 0), new(2022, 10, 30, 2, 0, 0) })
            Assert.DoesNotContain("clock", Refused("time,price\n"
                + string.Concat(hours.Append(slip).Order().Select((hour, row) => $"{Text(hour)},{row}\n"))), StringComparison.Ordinal);

        static string Text(DateTime hour) => hour.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_long_file_may_name_its_series_by_number()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).SelectMany(day => Enumerable.Range(1, 3)
            .Select(store => $"{new DateTime(2019, 1, 1).AddDays(day):yyyy-MM-dd},{store},{(60.5 + day) * store}\n")));
        string path = _files.Write("long.csv", "date,store,sales\n" + rows);
        SeveralSeriesException error = Assert.Throws<SeveralSeriesException>(() => TimeSeries.Read(path));
        Assert.Equal("long.csv: the date 2019-01-01 appears twice, on lines 2 and 3. The file seems to hold several series, one for each "
            + "store: name store as the column that tells the series apart.", error.Message);
        Assert.Equal("store", error.SeriesColumn);
        Assert.Equal(3, SeriesSet.Read(path, error.SeriesColumn).Count);
    }
}
