using Spectre.Console;

namespace Unroll.Cli;

/// <summary>Shows the training of several networks: a bar each on a terminal, a line now and then where it is redirected.</summary>
internal static class TrainingDisplay
{
    private const int Lines = 10;

    /// <summary>Runs <paramref name="train"/> for each network, counted from 0, while that returns true; each trains for <paramref name="epochs"/> at most.</summary>
    public static void Run(Terminal terminal, IReadOnlyList<string> networks, int epochs, Func<int, Action<TrainingEvent>, bool> train)
    {
        if (terminal.IsLive)
            RunLive(terminal, networks, epochs, train);
        else
            RunPlain(terminal, networks, train);
    }

    private static void RunPlain(Terminal terminal, IReadOnlyList<string> networks, Func<int, Action<TrainingEvent>, bool> train)
    {
        int widest = networks.Max(name => name.Length);
        for (int i = 0; i < networks.Count; i++)
        {
            var status = new TrainingStatus(networks[i]);
            int shown = 0;
            bool goesOn = train(i, moment =>
            {
                status.Update(moment);
                if (moment.Kind != TrainingEventKind.EpochEnded || (moment.Epoch > 1 && moment.Epoch * Lines / moment.Epochs <= shown))
                    return;
                shown = moment.Epoch * Lines / moment.Epochs;
                terminal.Say($"{status.Name.PadRight(widest)}  {status}");
            });
            if (!goesOn)
                return;
        }
    }

    private static void RunLive(Terminal terminal, IReadOnlyList<string> networks, int epochs, Func<int, Action<TrainingEvent>, bool> train)
    {
        var states = networks.Select(name => new TrainingStatus(name)).ToList();
        int width = terminal.Width - 1;
        terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new StatusColumn(states, width, TrainingStatus.LongestText(epochs)))
            .Start(context =>
            {
                List<ProgressTask> tasks = [.. states.Select(status => context.AddTask(status.Name, autoStart: false, maxValue: 1))];
                for (int i = 0; i < networks.Count; i++)
                {
                    (ProgressTask task, TrainingStatus status) = (tasks[i], states[i]);
                    task.StartTask();
                    bool goesOn = train(i, moment =>
                    {
                        status.Update(moment);
                        task.Value = status.Share;
                    });
                    task.StopTask();
                    if (!goesOn)
                        return;
                }
            });
    }
}
