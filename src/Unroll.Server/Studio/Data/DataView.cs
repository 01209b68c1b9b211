using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>What the studio tells of a file of data; names and order are a contract with the page.</summary>
/// <param name="Reading">How the file was understood, a sentence.</param>
/// <param name="Calendar">How often rows come, and where dates are missing.</param>
/// <param name="Notes">What was done to the data on the way, and what is not told here.</param>
internal sealed record DataView(
    string Id,
    string Name,
    int Rows,
    SeriesRow[] Series,
    string SeriesColumn,
    bool IsNumbered,
    string Reading,
    string Calendar,
    ColumnRow[] Columns,
    GapRow[] Gaps,
    SeasonRow[] Seasons,
    OutlierRow[] Outliers,
    string[] Notes,
    SuggestedTask Suggested)
{
    /// <summary>What a list of files tells of it.</summary>
    public DataRow Row => new(Id, Name, Rows, Series.Length, Series.Min(series => series.First)!, Series.Max(series => series.Last)!);
}

/// <summary>A file in the list of all.</summary>
/// <param name="Series">How many series it has.</param>
internal sealed record DataRow(string Id, string Name, int Rows, int Series, string First, string Last);

/// <param name="Key">Empty for a plain table.</param>
internal sealed record SeriesRow(string Key, int Rows, string First, string Last);

/// <param name="IsNumber">Whether the column was read; text was not.</param>
/// <param name="Spark">At most 100 means of neighbouring rows, of the longest series.</param>
internal sealed record ColumnRow(
    string Name, bool IsNumber, int Missing, double Min, double Max, double Mean, double Deviation, double[] Spark, string? Note);

/// <param name="Rows">How many dates are missing in between.</param>
internal sealed record GapRow(string Series, string From, string To, long Rows);

/// <param name="Period">In rows.</param>
/// <param name="Strength">The share of the variance of the changes from row to row that the place in the season explains, 0 to 1.</param>
internal sealed record SeasonRow(string Series, string Column, int Period, double Strength);

internal sealed record OutlierRow(string Series, string Column, string Date, double Value, double Expected, double Deviations,
    bool IsShift);

/// <summary>What to ask where the user says nothing.</summary>
internal sealed record SuggestedTask(string Target, int Horizon, string[] Inputs, bool Calendar, string? Train, string? Test);

/// <param name="Dates">Of the rows that are shown.</param>
/// <param name="Shown">How many rows are shown.</param>
/// <param name="Rows">How many there are.</param>
internal sealed record DataPoints(string Series, string[] Dates, Dictionary<string, double[]> Columns, int Shown, int Rows, string Note);

/// <summary>A sample that can be loaded.</summary>
internal sealed record SampleRow(string Name, string Title, int Rows);
