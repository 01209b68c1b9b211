using System.Diagnostics;

namespace Unroll.Forecasting;

/// <summary>Trains the networks of an ensemble, which are alike but for their seeds.</summary>
internal sealed class MemberTraining(EnsembleRecipe recipe, Action<TrainingEvent> onEvent, CancellationToken cancellation)
{
    private readonly Stopwatch _clock = new();
    private int _epochsBefore;
    private TrainingEvent _last;

    /// <summary>Of the first network, trained with validation rows.</summary>
    public History? History { get; private set; }

    private TrainingOptions Options => recipe.Network.Training;

    private int AllEpochs => 2 * recipe.Members * Options.Epochs;

    /// <summary>A network that is not trained yet.</summary>
    /// <param name="recipe">How networks are made.</param>
    /// <param name="inputs">What they look at.</param>
    /// <param name="member">Which of the networks it is, from 0.</param>
    public static Model CreateModel(EnsembleRecipe recipe, JointInputs inputs, int member)
    {
        // K outputs for each step that is read, or where no step is read H · K outputs after the last.
        InputPlan lead = inputs.Lead;
        bool sequences = lead.HasKnown && lead.Steps > 1;
        List<Layer> layers = [.. recipe.Network.Recurrent(sequences)];
        if (sequences)
            layers.Add(new LastSteps(lead.Steps));
        layers.Add(new Dense(recipe.Network.Units) { Activation = Activation.Relu });
        int rows = inputs.Plans.Count * (lead.HasKnown ? 1 : lead.Steps);
        layers.Add(new Dense(rows * Heads.OutputsOf(recipe.Head)) { KernelInitializer = Initializer.Zeros });
        Model model = new Model([.. layers]) { Threads = recipe.Network.Threads }.Build(inputs.Shape, unchecked(recipe.Network.Training.Seed + member));
        if (recipe.Head != ForecastHead.None)
            model.SetWeights(model.Parameters[^1].Name, [.. Enumerable.Repeat(Heads.StartOf(recipe.Head), rows).SelectMany(start => start)]);
        return model;
    }

    /// <summary>Trains all networks: with validation rows until these say stop, without for as many epochs as is said.</summary>
    /// <returns>The networks, and the epoch whose weights each has.</returns>
    public (Model[] Networks, int[] Epochs) Train(JointInputs inputs, ISamples samples, ISamples? validation, int[]? epochs)
    {
        var networks = new Model[recipe.Members];
        var kept = new int[recipe.Members];
        _clock.Start();
        for (int k = 0; k < networks.Length; k++)
        {
            TrainingOptions options = Options with
            {
                Seed = unchecked(Options.Seed + k),
                Validation = validation,
                EarlyStopping = validation is null ? null : Options.EarlyStopping,
                Epochs = epochs?[k] ?? Options.Epochs,
            };
            if (Heads.LossOf(recipe.Head) is { } loss)
                options = options with { Loss = loss };
            networks[k] = CreateModel(recipe, inputs, k);
            History history = networks[k].Fit(samples, options, Forward, cancellation);
            cancellation.ThrowIfCancellationRequested();
            History ??= history;
            kept[k] = Math.Max(1, history.KeptEpoch);
            _epochsBefore += Options.Epochs;
        }

        _clock.Stop();
        return (networks, kept);
    }

    /// <summary>Says that the last epoch is done. Networks that stop early leave epochs out, and the baselines come last: only now is it.</summary>
    public void End(TimeSpan elapsed) =>
        onEvent(_last with { Kind = TrainingEventKind.EpochEnded, Epoch = AllEpochs, Step = _last.StepsPerEpoch, Elapsed = elapsed });

    /// <summary>The events of all networks as those of one long training.</summary>
    private void Forward(TrainingEvent moment)
    {
        if (moment.Kind is not (TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded))
            return;
        _last = moment with { Epoch = _epochsBefore + moment.Epoch, Epochs = AllEpochs, Elapsed = _clock.Elapsed };
        if (moment.Kind == TrainingEventKind.StepEnded || _last.Epoch < AllEpochs)
            onEvent(_last);
    }
}
