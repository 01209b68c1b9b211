using System.Collections.ObjectModel;

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
        double[] sorted = [.. series.ToArray().Where(value => !double.IsNaN(value)).Order()];
        if (sorted.Length == 0)
            return new ColumnDescription(series.Name, 0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        (double mean, double deviation) = Moments(sorted);
        double size = Math.Max(sorted[^1], -sorted[0]);
        if (size > 0 && (!double.IsFinite(mean) || double.IsInfinity(deviation) || (deviation < Smallest && sorted[0] < sorted[^1])))
        {
            // Numbers so large or so small that their sum or their squares leave the range of a double.
            (mean, deviation) = Moments(Array.ConvertAll(sorted, value => value / size));
            (mean, deviation) = (mean * size, deviation * size);
        }

        return new ColumnDescription(
            series.Name, sorted.Length, mean, deviation, sorted[0], Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75), sorted[^1]);
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Sum() / values.Length;
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return (mean, values.Length > 1 ? Math.Sqrt(squares / (values.Length - 1)) : double.NaN);
    }

    /// <summary>Linear between the neighbours of position q·(n − 1): numpy's default, method 7 of Hyndman and Fan (1996).</summary>
    private static double Quantile(double[] sorted, double q)
    {
        double position = q * (sorted.Length - 1);
        int below = (int)position;
        if (below + 1 >= sorted.Length)
            return sorted[^1];
        double weight = position - below, step = sorted[below + 1] - sorted[below];
        return weight < 0.5 ? sorted[below] + (step * weight) : sorted[below + 1] - (step * (1 - weight));
    }
}

/// <summary>Count, mean, standard deviation, extremes and quartiles of each column, as pandas' <c>describe</c> computes them.</summary>
public sealed class SeriesDescription
{
    private static readonly string[] s_rows = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];

    internal SeriesDescription(TimeSeries series) =>
        Columns = new ReadOnlyCollection<ColumnDescription>([.. series.ColumnNames.Select(name => ColumnDescription.Of(series[name]))]);

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
            text.Add(c.Column, NumberText.Decimal([c.Count, c.Mean, c.StandardDeviation, c.Minimum, c.LowerQuartile, c.Median, c.UpperQuartile, c.Maximum], decimals));
        return text;
    }
}
