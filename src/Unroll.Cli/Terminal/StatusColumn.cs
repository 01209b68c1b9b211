using Spectre.Console;
using Spectre.Console.Rendering;

namespace Unroll.Cli;

/// <summary>How far something is. Its text says more, in one line.</summary>
internal interface IStatus
{
    string Name { get; }

    /// <summary>0 to 1.</summary>
    double Share { get; }

    string ToString();
}

/// <summary>
/// Name, bar and figures of the status that a task is named after, in one line of at most <paramref name="width"/> characters. The bar
/// can be read without its colours, and is left out where there is no room.
/// </summary>
/// <param name="states">All of them.</param>
/// <param name="width">The characters of a line.</param>
/// <param name="longestText">The characters that the longest text takes.</param>
internal sealed class StatusColumn(IReadOnlyList<IStatus> states, int width, int longestText) : ProgressColumn
{
    private const int WidestBar = 40, NarrowestBar = 5;
    private readonly int _name = states.Max(status => status.Name.Length);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        IStatus status = states.First(candidate => candidate.Name == task.Description);
        var line = new Paragraph().Append(status.Name.PadRight(_name) + " ");
        int left = width - _name - 1, bar = Math.Min(left - 1 - longestText, WidestBar);
        if (bar >= NarrowestBar)
        {
            int done = (int)Math.Round(bar * Math.Clamp(status.Share, 0, 1));
            line.Append(new string(options.Unicode ? '█' : '#', done), new Style(Color.Green));
            line.Append(new string(options.Unicode ? '░' : '.', bar - done) + " ", new Style(Color.Grey));
            left -= bar + 1;
        }

        string text = status.ToString();
        return line.Append(text[..Math.Clamp(left, 0, text.Length)]);
    }
}
