using System.Collections.ObjectModel;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>What one series of a panel holds, or all of them.</summary>
/// <param name="Key">The name of the series.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="First">Its first date.</param>
/// <param name="Last">Its last date.</param>
/// <param name="Missing">How many values are missing, in all columns.</param>
/// <param name="Means">Σx / n of each column's values that are not missing, in the panel's order; NaN where there are none.</param>
public sealed record SeriesSummary(string Key, int Rows, DateTime First, DateTime Last, int Missing, IReadOnlyList<double> Means);

/// <summary>Rows, dates, missing values and means of each series of a panel, and of all together.</summary>
public sealed class SeriesSetDescription
{
    private const int ShortestKey = 16;
    private readonly SeriesSet _panel;

    internal SeriesSetDescription(SeriesSet panel)
    {
        _panel = panel;
        int columns = panel.ColumnNames.Count, missing = 0;
        var all = (Sums: new double[columns], Counts: new int[columns]);
        var series = new List<SeriesSummary>();
        foreach (string key in panel.Keys)
        {
            TimeSeries rows = panel[key];
            var means = new double[columns];
            int values = 0;
            for (int column = 0; column < columns; column++)
            {
                (double sum, int count) = Sum(rows[panel.ColumnNames[column]].Values);
                means[column] = sum / count;
                values += count;
                all.Sums[column] += sum;
                all.Counts[column] += count;
            }

            missing += (rows.Rows * columns) - values;
            series.Add(new SeriesSummary(key, rows.Rows, rows.FirstDate, rows.LastDate, (rows.Rows * columns) - values,
                Array.AsReadOnly(means)));
        }

        Series = new ReadOnlyCollection<SeriesSummary>(series);
        Total = new SeriesSummary(
            $"all {series.Count}", panel.Rows, series.Min(entry => entry.First), series.Max(entry => entry.Last), missing,
                Array.AsReadOnly([.. all.Sums.Zip(all.Counts, (sum, count) => sum / count)]));
    }

    /// <summary>One entry a series, in the panel's order.</summary>
    public IReadOnlyList<SeriesSummary> Series { get; }

    /// <summary>All series together: a mean is that of all their values.</summary>
    public SeriesSummary Total { get; }

    /// <summary>A line for each series and one for all.</summary>
    public override string ToString() => ToText(int.MaxValue);

    /// <summary>
    /// As <see cref="ToString"/>, in lines of at most <paramref name="width"/> characters and for at most <paramref name="most"/>
    /// series: means are given with 4 decimals, or for the first columns only, and a line says which were left out.
    /// </summary>
    public string ToText(int width, int most = int.MaxValue)
    {
        int columns = _panel.ColumnNames.Count, shown = columns, longest = Math.Max(ShortestKey, width / 3);
        TextTable Make(int decimals) => AsText(decimals, shown, Math.Max(1, most), longest);
        while (shown > 0 && !TextTable.Fits(Make, width))
        {
            if (shown == 1 && longest > ShortestKey)
                longest = ShortestKey;
            else
                shown--;
        }

        string text = TextTable.Fit(Make, width);
        return shown == columns
            ? text
            : $"{text}\n{NameList.Cut($"No room for the means of {string.Join(", ", _panel.ColumnNames.Skip(shown))}", width)}";
    }

    private TextTable AsText(int decimals, int columns, int most, int longest)
    {
        SeriesSummary[] shown = [.. Series.Take(most)];
        int hidden = Series.Count - shown.Length;
        SeriesSummary[] lines = [.. shown, Total];
        string[] more = hidden > 0 ? ["..."] : [];
        string[] Cells(string[] cells) => [.. cells[..^1], .. more, cells[^1]];
        string[] Whole(Func<SeriesSummary, int> value) =>
            Cells([.. lines.Select(line => value(line).ToString(CultureInfo.InvariantCulture))]);
        string[] Date(Func<SeriesSummary, DateTime> date) => Cells([.. lines.Select(line => _panel[_panel.Keys[0]].Format(date(line)))]);

        string[] rest = hidden > 0 ? [$"{hidden} more"] : [];
        string[] index = [.. shown.Select(line => NameList.CutKey(line.Key, longest)), .. rest, Total.Key];
        var text = new TextTable(index) { IndexName = NameList.CutKey(_panel.SeriesColumn, longest) };
        text.Add("rows", Whole(line => line.Rows));
        text.Add("first", Date(line => line.First));
        text.Add("last", Date(line => line.Last));
        text.Add("missing", Whole(line => line.Missing));
        for (int column = 0; column < columns; column++)
            text.Add("mean " + _panel.ColumnNames[column],
                Cells(NumberText.Decimal([.. lines.Select(line => line.Means[column])], decimals)));
        return text;
    }

    private static (double Sum, int Count) Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        int count = 0;
        foreach (double value in values)
        {
            if (double.IsNaN(value))
                continue;
            sum += value;
            count++;
        }

        return (sum, count);
    }
}
