namespace Unroll;

/// <summary>
/// An error that can be mended without a change of the program: bad data, a damaged file, a wrong option, or things that do not go
/// together, such as layers and their inputs, or two series of different lengths where each row is compared with its like.
/// The message is one line and says what is wrong, where, and what to do about it. It is made safe to show whatever it quotes of a file:
/// characters that steer a terminal are replaced, and of a text too long for a line the middle is left out.
/// </summary>
/// <remarks>
/// One rule says which exception comes. What only the calling code can get wrong is an <see cref="ArgumentException"/> or one derived
/// from it, with the name of the argument: a null, an index or a count out of range, an array or buffer of the wrong length, the name of
/// a layer, of weights or of a state that there is not, and an option of a layer, which is checked where it is set. A call at the wrong
/// time, such as Predict before Fit, is an <see cref="InvalidOperationException"/>. What depends on data, on files or on what somebody
/// chose is an <see cref="UnrollException"/>: values that are missing, infinite or in no order, columns, series and parts that there are
/// not, too few rows, shapes that do not fit each other, and all other options (recipes, training, losses, optimisers, searches, the
/// settings of forecasters), which are checked by what takes them, since programs often read them from files or let people type them.
/// </remarks>
public class UnrollException : Exception
{
    public UnrollException(string message)
        : base(OneLine.Message(message))
    {
    }

    public UnrollException(string message, Exception innerException)
        : base(OneLine.Message(message), innerException)
    {
    }

    /// <summary>
    /// What has to change, as a word that a program can look up: <c>window</c>, <c>train</c>, <c>horizon</c>; several with commas between.
    /// Null where nothing but the data can change.
    /// </summary>
    public string? Subject { get; init; }

    /// <summary>The kind that a file names and nobody has registered (<see cref="Kinds"/>); null for other errors.</summary>
    internal string? UnknownKind { get; init; }

    /// <summary>True where a part cannot be written because nobody has registered its kind.</summary>
    internal bool IsWithoutName { get; init; }
}
