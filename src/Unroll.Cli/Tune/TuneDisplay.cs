using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Shows a search: a bar on a terminal, a line now and then where it is redirected.</summary>
internal static class TuneDisplay
{
    private const int LinesARung = 10;

    public static TuningResult Run(Terminal terminal, Tuner tuner, TuningJournal journal, CancellationToken cancellation)
    {
        var status = new TuneStatus();
        if (!terminal.IsLive)
        {
            tuner.OnProgress = progress =>
            {
                status.Update(progress);
                if (IsShown(progress))
                    terminal.Say(status.ToString());
            };
            return tuner.Run(journal, cancellation);
        }

        return terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new StatusColumn([status], terminal.Width - 1, TuneStatus.LongestText(tuner.Options.Trials)))
            .Start(context =>
            {
                ProgressTask task = context.AddTask(status.Name, maxValue: 1);
                tuner.OnProgress = progress =>
                {
                    status.Update(progress);
                    task.Value = status.Share;
                };
                return tuner.Run(journal, cancellation);
            });
    }

    /// <summary>The first training of a rung, and those that complete another tenth of it.</summary>
    private static bool IsShown(TuningProgress progress) =>
        progress.Ended is not null
            && (progress.Done == 1 || progress.Done * LinesARung / progress.Trials > (progress.Done - 1) * LinesARung / progress.Trials);
}
