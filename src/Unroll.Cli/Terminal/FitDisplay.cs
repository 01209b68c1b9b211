using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// Shows a run that fits forecasters: on a terminal a bar for the whole run, with the time left, and one for each forecaster; where it is
/// redirected a line now and then. One display is for one run, whose parts follow one another.
/// </summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="budget">How long the run may take; null for any time.</param>
internal sealed class FitDisplay(Terminal terminal, TimeBudget? budget = null)
{
    public const string Judging = "judging";
    private const int LinesOfTraining = 10;

    /// <summary>Where nobody has been told anything for so long, a line says how far it is.</summary>
    private static readonly TimeSpan s_often = TimeSpan.FromSeconds(10);

    private readonly WholeStatus _whole = new(budget);

    /// <summary>Runs a part of the run.</summary>
    /// <param name="names">The forecasters that are fitted, in their order, and what else has a line.</param>
    /// <param name="epochs">The most epochs that any of them counts.</param>
    /// <param name="from">The share of the run that is done before.</param>
    /// <param name="to">The share that is done when this has ended.</param>
    /// <param name="work">What is done; tells how far it is, by one thread at a time, with shares of this part.</param>
    public void Run(IReadOnlyList<string> names, int epochs, double from, double to, Action<IProgress<ForecastEvent>> work)
    {
        if (terminal.IsSilent)
        {
            work(new Told(_ => { }));
            return;
        }

        FitStatus[] states = [.. names.Select(name => new FitStatus(name))];
        if (terminal.IsLive)
            RunLive(states, epochs, new Place(from, to), work);
        else
            RunPlain(states, new Place(from, to), work);
    }

    private void RunPlain(FitStatus[] states, Place place, Action<IProgress<ForecastEvent>> work)
    {
        int shown = 0;
        var quiet = Stopwatch.StartNew();
        FitStatus? current = null;
        work(new Told(moment =>
        {
            _whole.Update(place.Of(moment.Share));
            FitStatus? next = Array.Find(states, status => status.Name == FitStatus.Short(moment.Forecaster));
            if (next != current)
                (current, shown) = (next, 0);
            current?.Update(moment);
            if (current is null || moment.Stage == ForecastStage.Done)
                return;
            if (moment.Training is not { } training)
            {
                if (quiet.Elapsed >= s_often)
                    Say(current, $"{current}  {_whole}");
            }
            else if (training.Kind == TrainingEventKind.EpochEnded
                && (training.Epoch == 1 || training.Epoch * LinesOfTraining / training.Epochs > shown))
            {
                shown = training.Epoch * LinesOfTraining / training.Epochs;
                Say(current, current.ToString());
            }
        }));

        void Say(FitStatus status, string text)
        {
            // Networks stand below each other.
            int widest = status.IsTraining ? states.Where(each => FitStatus.IsNetwork(each.Name)).Max(each => each.Name.Length) : 0;
            terminal.Say($"{status.Name.PadRight(widest)}  {text}");
            quiet.Restart();
        }
    }

    private void RunLive(FitStatus[] states, int epochs, Place place, Action<IProgress<ForecastEvent>> work)
    {
        IStatus[] all = [_whole, .. states];
        terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new StatusColumn(all, terminal.Width - 1, TrainingStatus.LongestText(epochs)))
            .Start(context =>
            {
                ProgressTask[] tasks = [.. all.Select((status, i) => context.AddTask(status.Name, autoStart: i == 0, maxValue: 1))];
                int current = -1;
                work(new Told(moment =>
                {
                    _whole.Update(place.Of(moment.Share));
                    tasks[0].Value = _whole.Share;
                    int next = Array.FindIndex(all, 1, status => status.Name == FitStatus.Short(moment.Forecaster));
                    if (next != current)
                        Stop();
                    current = next;
                    if (current < 0)
                        return;
                    if (!tasks[current].IsStarted)
                        tasks[current].StartTask();
                    states[current - 1].Update(moment);
                    tasks[current].Value = states[current - 1].Share;
                }));
                Stop();
                foreach (FitStatus status in states)
                    status.Close();

                void Stop()
                {
                    if (current >= 1)
                        states[current - 1].End();
                }
            });
    }

    /// <summary>A part of the run.</summary>
    private readonly record struct Place(double From, double To)
    {
        public double Of(double share) => From + ((To - From) * share);
    }

    /// <summary>The whole run.</summary>
    private sealed class WholeStatus(TimeBudget? budget) : IStatus
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private double _share;

        public string Name => "all";

        public double Share => Volatile.Read(ref _share);

        public void Update(double share) => Volatile.Write(ref _share, Math.Max(Share, share));

        public override string ToString()
        {
            double share = Share;
            if (share >= 1)
                return string.Create(CultureInfo.InvariantCulture, $"100 %  in {_clock.Elapsed.TotalSeconds:0.0} s");
            string done = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * share):0} %");
            if (share < 0.005)
                return done;
            TimeSpan left = _clock.Elapsed * ((1 - share) / share);
            if (budget is not null && left > budget.Left)
                left = budget.Left > TimeSpan.Zero ? budget.Left : TimeSpan.Zero;
            return $"{done}  {TrainingStatus.Clock(left)} left";
        }
    }
}

/// <summary>Is told at once, on the thread that works.</summary>
internal sealed class Told(Action<ForecastEvent> tell) : IProgress<ForecastEvent>
{
    public void Report(ForecastEvent value) => tell(value);
}
