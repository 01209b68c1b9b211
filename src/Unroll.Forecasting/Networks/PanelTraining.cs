using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Unroll.Forecasting;

/// <summary>
/// One fit of a <see cref="PanelForecaster"/>: as for one series in <see cref="EnsembleTraining"/>, but that the networks learn from the
/// samples of all series, one series after the other in the order of their names.
/// </summary>
internal sealed class PanelTraining
{
    private readonly EnsembleRecipe _recipe;
    private readonly string[] _keys;
    private readonly ForecastSplit[] _splits;
    private readonly Panel _panel;
    private readonly StaticInputs _statics;
    private readonly EnsembleTraining _training;
    private readonly CancellationToken _cancellation;

    public PanelTraining(EnsembleRecipe recipe, PanelSplit split, Action<TrainingEvent> onEvent, CancellationToken cancellation)
    {
        (_recipe, _cancellation) = (recipe, cancellation);
        _keys = [.. split.Keys.Order(StringComparer.Ordinal)];
        _splits = Array.ConvertAll(_keys, key => split[key]);
        (_panel, _statics) = (split.Panel, StaticInputs.Fit(split.Panel, _keys));
        _training = new EnsembleTraining(recipe, _splits[0], onEvent, cancellation);
    }

    public History? History => _training.History;

    public TimeSpan Elapsed => _training.Elapsed;

    public PanelState Run()
    {
        var inner = new ForecastSplit[_splits.Length];
        Each(inner.Length, s => inner[s] = _splits[s].WithinTraining(_recipe.ValidationRows(_splits[s])));
        PanelPlan chosen = PanelPlan.Choose(inner, _splits, _recipe, Each).For(_recipe, inner, Array.ConvertAll(_keys, key => _statics.Of(_panel, key)));
        InputPlan[] plans = chosen.Plans;

        // Networks that have not seen the validation rows say how long to train, and what all parts are worth.
        Stage[] stages = Stages(chosen, [.. inner.Select(split => split.Table)], [.. inner.Select(split => split.Train.Count)]);
        var validation = new OriginSamples[stages.Length];
        Each(stages.Length, s =>
        {
            (int first, int count) = EnsembleTraining.Origins(inner[s], _recipe.Steps);
            validation[s] = new OriginSamples(stages[s].Frame, plans[s], first, count, EnsembleTraining.Targets(stages[s].Frame, stages[s].Linear, first, count, stages[s].Scales));
        });
        (Model[] networks, int[] epochs) = Train(stages, EnsembleTraining.Laid(new JoinedSamples(validation)), null);
        var corrections = new float[stages.Length][];
        for (int s = 0; s < stages.Length; s++)
        {
            (int first, int count) = EnsembleTraining.Origins(inner[s], _recipe.Steps);
            corrections[s] = EnsembleState.Corrections(networks, stages[s].Frame, plans[s], first, count);
        }

        var weights = new double[stages.Length][][];
        var calibrations = new HorizonForecast[stages.Length];
        Each(stages.Length, s => (weights[s], calibrations[s]) = EnsembleTraining.Weighed(
            inner[s], stages[s].Frame, stages[s].Linear, stages[s].Scales, corrections[s], _splits[s].BaselinesWithin(_recipe, _cancellation)));

        // Then everything again on all training rows.
        stages = Stages(chosen, [.. _splits.Select(split => split.Table.Head(split.Train.Count))], [.. _splits.Select(split => split.Train.Count)]);
        networks = Train(stages, null, epochs).Networks;
        var states = new EnsembleState[stages.Length];
        Each(stages.Length, s => states[s] = new EnsembleState
        {
            Cell = _recipe.Network.Cell,
            Linear = stages[s].Linear,
            Networks = networks,
            CorrectionScales = stages[s].Scales,
            Parts = EnsembleTraining.Parts(_splits[s], weights[s], _cancellation),
            Calibration = calibrations[s],
            TrainedFrom = _splits[s].Train.Dates[0],
            TrainedTo = _splits[s].Train.Dates[^1],
        });
        _training.End();
        return new PanelState(_splits[0].Target, _panel.SeriesColumn, _statics, chosen.IsPooled, chosen.OwnError, chosen.PooledError, networks, _keys, states);
    }

    /// <summary>What stands before the networks: rows, least squares, and samples of what these leave.</summary>
    private sealed record Stage(InputFrame Frame, LinearStage Linear, OriginSamples Samples, double[] Scales);

    private Stage[] Stages(PanelPlan chosen, TimeSeries[] tables, int[] ends)
    {
        var frames = new InputFrame[tables.Length];
        Each(frames.Length, s => frames[s] = new InputFrame(tables[s], chosen.Plans[s]));
        double[][]? shared = chosen.IsPooled
            ? PooledLinear.Fit([.. frames.Select((frame, s) => new PooledLinear.Part(frame, chosen.Plans[s], ends[s]))], chosen.Penalties[0])
            : null;
        var stages = new Stage[tables.Length];
        Each(stages.Length, s =>
        {
            LinearStage linear = shared is null
                ? LinearStage.Fit(frames[s], chosen.Plans[s], chosen.Penalties[s], ends[s])
                : new LinearStage(chosen.Plans[s], chosen.Penalties[s], shared);
            (OriginSamples samples, double[] scales) = EnsembleTraining.Samples(frames[s], linear, ends[s]);
            stages[s] = new Stage(frames[s], linear, samples, scales);
        });
        return stages;
    }

    private (Model[] Networks, int[] Epochs) Train(Stage[] stages, ISamples? validation, int[]? epochs) =>
        _training.Train(stages[0].Linear.Plan, EnsembleTraining.Laid(new JoinedSamples([.. stages.Select(stage => stage.Samples)])), validation, epochs);

    /// <summary>Runs the action for each series, on several threads; of several failures the first series' is thrown, and says which it is.</summary>
    private void Each(int count, Action<int> action)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _recipe.Network.Threads }, s =>
        {
            try
            {
                _cancellation.ThrowIfCancellationRequested();
                action(s);
            }
            catch (Exception failure)
            {
                failures[s] = failure;
            }
        });
        if (failures.IsEmpty)
            return;
        Exception first = failures[failures.Keys.Min()];
        if (first is UnrollException && count == _keys.Length)
            throw new UnrollException($"Series {_keys[failures.Keys.Min()]}: {first.Message}", first);
        ExceptionDispatchInfo.Throw(first);
    }
}

/// <summary>All that a fitted <see cref="PanelForecaster"/> predicts with; the states share the networks.</summary>
internal sealed record PanelState(string Target, string SeriesColumn, StaticInputs Statics, bool IsPooled, double OwnError, double? PooledError, IReadOnlyList<Model> Networks, string[] Keys, EnsembleState[] States);
