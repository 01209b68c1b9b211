using Spectre.Console;

namespace Unroll.Cli;

/// <summary>Standard output or standard error as a place for text: wrapped and coloured on a terminal, plain where it is redirected.</summary>
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

    /// <summary>Whether lines can be drawn anew in place.</summary>
    public bool IsLive { get; }

    /// <summary>The characters that fit in a line.</summary>
    public int Width => Ansi.Profile.Width;

    /// <summary>The lines that are seen at once.</summary>
    public int Height => Ansi.Profile.Height;

    public static Terminal Output() => new(Console.Out, Console.IsOutputRedirected);

    /// <summary>Always plain: standard output holds something for a program.</summary>
    public static Terminal Error() => new(Console.Error, isPlain: true);

    /// <summary>A path or a word as it can be pasted into a shell.</summary>
    public static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;

    public void Blank() => Ansi.WriteLine();

    public void Heading(string text) => Ansi.Write(new Text(text + "\n", new Style(decoration: Decoration.Bold)));

    /// <summary>A sentence, wrapped at words.</summary>
    public void Say(string text) => Ansi.Write(new Text(text + "\n"));

    public void Say(string text, Color color) => Ansi.Write(new Text(text + "\n", new Style(color)));

    /// <summary>One line that is never broken, so that it can be copied whole; the terminal itself shows it on several.</summary>
    public void Unbroken(string text) => Ansi.Profile.Out.Writer.WriteLine(text);

    /// <summary>Lines as they are.</summary>
    public void Lines(string text)
    {
        foreach (string line in text.TrimEnd().Split('\n'))
            Ansi.Write(new Text(line.TrimEnd() + "\n"));
    }
}
