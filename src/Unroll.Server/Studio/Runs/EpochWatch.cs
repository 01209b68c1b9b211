using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>Looks on while a run works: tells how far it is, keeps its epochs, and holds it where it is paused.</summary>
internal sealed class EpochWatch(Run run, RunPlan plan)
{
    /// <summary>At most so often is told how far it is.</summary>
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(33);

    private TimeSpan _told = TimeSpan.MinValue;
    private string _stage = "";
    private int _number;

    /// <summary>The most epochs that there can be: networks are trained to choose, then on all training rows, then on all rows.</summary>
    public int Epochs => plan.Recipes.Count * plan.Network.Training.Epochs * (plan.IsTutorial ? plan.Task.Parts.Count : 3 * plan.Members);

    /// <summary>The newest epoch in words.</summary>
    public string Last { get; private set; } = "before the first epoch";

    /// <summary>What looks on at a part of the run, from one share of it to another.</summary>
    public IProgress<ForecastEvent> Within(double from, double to) => new Part(this, from, to);

    private void Look(in ForecastEvent moment, double share)
    {
        run.Control.Pass();
        run.Control.Interrupted.ThrowIfCancellationRequested();
        string stage = moment.Stage.ToString().ToLowerInvariant();
        TimeSpan elapsed = run.Control.Elapsed;
        if (_told == TimeSpan.MinValue || elapsed - _told >= s_between || stage != _stage)
        {
            (_told, _stage) = (elapsed, stage);
            double? left = share > 0 ? elapsed.TotalSeconds * (1 - share) / share : null;
            run.Events.Tell("progress", new ProgressView(stage, moment.Forecaster, moment.Done, moment.Count, share, left));
        }

        if (moment.Training is { Kind: TrainingEventKind.EpochEnded } epoch)
            Add(moment.Forecaster, epoch, elapsed);
    }

    private void Add(string forecaster, in TrainingEvent epoch, TimeSpan elapsed)
    {
        int kind = Math.Max(0, plan.Recipes.Index().FirstOrDefault(each => each.Item.Name == forecaster).Index);
        Last = FormattableString.Invariant($"after epoch {epoch.Epoch} of the {forecaster}");
        run.Add(new EpochView(
            ++_number, new NetworkView(kind, forecaster, 1, plan.Members, "choosing"), epoch.Epoch, epoch.Epochs, epoch.Loss,
            epoch.ValidationLoss, epoch.LearningRate, Math.Round(elapsed.TotalSeconds, 3), "", null, null, null, null));
    }

    private sealed class Part(EpochWatch watch, double from, double to) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => watch.Look(value, from + ((to - from) * value.Share));
    }
}
