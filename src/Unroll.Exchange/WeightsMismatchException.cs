namespace Unroll.Exchange;

/// <summary>
/// Weights of a file that do not fit a model. The message names some; <see cref="Reasons"/> lists all of them at once.
/// </summary>
public sealed class WeightsMismatchException : UnrollException
{
    private const string Remedy = "Compare the names with TorchNames.Of(model), and give Prefix, Names, Missing or IgnoreSurplus.";

    /// <param name="what">The subject of the sentence: the file.</param>
    /// <param name="reasons">Everything that does not fit, each a part of a sentence that names the tensor; at least one.</param>
    public WeightsMismatchException(string what, IReadOnlyList<string> reasons)
        : base(ReasonList.Sentence($"{what} does not fit the model", reasons, Remedy)) => Reasons = [.. reasons];

    /// <summary>Everything that does not fit: first what is missing, then what is wrong, then what is too much.</summary>
    public IReadOnlyList<string> Reasons { get; }
}
