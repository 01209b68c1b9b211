using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>The rows to judge on: a range of dates, or the newest rows of every series.</summary>
/// <param name="Range">Null for the newest rows.</param>
/// <param name="Newest">How many; null for a range.</param>
internal sealed record TestRows(DateRange? Range, int? Newest)
{
    private const string Last = "last:";

    /// <exception cref="UnrollException">The text is neither <c>last:N</c> nor a range.</exception>
    public static TestRows Parse(string text)
    {
        if (!text.StartsWith(Last, StringComparison.OrdinalIgnoreCase))
            return new TestRows(DateRange.Parse(text), null);
        return int.TryParse(text.AsSpan(Last.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int rows) && rows > 0
            ? new TestRows(null, rows)
            : throw new UnrollException($"\"{text}\" names no number of rows. Write last:12 for the newest 12 rows of every series.");
    }

    public override string ToString() => Newest is { } rows ? FormattableString.Invariant($"{Last}{rows}") : Range!.Value.ToString();
}
