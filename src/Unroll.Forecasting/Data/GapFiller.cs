namespace Unroll.Forecasting;

/// <summary>Carries out a <see cref="MissingPolicy"/> on a table; rows before the boundary never see rows from it on.</summary>
internal sealed class GapFiller(TimeSeries series, DateTime? boundary)
{
    private readonly int _boundary = boundary is { } date ? series.CountBefore(date) : series.Rows;
    private readonly List<string> _notices = [.. series.Notices];

    public TimeSeries Fill(MissingPolicy policy)
    {
        MissingValues missing = series.MissingValues();
        if (missing.Total == 0)
            return series;
        switch (policy)
        {
            case MissingPolicy.Error:
                (string name, int count) = missing.Counts.First(entry => entry.Value > 0);
                Series column = series[name];
                DateTime first = column.Dates[column.Values.IndexOf(double.NaN)];
                throw new UnrollException($"Column {name} of {series.Name} has {Values(count)} missing, the first on "
                    + $"{series.Format(first)}. Drop these rows, fill the gaps, or complete the file.")
                { Subject = "missing" };
            case MissingPolicy.Drop:
                return DropRows();
            case MissingPolicy.ForwardFill:
            case MissingPolicy.Interpolate:
                return Rebuilt(series.Dates, [.. series.ColumnNames.Select(name => Fill(series[name], policy))]);
            default:
                throw new ArgumentOutOfRangeException(nameof(policy), policy, "There is no such policy for missing values.");
        }
    }

    private TimeSeries DropRows()
    {
        bool[] incomplete = new bool[series.Rows];
        foreach (string name in series.ColumnNames)
        {
            ReadOnlySpan<double> values = series[name].Values;
            for (int row = 0; row < values.Length; row++)
                incomplete[row] |= double.IsNaN(values[row]);
        }

        int[] kept = [.. Enumerable.Range(0, series.Rows).Where(row => !incomplete[row])];
        if (kept.Length == 0)
            throw new UnrollException(
                $"Every row of {series.Name} has a missing value, so none would be left. Leave out the columns that are empty.");
        _notices.Add($"dropped {series.Rows - kept.Length} of {series.Rows} rows: a value was missing");
        return Rebuilt(
            [.. kept.Select(row => series.Dates[row])],
            [.. series.ColumnNames.Select(name => new Column(name, [.. kept.Select(row => series[name][row])]))]);
    }

    private Column Fill(Series column, MissingPolicy policy)
    {
        double[] values = column.ToArray();
        int missing = values.Count(double.IsNaN);
        if (missing == 0)
            return new Column(column.Name, values);
        if (double.IsNaN(values[0]))
        {
            int end = Array.FindIndex(values, value => !double.IsNaN(value));
            throw new UnrollException(end < 0
                ? $"Column {column.Name} of {series.Name} has no values at all. Choose another column."
                : $"Column {column.Name} of {series.Name} begins with {Values(end)} missing: there is nothing before "
                    + $"{series.Format(column.Dates[end])} to fill from. Drop these rows, or choose a range that begins there.")
            { Subject = "missing" };
        }

        if (policy == MissingPolicy.ForwardFill)
        {
            RepeatLast(values);
            _notices.Add($"filled {Values(missing)} of {CellText.Show(column.Name)} forward");
            return new Column(column.Name, values);
        }

        int repeated = Interpolate(values.AsSpan(0, _boundary)) + Interpolate(values);
        if (repeated < missing)
            _notices.Add($"interpolated {Values(missing - repeated)} of {CellText.Show(column.Name)}");
        if (repeated > 0)
            _notices.Add($"filled {Values(repeated)} of {CellText.Show(column.Name)} forward: nothing follows to interpolate to");
        return new Column(column.Name, values);
    }

    /// <summary>
    /// Fills every gap by a straight line in row position; returns how many values at the end had to be repeated instead.
    /// </summary>
    private static int Interpolate(Span<double> values)
    {
        int last = -1;
        for (int row = 0; row < values.Length; row++)
        {
            if (double.IsNaN(values[row]))
                continue;
            for (int gap = last + 1; last >= 0 && gap < row; gap++)
                values[gap] = values[last] + ((values[row] - values[last]) * (gap - last) / (row - last));
            last = row;
        }

        RepeatLast(values);
        return values.Length - 1 - last;
    }

    private static void RepeatLast(Span<double> values)
    {
        for (int row = 1; row < values.Length; row++)
        {
            if (double.IsNaN(values[row]))
                values[row] = values[row - 1];
        }
    }

    private TimeSeries Rebuilt(IReadOnlyList<DateTime> dates, Column[] columns) => series.Rebuilt([.. dates], columns, _notices);

    private static string Values(int count) => count == 1 ? "1 value" : $"{count} values";
}
