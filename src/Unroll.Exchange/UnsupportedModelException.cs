namespace Unroll.Exchange;

/// <summary>
/// A model that is well written, but uses what the other side does not have: a layer, an option, a node. The message names some;
/// <see cref="Reasons"/> lists all of them at once.
/// </summary>
public sealed class UnsupportedModelException : UnrollException
{
    /// <param name="what">The subject of the sentence: the file or the model, for example <c>model.keras</c>.</param>
    /// <param name="reasons">
    /// Everything that is not supported, each a part of a sentence that names the layer or node; at least one.
    /// </param>
    /// <param name="remedy">A sentence that says what to do.</param>
    public UnsupportedModelException(string what, IReadOnlyList<string> reasons, string? remedy = null)
        : base(ReasonList.Sentence(Beginning(what), reasons, remedy)) =>
        (Reasons, FullMessage) = ([.. reasons], OneLine.Clean(ReasonList.Sentence(Beginning(what), reasons, remedy, int.MaxValue)));

    /// <summary>Everything that is not supported, in the order of the file.</summary>
    public IReadOnlyList<string> Reasons { get; }

    /// <summary>The message with every reason in it, in one line, however long.</summary>
    public string FullMessage { get; }

    private static string Beginning(string what) => $"{what} uses what is not supported";
}
