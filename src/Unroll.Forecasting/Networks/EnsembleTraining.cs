using System.Diagnostics;

namespace Unroll.Forecasting;

/// <summary>One fit of an <see cref="EnsembleForecaster"/>.</summary>
internal sealed class EnsembleTraining
{
    private const int DefaultWindow = 20;

    /// <summary>Inputs up to this many numbers are laid out once; more are made anew for every epoch.</summary>
    private const long MostNumbers = 64_000_000;

    private readonly EnsembleRecipe _recipe;
    private readonly ForecastSplit _split;
    private readonly Action<TrainingEvent> _onEvent;
    private readonly CancellationToken _cancellation;
    private readonly Stopwatch _clock = Stopwatch.StartNew(), _networks = new();
    private int _epochsBefore;
    private TrainingEvent _last;

    public EnsembleTraining(EnsembleRecipe recipe, ForecastSplit split, Action<TrainingEvent> onEvent, CancellationToken cancellation) =>
        (_recipe, _split, _onEvent, _cancellation) = (recipe, split, onEvent, cancellation);

    /// <summary>Of the first network, with the validation rows held back.</summary>
    public History? History { get; private set; }

    public TimeSpan Elapsed => _clock.Elapsed;

    private TrainingOptions Options => _recipe.Network.Training;

    public EnsembleState Run()
    {
        ForecastSplit inner = _split.WithinTraining(_recipe.ValidationRows(_split));
        bool isRecursive = _recipe.Strategy == Strategy.Recursive;
        LinearStage chosen = _split.Linear(_recipe, _cancellation);
        InputPlan plan = PlanFor(chosen.Plan, _recipe, _split);
        HorizonForecast[] baselines = _split.BaselinesWithin(_recipe, _cancellation);

        // Networks that have not seen the validation rows say how long to train, and what all parts are worth.
        var frame = new InputFrame(inner.Table, plan);
        var linear = LinearStage.Fit(frame, plan, chosen.Penalties, inner.Train.Count);
        (OriginSamples training, double[] scales) = Samples(frame, linear, inner.Train.Count);
        (int first, int count) = Origins(inner, plan.Steps);
        var validation = new OriginSamples(frame, plan, first, count, Targets(frame, linear, first, count, scales));
        (Model[] networks, int[] epochs) = Train(plan, Laid(training), Laid(validation), null);
        var said = HeadOutputs.Of(_recipe.Head, networks, frame, plan, first, count);
        (double[][] weights, HorizonForecast calibration) = Weighed(inner, frame, linear, scales, said.Corrections, baselines);
        if (isRecursive)
            calibration = FedBack(State(linear, networks, scales, Parts(_split, weights, _cancellation, inner), calibration), inner, frame);
        HorizonQuantiles? quantiles = _recipe.Head == ForecastHead.None
            ? null
            : said.Around([.. Enumerable.Range(0, count).Select(origin => calibration.From(origin).ToArray())], frame, linear, first, scales);

        // Then everything again on all training rows.
        frame = new InputFrame(_split.Table.Head(_split.Train.Count), plan);
        linear = LinearStage.Fit(frame, plan, chosen.Penalties, _split.Train.Count);
        (training, scales) = Samples(frame, linear, _split.Train.Count);
        networks = Train(plan, Laid(training), null, epochs).Networks;
        List<BlendPart> parts = Parts(_split, weights, _cancellation);
        End();
        return State(linear, networks, scales, parts, calibration) with { CalibrationQuantiles = quantiles };
    }

    private EnsembleState State(LinearStage linear, Model[] networks, double[] scales, List<BlendPart> parts, HorizonForecast calibration) => new()
    {
        Cell = _recipe.Network.Cell,
        Strategy = _recipe.Strategy,
        Head = _recipe.Head,
        Linear = linear,
        Networks = networks,
        CorrectionScales = scales,
        Parts = parts,
        Calibration = calibration,
        TrainedFrom = _split.Train.Dates[0],
        TrainedTo = _split.Train.Dates[^1],
    };

    /// <summary>The validation rows up to H rows ahead as predictions that are fed back have them.</summary>
    private HorizonForecast FedBack(EnsembleState state, ForecastSplit inner, InputFrame frame)
    {
        (int first, int count) = Origins(inner, _recipe.Steps);
        return new HorizonForecast(inner.Test.Values, Recursion.Ahead(state, frame, first, count, _recipe.Steps));
    }

