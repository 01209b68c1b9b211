using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>
/// Files as people have them (folder Files), each read as its line of Files/table.tsv says, or refused with the subject that settles it,
/// and that tried as well.
/// </summary>
public sealed class FileTableTests
{
    private static readonly string s_folder = Path.Combine(TestFiles.Root, "tests", "Unroll.Tests", "Forecasting", "Reading", "Files");

    public static TheoryData<string> Lines => [.. File.ReadLines(Path.Combine(s_folder, "table.tsv")).Where(line => !line.StartsWith('#'))];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_file_is_read_right_or_refused(string line)
    {
        string[] cells = line.Split('\t');
        string path = Path.Combine(s_folder, cells[0]);
        (ReadOptions options, string? series) = OptionsOf(cells[1]);
        if (cells[2] == "refused")
        {
            UnrollException error = Assert.ThrowsAny<UnrollException>(() => Read(path, options, series));
            Assert.Contains(cells[4], error.Message, StringComparison.Ordinal);
            if (cells[3].Length > 0)
                Assert.Contains(cells[3], (error.Subject ?? "").Split(','));
            Assert.DoesNotContain(error.Message, char.IsControl);
            Assert.True(error.Message.Length < 400, error.Message);
            return;
        }

        TimeSeries table = Read(path, options, series);
        Assert.Equal(cells[3], table.Rows.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((cells[4], cells[5]), (table.Format(table.FirstDate), table.Format(table.LastDate)));
        Assert.Equal(cells[12].Split('+'), table.ColumnNames);
        double[] values = [.. table[cells[6]].ToArray().Where(double.IsFinite)];
        Assert.Equal(cells[7], Text(values.Min()));
        Assert.Equal(cells[8], Text(values.Max()));
        Assert.Equal(cells[9], (table.Rows - values.Length).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(cells[10], table.CalendarGaps().FrequencyName);
        Assert.Equal(0, table.CalendarGaps().MissingDates);
        Assert.Equal(cells[11], table.Zone ?? "");
        Assert.NotNull(table.Reading);
        if (cells.Length > 13)
            Assert.Contains(table.Notices, notice => notice.Contains(cells[13]["note: ".Length..], StringComparison.Ordinal));
    }

    [Fact]
    public void Every_file_is_in_the_table()
    {
        string[] told = [.. File.ReadLines(Path.Combine(s_folder, "table.tsv")).Select(line => line.Split('\t')[0])];
        string[] files = [.. Directory.EnumerateFiles(s_folder).Select(Path.GetFileName).OfType<string>()
            .Where(name => name != "table.tsv")];
        Assert.Empty(files.Except(told));
        Assert.True(files.Length >= 80);
    }

    private static TimeSeries Read(string path, ReadOptions options, string? series)
    {
        if (series is null)
            return TimeSeries.Read(path, options);
        SeriesSet set = SeriesSet.Read(path, series, options);
        return set[set.Keys[0]];
    }

    private static string Text(double value) => value == Math.Truncate(value)
        ? value.ToString("F0", CultureInfo.InvariantCulture)
        : Math.Round(value, 6).ToString("R", CultureInfo.InvariantCulture);

    private static (ReadOptions Options, string? Series) OptionsOf(string text)
    {
        var options = new ReadOptions();
        string? series = null;
        foreach (string each in text.Split("; ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = each.Split('=', 2);
            string[] names = words[1].Split('+');
            options = words[0] switch
            {
                "date" => options with { Date = words[1] == "none" ? [] : names },
                "format" => options with { DateFormat = words[1] },
                "zone" => options with { TimeZone = words[1] },
                "decimal" => options with { Decimal = words[1][0] },
                "na" => options with { Missing = [words[1]] },
                "skip" => options with { Skip = int.Parse(words[1], CultureInfo.InvariantCulture) },
                "columns" => options with { Columns = names },
                "sheet" => options with { Sheet = words[1] },
                "series" => options,
                _ => throw new InvalidDataException(each),
            };
            series = words[0] == "series" ? words[1] : series;
        }

        return (options, series);
    }
}
