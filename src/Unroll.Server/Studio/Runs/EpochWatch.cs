using System.Diagnostics;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>Looks on while a run works: tells how far it is, keeps its epochs, and holds it where it is paused.</summary>
internal sealed class EpochWatch(Run run, RunPlan plan)
{
    /// <summary>How much of its time a run may spend on being looked at; that costs something beside, and 3 % is the most.</summary>
    private const double MostOfTime = 0.015;

    private const string Choosing = "choosing", Final = "final", Again = "again";

    /// <summary>At most so often is told how far it is.</summary>
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(33);

    private readonly Stopwatch _looking = new();
    private readonly HashSet<int> _seen = [];
    private TimeSpan _told = TimeSpan.MinValue;
    private string _stage = "";
    private int _number;

    /// <summary>The most epochs that there can be: networks are trained to choose, then on all training rows, then on all rows.</summary>
    public int Epochs => plan.Recipes.Count * plan.Network.Training.Epochs * (plan.IsTutorial ? plan.Task.Parts.Count : 3 * plan.Members);

    /// <summary>The newest epoch in words.</summary>
    public string Last { get; private set; } = "before the first epoch";

    /// <summary>Whether the newest epoch is of the fit to all rows.</summary>
    public bool IsAgain { get; private set; }

    /// <summary>What looks on at a part of the run, from one share of it to another.</summary>
    /// <param name="from">0 to 1.</param>
    /// <param name="to">0 to 1.</param>
    /// <param name="isAgain">Whether it is the fit to all rows.</param>
    public IProgress<ForecastEvent> Within(double from, double to, bool isAgain = false) => new Part(this, from, to, isAgain);

    private void Look(in ForecastEvent moment, double share, bool isAgain)
    {
        run.Control.Pass();
        run.Control.Interrupted.ThrowIfCancellationRequested();
        _looking.Start();
        try
        {
            string stage = moment.Stage.ToString().ToLowerInvariant();
            TimeSpan elapsed = run.Control.Elapsed;
            if (_told == TimeSpan.MinValue || elapsed - _told >= s_between || stage != _stage)
            {
                (_told, _stage) = (elapsed, stage);
                double? left = share > 0 ? elapsed.TotalSeconds * (1 - share) / share : null;
                run.Events.Tell("progress", new ProgressView(stage, moment.Forecaster, moment.Done, moment.Count, share, left));
            }

            if (moment.Network is { } epoch)
                Add(moment.Forecaster, epoch, FittingOf(epoch, isAgain), elapsed, isKept: false);
            if (moment.Kept is { } kept && FittingOf(kept, isAgain) is Choosing)
                Add(moment.Forecaster, kept, Choosing, elapsed, isKept: true);
        }
        finally
        {
            _looking.Stop();
        }
    }

    private string FittingOf(NetworkEpoch epoch, bool isAgain) =>
        isAgain ? Again : epoch.IsFinal && !plan.IsTutorial ? Final : Choosing;

    private void Add(string forecaster, NetworkEpoch epoch, string fitting, TimeSpan elapsed, bool isKept)
    {
        TrainingEvent moment = epoch.Moment;
        NetworkView network = NetworkOf(forecaster, epoch, fitting);
        IsAgain = fitting == Again;
        Last = string.Create(CultureInfo.InvariantCulture,
            $"after epoch {moment.Epoch} of the {network.Name}, {network.Member} of {network.Members}");
        NetworkForecast? rows = fitting == Choosing && (isKept || moment.IsLast || HasTime(network, elapsed)) ? Forecast(epoch) : null;
        run.Live.Set(network, epoch.Model, rows);
        ValidationView? validation = rows is null ? null : ErrorsOf(rows);
        GradientRecord? gradients = epoch.Gradients is [.., var newest] ? newest : null;
        run.Add(new EpochView(
            ++_number, network, moment.Epoch, moment.Epochs, moment.Loss, moment.ValidationLoss, moment.LearningRate,
            Math.Round(elapsed.TotalSeconds, 3),
            epoch.Parts[0].Series,
            epoch.Parts[0].Target,
            epoch.Parts.Count,
            rows is { IsLearnt: true } ? "RMSE of the newest training rows, which the network learns from, in units of the target"
                : "RMSE of validation rows, in units of the target",
            rows is { IsLearnt: true },
            validation,
            validation?.Ridge is { } ridge ? ridge < validation.Network : null,
            !isKept && gradients?.Layers is [var layer, ..] ? [.. layer.NormByStep] : null,
            isKept,
            rows is null ? null : FanOf(rows.Newest)));
    }

