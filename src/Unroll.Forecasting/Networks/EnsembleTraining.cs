using System.Runtime.CompilerServices;

namespace Unroll.Forecasting;

/// <summary>
/// One fit of an <see cref="EnsembleForecaster"/>, for one or many series and one or many targets. Each target of each series is brought to
/// its own scale and predicted by least squares; the networks learn from all series, one after the other, what that leaves of all targets
/// at once.
/// </summary>
internal sealed class EnsembleTraining
{
    /// <summary>Inputs up to this many numbers are laid out once; more are made anew for every epoch.</summary>
    private const long MostNumbers = 64_000_000;

    /// <summary>The shares of a fit at which inputs are chosen, and at which the networks' training begins.</summary>
    private const double Chose = 0.06, Prepared = 0.1;

    private readonly EnsembleRecipe _recipe;
    private readonly ForecastTask _task;
    private readonly TrainingSeries[] _series;
    private readonly MemberTraining _members;
    private readonly SeriesLoop _loop;
    private readonly FitRun _run;

    /// <param name="recipe">How the forecaster is made.</param>
    /// <param name="task">What is learnt from.</param>
    /// <param name="statics">How static columns become inputs.</param>
    /// <param name="work">Where finished networks are kept; null for nowhere.</param>
    /// <param name="run">Told how far it is.</param>
    /// <param name="only">The only network that is trained, from 0; null for all.</param>
    public EnsembleTraining(
        EnsembleRecipe recipe, ForecastTask task, StaticInputs statics, FinishedWork? work, FitRun run, int? only = null)
    {
        (_recipe, _task, _run) = (recipe, task, run);
        _series = SeriesSplits.Of(task, statics);
        _members = new MemberTraining(recipe, work, run, Prepared) { Only = only };
        _loop = new SeriesLoop(recipe.Network.Threads, NamesOf(_series), run.Cancellation);
    }

    /// <summary>Of the first network, with the validation rows held back; null where it was not trained so.</summary>
    public History? History => _members.History;

    /// <summary>The inputs of each target, all with the longest window of them.</summary>
    /// <exception cref="UnrollException">There are too few training rows, or inputs that the strategy cannot have.</exception>
    public static PlanChoice[] Choose(EnsembleRecipe recipe, IReadOnlyList<TrainingSeries> series, FitRun run)
    {
        recipe.RequireInputs(series[0].Targets);
        int targets = series[0].Targets.Count;
        PlanChoice[] choices = [.. Enumerable.Range(0, targets).Select(k => PlanChoice.Of(
            [.. series.Select(each => each.Targets[k])], recipe, NamesOf(series), run.Cancellation, run.TellTrials(k, targets, Chose))
                .For(recipe, series))];
        int window = choices.Max(choice => choice.Plans.Max(plan => plan.Window));
        return Array.ConvertAll(
            choices, choice => choice with { Plans = Array.ConvertAll(choice.Plans, plan => plan with { Window = window }) });
    }

    /// <summary>What was chosen, and so can be fitted again to more rows.</summary>
    /// <param name="Choices">One a target.</param>
    /// <param name="Epochs">One a network.</param>
    internal sealed record Choice(PlanChoice[] Choices, int[] Epochs);

    /// <summary>A network that is not trained yet.</summary>
    /// <inheritdoc cref="Choose" path="/exception"/>
    public Model Build() =>
        MemberTraining.CreateModel(_recipe, JointInputs.Of([.. Choose(_recipe, _series, _run).Select(choice => choice.Plans[0])]), 0);

    /// <summary>Chooses inputs and epochs on the newest training rows, then trains on all of them.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="OutOfTimeException">There was no time for a network.</exception>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    public (IReadOnlyList<EnsembleModel> Models, Choice Chosen) Run()
    {
        // In a method of its own, so that its samples are gone before those of all rows are laid out.
        (Choice chosen, TrackRecord[][] tracks, Model[] networks) = ChooseEpochs();
        return (Train(chosen.Choices, chosen.Epochs, tracks, "final", networks), chosen);
    }

