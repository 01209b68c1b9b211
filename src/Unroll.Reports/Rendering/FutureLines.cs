using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>
/// The newest rows of one part, its rows to come, and on those of the newest rows that are test rows what was forecast of them.
/// </summary>
/// <param name="Dates">Of all rows, the last H of which are to come.</param>
/// <param name="Actual">NaN where a value is missing, and in rows to come.</param>
/// <param name="Test">The forecast of test rows; NaN elsewhere.</param>
/// <param name="Test80">Its interval; null where it has none.</param>
/// <param name="Starts">As in <see cref="TestLines"/>.</param>
/// <param name="First">The first row to come.</param>
/// <param name="Values">The forecast of the rows to come, which begins with the newest actual value.</param>
/// <param name="Within80">Its interval, which opens at the newest actual value; null where it has none.</param>
/// <param name="Within95">The same with 95 %.</param>
/// <param name="Marked">What was to be expected in those of the newest rows that no forecast explains; NaN elsewhere.</param>
internal sealed record FutureLines(
    DateTime[] Dates,
    double[] Actual,
    double[] Test,
    Band? Test80,
    int[] Starts,
    int First,
    double[] Values,
    Band? Within80,
    Band? Within95,
    double[] Marked)
{
    /// <summary>What the legend calls the marked rows.</summary>
    public const string MarkedName = "No forecast explains";

    /// <summary>Whether a row is marked.</summary>
    public bool HasMarks => Array.Exists(Marked, double.IsFinite);

    private const int LeastRows = 60, Horizons = 4;

    /// <param name="report">The report.</param>
    /// <param name="view">A part with rows to come.</param>
    public static FutureLines Of(ForecastReport report, PartView view)
    {
        PartForecast future = view.Future!;
        TimeSeries table = report.Task.Data[view.Part.Series];
        IReadOnlyList<DateTime> known = table.Dates;
        int end = 0;
        while (end < known.Count && known[end] <= future.OriginDate(0))
            end++;
        int begin = Math.Max(0, end - Math.Max(LeastRows, Horizons * future.Steps)), first = end - begin, rows = first + future.Steps;
        DateTime[] dates = [.. known.Skip(begin).Take(first), .. Enumerable.Range(1, future.Steps).Select(step => future.Date(0, step))];
        (double[] actual, double[] values) = (Band.NoValues(rows), Band.NoValues(rows));
        table[view.Part.Target].Values[begin..end].CopyTo(actual);
        (Band? within80, Band? within95) = future.HasIntervals ? (Band.Empty(rows), Band.Empty(rows)) : ((Band?)null, (Band?)null);
        if (first > 0 && double.IsFinite(actual[first - 1]))
        {
            values[first - 1] = actual[first - 1];
            within80?.Set(first - 1, new PredictionInterval(actual[first - 1], actual[first - 1], 0.8));
            within95?.Set(first - 1, new PredictionInterval(actual[first - 1], actual[first - 1], 0.95));
        }

        foreach (ForecastRow row in future.Rows())
        {
            values[first + row.Step - 1] = row.Value;
            within80?.Set(first + row.Step - 1, row.Within80);
            within95?.Set(first + row.Step - 1, row.Within95);
        }

        (double[] test, Band? test80, int[] starts) = TestRows(report, view, dates.AsSpan(0, first), rows);
        double[] marked = Band.NoValues(rows);
        foreach (Anomaly anomaly in report.AnomaliesOf(view.Part).Where(anomaly => anomaly.Row >= begin && anomaly.Row < end))
            marked[anomaly.Row - begin] = anomaly.Expected;
        return new FutureLines(dates, actual, test, test80, starts, first, values, within80, within95, marked);
    }

    /// <summary>The test rows among the newest rows.</summary>
    private static (double[] Values, Band? Band, int[] Starts) TestRows(ForecastReport report, PartView view, ReadOnlySpan<DateTime> dates,
        int rows)
    {
        double[] values = Band.NoValues(rows);
        if (view.Score is null)
            return (values, null, []);
        TestLines lines = TestLines.Of(report, view);
        Band? band = lines.Within80 is null ? null : Band.Empty(rows);
        double[] main = lines.Values[report.Lines.ToList().IndexOf(report.Main)];
        var starts = new List<int>();
        for (int row = 0, test = 0; row < dates.Length && test < lines.Dates.Length; row++)
        {
            while (test < lines.Dates.Length && lines.Dates[test] < dates[row])
                test++;
            if (test == lines.Dates.Length || lines.Dates[test] != dates[row])
                continue;
            values[row] = main[test];
            if (band is not null)
                (band.Lower[row], band.Upper[row]) = (lines.Within80!.Lower[test], lines.Within80.Upper[test]);
            if (row > 0 && Array.BinarySearch(lines.Starts, test) >= 0)
                starts.Add(row);
        }

        return values.Any(double.IsFinite) ? (values, band, [.. starts]) : (values, null, []);
    }
}