    /// <summary>Says that the last epoch is done. Networks that stop early leave epochs out, and the baselines come last: only now is it.</summary>
    public void End() => _onEvent(_last with { Kind = TrainingEventKind.EpochEnded, Epoch = AllEpochs, Step = _last.StepsPerEpoch, Elapsed = _clock.Elapsed });

    /// <summary>The plan with the window of the network.</summary>
    public static InputPlan PlanFor(InputPlan plan, EnsembleRecipe recipe, ForecastSplit split) =>
        plan with { Window = plan.Season > 1 ? split.Window : Math.Min(recipe.Window ?? DefaultWindow, split.Window) };

    /// <param name="recipe">Of the network.</param>
    /// <param name="plan">Of which H and what is known of rows to come count.</param>
    /// <param name="input">(T, F) or (T + H, F).</param>
    /// <param name="member">Which of the networks it is, from 0.</param>
    /// <param name="targets">K, how many columns are predicted at once.</param>
    public static Model CreateModel(EnsembleRecipe recipe, InputPlan plan, Shape input, int member, int targets = 1)
    {
        // K outputs for each step that is read, or where no step is read H · K outputs after the last.
        bool sequences = plan.HasKnown && plan.Steps > 1;
        List<Layer> layers = [.. recipe.Network.Recurrent(sequences)];
        if (sequences)
            layers.Add(new LastSteps(plan.Steps));
        layers.Add(new Dense(recipe.Network.Units) { Activation = Activation.Relu });
        int rows = targets * (plan.HasKnown ? 1 : plan.Steps);
        layers.Add(new Dense(rows * Heads.OutputsOf(recipe.Head)) { KernelInitializer = Initializer.Zeros });
        Model model = new Model([.. layers]) { Threads = recipe.Network.Threads }.Build(input, unchecked(recipe.Network.Training.Seed + member));
        if (recipe.Head != ForecastHead.None)
            model.SetWeights(model.Parameters[^1].Name, [.. Enumerable.Repeat(Heads.StartOf(recipe.Head), rows).SelectMany(start => start)]);
        return model;
    }

    private int AllEpochs => 2 * _recipe.Members * Options.Epochs;

    /// <summary>
    /// What the corrected forecast, the linear one and the baselines deserve on the validation rows, [forecasts][H], and these rows as they
    /// are predicted so.
    /// </summary>
    /// <param name="inner">The validation rows as test rows.</param>
    /// <param name="frame">The rows of <paramref name="inner"/>.</param>
    /// <param name="linear">Fitted to the rows before.</param>
    /// <param name="scales">Those of the corrections, [H].</param>
    /// <param name="corrections">What the networks say of the validation rows.</param>
    /// <param name="baselines">What <see cref="ForecastSplit.BaselinesWithin"/> says of them.</param>
    public static (double[][] Weights, HorizonForecast Calibration) Weighed(ForecastSplit inner, InputFrame frame, LinearStage linear, double[] scales, float[] corrections, HorizonForecast[] baselines)
    {
        (int first, int count) = Origins(inner, linear.Plan.Steps);
        HorizonForecast Judged(double[][] ahead) => new(inner.Test.Values, ahead);
        HorizonForecast[] forecasts =
        [
            Judged(EnsembleState.Values(frame, linear, first, count, corrections, scales)),
            Judged(EnsembleState.Values(frame, linear, first, count, null, scales)),
            .. baselines,
        ];
        double[][] weights = Blend.Weights(forecasts);
        return (weights, Judged(Mixed(forecasts, weights)));
    }

    /// <summary>The first validation origin and how many there are.</summary>
    public static (int First, int Count) Origins(ForecastSplit inner, int steps) => (inner.Train.Count - 1, inner.Test.Count - steps + 1);

