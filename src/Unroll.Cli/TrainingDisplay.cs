using Spectre.Console;
using Spectre.Console.Rendering;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Shows the training of several networks: a bar each on a terminal, a line now and then where it is redirected.</summary>
internal static class TrainingDisplay
{
    private const int Lines = 10;

    /// <summary>Runs <paramref name="train"/> for each network while that returns true.</summary>
    public static void Run(Terminal terminal, IReadOnlyList<NetworkForecaster> networks, Func<NetworkForecaster, Action<TrainingEvent>, bool> train)
    {
        if (terminal.IsLive)
            RunLive(terminal, networks, train);
        else
            RunPlain(terminal, networks, train);
    }

    private static void RunPlain(Terminal terminal, IReadOnlyList<NetworkForecaster> networks, Func<NetworkForecaster, Action<TrainingEvent>, bool> train)
    {
        int widest = networks.Max(network => network.Name.Length);
        foreach (NetworkForecaster network in networks)
        {
            var status = new TrainingStatus(network.Name);
            bool goesOn = train(network, moment =>
            {
                status.Update(moment);
                if (moment.Kind == TrainingEventKind.EpochEnded && IsShown(moment.Epoch, moment.Epochs))
                    terminal.Say($"{network.Name.PadRight(widest)}  {status}");
            });
            if (!goesOn)
                return;
        }
    }

    /// <summary>The first epoch, and those that complete another tenth.</summary>
    private static bool IsShown(int epoch, int epochs) => epoch == 1 || epoch * Lines / epochs > (epoch - 1) * Lines / epochs;

    private static void RunLive(Terminal terminal, IReadOnlyList<NetworkForecaster> networks, Func<NetworkForecaster, Action<TrainingEvent>, bool> train)
    {
        var states = networks.Select(network => new TrainingStatus(network.Name)).ToList();
        terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new TextColumn(states, status => status.Name), new BarColumn(states, Math.Clamp(terminal.Width - 62, 8, 40)), new TextColumn(states, status => status.ToString()))
            .Start(context =>
            {
                List<ProgressTask> tasks = [.. states.Select(status => context.AddTask(status.Name, autoStart: false, maxValue: 1))];
                for (int i = 0; i < networks.Count; i++)
                {
                    (ProgressTask task, TrainingStatus status) = (tasks[i], states[i]);
                    task.StartTask();
                    bool goesOn = train(networks[i], moment =>
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

    private static TrainingStatus StatusOf(ProgressTask task, IReadOnlyList<TrainingStatus> states) =>
        states.First(status => status.Name == task.Description);

    /// <summary>A column of plain text about the network that the task is named after.</summary>
    private sealed class TextColumn(IReadOnlyList<TrainingStatus> states, Func<TrainingStatus, string> text) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(text(StatusOf(task, states)));
    }

    /// <summary>A bar that can be read without its colours.</summary>
    private sealed class BarColumn(IReadOnlyList<TrainingStatus> states, int width) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            int done = (int)Math.Round(width * Math.Clamp(StatusOf(task, states).Share, 0, 1));
            return new Paragraph()
                .Append(new string(options.Unicode ? '█' : '#', done), new Style(Color.Green))
                .Append(new string(options.Unicode ? '░' : '.', width - done), new Style(Color.Grey));
        }
    }
}
