using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Shows the training of an ensemble on several series: one bar on a terminal, a line a network where it is redirected.</summary>
internal static class PanelDisplay
{
    public static void Run(Terminal terminal, PanelForecaster network, Action train)
    {
        var status = new PanelStatus(network);
        if (!terminal.IsLive)
        {
            int shown = -1;
            network.OnEvent = moment =>
            {
                status.Update(moment);
                if (moment.Kind == TrainingEventKind.EpochEnded && status.Network > shown)
                {
                    shown = status.Network;
                    terminal.Say($"{network.Name}  {status.Now}");
                }
            };
            train();
            return;
        }

        terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new StatusColumn([status], terminal.Width - 1, status.LongestText))
            .Start(context =>
            {
                ProgressTask task = context.AddTask(status.Name, maxValue: 1);
                network.OnEvent = moment =>
                {
                    status.Update(moment);
                    task.Value = status.Share;
                };
                train();
                task.StopTask();
            });
    }
}

/// <summary>Which network of an ensemble is being trained, and how far. Written by the training thread, read by the one that draws.</summary>
internal sealed class PanelStatus(PanelForecaster network) : IStatus
{
    private readonly Lock _lock = new();
    private readonly int _networks = 2 * network.Members, _epochs = network.Recipe.Training.Epochs;
    private TrainingEvent _last;
    private double? _loss;

    public string Name => network.Name;

    /// <summary>Counted from 0; each is trained twice, and counts twice.</summary>
    public int Network => Math.Max(0, Snapshot().Last.Epoch - 1) / _epochs;

    /// <summary>The network that is trained, its epoch and loss, and the time taken so far.</summary>
    public string Now
    {
        get
        {
            (TrainingEvent last, double? loss) = Snapshot();
            int index = Network, epoch = last.Epoch - (index * _epochs);
            return FormattableString.Invariant($"network {index + 1}/{_networks}, epoch {epoch}  loss {loss ?? last.Loss:0.00e+00}  {TrainingStatus.Clock(last.Elapsed)}");
        }
    }

    /// <summary>0 to 1. Networks that stop early make it jump.</summary>
    public double Share => Snapshot().Last is { Epochs: > 0 } last ? Done(last) ? 1 : (last.Epoch - 1.0) / last.Epochs : 0;

    public int LongestText => FormattableString.Invariant($"network {_networks}/{_networks}, epoch {_epochs}  loss 0.00e+00  0:00:00").Length;

    public void Update(in TrainingEvent moment)
    {
        lock (_lock)
        {
            _last = moment;
            if (moment.Kind == TrainingEventKind.EpochEnded)
                _loss = moment.Loss;
        }
    }

    public override string ToString()
    {
        (TrainingEvent last, _) = Snapshot();
        return last.Epoch == 0 ? "choosing inputs"
            : Done(last) ? FormattableString.Invariant($"{_networks}/{_networks} networks in {last.Elapsed.TotalSeconds:0.0} s")
            : Now;
    }

    private static bool Done(in TrainingEvent moment) => moment.Kind == TrainingEventKind.EpochEnded && moment.Epoch == moment.Epochs;

    private (TrainingEvent Last, double? Loss) Snapshot()
    {
        lock (_lock)
            return (_last, _loss);
    }
}
