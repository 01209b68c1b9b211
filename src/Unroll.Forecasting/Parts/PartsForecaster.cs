using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// A forecaster that has a model for every part. What all of them share lives here: how test rows and rows to come are forecast, dated and
/// given intervals, and what is remembered of errors.
/// </summary>
public abstract partial class PartsForecaster : IForecaster
{
    /// <summary>Errors on more rows after training than this tell no more of the next one.</summary>
    private const int MostObserved = 250;

    private readonly Dictionary<Part, PartModel> _models = [];
    private FittedFacts? _facts;

    private protected PartsForecaster()
    {
    }

    public abstract string Name { get; }

    public virtual string Key => Name.ToLowerInvariant().Replace(' ', '-');

    public abstract ForecasterKind Kind { get; }

    public virtual long Parameters => 0;

    public TimeSpan FitTime { get; private protected set; }

    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>How many parts are worked on at a time; the result has the same bits for any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>What happened in training, of several networks the first's; null before it, without networks and in a loaded forecaster.</summary>
    public virtual History? History => null;

    /// <summary>The networks that are averaged; none for others.</summary>
    public virtual IReadOnlyList<Model> Networks => [];

    /// <summary>Where finished networks are kept, so that an interrupted fit goes on; null to keep nothing.</summary>
    public virtual FinishedWork? Work { get; set; }

    /// <summary>The parts that it was fitted to.</summary>
    /// <exception cref="InvalidOperationException">It is not fitted yet.</exception>
    public IReadOnlyList<Part> Parts => Facts.Parts;

    /// <summary>H, how many rows ahead it forecasts.</summary>
    public int Horizon => Facts.Horizon;

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window => Facts.Window;

    /// <summary>The columns that it forecasts.</summary>
    public IReadOnlyList<string> Targets => Facts.Targets;

    /// <summary>What it looks at beside them.</summary>
    public ForecastInputs Inputs => Facts.Inputs;

    /// <summary>What was asked of it: gaps, and the smallest and the largest value there can be; what a task that fits it on must ask too.</summary>
    /// <param name="options">What else is asked.</param>
    public TaskOptions AsFitted(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { Targets = Targets, Horizon = Horizon, Window = Window, Inputs = Inputs, Missing = Facts.Missing, Min = Facts.Min, Max = Facts.Max, Metric = Facts.Metric };
    }

    /// <summary>Whether a task has training rows after those that this was fitted to, or parts that it does not know.</summary>
    public bool HasNewer(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Parts.Any(part => !_models.TryGetValue(part, out PartModel? model) || task[part].Train.Dates[^1] > model.Facts.TrainedTo);
    }

    /// <summary>Those of <see cref="Inputs"/> that forecasts look at, which <see cref="Predict(SeriesSet, int, MissingPolicy?)"/> asks a file for.</summary>
    public ForecastInputs Needed
    {
        get
        {
            IReadOnlySet<string> columns = ColumnsOf(Models.Values);
            return Inputs with { Past = [.. Inputs.Past.Where(columns.Contains)], Known = [.. Inputs.Known.Where(columns.Contains)] };
        }
    }

    /// <summary>The column that named the series of the training file; "" for a plain table.</summary>
    public string SeriesColumn => Facts.SeriesColumn;

    /// <summary>The static columns that it was told of each series.</summary>
    public IReadOnlyList<string> StaticNames => Facts.Statics;

    /// <summary>How often the rows came that it learnt from, in words: business days (Mon to Fri).</summary>
    public string FrequencyName => Facts.Frequency;

    /// <summary>The first and the last training row of all parts.</summary>
    public (DateTime First, DateTime Last) TrainedOn => (_models.Values.Min(model => model.Facts.TrainedFrom), _models.Values.Max(model => model.Facts.TrainedTo));

    /// <summary>The models by part.</summary>
    internal IReadOnlyDictionary<Part, PartModel> Models => _models;

    internal FittedFacts Facts => _facts ?? throw new InvalidOperationException($"The {Name} forecaster is not fitted yet. Call Fit first.");

    /// <summary>Makes a network for a task without training it, so that it can be looked at; null where there are none.</summary>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    public virtual Model? Show(ForecastTask task) => null;

