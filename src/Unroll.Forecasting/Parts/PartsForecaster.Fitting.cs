using System.Diagnostics;

namespace Unroll.Forecasting;

/// <content>How models are fitted to the parts of a task, and again to more rows.</content>
public abstract partial class PartsForecaster
{
    /// <inheritdoc/>
    public void Fit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        var run = new FitRun(Name, progress, cancellationToken);
        FitIn(task, run);
        run.End();
    }

    /// <summary>A fit that tells nobody when it is done.</summary>
    internal void FitIn(ForecastTask task, FitRun run)
    {
        using var watch = new ForecastWatch("fit", Key, task.Parts.Count);
        var clock = Stopwatch.StartNew();
        (TimeSpan told, TimeSpan before) = (run.Told, run.Before);
        Keep(FittedFacts.Of(task), WithShort(task, FitParts, run));
        FitTime = clock.Elapsed - (run.Told - told) + (run.Before - before);
        watch.Succeed();
    }

    /// <inheritdoc/>
    public void Refit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        Facts.RequireSameRows(task.Data);
        var run = new FitRun(Name, progress, cancellationToken);
        RefitIn(task, run);
        run.End();
    }

    /// <summary>The same, telling nobody when it is done.</summary>
    internal void RefitIn(ForecastTask task, FitRun run)
    {
        const double Following = 0.1;
        using var watch = new ForecastWatch("refit", Key, task.Parts.Count);
        var clock = Stopwatch.StartNew();
        (TimeSpan told, TimeSpan before) = (run.Told, run.Before);
        var tracks = new Dictionary<Part, TrackRecord?>();
        Action followed = run.Counter(ForecastStage.Judging, task.Parts.Count, 0, Following);
        foreach (Part part in task.Parts)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            tracks[part] = _models.TryGetValue(part, out PartModel? model)
                ? Follow(model, task[part].Table)
                : NewTrack(part, task[part].Table);
            followed();
        }

        IReadOnlyList<PartModel> models = WithShort(task, RefitParts, run.Within(Name, Following, 1));
        foreach (PartModel model in models)
            model.Track = tracks[model.Part] ?? model.Track;
        Keep(FittedFacts.Of(task), models);
        FitTime += clock.Elapsed - (run.Told - told) + (run.Before - before);
        watch.Succeed();
    }

    /// <summary>Whether a part has enough training rows to learn from; one that has not is forecast by <see cref="SimpleModel"/>.</summary>
    internal virtual bool CanLearn(ForecastTask task, Part part) => true;

    /// <summary>Whether any part of a task has enough training rows for it to learn from.</summary>
    public bool CanLearn(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Parts.Any(part => CanLearn(task, part));
    }

    /// <summary>Fits all parts, choices included.</summary>
    private protected abstract IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run);

    /// <summary>Fits all parts again with the choices made before.</summary>
    private protected virtual IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run) =>
        FitParts(task, run);

    /// <summary>What fits the parts that can be learnt from, and simple models for series of which one is too short.</summary>
    private protected IReadOnlyList<PartModel> WithShort(
        ForecastTask task, Func<ForecastTask, FitRun, IReadOnlyList<PartModel>> fit, FitRun run)
    {
        if (!CanLearn(task) || task.Parts.All(part => CanLearn(task, part)))
            return fit(task, run);
        ForecastTask learnt = task.Where(part => CanLearn(task, part));
        double share = learnt.Parts.Count / (double)task.Parts.Count;
        var models = fit(learnt, run.Within(Name, 0, share)).ToDictionary(model => model.Part);
        ForecastTask simple = task.Where(part => !models.ContainsKey(part));
        foreach (PartModel model in Each<PartModel>(simple, (part, _) => SimpleModel.Of(task, part, run.Cancellation),
            run.Within(Name, share, 1)))
            models.Add(model.Part, model);
        return [.. task.Parts.Select(part => models[part])];
    }

    /// <summary>Runs the same for every part, on several threads, in the order of the parts.</summary>
    private protected TResult[] Each<TResult>(ForecastTask task, Func<Part, ForecastSplit, TResult> fit, FitRun run) =>
        Each(task, task.Parts, fit, run.Counter(ForecastStage.Fitting, task.Parts.Count), run);

    /// <summary>The same for some of the parts.</summary>
    /// <param name="task">All parts.</param>
    /// <param name="parts">Those.</param>
    /// <param name="fit">What is run.</param>
    /// <param name="fitted">Told of every part that is done, by several threads.</param>
    /// <param name="run">What ends it.</param>
    private protected TResult[] Each<TResult>(
        ForecastTask task, IReadOnlyList<Part> parts, Func<Part, ForecastSplit, TResult> fit, Action fitted, FitRun run)
    {
        var results = new TResult[parts.Count];
        string[]? names = task.Data.IsTable ? null : [.. parts.Select(part => part.Series)];
        new SeriesLoop(Threads, names, run.Cancellation).Run(results.Length, i =>
        {
            results[i] = fit(parts[i], task[parts[i]]);
            fitted();
        });
        return results;
    }

    /// <summary>How well the newest rows of a part that it does not know would have been forecast; null where they are too few.</summary>
    private TrackRecord? NewTrack(Part part, TimeSeries table)
    {
        try
        {
            return Adapt(part, table).Track;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>The record of a model with what it forecasts of the rows after its training, which it has not learnt from.</summary>
    private static TrackRecord? Follow(PartModel model, TimeSeries table)
    {
        int origin = table.CountBefore(model.Facts.TrainedTo), count = table.Rows - 1 - origin;
        if (model.Track is not { } track || count <= 0 || origin + 1 < model.NeededRows)
            return model.Track;
        RawForecast later = model.Ahead(table, origin, count, track.Validation.Steps).Within(model.Facts.Limits);
        return track.With(later, table[model.Part.Target].Values[(origin + 1)..]);
    }
}
