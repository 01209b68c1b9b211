using System.Diagnostics;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Trains the networks of an ensemble, which are alike but for their seeds.</summary>
/// <param name="recipe">How they are made and trained.</param>
/// <param name="work">Where finished networks are kept, which need no training any more; null for nowhere.</param>
/// <param name="onEvent">Told of every step and epoch, one after the other.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class MemberTraining(EnsembleRecipe recipe, FinishedWork? work, Action<TrainingEvent> onEvent, CancellationToken cancellation)
{
    /// <summary>The stage of a fit to more rows, with what was chosen before.</summary>
    public const string Again = "again";

    /// <summary>On fewer threads one network after the other uses all of them.</summary>
    private const int FewestThreads = 4;

    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new();

    /// <summary>The steps that each network in training has done.</summary>
    private readonly Dictionary<int, long> _running = [];
    private int _epochsBefore;
    private bool _isAgain;
    private TrainingEvent _last;

    /// <summary>Of the first network, trained with validation rows.</summary>
    public History? History { get; private set; }

    private TrainingOptions Options => recipe.Network.Training;

    /// <summary>Those that early stopping leaves out among them; a fit that chooses trains each network twice.</summary>
    private int AllEpochs => (_isAgain ? 1 : 2) * recipe.Members * Options.Epochs;

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

    /// <summary>
    /// Trains all networks: with validation rows until these say stop, without for as many epochs as is said. On four threads or more
    /// several train side by side, each on its share of the threads; the networks are the same to the bit on any number of threads.
    /// </summary>
    /// <param name="stage">What finished networks are found under: choose, final or again.</param>
    /// <param name="inputs">What they look at.</param>
    /// <param name="samples">What they learn from.</param>
    /// <param name="validation">What says when to stop; null for nothing.</param>
    /// <param name="epochs">One a network, where nothing says when to stop.</param>
    /// <returns>The networks, and the epoch whose weights each has.</returns>
    public (Model[] Networks, int[] Epochs) Train(string stage, JointInputs inputs, ISamples samples, ISamples? validation, int[]? epochs)
    {
        _isAgain = stage == Again;
        int members = recipe.Members, threads = recipe.Network.Threads;
        int together = threads < FewestThreads ? 1 : Math.Min(members, threads / 2);
        (Model Network, History History)[] trained = new (Model, History)[members];
        _clock.Start();
        if (together == 1)
        {
            for (int k = 0; k < members; k++)
                trained[k] = Member(stage, inputs, samples, validation, epochs?[k], k, threads);
        }
        else
        {
            new SeriesLoop(together, null, cancellation).Run(members, k => trained[k] = Member(stage, inputs, samples, validation, epochs?[k], k, threads / together));
        }

        _clock.Stop();
        History ??= trained[0].History;
        return (Array.ConvertAll(trained, member => member.Network), Array.ConvertAll(trained, member => Math.Max(1, member.History.KeptEpoch)));
    }

    /// <summary>Says that the last epoch is done. Networks that stop early leave epochs out, and the baselines come last: only now is it.</summary>
    public void End() =>
        onEvent(_last with { Kind = TrainingEventKind.EpochEnded, Epochs = AllEpochs, Epoch = AllEpochs, Step = _last.StepsPerEpoch, Elapsed = _clock.Elapsed });

    /// <summary>The loss of the head, or the one that fits the metric where squared errors, the default, are not asked for by it; null for the recipe's.</summary>
    internal static Loss? LossOf(EnsembleRecipe recipe) => Heads.LossOf(recipe.Head)
        ?? (recipe.Metric.IsAbsolute() && recipe.Network.Training.Loss is MeanSquaredError ? new MeanAbsoluteError() : null);

    private (Model Network, History History) Member(string stage, JointInputs inputs, ISamples samples, ISamples? validation, int? epochs, int member, int threads)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{recipe.Network.Key}/{member}/{stage}");
        (Model Network, History History)? known = work?.Find(key) is { } finished ? (finished.Model, finished.History) : null;
        if (known is null)
        {
            TrainingOptions options = Options with
            {
                Seed = unchecked(Options.Seed + member),
                Validation = validation,
                EarlyStopping = validation is null ? null : Options.EarlyStopping,
                Epochs = epochs ?? Options.Epochs,
            };
            if (LossOf(recipe) is { } loss)
                options = options with { Loss = loss };
            Model network = CreateModel(recipe with { Network = recipe.Network with { Threads = threads } }, inputs, member);
            History history = network.Fit(samples, options, moment => Forward(member, moment), cancellation);
            cancellation.ThrowIfCancellationRequested();
            known = (network, history);
            if (history.Reason is StopReason.Finished or StopReason.StoppedEarly)
                work?.Add(key, network, history);
        }

        lock (_lock)
        {
            _running.Remove(member);
            _epochsBefore += Options.Epochs;
        }

        if (known.Value.Network.Threads == recipe.Network.Threads)
            return known.Value;
        Model whole = CreateModel(recipe, inputs, member);
        whole.CopyWeights(known.Value.Network);
        return (whole, known.Value.History);
    }

    /// <summary>The events of all networks as those of one long training, one after the other on whatever thread they come from.</summary>
    private void Forward(int member, TrainingEvent moment)
    {
        if (moment.Kind is not (TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded))
            return;
        lock (_lock)
        {
            // Of networks side by side the steps of all count together; the epoch is the one that their sum is in.
            int all = Math.Max(1, moment.StepsPerEpoch);
            _running[member] = ((moment.Epoch - 1L) * all) + (moment.Kind == TrainingEventKind.EpochEnded ? all : moment.Step);
            long before = _running.Values.Sum() - 1;
            _last = moment with { Epoch = _epochsBefore + (int)(before / all) + 1, Epochs = AllEpochs, Step = (int)(before % all) + 1, Elapsed = _clock.Elapsed };
            if (moment.Kind == TrainingEventKind.StepEnded || _last.Epoch < AllEpochs)
                onEvent(_last);
        }
    }
}
