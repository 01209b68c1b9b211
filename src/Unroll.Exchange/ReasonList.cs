namespace Unroll.Exchange;

/// <summary>Reasons in one sentence, followed by what to do. That is at the end, where a message that is too long is not cut.</summary>
internal static class ReasonList
{
    private const int MostShown = 4;

    /// <exception cref="ArgumentException">There are no reasons.</exception>
    public static string Sentence(string beginning, IReadOnlyList<string> reasons, string? remedy)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        ArgumentOutOfRangeException.ThrowIfZero(reasons.Count);
        string more = reasons.Count <= MostShown ? "" : $"; and {reasons.Count - MostShown} more (Reasons has all)";
        string end = remedy is null ? "" : $" {remedy}";
        return $"{beginning}: {string.Join("; ", reasons.Take(MostShown))}{more}.{end}";
    }
}
