using System.Diagnostics;
using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// Runs a backtest and shows how far it is: a bar for the baselines and one a forecaster on a terminal, a line a fit
/// where it is redirected.
/// </summary>
internal sealed class BacktestDisplay
{
    private const string BaselinesName = "baselines";

    /// <summary>Where nobody has been told anything for so long, a line says how far it is.</summary>
    private static readonly TimeSpan s_often = TimeSpan.FromSeconds(10);

    private readonly Terminal _terminal;
    private readonly BacktestRun _run;
    private readonly BacktestStatus[] _states;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public BacktestDisplay(Terminal terminal, BacktestRun run)
    {
        (_terminal, _run) = (terminal, run);
        _states =
        [
            new(BaselinesName),
            .. run.Forecasters.Select(forecaster => new BacktestStatus(forecaster.Name)),
        ];
    }

    /// <summary>The newest moment.</summary>
    public BacktestEvent Current { get; private set; }

    public void Run(CancellationToken cancellation)
    {
        if (_terminal.IsLive)
            RunLive(cancellation);
        else
            RunPlain(cancellation);
    }

    private void RunPlain(CancellationToken cancellation)
    {
        int widest = _states.Max(status => status.Name.Length);
        TimeSeries table = _run.Task[_run.Task.Parts[0]].Table;
        void Say(BacktestStatus status, string text) => _terminal.Say($"{status.Name.PadRight(widest)}  {text}");
        var quiet = Stopwatch.StartNew();
        void Show(BacktestStatus status, BacktestEvent moment)
        {
            bool isFit = !moment.IsBaseline && moment.Kind == BacktestEventKind.Predicted;
            if (isFit)
                Say(status, status.LastFit(table.Format(moment.TrainTo)));
            else if (quiet.Elapsed >= s_often)
                Say(status, status.ToString());
            else
                return;
            quiet.Restart();
        }

        void Complete(BacktestStatus status)
        {
            if (status == _states[0] && status.HasBegun)
                Say(status, status.ToString());
        }

        Run(Show, Complete, cancellation);
    }

    private void RunLive(CancellationToken cancellation)
    {
        int width = _terminal.Width - 1;
        int longest = BacktestStatus.LongestText(_run.Folds.Count, _run.Request.Forecast.EpochsInAll);
        _terminal.Ansi.Progress().AutoClear(false).HideCompleted(false).Columns(new StatusColumn(_states, width, longest)).Start(context =>
        {
            Dictionary<BacktestStatus, ProgressTask> tasks =
                _states.ToDictionary(status => status, status => context.AddTask(status.Name, autoStart: false, maxValue: 1));
            void Show(BacktestStatus status, BacktestEvent moment)
            {
                if (!tasks[status].IsStarted)
                    tasks[status].StartTask();
                tasks[status].Value = status.Share;
            }

            Run(Show, status => tasks[status].StopTask(), cancellation);
        });
    }

    /// <param name="shown">Called after each event with the status that it changed.</param>
    /// <param name="completed">Called when a status will not change any more.</param>
    /// <param name="cancellation">Ends the run.</param>
    private void Run(Action<BacktestStatus, BacktestEvent> shown, Action<BacktestStatus> completed, CancellationToken cancellation)
    {
        int current = 0;
        void Reach(int index)
        {
            for (; current < index; current++)
            {
                _states[current].Complete();
                completed(_states[current]);
            }
        }

        _run.Run(
            new Listener(moment =>
            {
                Current = moment;
                int baselines = moment.Count - _run.Forecasters.Count;
                int index = moment.IsBaseline ? 0 : moment.Number - baselines;
                Reach(index);
                _states[index].Update(moment, moment.IsBaseline ? moment.Number - 1 : 0, moment.IsBaseline ? baselines : 1,
                    TimeLeft(moment.Share));
                shown(_states[index], moment);
            }),
            cancellation);
        Reach(_states.Length);
    }

    /// <summary>How long the whole backtest may still take; null where that cannot be said yet.</summary>
    private TimeSpan? TimeLeft(double share)
    {
        if (share < 0.005)
            return null;
        TimeSpan left = _clock.Elapsed * ((1 - share) / share);
        return _run.Options.Budget is { } budget && left > budget.Left ? TimeSpan.FromTicks(Math.Max(0, budget.Left.Ticks)) : left;
    }

    /// <summary>On the thread that fits.</summary>
    private sealed class Listener(Action<BacktestEvent> tell) : IProgress<BacktestEvent>
    {
        public void Report(BacktestEvent value) => tell(value);
    }
}
