using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Whether errors of a column can be squared and added up: figures of a forecast are made of such squares.</summary>
internal static class TargetChecks
{
    /// <summary>Above, squares added up over many rows overflow; below, they lose digits or vanish.</summary>
    private const double Largest = 1e150, Smallest = 1e-150;

    /// <exception cref="UnrollException">A value is too large to be squared, or squares of the values' differences vanish.</exception>
    public static void RequireUsable(Series target)
    {
        ReadOnlySpan<double> values = target.Values;
        double lowest = double.PositiveInfinity, highest = double.NegativeInfinity;
        int first = -1, large = 0, known = 0;
        for (int row = 0; row < values.Length; row++)
        {
            if (double.IsNaN(values[row]))
                continue;
            known++;
            (lowest, highest) = (Math.Min(lowest, values[row]), Math.Max(highest, values[row]));
            if (Math.Abs(values[row]) <= Largest)
                continue;
            large++;
            first = first < 0 ? row : first;
        }

        if (large > 0)
        {
            string remedy = 2 * large > known
                ? $"Divide the column by a constant, for example {Power(Math.Max(highest, -lowest))}"
                : "Correct the value, or leave it empty";
            string where = $"{Text(values[first])} on {target.Format(target.Dates[first])}";
            throw new UnrollException($"{target.TableName}: {target.Name} holds {where}: too large to be squared. {remedy}.");
        }

        double size = Math.Max(highest, -lowest);
        if (known > 1 && highest - lowest is > 0 and < Smallest)
        {
            throw new UnrollException(
                $"{target.TableName}: the values of {target.Name} are at most {Text(size)} and too small: squares of their differences "
                    + "vanish. "
                + $"Multiply the column by a constant, for example {Power(1 / size)}.");
        }
    }

    private static string Text(double value) => value.ToString("0.###e0", CultureInfo.InvariantCulture);

    private static string Power(double size) => $"1e{(int)Math.Floor(Math.Min(Math.Log10(size), 308)):0}";
}
