using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>Looks through the rows of a file for what the studio tells of it.</summary>
internal static class DataViews
{
    private const int MostSeries = 1000, MostGaps = 100, MostOutliers = 200, MostSeasons = 40, Sparks = 100, MostNotes = 20;

    /// <summary>Names of columns that are more likely a target than others.</summary>
    private static readonly string[] s_targets = ["target", "y", "value", "sales", "demand", "close", "price", "count", "load"];

    public static DataView Of(string id, SeriesSet data, Sample? sample)
    {
        TimeSeries longest = Longest(data);
        return new DataView(
            id,
            data.Name,
            data.Rows,
            [.. data.Keys.Take(MostSeries).Select(key => SeriesOf(key, data[key]))],
            data.SeriesColumn,
            longest.IsNumbered,
            (data.Reading ?? longest.Reading)?.ToString() ?? "",
            data.IsTable ? longest.CalendarGaps().ToString().Split('\n')[0] : SeriesCalendar.InWords(data),
            [.. Columns(data, longest)],
            [.. Gaps(data)],
            [.. Seasons(data, longest)],
            [.. new UnusualRows(data).Rows.Take(MostOutliers).Select(row => new OutlierRow(
                row.Series, row.Column, row.Date, row.Anomaly.Value, row.Anomaly.Expected, row.Anomaly.Deviations,
                row.Anomaly.Kind == AnomalyKind.Shift))],
            [.. Notes(data, longest)],
            Suggest(data, longest, sample));
    }

    public static TimeSeries Longest(SeriesSet data) => data.Keys.Select(key => data[key]).MaxBy(series => series.Rows)!;

    private static SeriesRow SeriesOf(string key, TimeSeries table) =>
        new(key, table.Rows, table.Format(table.FirstDate), table.Format(table.LastDate));

    private static IEnumerable<string> Notes(SeriesSet data, TimeSeries longest)
    {
        if (data.Count > MostSeries)
            yield return string.Create(CultureInfo.InvariantCulture, $"The first {MostSeries:N0} of {data.Count:N0} series are listed.");
        foreach (string notice in (data.IsTable ? longest.Notices : data.Notices).Take(MostNotes))
            yield return notice;
        if (data.StaticNames.Count + data.StaticTextNames.Count > 0)
            yield return $"The same on all rows of a series: {string.Join(", ", data.StaticNames.Concat(data.StaticTextNames))}.";
    }

    private static IEnumerable<ColumnRow> Columns(SeriesSet data, TimeSeries longest)
    {
        TimeSeries all = data.IsTable ? longest : Pool(data);
        foreach (ColumnDescription column in all.Describe().Columns)
        {
            yield return new ColumnRow(
                column.Column, true, all.Rows - column.Count, column.Minimum, column.Maximum, column.Mean, column.StandardDeviation,
                Spark(longest[column.Column].Values), null);
        }

        foreach ((string name, string reason) in (data.Reading ?? longest.Reading)?.LeftOut ?? new Dictionary<string, string>())
            yield return new ColumnRow(name, false, 0, double.NaN, double.NaN, double.NaN, double.NaN, [], reason);
    }

    /// <summary>The rows of all series one after the other.</summary>
    private static TimeSeries Pool(SeriesSet data)
    {
        double[] numbers = [.. Enumerable.Range(0, data.Rows).Select(row => (double)row)];
        return TimeSeries.FromNumbers(
            data.Name,
            numbers,
            [.. data.ColumnNames.Select(name => (name, data.Keys.SelectMany(key => data[key][name].ToArray()).ToArray()))]);
    }

    /// <summary>Means of neighbouring rows, as many as a small line shows.</summary>
    internal static double[] Spark(ReadOnlySpan<double> values)
    {
        int count = Math.Min(Sparks, values.Length);
        var means = new double[count];
        for (int i = 0; i < count; i++)
        {
            int from = (int)((long)i * values.Length / count), to = (int)((i + 1L) * values.Length / count);
            double sum = 0;
            int known = 0;
            foreach (double value in values[from..to])
                (sum, known) = double.IsNaN(value) ? (sum, known) : (sum + value, known + 1);
            means[i] = known == 0 ? double.NaN : sum / known;
        }

        return means;
    }

    private static IEnumerable<GapRow> Gaps(SeriesSet data) => data.Keys
        .SelectMany(key => data[key].CalendarGaps().Longest(MostGaps).Select(gap => (Key: key, Gap: gap)))
        .OrderByDescending(each => each.Gap.Missing)
        .Take(MostGaps)
        .Select(each =>
            new GapRow(each.Key, data[each.Key].Format(each.Gap.After), data[each.Key].Format(each.Gap.Before), each.Gap.Missing));

    private static IEnumerable<SeasonRow> Seasons(SeriesSet data, TimeSeries longest)
    {
        string key = data.Keys.First(key => data[key].Rows == longest.Rows);
        foreach (string name in longest.ColumnNames.Take(MostSeasons))
        {
            if (Season.Of(longest[name]) is { } season)
                yield return new SeasonRow(key, name, season.Period, season.Strength);
        }
    }

    private static SuggestedTask Suggest(SeriesSet data, TimeSeries longest, Sample? sample)
    {
        string[] changing = [.. data.ColumnNames.Where(name => longest[name].Values is var values
            && values.IndexOfAnyExcept(values[0], double.NaN) >= 0)];
        string target = sample is not null
            ? longest[sample.Target].Name
            : s_targets.Select(word => changing.FirstOrDefault(name => name.Equals(word, StringComparison.OrdinalIgnoreCase)))
                .FirstOrDefault(name => name is not null) ?? changing.FirstOrDefault() ?? data.ColumnNames[0];
        int horizon = Season.Of(longest[target]) is { Period: <= 31 and int period } && period * 20 <= longest.Rows ? period : 1;
        return new SuggestedTask(
            target,
            horizon,
            [.. data.ColumnNames.Where(name => name != target)],
            !longest.IsNumbered,
            sample?.Train.ToString(),
            sample?.Test.ToString());
    }
}
