using System.Globalization;

namespace Unroll.Cli;

/// <summary>How far the training of one network is. Written by the training thread, read by the one that draws.</summary>
internal sealed class TrainingStatus : IStatus
{
    private readonly Lock _lock = new();
    private TrainingEvent _last;
    private TimeSpan _stepsTook;
    private int _steps;
    private double? _epochLoss;

    public TrainingStatus(string name) => Name = name;

    public string Name { get; }

    /// <summary>0 to 1.</summary>
    public double Share
    {
        get
        {
            (TrainingEvent last, _, _) = Snapshot();
            return StepsDone(last) / Math.Max(1.0, (double)last.Epochs * last.StepsPerEpoch);
        }
    }

    /// <summary>The characters of the longest text of a run that takes less than ten hours.</summary>
    public static int LongestText(int epochs) =>
        "epoch /  loss 0.00e+00  000.0 ms/step  0:00:00 left".Length + (2 * epochs.ToString(CultureInfo.InvariantCulture).Length);

    public void Update(in TrainingEvent moment)
    {
        lock (_lock)
        {
            if (moment.Kind is TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded)
                _last = moment;
            if (moment.Kind == TrainingEventKind.StepEnded)
                (_steps, _stepsTook) = (_steps + 1, moment.Elapsed);
            if (moment.Kind == TrainingEventKind.EpochEnded)
                _epochLoss = moment.Loss;
        }
    }

    /// <summary>Epoch, loss of the last whole epoch (of the first as far as it is), time a step, time left or taken.</summary>
    public override string ToString()
    {
        (TrainingEvent last, double? epochLoss, double step) = Snapshot();
        if (last.Epoch == 0)
            return "waiting";
        int steps = StepsDone(last);
        var left = TimeSpan.FromMilliseconds(step * (((double)last.Epochs * last.StepsPerEpoch) - steps));
        string digits = last.Epochs.ToString(CultureInfo.InvariantCulture);
        string epoch = last.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length);
        double loss = epochLoss ?? last.Loss;
        return string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}/{digits}  loss {loss:0.00e+00}  {StepTime(step),5} ms/step  "
            + $"{(IsLast(last) ? $"in {last.Elapsed.TotalSeconds:0.0} s" : Clock(left) + " left")}");
    }

    /// <summary>The milliseconds are those of the steps that were taken: early stopping leaves some out.</summary>
    private (TrainingEvent Last, double? EpochLoss, double StepMilliseconds) Snapshot()
    {
        lock (_lock)
            return (_last, _epochLoss, _stepsTook.TotalMilliseconds / Math.Max(1, _steps));
    }

    private static bool IsLast(in TrainingEvent moment) => moment.Epoch == moment.Epochs && moment.Step == moment.StepsPerEpoch;

    private static int StepsDone(in TrainingEvent moment) => ((moment.Epoch - 1) * moment.StepsPerEpoch) + moment.Step;

    private static string StepTime(double milliseconds) =>
        milliseconds.ToString(milliseconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    /// <summary>Minutes and seconds, or hours, minutes and seconds.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");
}
