using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The rows to come as a table: one part with its rows, several with a line each.</summary>
internal static class FutureTable
{
    /// <summary>The most rows of a part that are all shown, and how many of the first where there are more.</summary>
    private const int MostRows = 14, FirstRows = 12;

    /// <summary>Whether a table shows less than there is.</summary>
    public static bool IsCut(Forecast forecast) => forecast.Steps > (forecast.Parts.Count == 1 ? MostRows : 1);

    /// <summary>The rows of one part, the first and the last where they are many.</summary>
    /// <param name="part">What was forecast.</param>
    /// <param name="scale">The size of errors, by which digits are chosen.</param>
    /// <param name="width">The characters of a line.</param>
    /// <param name="all">Whether all rows are shown, however many.</param>
    public static string Rows(PartForecast part, double scale, int width, bool all = false)
    {
        IReadOnlyList<ForecastRow> rows = part.Rows();
        bool isLong = rows.Count > MostRows && !all;
        string[][] lines = [.. (isLong ? rows.Take(FirstRows) : rows).Select(Line)];
        if (isLong)
            lines = [.. lines, ["...", "...", .. part.HasIntervals ? ["...", "..."] : Array.Empty<string>()], Line(rows[^1])];
        string[] headings = [Row(part), "Value", .. part.HasIntervals ? ["80 %", "95 %"] : Array.Empty<string>()];
        return FigureTable.Text(headings, ["80 %"], [lines], width);

        string[] Line(ForecastRow row) =>
        [
            part.Format(row.Date),
            FigureTable.Figure(row.Value, scale),
            .. part.HasIntervals ? [Interval(row.Within80, scale), Interval(row.Within95, scale)] : Array.Empty<string>(),
        ];
    }

    private static string Row(PartForecast part) => part.IsNumbered ? "Row" : "Date";

    /// <summary>A line a part: its next row, and the last of several.</summary>
    /// <param name="forecast">All parts.</param>
    /// <param name="heading">Of the first column.</param>
    /// <param name="name">What a part is called.</param>
    /// <param name="scale">The size of errors of a part.</param>
    /// <param name="width">The characters of a line.</param>
    /// <param name="most">The most parts that are shown.</param>
    public static string Parts(Forecast forecast, string heading, Func<Part, string> name, Func<Part, double> scale, int width, int most)
    {
        int count = forecast.Parts.Count, shown = Math.Min(count, Math.Max(1, most));
        bool isLong = forecast.Steps > 1;
        string last = forecast.Parts[0].IsNumbered ? "The\nlast" : $"Date of\nrow {forecast.Steps}";
        string[] more = isLong ? [last, "Its\nvalue", "Its\n80 %"] : ["95 %"];
        string[] headings = [heading, Row(forecast.Parts[0]), "Value", "80 %", .. more];
        string[][] lines = [.. forecast.Parts.Take(shown).Select(Line)];
        if (shown < count)
            lines = [.. lines, [FormattableString.Invariant($"{count - shown:N0} more"), .. Enumerable.Repeat("...", headings.Length - 1)]];
        return FigureTable.Text(headings, isLong ? ["80 %", "Its\n80 %"] : ["95 %"], [lines], width);

        string[] Line(PartForecast part)
        {
            (ForecastRow first, ForecastRow last, double unit) = (part.Rows()[0], part.Rows()[^1], scale(part.Part));
            string[] Cells(ForecastRow row) => [part.Format(row.Date), FigureTable.Figure(row.Value, unit), Interval(row.Within80, unit)];
            return
            [
                name(part.Part),
                .. Cells(first),
                .. isLong ? Cells(last) : [Interval(first.Within95, unit)],
            ];
        }
    }

    private static string Interval(PredictionInterval? interval, double scale) =>
        interval is { } ends ? $"{FigureTable.Figure(ends.Lower, scale)} to {FigureTable.Figure(ends.Upper, scale)}" : FigureTable.None;
}
