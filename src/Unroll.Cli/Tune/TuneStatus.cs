using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>How far a search is. Written by the threads that train, read by the one that draws.</summary>
internal sealed class TuneStatus : IStatus
{
    private TuningProgress? _last;

    public string Name => "Search";

    public double Share => Volatile.Read(ref _last)?.Share ?? 0;

    /// <summary>The characters of the longest text of a search that takes less than ten hours.</summary>
    public static int LongestText(int trials)
    {
        int digits = trials.ToString(CultureInfo.InvariantCulture).Length;
        return "rung 1/3  trial /  best #: 0000.00, naive 0000.00  0:00:00 left".Length + (3 * digits);
    }

    public void Update(TuningProgress progress) => Volatile.Write(ref _last, progress);

    /// <summary>Rung, trials, lowest error so far, time left or taken.</summary>
    public override string ToString()
    {
        if (Volatile.Read(ref _last) is not { } progress)
            return "waiting";
        string trials = progress.Trials.ToString(CultureInfo.InvariantCulture);
        string done = progress.Done.ToString(CultureInfo.InvariantCulture).PadLeft(trials.Length);
        string Figure(double value) => FigureTable.Figure(value, progress.NaiveError);
        string best = progress.Best is { } lowest ? $"best #{lowest.Run.Trial}: {Figure(lowest.Error)}" : "best –";
        bool isOver = progress.Rung.Number == progress.Rungs && progress.Done == progress.Trials;
        string time = isOver ? $"in {TrainingStatus.Clock(progress.Elapsed)}" : progress.Left is { } left
            ? $"{TrainingStatus.Clock(left)} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"rung {progress.Rung.Number}/{progress.Rungs}  trial {done}/{trials}  {best}, naive {Figure(progress.NaiveError)}  {time}")
                .TrimEnd();
    }
}
