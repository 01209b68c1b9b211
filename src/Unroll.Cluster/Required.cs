namespace Unroll.Cluster;

/// <summary>What options of a cluster must have.</summary>
internal static class Required
{
    /// <exception cref="UnrollException">A text is missing or blank.</exception>
    public static void Texts(string what, params ReadOnlySpan<(string Name, string Text)> texts)
    {
        foreach ((string name, string text) in texts)
        {
            if (string.IsNullOrWhiteSpace(text))
                throw new UnrollException($"{what} has no {name}. Give one.");
        }
    }
}