    /// <summary>Inputs, epochs, what the networks forecast of the validation rows, and the networks that have not seen these.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (Choice Chosen, TrackRecord[][] Tracks, Model[] Networks) ChooseEpochs()
    {
        ForecastSplit[][] inner = new ForecastSplit[_series.Length][];
        _loop.Run(inner.Length,
            s => inner[s] = [.. _series[s].Targets.Select(split => split.WithinTraining(_recipe.ValidationRows(split)))]);
        PlanChoice[] choices = Choose(_recipe, _series, _run);
        SeriesResiduals[] stages =
            Stages(choices, [.. inner.Select(splits => splits.Select(split => split.Table).ToArray())], s => inner[s][0].Train.Count);
        var validation = new SideBySideSamples[stages.Length];
        _loop.Run(stages.Length, s =>
        {
            (int first, int count) = Origins(inner[s][0], _recipe.StepsAtOnce);
            validation[s] = stages[s].From(first, count);
        });

        _run.Networks?.Divide(
            inner.Sum(splits => splits[0].Train.Count + (splits[0].Test.Count / 3.0)),
            _series.Sum(each => each.Targets[0].Train.Count),
            _run.Networks.Refits ? _series.Sum(each => each.Targets[0].Table.Rows) : 0);

        // Networks that have not seen the validation rows say how long to train, and what they are worth.
        (Model[] networks, int[] epochs) = _members.Train(
            "choose", stages[0].Inputs, Lay(Array.ConvertAll(stages, stage => stage.Samples)), Lay(validation), null,
            Rows(stages, isLearnt: false));
        EnsembleModel[][] judged = Models(stages, networks, null);
        var tracks = new TrackRecord[stages.Length][];
        // One series after the other: the networks are shared, and compute on all threads themselves.
        for (int s = 0; s < stages.Length; s++)
        {
            _run.Cancellation.ThrowIfCancellationRequested();
            (int first, int count) = Origins(inner[s][0], _recipe.Steps);
            RawForecast[] ahead = judged[s][0].Ahead(stages[s].Frames, first, count, _recipe.Steps);
            tracks[s] = [.. ahead.Select((own, k) => new TrackRecord(new HorizonForecast(inner[s][k].Test.Values, own.Values), own.Head))];
        }

        return (new Choice(choices, epochs), tracks, networks);
    }

    /// <summary>Trains on all training rows with what was chosen on fewer.</summary>
    /// <param name="chosen">What was chosen.</param>
    /// <param name="before">The networks as they are, of which those stay that there is no time for.</param>
    public IReadOnlyList<EnsembleModel> Rerun(Choice chosen, IReadOnlyList<Model> before) =>
        Train(chosen.Choices, chosen.Epochs, null, MemberTraining.Again, before);

    /// <summary>Says that all is done.</summary>
    public void End() => _members.End();

    private EnsembleModel[] Train(PlanChoice[] choices, int[] epochs, TrackRecord[][]? tracks, string stage, IReadOnlyList<Model> before)
    {
        SeriesResiduals[] stages = Stages(choices, [.. _series.Select(
            each => each.Targets.Select(split => split.Table.Head(split.Train.Count)).ToArray())], s => _series[s].Targets[0].Train.Count);
        Model[] networks = _members.Train(
            stage, stages[0].Inputs, Lay(Array.ConvertAll(stages, each => each.Samples)), null, epochs,
            Rows(stages, isLearnt: true), before).Networks;
        return [.. Models(stages, networks, tracks).SelectMany(own => own)];
    }

    private EnsembleModel[][] Models(SeriesResiduals[] stages, Model[] networks, TrackRecord[][]? tracks) =>
        [.. stages.Select((stage, s) => ModelsOf(stage, s, networks, _recipe.Head, tracks?[s]))];

    /// <summary>The models of all targets of a series.</summary>
    private EnsembleModel[] ModelsOf(SeriesResiduals stage, int s, IReadOnlyList<Model> networks, ForecastHead head,
        TrackRecord[]? tracks) =>
        EnsembleModel.Together([.. _series[s].Targets.Select((split, k) => new EnsembleModel
        {
            Part = new Part(_series[s].Name ?? "", split.Target),
            Facts = PartFacts.Of(split, _task.Options),
            Track = tracks?[k],
            Linear = stage.Linear[k],
            Networks = networks,
            Scales = stage.Scales[k],
            Strategy = _recipe.Strategy,
            Head = head,
            Horizon = _recipe.Steps,
        })]);

    /// <summary>What networks are looked at on while they train.</summary>
    private EnsembleRows Rows(SeriesResiduals[] stages, bool isLearnt) =>
        new(_recipe, _series, stages, isLearnt, (s, networks, head) => ModelsOf(stages[s], s, networks, head, null));

    private SeriesResiduals[] Stages(PlanChoice[] choices, TimeSeries[][] tables, Func<int, int> end)
    {
        LinearFit[] fits = LinearFit.Of(choices, tables, end, _loop);
        var stages = new SeriesResiduals[fits.Length];
        _loop.Run(stages.Length, s => stages[s] = SeriesResiduals.Of(fits[s].Frames, fits[s].Linear, end(s)));
        return stages;
    }

    private static string[]? NamesOf(IReadOnlyList<TrainingSeries> series) => series[0].Name is null
        ? null
        : [.. series.Select(each => each.Name!)];

    /// <summary>The first validation origin and how many there are.</summary>
    private static (int First, int Count) Origins(ForecastSplit inner, int steps) => (inner.Train.Count - 1, inner.Test.Count - steps + 1);

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
