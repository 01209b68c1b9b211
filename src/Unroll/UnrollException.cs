namespace Unroll;

/// <summary>
/// An error that the person at the keyboard can mend: bad data, a bad option, a damaged file.
/// The message is one line and says what is wrong, where, and what to do about it.
/// Errors in the calling program (a null, a wrong length) are <see cref="ArgumentException"/> instead.
/// </summary>
public class UnrollException : Exception
{
    public UnrollException(string message)
        : base(message)
    {
    }

    public UnrollException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
