using System.Diagnostics;

namespace Unroll.Forecasting;

/// <summary>
/// One fit of the default recipe, for one or many series and one or many targets. Each target of each series is brought to its own scale
/// and predicted by least squares; the networks learn from all series, one after the other, what that leaves of all targets at once.
/// </summary>
internal sealed class EnsembleTraining
{
    /// <summary>Inputs up to this many numbers are laid out once; more are made anew for every epoch.</summary>
    private const long MostNumbers = 64_000_000;

    private readonly EnsembleRecipe _recipe;
    private readonly IReadOnlyList<TrainingSeries> _series;
    private readonly MemberTraining _members;
    private readonly SeriesLoop _loop;
    private readonly CancellationToken _cancellation;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <param name="recipe">How the forecaster is made.</param>
    /// <param name="series">What is learnt from; the order counts for the bits.</param>
    /// <param name="onEvent">Called on the thread that trains.</param>
    /// <param name="cancellation">Ends it.</param>
    public EnsembleTraining(EnsembleRecipe recipe, IReadOnlyList<TrainingSeries> series, Action<TrainingEvent> onEvent, CancellationToken cancellation)
    {
        (_recipe, _series, _cancellation) = (recipe, series, cancellation);
        _members = new MemberTraining(recipe, onEvent, cancellation);
        _loop = new SeriesLoop(recipe.Network.Threads, NamesOf(series), cancellation);
    }

    /// <summary>Of the first network, with the validation rows held back.</summary>
    public History? History => _members.History;

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>One a target; set by <see cref="Run"/>.</summary>
    public PlanChoice[] Choices { get; private set; } = [];

    private int Targets => _series[0].Targets.Count;

    /// <summary>The inputs of each target, all with the longest window of them.</summary>
    /// <exception cref="UnrollException">There are too few training rows, or inputs that the strategy cannot have.</exception>
    public static PlanChoice[] Choose(EnsembleRecipe recipe, IReadOnlyList<TrainingSeries> series, CancellationToken cancellation)
    {
        recipe.RequireInputs(series[0].Targets);
        PlanChoice[] choices = [.. series[0].Targets.Select((_, k) =>
            PlanChoice.Of([.. series.Select(each => each.Targets[k])], recipe, NamesOf(series), cancellation).For(recipe, series))];
        int window = choices.Max(choice => choice.Plans.Max(plan => plan.Window));
        return Array.ConvertAll(choices, choice => choice with { Plans = Array.ConvertAll(choice.Plans, plan => plan with { Window = window }) });
    }

    /// <summary>A network that is not trained yet.</summary>
    /// <inheritdoc cref="Choose" path="/exception"/>
    public static Model Build(EnsembleRecipe recipe, IReadOnlyList<TrainingSeries> series) =>
        MemberTraining.CreateModel(recipe, JointInputs.Of([.. Choose(recipe, series, CancellationToken.None).Select(choice => choice.Plans[0])]), 0);

    /// <summary>Trains.</summary>
    /// <returns>[series][targets]; all share the networks.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    public EnsembleState[][] Run()
    {
        ForecastSplit[][] inner = new ForecastSplit[_series.Count][];
        _loop.Run(inner.Length, s => inner[s] = [.. _series[s].Targets.Select(split => split.WithinTraining(_recipe.ValidationRows(split)))]);
        Choices = Choose(_recipe, _series, _cancellation);

        // Networks that have not seen the validation rows say how long to train, and what all parts are worth.
        SeriesStage[] stages = Stages([.. inner.Select(splits => splits.Select(split => split.Table).ToArray())], s => inner[s][0].Train.Count);
        var validation = new SideBySideSamples[stages.Length];
        _loop.Run(stages.Length, s =>
        {
            (int first, int count) = Origins(inner[s][0], _recipe.StepsAtOnce);
            validation[s] = stages[s].From(first, count);
        });
        (Model[] networks, int[] epochs) = Train(stages, validation, null);
        Weighing[][] weighed = Weigh(inner, stages, networks, Array.ConvertAll(validation, samples => HeadOutputs.Of(_recipe.Head, networks, samples, Targets)));

        // Then everything again on all training rows.
        stages = Stages([.. _series.Select(each => each.Targets.Select(split => split.Table.Head(split.Train.Count)).ToArray())], s => _series[s].Targets[0].Train.Count);
        networks = Train(stages, null, epochs).Networks;
        EnsembleState[][] states = States(stages, networks, weighed, _series.Select(each => each.Targets).ToArray());
        _members.End(_clock.Elapsed);
        return states;
    }

    private static string[]? NamesOf(IReadOnlyList<TrainingSeries> series) => series[0].Name is null ? null : [.. series.Select(each => each.Name!)];

    /// <summary>The first validation origin and how many there are.</summary>
    private static (int First, int Count) Origins(ForecastSplit inner, int steps) => (inner.Train.Count - 1, inner.Test.Count - steps + 1);

