using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Shows a search: a bar on a terminal, a line now and then where it is redirected.</summary>
internal static class TuneDisplay
{
    private const int LinesARung = 10;
    private const string Name = "Search";

    public static TuningResult Run(Terminal terminal, Tuner tuner, TuningJournal journal, CancellationToken cancellation)
    {
        if (!terminal.IsLive)
        {
            tuner.OnProgress = progress =>
            {
                if (IsShown(progress))
                    terminal.Say(Text(progress));
            };
            return tuner.Run(journal, cancellation);
        }

        int width = terminal.Width - 1;
        TuningProgress? last = null;
        return terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new BarColumn(_ => Volatile.Read(ref last) is { } now ? (now.Share, Text(now)) : (0, "waiting"), Name.Length, width, LongestText(tuner)))
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Name, maxValue: 1);
                tuner.OnProgress = progress =>
                {
                    Volatile.Write(ref last, progress);
                    task.Value = progress.Share;
                };
                return tuner.Run(journal, cancellation);
            });
    }

    /// <summary>The first training of a rung, and those that complete another tenth of it.</summary>
    private static bool IsShown(TuningProgress progress) =>
        progress.Ended is not null && (progress.Done == 1 || progress.Done * LinesARung / progress.Trials > (progress.Done - 1) * LinesARung / progress.Trials);

    private static int LongestText(Tuner tuner)
    {
        int digits = tuner.Options.Trials.ToString(CultureInfo.InvariantCulture).Length;
        return "rung 1/3  trial /  best #: 0000.00, naive 0000.00  0:00:00 left".Length + (3 * digits);
    }

    private static string Text(TuningProgress progress)
    {
        string trials = progress.Trials.ToString(CultureInfo.InvariantCulture);
        string done = progress.Done.ToString(CultureInfo.InvariantCulture).PadLeft(trials.Length);
        string Figure(double value) => ResultTable.Figure(value, progress.NaiveRmse);
        string best = progress.Best is { } lowest ? $"best #{lowest.Run.Trial}: {Figure(lowest.Rmse)}" : "best –";
        bool isOver = progress.Rung.Number == progress.Rungs && progress.Done == progress.Trials;
        string time = isOver ? $"in {TrainingStatus.Clock(progress.Elapsed)}" : progress.Left is { } left ? $"{TrainingStatus.Clock(left)} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"rung {progress.Rung.Number}/{progress.Rungs}  trial {done}/{trials}  {best}, naive {Figure(progress.NaiveRmse)}  {time}").TrimEnd();
    }
}
