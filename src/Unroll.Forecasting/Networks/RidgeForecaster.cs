namespace Unroll.Forecasting;

/// <summary>
/// Ridge regression, least squares with a penalty on large weights, on the same inputs as the networks of the default recipe: several
/// columns, the calendar, days of years before. Inputs, transform and penalty are found on the newest training rows; of many series,
/// whether each has weights of its own or all share theirs. The baseline that a network must beat to be worth its trouble.
/// </summary>
public sealed class RidgeForecaster : PartsForecaster
{
    private readonly EnsembleRecipe _recipe;

    /// <param name="recipe">Of which the transform counts; each row ahead has its own weights, whatever the strategy. Null
    /// for the default.</param>
    public RidgeForecaster(EnsembleRecipe? recipe = null) =>
        _recipe = (recipe ?? new EnsembleRecipe()) with { Strategy = Strategy.Direct, Head = ForecastHead.None };

    /// <summary>One that was loaded.</summary>
    internal RidgeForecaster(FittedFacts facts, IReadOnlyList<PartModel> models, PlanChoice[] choices)
        : this()
    {
        Choices = choices;
        Keep(facts, models);
    }

    public override string Name => "ridge";

    public override ForecasterKind Kind => ForecasterKind.Ridge;

    /// <summary>What was found for each target.</summary>
    internal PlanChoice[] Choices { get; private set; } = [];

    public override IReadOnlyList<string> Notes => Choices.Length == 0 ? [] : [.. PlanNotes.Of(Targets, Inputs, Choices)];

    /// <inheritdoc/>
    public override void Require(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        (_recipe with { Steps = task.Horizon, Validation = task.Options.Validation }).Require(task);
    }

    internal override bool CanLearn(ForecastTask task, Part part) => _recipe.CanLearn(task, part);

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run)
    {
        const double Choosing = 0.7, Judging = 0.85;
        (TrainingSeries[] series, SeriesLoop loop, EnsembleRecipe recipe) = Prepare(task, run.Cancellation);
        Choices = [.. task.Targets.Select((_, k) => PlanChoice.Of(
            [.. series.Select(each => each.Targets[k])], recipe, NamesOf(series), run.Cancellation,
                run.TellTrials(k, task.Targets.Count, Choosing)))];
        var inner = new ForecastSplit[series.Length][];
        loop.Run(inner.Length, s => inner[s] = [.. series[s].Targets.Select(split => split.WithinTraining(recipe.ValidationRows(split)))]);
        LinearFit[] within = LinearFit.Of(Choices, [.. inner.Select(splits => splits.Select(split => split.Table).ToArray())],
            s => inner[s][0].Train.Count, loop);
        var tracks = new TrackRecord[series.Length][];
        Action judged = run.Counter(ForecastStage.Judging, series.Length, Choosing, Judging);
        loop.Run(series.Length, s =>
        {
            tracks[s] = [.. inner[s].Select((split, k) =>
            {
                int first = split.Train.Count - 1, count = split.Test.Count - task.Horizon + 1;
                double[][] ahead = within[s].Linear[k].Values(within[s].Frames[k], first, count, null, []);
                return new TrackRecord(new HorizonForecast(split.Test.Values, ahead), null);
            })];
            judged();
        });
        return FitPrepared(task, series, loop, tracks, run.Within(Name, Judging, 1));
    }

    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run)
    {
        if (!task.Parts.SequenceEqual(Learnt) || Choices.Length == 0)
            return FitParts(task, run);
        (TrainingSeries[] series, SeriesLoop loop, _) = Prepare(task, run.Cancellation);
        return FitPrepared(task, series, loop, null, run);
    }

    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        RidgeModel model = AdaptModel(part, table);
        model.Track = TryOut(part, table, rows => AdaptModel(part, rows));
        return model;
    }

    internal override bool CanAdapt(Part part, TimeSeries table) => NewSeries.HasRows(this, Known(part).Linear.Plan, table);

    /// <summary>The model of a series that was there in training.</summary>
    private RidgeModel Known(Part part) => Models.Values.OfType<RidgeModel>().First(each => each.Part.Target == part.Target);

    private RidgeModel AdaptModel(Part part, TimeSeries table)
    {
        RidgeModel model = Known(part);
        var series = NewSeries.Of(this, part.Target, table, model.Linear, Choices[Array.IndexOf([.. Targets], part.Target)].IsPooled);
        return new RidgeModel(series.Linear, Horizon) { Part = part, Facts = series.FactsWith(model.Facts.Limits) };
    }

    private IReadOnlyList<PartModel> FitPrepared(ForecastTask task, TrainingSeries[] series, SeriesLoop loop, TrackRecord[][]? tracks,
        FitRun run)
    {
        Action fitted = run.Counter(ForecastStage.Fitting, series.Length);
        LinearFit[] fits = LinearFit.Of(Choices, [.. series.Select(each => each.Targets.Select(split => split.Table.Head(split.Train.Count))
            .ToArray())], s => series[s].Targets[0].Train.Count, loop, fitted);
        return SeriesSplits.InOrder(task, fits.SelectMany((fit, s) => fit.Linear.Select((linear, k) => new RidgeModel(linear, task.Horizon)
        {
            Part = new Part(series[s].Name ?? "", series[s].Targets[k].Target),
            Facts = PartFacts.Of(series[s].Targets[k], task.Options),
            Track = tracks?[s][k],
        })));
    }

    private (TrainingSeries[] Series, SeriesLoop Loop, EnsembleRecipe Recipe) Prepare(
        ForecastTask task, CancellationToken cancellationToken)
    {
        TrainingSeries[] series = SeriesSplits.Of(task, new StaticInputs([]));
        return (series, new SeriesLoop(Threads, NamesOf(series), cancellationToken),
            _recipe with { Steps = task.Horizon, Validation = task.Options.Validation, Metric = task.Metric });
    }

    private static string[]? NamesOf(TrainingSeries[] series) => series[0].Name is null ? null : [.. series.Select(each => each.Name!)];
}

/// <summary>Ridge regression for one part.</summary>
internal sealed class RidgeModel(RidgeWeights linear, int horizon) : PartModel
{
    public RidgeWeights Linear => linear;

    public override int NeededRows => InputFrame.FirstOriginOf(linear.Plan) + 1;

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
    {
        double[][] ahead = linear.Values(new InputFrame(table, linear.Plan), first, count, null, []);
        return new RawForecast(steps == horizon ? ahead : Array.ConvertAll(ahead, values => values[..steps]), null);
    }

    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps) =>
        LinearContributions.Direct(new InputFrame(table, linear.Plan), linear, origin, steps);

    public override PermutedInputs Permute(TimeSeries table, int[] origins, int steps) =>
        new PermutedFrames([new InputFrame(table, linear.Plan)], Part.Target, origins, steps, frames =>
            Array.ConvertAll(frames, own => linear.Values(own[0], own[0].Rows - 1, 1, null, [])[0]));

    public override void RequireKnown(TimeSeries table, int origin, int steps) => KnownColumns.Require(linear.Plan, table, origin, steps);

    public override IEnumerable<string> Columns => linear.Plan.Columns;

    public override string? NoteOn(TimeSeries table) => InputFrame.NoteOn(table, linear.Plan);
}
