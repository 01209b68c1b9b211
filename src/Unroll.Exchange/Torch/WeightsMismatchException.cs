namespace Unroll.Exchange;

/// <summary>
/// Weights of a file that do not fit a model. The message names some; <see cref="Reasons"/> lists all of them at once.
/// </summary>
public sealed class WeightsMismatchException : UnrollException
{
    private const int MostShown = 4;

    /// <param name="what">The subject of the sentence: the file.</param>
    /// <param name="reasons">Everything that does not fit, each a part of a sentence that names the tensor; at least one.</param>
    public WeightsMismatchException(string what, IReadOnlyList<string> reasons)
        : base(Sentence(what, reasons)) => Reasons = [.. reasons];

    /// <summary>Everything that does not fit: first what is missing, then what is wrong, then what is too much.</summary>
    public IReadOnlyList<string> Reasons { get; }

    private static string Sentence(string what, IReadOnlyList<string> reasons)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        ArgumentOutOfRangeException.ThrowIfZero(reasons.Count);
        string more = reasons.Count <= MostShown ? "" : $"; and {reasons.Count - MostShown} more (Reasons has all)";
        return $"{what} does not fit the model: {string.Join("; ", reasons.Take(MostShown))}{more}. Compare the names with "
            + "TorchNames.Of(model), and give Prefix, Names, Missing or IgnoreSurplus.";
    }
}
