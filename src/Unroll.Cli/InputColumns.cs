using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Target and input columns of a table, missing values treated.</summary>
internal static class InputColumns
{
    /// <summary>A column with more of its values missing than this share says too little.</summary>
    private const double MostMissing = 0.2;

    /// <summary>
    /// The targets as <see cref="TargetColumn.Complete"/> gives them, with the input columns beside them. Gaps of these hold the value before;
    /// a column that begins with a gap or has many is left out, unless the user named it. Where columns are known beforehand, rows at the
    /// end without a target are rows to come and stay as they are.
    /// </summary>
    /// <param name="series">The table as it was read.</param>
    /// <param name="targets">The columns to predict.</param>
    /// <param name="policy">What to do with missing values of the targets.</param>
    /// <param name="inputs">The columns wanted beside them.</param>
    /// <param name="needed">Those that may not be left out.</param>
    /// <param name="from">The first instant that matters.</param>
    /// <param name="boundary">The first instant of the test range.</param>
    /// <exception cref="UnrollException">A needed column has too many values missing.</exception>
    public static (TimeSeries Table, ForecastInputs Inputs, IReadOnlyList<string> Notes) Complete(
        TimeSeries series, IReadOnlyList<string> targets, MissingPolicy policy, ForecastInputs inputs, IReadOnlyCollection<string> needed, DateTime? from, DateTime? boundary)
    {
        TimeSeries told = inputs.Known.Count > 0 ? Told(series, targets) : series;
        TimeSeries column = TargetColumn.Complete(told, targets, policy, from, boundary);
        if (inputs.Past.Count + inputs.Known.Count == 0)
            return (column, inputs, []);
        List<string> notes = [.. column.Notices.Except(series.Notices).Select(notice => "Note: " + notice)];
        int[] rows = [.. RowsOf(series, column), .. Enumerable.Range(told.Rows, series.Rows - told.Rows)];
        DateTime[] dates = [.. column.Dates, .. series.Dates.Skip(told.Rows)];
        int first = from is null ? 0 : Math.Max(0, column.Dates.ToList().FindIndex(date => date >= from));
        List<(string Name, double[] Values)> columns = [.. column.ColumnNames.Select(target => (target, (double[])[.. column[target].Values, .. Enumerable.Repeat(double.NaN, series.Rows - told.Rows)]))];
        var past = new List<string>();
        foreach (string name in inputs.Past)
        {
            ReadOnlySpan<double> all = series[name].Values;
            var values = new double[rows.Length];
            for (int i = 0; i < rows.Length; i++)
                values[i] = all[rows[i]];
            int used = column.Rows - first, missing = values.AsSpan(first, used).Count(double.NaN);
            if (missing > MostMissing * used || double.IsNaN(values[first]))
            {
                if (needed.Contains(name, StringComparer.OrdinalIgnoreCase))
                    throw new UnrollException(string.Create(CultureInfo.InvariantCulture, $"{series.Name} has no {name} on {missing:N0} of {used:N0} rows from {series.Day(column.Dates[first])} on, the first among them or too many to fill. Complete the file, or begin later."));
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"Note: left out the column {name}: {missing:N0} of its {used:N0} values are missing."));
                continue;
            }

            if (missing > 0)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"Note: {missing:N0} missing {(missing == 1 ? "value" : "values")} of {name} filled with the value before."));
            // Rows before the training range are not used; those in it are filled from before only.
            for (int i = 1; i < values.Length; i++)
                values[i] = double.IsNaN(values[i]) ? values[i - 1] : values[i];
            columns.Add((name, values));
            past.Add(name);
        }

        foreach (string name in inputs.Known)
        {
            double[] all = series[name].ToArray();
            double[] values = Array.ConvertAll(rows, row => all[row]);
            int gap = values.AsSpan(first, column.Rows - first).IndexOf(double.NaN);
            if (boundary is not null && gap >= 0)
                throw new UnrollException($"{series.Name} has no {name} on {series.Day(dates[first + gap])}. A column that is known for the rows to come must be whole up to the last {column.ColumnNames[0]}: complete the file, or name it with --features, which fills gaps with the value before.");
            columns.Add((name, values));
        }

        var table = new TimeSeries(series.Name, dates, [.. columns]);
        return (table, inputs with { Past = past }, notes);
    }

    /// <summary>The rows up to the last one with a target.</summary>
    public static TimeSeries Told(TimeSeries table, params IReadOnlyList<string> targets)
    {
        int rows = table.ColumnNames.Count > targets.Count ? targets.Max(target => 1 + table[target].Values.LastIndexOfAnyExcept(double.NaN)) : table.Rows;
        return rows == table.Rows ? table : table.Head(rows);
    }

    /// <summary>Where the rows of <paramref name="part"/>, some of <paramref name="series"/>, are in that.</summary>
    private static int[] RowsOf(TimeSeries series, TimeSeries part)
    {
        var rows = new int[part.Rows];
        for (int i = 0, row = 0; i < rows.Length; i++, row++)
        {
            while (series.Dates[row] != part.Dates[i])
                row++;
            rows[i] = row;
        }

        return rows;
    }
}
