using System.Text;

namespace Unroll.Cli;

/// <summary>
/// Standard output or standard error. A file or device that takes no more is an error of one line; a terminal that was closed, and standard
/// error that cannot be written, are not: the run goes on without. A pipe whose reader has gone is passed over by .NET itself.
/// </summary>
internal sealed class OutputWriter : TextWriter
{
    private readonly TextWriter _inner;
    private readonly bool _isOptional;
    private bool _isGone;

    /// <param name="inner">Where the text goes.</param>
    /// <param name="isOptional">Whether text that cannot be written is dropped without a word.</param>
    public OutputWriter(TextWriter inner, bool isOptional) => (_inner, _isOptional) = (inner, isOptional);

    public override Encoding Encoding => _inner.Encoding;

    /// <summary>Puts both in the place of the console's own.</summary>
    public static void Install()
    {
        Console.SetOut(new OutputWriter(Console.Out, isOptional: !Console.IsOutputRedirected));
        Console.SetError(new OutputWriter(Console.Error, isOptional: true));
    }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <exception cref="UnrollException">The text cannot be written.</exception>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (_isGone)
            return;
        try
        {
            _inner.Write(buffer);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _isGone = true;
            if (!_isOptional)
                throw new UnrollException($"Standard output cannot be written: {FolderSwap.Reason(failure)}.", failure);
        }
    }

    public override void Flush()
    {
        if (!_isGone)
            _inner.Flush();
    }
}
