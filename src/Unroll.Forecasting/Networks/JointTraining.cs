namespace Unroll.Forecasting;

/// <summary>
/// One fit of a <see cref="JointForecaster"/>: as for one target in <see cref="EnsembleTraining"/>, but that the networks look at what
/// each target's plan gives, and learn what least squares leaves of all targets at once.
/// </summary>
internal sealed class JointTraining
{
    private readonly EnsembleRecipe _recipe;
    private readonly ForecastSplit[] _splits;
    private readonly EnsembleTraining _training;
    private readonly CancellationToken _cancellation;

    public JointTraining(EnsembleRecipe recipe, JointSplit split, Action<TrainingEvent> onEvent, CancellationToken cancellation)
    {
        (_recipe, _splits, _cancellation) = (recipe, [.. split.Splits], cancellation);
        _training = new EnsembleTraining(recipe, _splits[0], onEvent, cancellation);
    }

    public History? History => _training.History;

    public TimeSpan Elapsed => _training.Elapsed;

    /// <summary>One a target; they share the networks.</summary>
    public EnsembleState[] Run()
    {
        ForecastSplit[] inner = Array.ConvertAll(_splits, split => split.WithinTraining(_recipe.ValidationRows(split)));
        InputPlan[] plans = Plans(_recipe, _splits, _cancellation);
        double[][] penalties = Array.ConvertAll(_splits, split => split.Linear(_recipe, _cancellation).Penalties);
        var inputs = JointInputs.Of(plans);

        // Networks that have not seen the validation rows say how long to train, and what all parts are worth.
        Stage stage = Staged(inputs, plans, penalties, Array.ConvertAll(inner, split => split.Table), inner[0].Train.Count);
        (int first, int count) = EnsembleTraining.Origins(inner[0], _recipe.Steps);
        float[][] left = [.. stage.Linear.Select((linear, k) => EnsembleTraining.Targets(stage.Frames[k], linear, first, count, stage.Scales[k]))];
        (Model[] networks, int[] epochs) = Train(inputs, stage.Samples, inputs.Samples(stage.Tables, first, count, left), null);
        float[][] corrections = inputs.Corrections(networks, stage.Tables, first, count);
        (double[][] Weights, HorizonForecast Calibration)[] weighed = [.. inner.Select((split, k) => EnsembleTraining.Weighed(
            split, stage.Frames[k], stage.Linear[k], stage.Scales[k], corrections[k], _splits[k].BaselinesWithin(_recipe, _cancellation)))];

        // Then everything again on all training rows.
        stage = Staged(inputs, plans, penalties, Array.ConvertAll(_splits, split => split.Table.Head(split.Train.Count)), _splits[0].Train.Count);
        networks = Train(inputs, stage.Samples, null, epochs).Networks;
        EnsembleState[] states = [.. _splits.Select((split, k) => new EnsembleState
        {
            Cell = _recipe.Network.Cell,
            Linear = stage.Linear[k],
            Networks = networks,
            CorrectionScales = stage.Scales[k],
            Parts = EnsembleTraining.Parts(split, weighed[k].Weights, _cancellation),
            Calibration = weighed[k].Calibration,
            TrainedFrom = split.Train.Dates[0],
            TrainedTo = split.Train.Dates[^1],
            Joint = _splits.Length > 1 ? inputs with { Index = k } : null,
        })];
        _training.End();
        return states;
    }

    /// <summary>The plans found for each target, all with the longest window of them.</summary>
    public static InputPlan[] Plans(EnsembleRecipe recipe, IReadOnlyList<ForecastSplit> splits, CancellationToken cancellation = default)
    {
        InputPlan[] plans = [.. splits.Select(split => EnsembleTraining.PlanFor(split.Linear(recipe, cancellation).Plan, recipe, split))];
        return Array.ConvertAll(plans, plan => plan with { Window = plans.Max(each => each.Window) });
    }

    public static Model CreateModel(EnsembleRecipe recipe, JointInputs inputs) =>
        EnsembleTraining.CreateModel(recipe, inputs.Lead, inputs.Shape, 0, inputs.Plans.Count);

    /// <summary>What stands before the networks: rows and least squares of each target, and samples of what these leave.</summary>
    private sealed record Stage(TimeSeries[] Tables, InputFrame[] Frames, LinearStage[] Linear, double[][] Scales, SideBySideSamples Samples);

    private static Stage Staged(JointInputs inputs, InputPlan[] plans, double[][] penalties, TimeSeries[] tables, int end)
    {
        InputFrame[] frames = [.. tables.Select((table, k) => new InputFrame(table, plans[k]))];
        LinearStage[] linear = [.. frames.Select((frame, k) => LinearStage.Fit(frame, plans[k], penalties[k], end))];
        (OriginSamples Samples, double[] Scales)[] own = [.. frames.Select((frame, k) => EnsembleTraining.Samples(frame, linear[k], end))];

        // Origins that are early enough for one target may be too early for another.
        int first = frames.Select((frame, k) => LinearStage.FirstOrigin(frame, plans[k], end)).Max(), steps = plans[0].Steps, count = end - steps - first;
        float[][] targets = Array.ConvertAll(own, each =>
        {
            var left = new float[count * steps];
            for (int i = 0; i < count; i++)
                each.Samples.CopyTarget(each.Samples.Count - count + i, left.AsSpan(i * steps, steps));
            return left;
        });
        return new Stage(tables, frames, linear, Array.ConvertAll(own, each => each.Scales), inputs.Samples(tables, first, count, targets));
    }

    private (Model[] Networks, int[] Epochs) Train(JointInputs inputs, ISamples samples, ISamples? validation, int[]? epochs) =>
        _training.Train(inputs.Lead, EnsembleTraining.Laid(samples), validation is null ? null : EnsembleTraining.Laid(validation), epochs);
}