    /// <param name="tables">[series][K].</param>
    /// <param name="end">The first row of a series that is not learnt from.</param>
    private SeriesStage[] Stages(TimeSeries[][] tables, Func<int, int> end)
    {
        var frames = new InputFrame[tables.Length][];
        _loop.Run(frames.Length, s => frames[s] = [.. tables[s].Select((table, k) => new InputFrame(table, Choices[k].Plans[s]))]);
        double[][]?[] shared = [.. Choices.Select((choice, k) => choice.IsPooled
            ? PooledLinear.Fit([.. frames.Select((own, s) => new PooledLinear.Part(own[k], choice.Plans[s], end(s)))], choice.Penalties[0])
            : null)];
        var stages = new SeriesStage[tables.Length];
        _loop.Run(stages.Length, s => stages[s] = SeriesStage.Of(frames[s], [.. Choices.Select((choice, k) => shared[k] is { } weights
            ? new LinearStage(choice.Plans[s], choice.Penalties[s], weights)
            : LinearStage.Fit(frames[s][k], choice.Plans[s], choice.Penalties[s], end(s)))], end(s)));
        return stages;
    }

    private (Model[] Networks, int[] Epochs) Train(SeriesStage[] stages, SideBySideSamples[]? validation, int[]? epochs) => _members.Train(
        stages[0].Inputs, Lay(Array.ConvertAll(stages, stage => stage.Samples)), validation is null ? null : Lay(validation), epochs);

    /// <summary>What the parts of a forecast deserve, [parts][H], and the validation rows as they are predicted so.</summary>
    private sealed record Weighing(double[][] Weights, HorizonForecast Calibration, HorizonQuantiles? Quantiles);

    private Weighing[][] Weigh(ForecastSplit[][] inner, SeriesStage[] stages, Model[] networks, HeadOutputs[][] outputs)
    {
        var weighed = new Weighing[stages.Length][];
        _loop.Run(stages.Length, s => weighed[s] = [.. inner[s].Select((split, k) =>
        {
            (int first, int count) = Origins(split, _recipe.StepsAtOnce);
            HorizonForecast Judged(float[]? corrections) => new(split.Test.Values, stages[s].Values(k, first, count, corrections));
            HorizonForecast[] forecasts = [Judged(outputs[s][k].Corrections), Judged(null), .. _series[s].Targets[k].BaselinesWithin(_recipe, _cancellation)];
            (double[][] weights, HorizonForecast calibration) = BlendParts.Weigh(split.Test.Values, forecasts);
            double[][] points = [.. Enumerable.Range(0, count).Select(origin => calibration.From(origin).ToArray())];
            return new Weighing(weights, calibration, outputs[s][k].Around(points, stages[s].Frames[k], stages[s].Linear[k], first, stages[s].Scales[k]));
        })]);
        return _recipe.Strategy == Strategy.Recursive ? FeedBack(inner, stages, networks, weighed) : weighed;
    }

    /// <summary>The validation rows up to H rows ahead as predictions that are fed back have them.</summary>
    private Weighing[][] FeedBack(ForecastSplit[][] inner, SeriesStage[] stages, Model[] networks, Weighing[][] weighed)
    {
        EnsembleState[][] states = States(stages, networks, weighed, inner);
        return [.. states.Select((own, s) =>
        {
            (int first, int count) = Origins(inner[s][0], _recipe.Steps);
            return Recursion.Ahead(own, stages[s].Frames, first, count, _recipe.Steps, true)
                .Select((ahead, k) => weighed[s][k] with { Calibration = new HorizonForecast(inner[s][k].Test.Values, ahead.Values), Quantiles = ahead.Quantiles })
                .ToArray();
        })];
    }

    /// <param name="stages">Whose linear models the networks correct.</param>
    /// <param name="networks">Those of the stages.</param>
    /// <param name="weighed">[series][K].</param>
    /// <param name="rows">[series][K], to whose training rows baselines are fitted.</param>
    private EnsembleState[][] States(SeriesStage[] stages, Model[] networks, Weighing[][] weighed, IReadOnlyList<ForecastSplit>[] rows)
    {
        var states = new EnsembleState[stages.Length][];
        _loop.Run(stages.Length, s => states[s] = EnsembleState.Together([.. _series[s].Targets.Select((split, k) => new EnsembleState
        {
            Cell = _recipe.Network.Cell,
            Strategy = _recipe.Strategy,
            Head = _recipe.Head,
            Linear = stages[s].Linear[k],
            Networks = networks,
            CorrectionScales = stages[s].Scales[k],
            Parts = BlendParts.Of(weighed[s][k].Weights, split, rows[s][k], _cancellation),
            Calibration = weighed[s][k].Calibration,
            CalibrationQuantiles = weighed[s][k].Quantiles,
            TrainedFrom = split.Train.Dates[0],
            TrainedTo = split.Train.Dates[^1],
            Joint = Targets > 1 ? stages[s].Inputs with { Index = k } : null,
        })]));
        return states;
    }

    /// <summary>The samples of all series, in one piece of memory where that is not too large.</summary>
    private static ISamples Lay(SideBySideSamples[] series)
    {
        ISamples samples = series.Length == 1 ? series[0] : new JoinedSamples([.. series]);
        int inputs = samples.InputShape.Size, targets = samples.TargetShape.Size;
        if ((long)samples.Count * inputs > MostNumbers)
            return samples;
        float[] x = new float[samples.Count * inputs], y = new float[samples.Count * targets];
        for (int i = 0; i < samples.Count; i++)
        {
            samples.CopyInput(i, x.AsSpan(i * inputs, inputs));
            samples.CopyTarget(i, y.AsSpan(i * targets, targets));
        }

        return new ArraySamples(x, samples.InputShape, y, samples.TargetShape);
    }
}
