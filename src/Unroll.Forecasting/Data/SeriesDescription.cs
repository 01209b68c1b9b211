namespace Unroll.Forecasting;

/// <summary>What a column's values look like, in the column's units. Missing values are skipped.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Count">How many values are not missing.</param>
/// <param name="Mean">Σx / n.</param>
/// <param name="StandardDeviation">√(Σ(x − mean)² / (n − 1)): NaN for fewer than 2 values.</param>
/// <param name="Minimum">The smallest value.</param>
/// <param name="LowerQuartile">The 25 % quantile, linear between neighbours.</param>
/// <param name="Median">The 50 % quantile, linear between neighbours.</param>
/// <param name="UpperQuartile">The 75 % quantile, linear between neighbours.</param>
/// <param name="Maximum">The largest value.</param>
public sealed record ColumnDescription(
    string Column,
    int Count,
    double Mean,
    double StandardDeviation,
    double Minimum,
    double LowerQuartile,
    double Median,
    double UpperQuartile,
    double Maximum)
{
    /// <summary>Squares of deviations below this lose digits.</summary>
    private const double Smallest = 1e-150;

    internal static ColumnDescription Of(Series series)
    {
        double[] values = Known(series.Values);
        if (values.Length == 0)
            return new ColumnDescription(series.Name, 0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN,
                double.NaN);
        (double smallest, double largest) = (values.Min(), values.Max());
        (double mean, double deviation) = Moments(values);
        double size = Math.Max(largest, -smallest);
        if (size > 0 && (!double.IsFinite(mean) || double.IsInfinity(deviation) || (deviation < Smallest && smallest < largest)))
        {
            // Numbers so large or so small that their sum or their squares leave the range of a double.
            (mean, deviation) = Moments(Array.ConvertAll(values, value => value / size));
            (mean, deviation) = (mean * size, deviation * size);
        }

        // Each quantile leaves the values in such an order that the next one is among those behind it.
        double lower = OrderStatistics.Quantile(values, 0.25, 0);
        double median = OrderStatistics.Quantile(values, 0.5, (int)(0.25 * (values.Length - 1)));
        double upper = OrderStatistics.Quantile(values, 0.75, (int)(0.5 * (values.Length - 1)));
        return new ColumnDescription(series.Name, values.Length, mean, deviation, smallest, lower, median, upper, largest);
    }

    /// <summary>The values that are not missing.</summary>
    private static double[] Known(ReadOnlySpan<double> values)
    {
        var known = new double[values.Length];
        int count = 0;
        foreach (double value in values)
        {
            if (!double.IsNaN(value))
                known[count++] = value;
        }

        Array.Resize(ref known, count);
        return known;
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Sum() / values.Length;
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return (mean, values.Length > 1 ? Math.Sqrt(squares / (values.Length - 1)) : double.NaN);
    }
}

/// <summary>Count, mean, standard deviation, extremes and quartiles of each column, as pandas' <c>describe</c> computes them.</summary>
public sealed class SeriesDescription
{
    private static readonly string[] s_rows = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];

    internal SeriesDescription(TimeSeries series)
    {
        var columns = new ColumnDescription[series.ColumnNames.Count];
        Parallel.For(0, columns.Length, place => columns[place] = ColumnDescription.Of(series[series.ColumnNames[place]]));
        Columns = Array.AsReadOnly(columns);
    }

    /// <summary>One entry a column, in the table's order.</summary>
    public IReadOnlyList<ColumnDescription> Columns { get; }

    /// <summary>The table pandas prints: one column a column, with 6 decimals or in scientific notation where numbers are large.</summary>
    public override string ToString() => ToText(int.MaxValue);

    /// <summary>
    /// As <see cref="ToString"/>, in lines of at most <paramref name="width"/> characters: with 4 decimals, or in blocks of columns.
    /// </summary>
    public string ToText(int width) => TextTable.Fit(AsText, width);

    private TextTable AsText(int decimals)
    {
        var text = new TextTable(s_rows);
        foreach (ColumnDescription c in Columns)
            text.Add(c.Column, NumberText.Decimal(
                [c.Count, c.Mean, c.StandardDeviation, c.Minimum, c.LowerQuartile, c.Median, c.UpperQuartile, c.Maximum], decimals));
        return text;
    }
}
