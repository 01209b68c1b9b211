using System.Diagnostics;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>How far one network, or the baselines together, are in a backtest. Written by the thread that fits, read by the one that draws.</summary>
internal sealed class BacktestStatus(string name) : IStatus
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new(), _fitClock = new();
    private BacktestEvent? _fit;
    private TrainingEvent _training;
    private double _share;
    private int _fits;
    private bool _isDone;

    public string Name => name;

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
        return "fit /  epoch /  loss 0.00e+00  0:00:00 left".Length + Twice(fits) + Twice(epochs);
    }

    /// <param name="moment">What happened.</param>
    /// <param name="index">Which of the forecasters of this status it happened to, from 0.</param>
    /// <param name="count">How many those are.</param>
    public void Update(in BacktestEvent moment, int index, int count)
    {
        lock (_lock)
        {
            _clock.Start();
            (_fit, _training) = (moment, moment.Kind == BacktestEventKind.FitStarted ? default : _training);
            if (moment.Kind == BacktestEventKind.FitStarted)
                _fitClock.Restart();
            double fits = moment.Kind switch { BacktestEventKind.FitStarted => moment.Fit - 1, _ => moment.Fit };
            _share = (index + (fits / moment.Fits)) / count;
            _fits += moment.Kind == BacktestEventKind.Predicted ? 1 : 0;
        }
    }

    public void Update(in TrainingEvent moment)
    {
        lock (_lock)
        {
            if (moment.Kind is not (TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded) || _fit is not { } fit)
                return;
            _training = moment;
            double trained = ((moment.Epoch - 1.0) + ((double)moment.Step / moment.StepsPerEpoch)) / moment.Epochs;
            _share = (fit.Fit - 1 + trained) / fit.Fits;
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
            return _fit is not { } fit ? "" : string.Create(
                CultureInfo.InvariantCulture,
                $"fit {fit.Fit}/{fit.Fits}  {fit.TrainRows:N0} rows to {date}{(fit.IsCalibration ? ", for the intervals" : "")}  loss {_training.Loss:0.00e+00}  in {_fitClock.Elapsed.TotalSeconds:0.0} s");
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            if (_fit is not { } fit)
                return "waiting";
            if (_isDone)
                return string.Create(CultureInfo.InvariantCulture, $"{_fits} {(_fits == 1 ? "fit" : "fits")} in {_clock.Elapsed.TotalSeconds:0.0} s");
            string number = $"fit {fit.Fit}/{fit.Fits}";
            if (fit.IsBaseline)
                return $"{number}  {fit.Model}";
            if (_training.Epoch == 0)
                return number;
            string digits = _training.Epochs.ToString(CultureInfo.InvariantCulture), epoch = _training.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length);
            TimeSpan left = _clock.Elapsed * ((1 - _share) / Math.Max(_share, 1e-6));
            return string.Create(CultureInfo.InvariantCulture, $"{number}  epoch {epoch}/{digits}  loss {_training.Loss:0.00e+00}  {TrainingStatus.Clock(left)} left");
        }
    }
}
