using Spectre.Console;

namespace Unroll.Cli;

/// <summary>Shows the training of several forecasters: a bar each on a terminal, a line now and then where it is redirected.</summary>
internal static class TrainingDisplay
{
    private const int Lines = 10;

    /// <summary>Runs a training.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="names">Those that train networks; others are not shown.</param>
    /// <param name="epochs">The most epochs that any of them counts.</param>
    /// <param name="train">Is given what it calls with the name of each before it begins, and what it tells of its progress, by one thread
    /// at a time.</param>
    public static void Run(
        Terminal terminal, IReadOnlyList<string> names, int epochs, Action<Action<string>, IProgress<TrainingEvent>> train)
    {
        if (names.Count == 0 || terminal.IsSilent)
            train(_ => { }, new Progress(_ => { }));
        else if (terminal.IsLive)
            RunLive(terminal, names, epochs, train);
        else
            RunPlain(terminal, names, train);
    }

    private static void RunPlain(Terminal terminal, IReadOnlyList<string> names, Action<Action<string>, IProgress<TrainingEvent>> train)
    {
        int widest = names.Max(name => name.Length), shown = 0;
        TrainingStatus? current = null;
        train(
            name => (current, shown) = (names.Contains(name) ? new TrainingStatus(name) : null, 0),
            new Progress(moment =>
            {
                if (current is not { } status)
                    return;
                status.Update(moment);
                if (moment.Kind != TrainingEventKind.EpochEnded || (moment.Epoch > 1 && moment.Epoch * Lines / moment.Epochs <= shown))
                    return;
                shown = moment.Epoch * Lines / moment.Epochs;
                terminal.Say($"{status.Name.PadRight(widest)}  {status}");
            }));
    }

    private static void RunLive(
        Terminal terminal, IReadOnlyList<string> names, int epochs, Action<Action<string>, IProgress<TrainingEvent>> train)
    {
        List<TrainingStatus> states = [.. names.Select(name => new TrainingStatus(name))];
        terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new StatusColumn(states, terminal.Width - 1, TrainingStatus.LongestText(epochs)))
            .Start(context =>
            {
                ProgressTask[] tasks = [.. states.Select(status => context.AddTask(status.Name, autoStart: false, maxValue: 1))];
                int current = -1;
                train(
                    name =>
                    {
                        Stop();
                        current = states.FindIndex(status => status.Name == name);
                        if (current >= 0)
                            tasks[current].StartTask();
                    },
                    new Progress(moment =>
                    {
                        if (current < 0)
                            return;
                        states[current].Update(moment);
                        tasks[current].Value = states[current].Share;
                    }));
                Stop();

                void Stop()
                {
                    if (current >= 0)
                        tasks[current].StopTask();
                }
            });
    }

    /// <summary>Reports at once, on the thread that trains.</summary>
    private sealed class Progress(Action<TrainingEvent> report) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => report(value);
    }
}