    /// <summary>
    /// Whether there is time to look at what a network forecasts. The first epoch of a network, its last one and the one that it keeps are
    /// looked at whether there is or not.
    /// </summary>
    private bool HasTime(NetworkView network, TimeSpan elapsed) =>
        _seen.Add(network.Index) || _looking.Elapsed < elapsed * MostOfTime;

    private NetworkView NetworkOf(string forecaster, NetworkEpoch epoch, string fitting)
    {
        int kind = Math.Max(0, plan.Recipes.Index().FirstOrDefault(each => each.Item.Name == forecaster).Index);
        if (plan.IsTutorial)
        {
            int place = plan.Task.Parts.Index().First(each => each.Item == epoch.Parts[0]).Index, count = plan.Task.Parts.Count;
            return new NetworkView((kind * count) + place, count == 1 ? forecaster : $"{forecaster} of {epoch.Parts[0]}", 1, 1, fitting);
        }

        int stage = fitting switch { Choosing => 0, Final => 1, _ => 2 };
        return new NetworkView((((kind * 3) + stage) * plan.Members) + epoch.Member - 1, forecaster, epoch.Member, epoch.Members, fitting);
    }

    private static NetworkForecast? Forecast(NetworkEpoch epoch)
    {
        try
        {
            return epoch.Forecast(epoch.Parts[0]);
        }
        catch (UnrollException)
        {
            // There are too few rows to look so far ahead.
            return null;
        }
    }

    private static ValidationView ErrorsOf(NetworkForecast rows)
    {
        double[] network = rows.Network.RmseByStep(), ridge = rows.Linear?.RmseByStep() ?? [], naive = rows.Naive.RmseByStep();
        double? linear = ridge.Length == 0 ? null : Whole(ridge);
        return new ValidationView(Whole(network), linear, Whole(naive), new ByStepView(network, ridge, naive));
    }

    /// <summary>The error over all steps, each of which has as many rows.</summary>
    private static double Whole(double[] byStep) => Math.Sqrt(byStep.Average(error => error * error));

    private FanView FanOf(PartForecast newest)
    {
        // Of a few rows ahead little would be seen behind many old ones.
        const int Fewest = 16;
        IReadOnlyList<ForecastRow> rows = newest.Rows();
        Series train = plan.Task[newest.Part].Train;
        int origin = RowBefore(train.Dates, newest.OriginDate(0)), first = Math.Max(0, origin + 1 - Math.Max(Fewest, 6 * rows.Count));
        int[] past = [.. Enumerable.Range(first, origin + 1 - first)];
        return new FanView(
            [.. rows.Select(row => newest.Format(row.Date))],
            [.. rows.Select(row => newest.Actual(0, row.Step))],
            [.. rows.Select(row => row.Value)],
            FutureView.IntervalsOf(newest),
            new HistoryView([.. past.Select(row => newest.Format(train.Dates[row]))], [.. past.Select(row => train[row])]));
    }

    /// <summary>The last row that is not after a date; -1 for none.</summary>
    internal static int RowBefore(IReadOnlyList<DateTime> dates, DateTime date)
    {
        (int low, int high) = (0, dates.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = dates[middle] <= date ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    private sealed class Part(EpochWatch watch, double from, double to, bool isAgain) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => watch.Look(value, from + ((to - from) * value.Share), isAgain);
    }
}