    /// <summary>Refuses a task that <see cref="Fit"/> would refuse for its rows or inputs, before any work is done.</summary>
    /// <exception cref="UnrollException">There are too few rows, or inputs that it cannot have.</exception>
    public virtual void Require(ForecastTask task)
    {
    }

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
        var clock = Stopwatch.StartNew();
        Keep(FittedFacts.Of(task), WithShort(task, FitParts, run));
        FitTime = clock.Elapsed;
    }

    /// <inheritdoc/>
    public void Refit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        _ = Facts;
        var run = new FitRun(Name, progress, cancellationToken);
        RefitIn(task, run);
        run.End();
    }

    /// <summary>The same, telling nobody when it is done.</summary>
    internal void RefitIn(ForecastTask task, FitRun run)
    {
        const double Following = 0.1;
        var clock = Stopwatch.StartNew();
        var tracks = new Dictionary<Part, TrackRecord?>();
        Action followed = run.Counter(ForecastStage.Judging, task.Parts.Count, 0, Following);
        foreach (Part part in task.Parts)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            tracks[part] = _models.TryGetValue(part, out PartModel? model) ? Followed(model, task[part].Table) : NewTrack(part, task[part].Table);
            followed();
        }

        IReadOnlyList<PartModel> models = WithShort(task, RefitParts, run.Within(Name, Following, 1));
        foreach (PartModel model in models)
            model.Track = tracks[model.Part] ?? model.Track;
        Keep(FittedFacts.Of(task), models);
        FitTime += clock.Elapsed;
    }

    /// <inheritdoc/>
    public Forecast Predict(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        RequireSteps(task.Horizon);
        int steps = task.Horizon;
        return new Forecast([.. task.Parts.Select(part =>
        {
            ForecastSplit split = task[part];
            split.RequireTestRows(steps);
            PartModel model = ModelOf(part, split.Table);
            RawForecast raw = Raw(model, split, steps);
            double[] actual = split.Test.ToArray();
            HorizonQuantiles? quantiles = model.Track is { } track ? new HorizonQuantiles(steps, track.Calibrate(raw, actual, model.Facts.Limits)) : null;
            return new PartForecast(part, PartRows.TestDates(split, steps), raw.Values, quantiles, actual, split.Table.Format, model.Facts.Limits)
            {
                Note = model.NoteOn(split.Table),
            };
        })]);
    }

    /// <inheritdoc/>
    public Forecast Predict(SeriesSet data, int steps, MissingPolicy? missing = null)
    {
        (IReadOnlyList<PartForecast> parts, IReadOnlyList<LeftOut> leftOut) =
            OfEach(data, steps, missing, (part, table) => Next(part, data, table, steps));
        return new Forecast(parts, leftOut);
    }

    /// <summary>Does something with every target of every series that can be forecast.</summary>
    /// <exception cref="UnrollException">There is none.</exception>
    private (IReadOnlyList<T> Parts, IReadOnlyList<LeftOut> LeftOut) OfEach<T>(
        SeriesSet data, int steps, MissingPolicy? missing, Func<Part, TimeSeries, T> make)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireSteps(steps);
        FittedFacts facts = Facts;
        string[] targets = [.. facts.Targets];
        TimeSeries any = data[data.Keys[0]];
        ForecastInputs inputs = TaskTargets.Inputs(any, [.. targets.Select(target => any[target].Name)], Needed);
        var tables = new SeriesTables(data, targets, inputs, missing ?? facts.Missing, [.. inputs.Past], null);
        var made = new List<T>();
        var leftOut = new List<LeftOut>();
        UnrollException? first = null;
        foreach (string key in data.Keys)
        {
            try
            {
                TimeSeries table = tables.Table(key, null);
                made.AddRange([.. targets.Select(target => make(new Part(key, target), tables.Of(table, target)))]);
            }
            catch (UnrollException reason)
            {
                first ??= reason;
                leftOut.Add(new LeftOut(key, reason.Message));
            }
        }

        if (made.Count == 0)
            throw data.Count == 1 ? first! : new UnrollException($"No series of {data.Name} can be forecast. The first, {leftOut[0].Series}: {leftOut[0].Reason}") { Subject = first!.Subject };
        return (made, leftOut);
    }

    /// <summary>The test rows of a part as its model forecasts them, before intervals are made.</summary>
    internal RawForecast Raw(PartModel model, ForecastSplit split, int steps)
    {
        int first = split.Table.Rows - split.Test.Count - 1;
        if (first + 1 < model.NeededRows)
            throw new UnrollException($"Only {first + 1} rows of {model.Part} come before the test range {split.TestRange}, but the {Name} looks at {model.NeededRows}. Use a longer training range.") { Subject = "train" };
        return model.Ahead(split.Table, first, split.Test.Count - steps + 1, steps).Within(model.Facts.Limits);
    }

    /// <summary>Puts a fitted state in place.</summary>
    internal void Keep(FittedFacts facts, IReadOnlyList<PartModel> models)
    {
        _models.Clear();
        foreach (PartModel model in models)
            _models.Add(model.Part, model);
        _facts = facts;
    }

    /// <summary>Whether a part has enough training rows to learn from; one that has not is forecast by <see cref="SimpleModel"/>.</summary>
    internal virtual bool CanLearn(ForecastTask task, Part part) => true;

    /// <summary>Whether any part of a task has enough training rows for it to learn from.</summary>
    public bool CanLearn(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Parts.Any(part => CanLearn(task, part));
    }

    /// <summary>The parts that it learnt from, in the order of the task.</summary>
    private protected IEnumerable<Part> Learnt => Parts.Where(part => _models[part] is not SimpleModel);

    /// <summary>Fits all parts, choices included.</summary>
    private protected abstract IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run);

    /// <summary>Fits all parts again with the choices made before.</summary>
    private protected virtual IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run) =>
        FitParts(task, run);

    /// <summary>What fits the parts that can be learnt from, and simple models for series of which one is too short.</summary>
    private IReadOnlyList<PartModel> WithShort(ForecastTask task, Func<ForecastTask, FitRun, IReadOnlyList<PartModel>> fit, FitRun run)
    {
        if (!CanLearn(task) || task.Parts.All(part => CanLearn(task, part)))
            return fit(task, run);
        ForecastTask learnt = task.Where(part => CanLearn(task, part));
        double share = learnt.Parts.Count / (double)task.Parts.Count;
        var models = fit(learnt, run.Within(Name, 0, share)).ToDictionary(model => model.Part);
        ForecastTask simple = task.Where(part => !models.ContainsKey(part));
        foreach (PartModel model in Each<PartModel>(simple, (part, _) => SimpleModel.Of(task, part, run.Cancellation), run.Within(Name, share, 1)))
            models.Add(model.Part, model);
        return [.. task.Parts.Select(part => models[part])];
    }

    /// <summary>A model for a series that was not there in training.</summary>
    /// <param name="part">The new part.</param>
    /// <param name="table">Its rows, up to the newest value.</param>
    /// <exception cref="UnrollException">It has too few rows.</exception>
    internal abstract PartModel Adapt(Part part, TimeSeries table);

    /// <summary>Whether a series that was not there in training has enough rows for <see cref="Adapt"/>.</summary>
    internal virtual bool CanAdapt(Part part, TimeSeries table) => true;

    /// <summary>The model of a part as a file of series describes it, static columns among them.</summary>
    private protected virtual PartModel Described(PartModel model, SeriesSet data) => model;

    /// <summary>For a blend of this and others.</summary>
    internal PartModel DescribedBy(PartModel model, SeriesSet data) => Described(model, data);

    /// <summary>
    /// What is forecast of the newest rows of a series that was not there in training, by a model that knows those before; null where they
    /// are too few.
    /// </summary>
    /// <param name="part">The new part.</param>
    /// <param name="table">Its rows.</param>
    /// <param name="adapt">Makes a model from rows.</param>
    private protected TrackRecord? Tried(Part part, TimeSeries table, Func<TimeSeries, PartModel> adapt)
    {
        TimeSeries known = table.Head(table[part.Target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        int newest = new EnsembleRecipe { Steps = Horizon }.ValidationRows(known.Rows), before = known.Rows - newest;
        if (newest < Horizon || before < 1)
            return null;
        try
        {
            PartModel model = adapt(known.Head(before));
            if (before < model.NeededRows)
                return null;
            RawForecast raw = model.Ahead(known, before - 1, newest - Horizon + 1, Horizon).Within(model.Facts.Limits);
            return Array.TrueForAll(raw.Values, ahead => Array.TrueForAll(ahead, double.IsFinite))
                ? new TrackRecord(new HorizonForecast(known[part.Target].Values[before..], raw.Values), raw.Head)
                : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>The columns beside the target that models look at.</summary>
    internal static IReadOnlySet<string> ColumnsOf(IEnumerable<PartModel> models) => models.SelectMany(model => model.Columns).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Runs the same for every part, on several threads, in the order of the parts.</summary>
    private protected TResult[] Each<TResult>(ForecastTask task, Func<Part, ForecastSplit, TResult> fit, FitRun run)
    {
        var results = new TResult[task.Parts.Count];
        string[]? names = task.Data.IsTable ? null : [.. task.Parts.Select(part => part.Series)];
        Action fitted = run.Counter(ForecastStage.Fitting, results.Length);
        new SeriesLoop(Threads, names, run.Cancellation).Run(results.Length, i =>
        {
            results[i] = fit(task.Parts[i], task[task.Parts[i]]);
            fitted();
        });
        return results;
    }

    private PartForecast Next(Part part, SeriesSet data, TimeSeries table, int steps)
    {
        int rows = table[part.Target].Values.LastIndexOfAnyExcept(double.NaN) + 1;
        TimeSeries known = table.Head(rows);
        PartModel model = Described(ModelOf(part, known), data);
        int origin = RequireNeeded(model, table, rows, steps), wanted = steps;
        steps = Math.Max(wanted, IsKnown(model, table, origin, Horizon) ? Horizon : wanted);
        int trained = known.CountBefore(model.Facts.TrainedTo), after = FirstObserved(model, known), since = origin - after;
        RawForecast all = model.Ahead(table, after, since + 1, steps).Within(model.Facts.Limits);
        double[][] last = [all.Values[^1]];
        DateTime[] dates = PartRows.DatesFrom(table, origin, steps);
        if (Array.Exists(last[0], value => !double.IsFinite(value)))
            throw new UnrollException($"The {Name} predicts no finite number for {part}: its training went wrong. Train it again with a smaller learning rate.");
        bool goesOn = after == trained && known.Dates[after] == model.Facts.TrainedTo;
        HorizonQuantiles? quantiles = (goesOn ? model.Track : model.Track?.WithoutLater()) is { } track
            ? new HorizonQuantiles(steps, track.Calibrate(all, known[part.Target].Values[(after + 1)..], model.Facts.Limits)[^1..])
            : null;
        return new PartForecast(part, dates[..(wanted + 1)], [last[0][..wanted]], quantiles?.First(wanted), [], table.Format, model.Facts.Limits)
        {
            Note = model.NoteOn(known),
        };
    }

    /// <summary>The row from which forecasts are looked at that lead up to the newest row.</summary>
    private static int FirstObserved(PartModel model, TimeSeries known)
    {
        int origin = known.Rows - 1;
        return Math.Min(origin, Math.Max(model.NeededRows - 1, Math.Max(known.CountBefore(model.Facts.TrainedTo), origin - MostObserved)));
    }

    /// <summary>Whether the table says what is needed of the rows to come.</summary>
    private static bool IsKnown(PartModel model, TimeSeries table, int origin, int steps)
    {
        try
        {
            model.RequireKnown(table, origin, steps);
            return true;
        }
        catch (UnrollException)
        {
            return false;
        }
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

    private PartModel ModelOf(Part part, TimeSeries table) => _models.TryGetValue(part, out PartModel? model) ? model : Adapt(part, table);

    /// <summary>The record of a model with what it forecasts of the rows after its training, which it has not learnt from.</summary>
    private static TrackRecord? Followed(PartModel model, TimeSeries table)
    {
        int origin = table.CountBefore(model.Facts.TrainedTo), count = table.Rows - 1 - origin;
        if (model.Track is not { } track || count <= 0 || origin + 1 < model.NeededRows)
            return model.Track;
        RawForecast later = model.Ahead(table, origin, count, track.Validation.Steps).Within(model.Facts.Limits);
        return track.With(later, table[model.Part.Target].Values[(origin + 1)..]);
    }

    /// <summary>Whether it can forecast further ahead than it was fitted for, from its own predictions.</summary>
    private protected virtual bool GoesFurther => false;

    private void RequireSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (steps > Horizon && !GoesFurther)
            throw new UnrollException($"The {Name} was fitted to forecast {Horizon} {(Horizon == 1 ? "row" : "rows")} ahead, not {steps}. Fit it with a longer horizon.") { Subject = "horizon" };
    }
}

/// <summary>What a fitted forecaster knows of the task it was fitted to.</summary>
internal sealed record FittedFacts
{
    public required IReadOnlyList<Part> Parts { get; init; }

    public required int Horizon { get; init; }

    public required int Window { get; init; }

    public required IReadOnlyList<string> Targets { get; init; }

    public required ForecastInputs Inputs { get; init; }

    public required string SeriesColumn { get; init; }

    public required IReadOnlyList<string> Statics { get; init; }

    public required string Frequency { get; init; }

    /// <summary>As it was asked for in training, and is in a forecast that does not say otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MissingPolicy Missing { get; init; }

    /// <summary>What it was chosen by, as stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ForecastMetric? Metric { get; init; }

    /// <summary>What it was chosen by.</summary>
    [JsonIgnore]
    public ForecastMetric ChosenBy => Metric ?? (Parts.Count == 1 ? ForecastMetric.Rmse : ForecastMetric.Mase);

    /// <summary>The smallest value there can be, as stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? Min { get; init; }

    /// <summary>The largest value there can be, as stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? Max { get; init; }

    public static FittedFacts Of(ForecastTask task) => new()
    {
        Parts = task.Parts,
        Horizon = task.Horizon,
        Window = task.Window,
        Targets = task.Targets,
        Inputs = task.Inputs,
        SeriesColumn = task.Data.IsTable ? "" : task.Data.SeriesColumn,
        Statics = [.. task.Data.StaticNames, .. task.Data.StaticTextNames],
        Frequency = task[task.Parts[0]].Table.CalendarGaps().FrequencyName,
        Missing = task.Options.Missing,
        Metric = task.Options.Metric,
        Min = task.Options.Min,
        Max = task.Options.Max,
    };
}
