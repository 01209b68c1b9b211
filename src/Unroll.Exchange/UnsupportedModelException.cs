namespace Unroll.Exchange;

/// <summary>
/// A model that is well written, but uses what the other side does not have: a layer, an option, a node. The message names the first and
/// says how many more there are; <see cref="Reasons"/> lists all of them at once.
/// </summary>
public sealed class UnsupportedModelException : UnrollException
{
    /// <param name="what">The subject of the sentence: the file or the model, for example <c>model.keras</c>.</param>
    /// <param name="reasons">Everything that is not supported, each a part of a sentence that names the layer or node; at least one.</param>
    public UnsupportedModelException(string what, IReadOnlyList<string> reasons)
        : base(Sentence(what, reasons)) => Reasons = [.. reasons];

    /// <summary>Everything that is not supported, in the order of the file.</summary>
    public IReadOnlyList<string> Reasons { get; }

    private static string Sentence(string what, IReadOnlyList<string> reasons)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        ArgumentOutOfRangeException.ThrowIfZero(reasons.Count);
        string listed = string.Join("; ", reasons.Take(5));
        return reasons.Count <= 5
            ? $"{what} uses what is not supported: {listed}."
            : $"{what} uses what is not supported: {listed}; and {reasons.Count - 5} more.";
    }
}
