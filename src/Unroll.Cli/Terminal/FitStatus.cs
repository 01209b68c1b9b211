using System.Diagnostics;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>How far the fit of one forecaster is, or judging. Written by the thread that fits, read by the one that draws.</summary>
internal sealed class FitStatus(string name) : IStatus
{
    private const int LongestName = 14;
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new();
    private readonly TrainingStatus _training = new(name);
    private ForecastEvent _last;
    private double _share;
    private bool _isClosed;

    public string Name { get; } = Short(name);

    /// <summary>Whether networks are trained, of which more can be said.</summary>
    public bool IsTraining { get; private set; }

    public double Share
    {
        get
        {
            lock (_lock)
                return _share;
        }
    }

    /// <summary>A name as it stands before a bar.</summary>
    public static string Short(string name) => name.Length <= LongestName ? name : $"{name[..(LongestName - 1)]}…";

    /// <summary>Whether a name is that of a network.</summary>
    public static bool IsNetwork(string name) => Enum.GetValues<CellKind>().Any(cell => new NetworkRecipe { Cell = cell }.Name == name);

    public void Update(in ForecastEvent moment)
    {
        lock (_lock)
        {
            _clock.Start();
            if (moment.Stage == ForecastStage.Done)
            {
                _clock.Stop();
                _share = 1;
                return;
            }

            _last = moment;
            if (moment.Training is { } training)
            {
                IsTraining = true;
                _training.Update(training);
                _share = _training.Share;
            }
            else if (moment.Stage == ForecastStage.Fitting || Name == FitDisplay.Judging)
            {
                _share = Math.Max(_share, moment.Done / Math.Max(1.0, moment.Count));
            }
        }
    }

    /// <summary>It is done, or goes on later.</summary>
    public void End()
    {
        lock (_lock)
        {
            _clock.Stop();
            if (_clock.Elapsed > TimeSpan.Zero && !IsTraining)
                _share = 1;
        }
    }

    /// <summary>Nothing more comes; what was never begun was left out.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    /// <summary>What is counted, how much of it is done, or how long it took.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            if (IsTraining)
                return _training.ToString();
            if (_clock.Elapsed == TimeSpan.Zero)
                return _isClosed ? "left out" : "waiting";
            if (!_clock.IsRunning)
                return string.Create(CultureInfo.InvariantCulture, $"in {_clock.Elapsed.TotalSeconds:0.0} s");
            return InWords(_last);
        }
    }

    /// <summary>What a moment of a fit is about, but for the training of networks.</summary>
    public static string InWords(in ForecastEvent moment)
    {
        string of = string.Create(CultureInfo.InvariantCulture, $"{moment.Done:N0} of {moment.Count:N0}");
        return moment.Stage switch
        {
            ForecastStage.Choosing => $"inputs {of}",
            ForecastStage.Fitting => moment.Count > 1 ? $"{of} series" : "fitting",
            ForecastStage.Judging => moment.Count > 1 ? $"judged {of}" : "judging",
            _ => of,
        };
    }
}
