using System.Text.Json;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll describe --json</c> prints. Names and order are a contract.</summary>
/// <param name="Files">All of them, where there are several.</param>
/// <param name="Reading">How the file was understood.</param>
/// <param name="SeriesColumn">Empty for a plain table.</param>
/// <param name="Series">One for a plain table.</param>
/// <param name="Notices">What was done to the data on the way.</param>
internal sealed record DescriptionJson(
    string File, string[] Files, ReadingJson? Reading, string SeriesColumn, int Rows, string[] Notices, SeriesJson[] Series)
{
    public static DescriptionJson Of(DataSource source, SeriesSet data) => new(
        data.Name,
        [.. source.Paths.Select(path => Path.GetFileName(path))],
        data.Reading is { } reading ? ReadingJson.Of(reading) : null,
        data.SeriesColumn,
        data.Rows,
        [.. (data.IsTable ? data[data.Keys[0]].Notices : data.Notices).Select(ReadingView.Notice)],
        [.. data.Keys.Select(key => SeriesJson.Of(key, data[key]))]);

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.DescriptionJson) + "\n";
}

/// <summary>How a file was understood.</summary>
internal sealed record ReadingJson(
    string Kind,
    string? Encoding,
    string? Delimiter,
    string? Sheet,
    IReadOnlyList<long> HeaderLines,
    long FirstLine,
    IReadOnlyList<long> LinesBehind,
    IReadOnlyList<string> DateColumns,
    string DateForm,
    bool IsNumbered,
    string? Zone,
    string? Decimal,
    string? Thousands,
    IReadOnlyDictionary<string, int> MissingMarks,
    IReadOnlyDictionary<string, string> LeftOut,
    int RepeatedRows,
    bool WasSorted)
{
    public static ReadingJson Of(TableReading reading) => new(
        reading.Kind,
        reading.Encoding,
        reading.Delimiter,
        reading.Sheet,
        reading.HeaderLines,
        reading.FirstLine,
        reading.LinesBehind,
        reading.DateColumns,
        reading.DateForm,
        reading.IsNumbered,
        reading.Zone,
        reading.Decimal?.ToString(),
        reading.Thousands,
        reading.MissingMarks,
        reading.LeftOut.ToDictionary(column => column.Key, column => ReadingView.Notice(column.Value)),
        reading.RepeatedRows,
        reading.WasSorted);
}

/// <summary>One series: its dates and its columns.</summary>
/// <param name="Name">Empty for a plain table.</param>
/// <param name="MissingDates">How many dates, or times, are missing in all gaps together.</param>
internal sealed record SeriesJson(
    string Name, int Rows, string First, string Last, string Frequency, long MissingDates, GapJson[] Gaps, ColumnJson[] Columns)
{
    public static SeriesJson Of(string name, TimeSeries table)
    {
        CalendarGaps calendar = table.CalendarGaps();
        return new SeriesJson(
            name,
            table.Rows,
            table.Format(table.FirstDate),
            table.Format(table.LastDate),
            calendar.FrequencyName,
            calendar.MissingDates,
            [.. calendar.Gaps.Select(gap => new GapJson(table.Format(gap.After), table.Format(gap.Before), gap.Missing))],
            [.. table.Describe().Columns.Select(column => ColumnJson.Of(column, table.Rows))]);
    }
}

/// <summary>A place where dates are missing: the rows before and after it, and how many.</summary>
internal sealed record GapJson(string After, string Before, long Missing);

/// <summary>Figures of a column; null where it has too few values.</summary>
internal sealed record ColumnJson(
    string Name, int Count, int Missing, double? Mean, double? StandardDeviation, double? Minimum, double? LowerQuartile, double? Median,
    double? UpperQuartile, double? Maximum)
{
    public static ColumnJson Of(ColumnDescription column, int rows) => new(
        column.Column,
        column.Count,
        rows - column.Count,
        Finite(column.Mean),
        Finite(column.StandardDeviation),
        Finite(column.Minimum),
        Finite(column.LowerQuartile),
        Finite(column.Median),
        Finite(column.UpperQuartile),
        Finite(column.Maximum));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
