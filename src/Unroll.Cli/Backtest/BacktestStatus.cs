using System.Diagnostics;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// How far one forecaster, or the baselines together, are in a backtest. Written by the thread that fits, read by the one that draws.
/// </summary>
/// <param name="name">What the line is called.</param>
/// <param name="networks">The members that train networks, in their order.</param>
internal sealed class BacktestStatus(string name, IReadOnlyList<string> networks) : IStatus
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new(), _fitClock = new();
    private BacktestEvent? _fit;
    private double _share;
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
        return "fit /  SimpleRNN epoch /  loss 0.00e+00  0:00:00 left".Length + Twice(fits) + Twice(epochs);
    }

    /// <param name="moment">What happened.</param>
    /// <param name="index">Which of the forecasters of this status it happened to, from 0.</param>
    /// <param name="count">How many those are.</param>
    public void Update(in BacktestEvent moment, int index, int count)
    {
        lock (_lock)
        {
            _clock.Start();
            _fit = moment;
            if (moment.Kind == BacktestEventKind.FitStarted)
                _fitClock.Restart();
            double fits = moment.Kind switch
            {
                BacktestEventKind.FitStarted => moment.Fit - 1,
                BacktestEventKind.Training => moment.Fit - 1 + Trained(moment),
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
            string text = _fit is { } fit ? FormattableString.Invariant($"fit {fit.Fit}/{fit.Fits}  {fit.TrainRows:N0} rows to {date}  {took}") : "";
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
                return string.Create(CultureInfo.InvariantCulture, $"{_fits} {(_fits == 1 ? "fit" : "fits")} in {_clock.Elapsed.TotalSeconds:0.0} s");
            string number = $"fit {fit.Fit}/{fit.Fits}";
            if (fit.IsBaseline)
                return $"{number}  {fit.Forecaster}";
            if (fit.Kind != BacktestEventKind.Training)
                return number;
            TrainingEvent training = fit.Training;
            string digits = training.Epochs.ToString(CultureInfo.InvariantCulture);
            string epoch = training.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length);
            TimeSpan left = _clock.Elapsed * ((1 - _share) / Math.Max(_share, 1e-6));
            string member = fit.Member == name ? "" : fit.Member + " ";
            return FormattableString.Invariant($"{number}  {member}epoch {epoch}/{digits}  loss {training.Loss:0.00e+00}  {TrainingStatus.Clock(left)} left");
        }
    }

    /// <summary>The share of the fit's epochs that are done, 0 to 1.</summary>
    private double Trained(in BacktestEvent moment)
    {
        int place = -1;
        for (int i = 0; i < networks.Count; i++)
            place = networks[i] == moment.Member ? i : place;
        TrainingEvent training = moment.Training;
        if (place < 0 || training.Epochs == 0 || training.StepsPerEpoch == 0)
            return 0;
        double trained = ((training.Epoch - 1.0) + ((double)training.Step / training.StepsPerEpoch)) / training.Epochs;
        return (place + Math.Clamp(trained, 0, 1)) / networks.Count;
    }
}
