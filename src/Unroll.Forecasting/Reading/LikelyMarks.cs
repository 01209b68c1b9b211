using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Numbers of a column that seem to stand for a missing value: -9999, 99999, 1e20.</summary>
internal static class LikelyMarks
{
    /// <summary>A mark is farther from all other values than so many times their range.</summary>
    private const double Ranges = 3;

    private const double HighPower = 1e15;

    /// <summary>What programs and measuring devices write for want of a value, beside nines and high powers of ten.</summary>
    private static readonly double[] s_known =
    [
        short.MaxValue, short.MinValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue,
        float.MaxValue, float.MinValue, double.MaxValue, double.MinValue, 9.969209968386869e36, -3.4e38, 3.4e38, -7777, -8888,
    ];

    /// <summary>The smallest and the largest value, each where it seems to be a mark, and on how many rows it stands.</summary>
    public static IEnumerable<(double Value, int Count)> Of(double[] values)
    {
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in values)
            (least, most) = (value < least ? value : least, value > most ? value : most);
        double[] marks = [.. new[] { least, most }.Distinct().Where(LooksLikeOne)];
        if (marks.Length == 0)
            return [];
        var counts = new int[2];
        (double otherLeast, double otherMost) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in values)
        {
            if (Array.IndexOf(marks, value) is >= 0 and int place)
                counts[place]++;
            else
                (otherLeast, otherMost) = (value < otherLeast ? value : otherLeast, value > otherMost ? value : otherMost);
        }

        return marks.Select((value, place) => (value, counts[place]))
            .Where(mark => otherLeast <= otherMost && Distance(mark.value) > Ranges * (otherMost - otherLeast));

        double Distance(double mark) => mark < otherLeast ? otherLeast - mark : mark - otherMost;
    }

    private static bool LooksLikeOne(double value)
    {
        if (!double.IsFinite(value))
            return false;
        double size = Math.Abs(value), power = Math.Log10(size);
        if (Array.IndexOf(s_known, value) >= 0 || (size >= HighPower && power == Math.Round(power)))
            return true;
        string digits = size.ToString("R", CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal);
        return digits.Length >= 2 && digits.All(digit => digit == '9');
    }
}
