using Spectre.Console;
using Spectre.Console.Rendering;

namespace Unroll.Cli;

/// <summary>
/// Name, bar and figures of a task, in one line of at most <paramref name="width"/> characters. The bar can be read without its
/// colours, and is left out where there is no room.
/// </summary>
/// <param name="state">The share that is done, 0 to 1, and the figures of a task.</param>
/// <param name="name">The characters that names get.</param>
/// <param name="width">The characters of a line.</param>
/// <param name="text">The characters of the longest figures.</param>
internal sealed class BarColumn(Func<ProgressTask, (double Share, string Text)> state, int name, int width, int text) : ProgressColumn
{
    private const int WidestBar = 40, NarrowestBar = 5;
    private readonly int _bar = Math.Min(width - name - 2 - text, WidestBar);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        (double share, string figures) = state(task);
        var line = new Paragraph().Append(task.Description.PadRight(name) + " ");
        int left = width - name - 1;
        if (_bar >= NarrowestBar)
        {
            int done = (int)Math.Round(_bar * Math.Clamp(share, 0, 1));
            line.Append(new string(options.Unicode ? '█' : '#', done), new Style(Color.Green));
            line.Append(new string(options.Unicode ? '░' : '.', _bar - done) + " ", new Style(Color.Grey));
            left -= _bar + 1;
        }

        return line.Append(figures[..Math.Clamp(left, 0, figures.Length)]);
    }
}