    /// <summary>The parts that have a weight, baselines fitted to all training rows, or to those of <paramref name="rows"/>.</summary>
    public static List<BlendPart> Parts(ForecastSplit split, double[][] weights, CancellationToken cancellation, ForecastSplit? rows = null)
    {
        BaselineForecaster[] baselines = Baselines(split);
        var parts = new List<BlendPart>();
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i].Sum() == 0)
                continue;
            BaselineForecaster? baseline = i < 2 ? null : baselines[i - 2];
            baseline?.Fit(rows ?? split, cancellation);
            parts.Add(new BlendPart(weights[i], i == 0, baseline));
        }

        return parts;
    }

    /// <summary>Those that may have a share, not yet fitted.</summary>
    public static BaselineForecaster[] Baselines(ForecastSplit split)
    {
        // The mean and least squares on the target alone are never worth a share beside least squares on all inputs.
        BaselineForecaster[] all = [.. Forecasting.Baselines.For(split)];
        return [.. all.Where(baseline => baseline is NaiveForecaster or SeasonalNaiveForecaster or DriftForecaster or EtsForecaster)];
    }

    /// <summary>Trains all networks: with validation rows until these say stop, without for as many epochs as is said.</summary>
    public (Model[] Networks, int[] Epochs) Train(InputPlan plan, ISamples samples, ISamples? validation, int[]? epochs)
    {
        var networks = new Model[_recipe.Members];
        var kept = new int[_recipe.Members];
        _networks.Start();
        for (int k = 0; k < networks.Length; k++)
        {
            TrainingOptions options = Options with { Seed = unchecked(Options.Seed + k), Validation = validation, EarlyStopping = validation is null ? null : Options.EarlyStopping, Epochs = epochs?[k] ?? Options.Epochs };
            if (Heads.LossOf(_recipe.Head) is { } loss)
                options = options with { Loss = loss };
            networks[k] = CreateModel(_recipe, plan, samples.InputShape, k, samples.TargetShape.Size / plan.Steps);
            History history = networks[k].Fit(samples, options, Forwarded, _cancellation);
            _cancellation.ThrowIfCancellationRequested();
            History ??= history;
            kept[k] = Math.Max(1, history.KeptEpoch);
            _epochsBefore += Options.Epochs;
        }

        _networks.Stop();
        return (networks, kept);
    }

    /// <summary>The events of all networks as those of one long training.</summary>
    private void Forwarded(TrainingEvent moment)
    {
        if (moment.Kind is not (TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded))
            return;
        _last = moment with { Epoch = _epochsBefore + moment.Epoch, Epochs = AllEpochs, Elapsed = _networks.Elapsed };
        if (moment.Kind == TrainingEventKind.StepEnded || _last.Epoch < AllEpochs)
            _onEvent(_last);
    }

    /// <summary>Samples of the rows before <paramref name="end"/>, their targets of deviation 1 at each step, and what that is in units of the plan.</summary>
    public static (OriginSamples Samples, double[] Scales) Samples(InputFrame frame, LinearStage linear, int end)
    {
        InputPlan plan = linear.Plan;
        int first = LinearStage.FirstOrigin(frame, plan, end), count = end - plan.Steps - first;
        var scales = new double[plan.Steps];
        Array.Fill(scales, 1);
        float[] targets = Targets(frame, linear, first, count, scales);
        for (int h = 0; h < scales.Length; h++)
        {
            double squares = 0;
            for (int i = h; i < targets.Length; i += scales.Length)
                squares += (double)targets[i] * targets[i];
            scales[h] = squares > 0 ? Math.Sqrt(squares / count) : 1;
            for (int i = h; i < targets.Length; i += scales.Length)
                targets[i] = (float)(targets[i] / scales[h]);
        }

        return (new OriginSamples(frame, plan, first, count, targets), scales);
    }

    /// <summary>What the linear forecast leaves of the rows after each origin, [count, H], each step divided by its scale.</summary>
    public static float[] Targets(InputFrame frame, LinearStage linear, int first, int count, double[] scales)
    {
        int steps = linear.Plan.Steps;
        var targets = new float[count * steps];
        for (int i = 0; i < count; i++)
        {
            double[] ahead = linear.Predict(frame, first + i);
            for (int h = 0; h < steps; h++)
                targets[(i * steps) + h] = (float)((frame.TargetOf(first + i, first + i + h + 1) - ahead[h]) / scales[h]);
        }

        return targets;
    }

    /// <summary>The samples in one piece of memory, where that is not too large.</summary>
    public static ISamples Laid(ISamples samples)
    {
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

    private static double[][] Mixed(HorizonForecast[] forecasts, double[][] weights)
    {
        double[][] mixed = [.. Enumerable.Range(0, forecasts[0].Origins).Select(_ => new double[forecasts[0].Steps])];
        for (int i = 0; i < mixed.Length; i++)
        {
            for (int k = 0; k < weights.Length; k++)
                EnsembleState.Add(mixed[i], forecasts[k].From(i), weights[k]);
        }

        return mixed;
    }
}
