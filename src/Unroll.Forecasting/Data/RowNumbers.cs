using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// Running numbers in the place of dates: each number is kept as an instant of its own, a millionth to a tick, so that rows are sorted,
/// sliced and counted as dates are. The instants mean nothing as dates.
/// </summary>
internal static class RowNumbers
{
    /// <summary>Numbers lie between this and its negative.</summary>
    public const double Largest = 1e12;

    /// <summary>The time that stands for a difference of 1.</summary>
    public static readonly TimeSpan One = new(TicksOfOne);

    private const long TicksOfOne = 1_000_000, Zero = 1_577_000_000_000_000_000;

    /// <summary>How far a product with a million may lie from a whole number: the rounding of what was computed.</summary>
    private const double Rounding = 1e-3;

    /// <summary>Whether a number can stand in the place of a date: not too large, and of at most six decimals.</summary>
    public static bool IsUsable(double number)
    {
        double size = Math.Abs(number), millionths = (size - Math.Truncate(size)) * TicksOfOne,
            next = (Math.BitIncrement(size) - size) * TicksOfOne;
        return size <= Largest && Math.Abs(millionths - Math.Round(millionths)) <= Math.Max(Rounding, next);
    }

    /// <summary>The instant that stands for a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number cannot stand in the place of a date.</exception>
    public static DateTime ToDate(double number) => IsUsable(number)
        ? new DateTime(Zero + ((long)number * TicksOfOne) + (long)Math.Round((number - Math.Truncate(number)) * TicksOfOne))
        : throw new ArgumentOutOfRangeException(
            nameof(number), number, "A running number is at most a million millions, and has at most six decimals.");

    /// <summary>The instants that stand for numbers, in the order in which these are given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number cannot stand in the place of a date.</exception>
    public static DateTime[] ToDates(ReadOnlySpan<double> numbers)
    {
        var dates = new DateTime[numbers.Length];
        for (int row = 0; row < dates.Length; row++)
            dates[row] = ToDate(numbers[row]);
        return dates;
    }

    /// <summary>The number that an instant stands for.</summary>
    public static double ToNumber(DateTime date) => (double)((date.Ticks - Zero) / (decimal)TicksOfOne);

    /// <summary>The number that an instant stands for, as text.</summary>
    public static string Text(DateTime date) => Text(date.Ticks - Zero);

    /// <summary>The difference of two numbers, as text.</summary>
    public static string Text(TimeSpan step) => Text(step.Ticks);

    private static string Text(long ticks) => ticks % TicksOfOne == 0
        ? (ticks / TicksOfOne).ToString(CultureInfo.InvariantCulture)
        : (ticks / (decimal)TicksOfOne).ToString("0.######", CultureInfo.InvariantCulture);
}
