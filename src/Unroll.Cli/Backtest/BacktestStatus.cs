using System.Diagnostics;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// How far one forecaster, or the baselines together, are in a backtest. Written by the thread that fits, read by the one that draws.
/// </summary>
/// <param name="name">What the line is called.</param>
internal sealed class BacktestStatus(string name) : IStatus
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new(), _fitClock = new();
    private BacktestEvent? _fit;
    private double _share;
    private TimeSpan? _left;
    private int _fits;
    private bool _isDone;

    public string Name => name;

    /// <summary>Whether anything was fitted or found.</summary>
    public bool HasBegun => _fit is not null;

    public double Share
    {
        get
        {
            lock (_lock)
                return _isDone ? 1 : _share;
        }
    }

    /// <summary>The characters of the longest text of a run that takes less than ten hours.</summary>
    public static int LongestText(int fits, int epochs)
    {
        static int Twice(int number) => 2 * number.ToString(CultureInfo.InvariantCulture).Length;
        int training = "fit /  SimpleRNN epoch /  loss 0.00e+00  0:00:00 left".Length + Twice(epochs);
        return Math.Max(training, "fit /  seasonal naive judged 1,000 of 1,000  0:00:00 left".Length) + Twice(fits);
    }

    /// <param name="moment">What happened.</param>
    /// <param name="index">Which of the forecasters of this status it happened to, from 0.</param>
    /// <param name="count">How many those are.</param>
    /// <param name="left">How long the whole backtest may still take; null where that is not known.</param>
    public void Update(in BacktestEvent moment, int index, int count, TimeSpan? left)
    {
        lock (_lock)
        {
            _clock.Start();
            _left = left;
            _fit = moment;
            if (moment.Kind == BacktestEventKind.FitStarted)
                _fitClock.Restart();
            double fits = moment.Kind switch
            {
                BacktestEventKind.FitStarted => moment.Fit - 1,
                BacktestEventKind.Fitting => moment.Fit - 1 + moment.Moment.Share,
                _ => moment.Fit,
            };
            _share = (index + (fits / moment.Fits)) / count;
            _fits += moment.Kind == BacktestEventKind.Predicted ? 1 : 0;
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _isDone = true;
            _clock.Stop();
        }
    }

    /// <summary>One fit that has ended, for a line of its own.</summary>
    public string LastFit(string date)
    {
        lock (_lock)
        {
            string took = _fitClock.IsRunning ? FormattableString.Invariant($"in {_fitClock.Elapsed.TotalSeconds:0.0} s") : "was finished";
            string text = _fit is { } fit
                ? FormattableString.Invariant($"fit {fit.Fit}/{fit.Fits}  {fit.TrainRows:N0} rows to {date}  {took}") : "";
            _fitClock.Reset();
            return text;
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            if (_fit is not { } fit)
                return _isDone ? "none" : "waiting";
            if (_isDone)
                return string.Create(
                    CultureInfo.InvariantCulture, $"{_fits} {(_fits == 1 ? "fit" : "fits")} in {_clock.Elapsed.TotalSeconds:0.0} s");
            string number = $"fit {fit.Fit}/{fit.Fits}";
            string left = _left is { } time ? $"  {TrainingStatus.Clock(time)} left" : "";
            if (fit.IsBaseline || fit.Kind != BacktestEventKind.Fitting)
                return $"{number}  {(fit.IsBaseline ? fit.Forecaster : "")}".TrimEnd() + left;
            string member = fit.Moment.Forecaster == name ? "" : FitStatus.Short(fit.Moment.Forecaster) + " ";
            if (fit.Moment.Training is not { } training)
                return $"{number}  {member}{FitStatus.InWords(fit.Moment)}{left}";
            string digits = training.Epochs.ToString(CultureInfo.InvariantCulture);
            string epoch = training.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length);
            return FormattableString.Invariant($"{number}  {member}epoch {epoch}/{digits}  loss {training.Loss:0.00e+00}{left}");
        }
    }
}
