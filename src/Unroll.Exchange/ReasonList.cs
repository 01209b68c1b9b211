namespace Unroll.Exchange;

/// <summary>Reasons in one sentence, followed by what to do. That is at the end, where a message that is too long is not cut.</summary>
internal static class ReasonList
{
    private const int MostShown = 4;

    /// <exception cref="ArgumentException">There are no reasons.</exception>
    public static string Sentence(string beginning, IReadOnlyList<string> reasons, string? remedy) =>
        Sentence(beginning, reasons, remedy, MostShown);

    /// <param name="beginning">In front of the reasons and a colon.</param>
    /// <param name="reasons">Parts of a sentence.</param>
    /// <param name="remedy">A sentence behind them.</param>
    /// <param name="most">So many reasons are in it; of more their number.</param>
    /// <exception cref="ArgumentException">There are no reasons.</exception>
    public static string Sentence(string beginning, IReadOnlyList<string> reasons, string? remedy, int most)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        ArgumentOutOfRangeException.ThrowIfZero(reasons.Count);
        string more = reasons.Count <= most ? "" : $"; and {reasons.Count - most} more (Reasons has all)";
        string end = remedy is null ? "" : $" {remedy}";
        return $"{beginning}: {string.Join("; ", reasons.Take(most))}{more}.{end}";
    }
}
