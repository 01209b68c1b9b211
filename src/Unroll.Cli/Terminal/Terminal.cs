using Spectre.Console;

namespace Unroll.Cli;

/// <summary>
/// Standard output or standard error as a place for text: wrapped and coloured on a terminal, plain where it is redirected.
/// </summary>
internal sealed class Terminal
{
    /// <summary>No line is wrapped where nobody watches.</summary>
    private const int Endless = 100_000;

    private Terminal(TextWriter writer, bool isPlain)
    {
        Ansi = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isPlain)
            Ansi.Profile.Width = Ansi.Profile.Height = Endless;
        IsLive = !isPlain && Ansi.Profile.Capabilities.Ansi;
    }

    public IAnsiConsole Ansi { get; }

    /// <summary>Whether nothing is shown at all.</summary>
    public bool IsSilent { get; private init; }

    /// <summary>Whether lines can be drawn anew in place.</summary>
    public bool IsLive { get; }

    /// <summary>The characters that fit in a line.</summary>
    public int Width => Ansi.Profile.Width;

    /// <summary>The lines that are seen at once.</summary>
    public int Height => Ansi.Profile.Height;

    public static Terminal Output() => new(Console.Out, Console.IsOutputRedirected);

    /// <summary>Always plain: standard output holds something for a program.</summary>
    public static Terminal Error() => new(Console.Error, isPlain: true);

    /// <summary>Shows nothing.</summary>
    public static Terminal Silent() => new(TextWriter.Null, isPlain: true) { IsSilent = true };

    /// <summary>
    /// Text whose control characters, which would go to the terminal as commands, are replaced, and marks that turn
    /// the direction of writing.
    /// </summary>
    public static string Harmless(string text) =>
        text.All(c => c == '\n' || !IsSteering(c)) ? text : string.Concat(text.Select(c => c != '\n' && IsSteering(c) ? '\uFFFD' : c));

    private static bool IsSteering(char c) =>
        c is < ' ' or >= '\u007F'
        && (char.IsControl(c)
            || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u206F' or '\u200E' or '\u200F' or '\u061C' or '\u2028' or '\u2029');

    public void Blank() => Ansi.WriteLine();

    public void Heading(string text) => Ansi.Write(new Text(Harmless(text) + "\n", new Style(decoration: Decoration.Bold)));

    /// <summary>A sentence, wrapped at words.</summary>
    public void Say(string text) => Ansi.Write(new Text(Harmless(text) + "\n"));

    public void Say(string text, Color color) => Ansi.Write(new Text(Harmless(text) + "\n", new Style(color)));

    /// <summary>One line that is never broken, so that it can be copied whole; the terminal itself shows it on several.</summary>
    public void Unbroken(string text) => Ansi.Profile.Out.Writer.WriteLine(Harmless(text));

    /// <summary>Lines as they are.</summary>
    public void Lines(string text)
    {
        foreach (string line in Harmless(text).TrimEnd().Split('\n'))
            Ansi.Write(new Text(line.TrimEnd() + "\n"));
    }
}
