namespace Unroll;

/// <summary>
/// An error that the person at the keyboard can mend: bad data, a bad option, a damaged file, or values that do not go together,
/// such as two series of different lengths where each row is compared with its like.
/// The message is one line and says what is wrong, where, and what to do about it. It is made safe to show whatever it quotes of a file:
/// characters that steer a terminal are replaced, and of a text too long for a line the middle is left out.
/// Errors that only the calling program can make (a null, a buffer of the wrong length) are <see cref="ArgumentException"/> instead.
/// </summary>
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
