using System.Diagnostics;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Trains the networks of an ensemble, which are alike but for their seeds.</summary>
/// <param name="recipe">How they are made and trained.</param>
/// <param name="work">Where finished networks are kept, which need no training any more; null for nowhere.</param>
/// <param name="run">Told of every step and epoch, one after the other.</param>
/// <param name="from">The share of the run that is done before.</param>
internal sealed class MemberTraining(EnsembleRecipe recipe, FinishedWork? work, FitRun run, double from)
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

    /// <summary>The only network that is trained, from 0, as if it were all; null for all.</summary>
    public int? Only { get; init; }

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
        List<Layer> layers;
        if (recipe.Network.Body is null)
        {
            layers = [.. recipe.Network.Recurrent(sequences)];
            if (sequences)
                layers.Add(new LastSteps(lead.Steps));
            layers.Add(new Dense(recipe.Network.Units) { Activation = Activation.Relu });
        }
        else
        {
            layers = [.. recipe.Network.Own(inputs.Shape, sequences ? lead.Steps : 0)];
            sequences = NetworkRecipe.OutputOf(layers, inputs.Shape).Rank > 1;
        }

        int rows = inputs.Plans.Count * (sequences ? 1 : lead.Steps);
        layers.Add(new Dense(rows * Heads.OutputsOf(recipe.Head)) { KernelInitializer = Initializer.Zeros });
        Model model = new Model([.. layers]) { Threads = recipe.Network.Threads }
            .Build(inputs.Shape, unchecked(recipe.Network.Training.Seed + member));
        if (recipe.Head != ForecastHead.None)
            model.SetWeights(model.Parameters[^1].Name,
                [.. Enumerable.Repeat(Heads.StartOf(recipe.Head), rows).SelectMany(start => start)]);
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
    /// <param name="rows">What each network is looked at on while it trains.</param>
    /// <param name="before">What stays of a network that cannot be trained in time; null where nothing is there yet.</param>
    /// <returns>The networks, and the epoch whose weights each has.</returns>
    /// <exception cref="OutOfTimeException">No network could be trained in time.</exception>
    public (Model[] Networks, int[] Epochs) Train(
        string stage, JointInputs inputs, ISamples samples, ISamples? validation, int[]? epochs, NetworkRows rows,
        IReadOnlyList<Model>? before = null)
    {
        _isAgain = stage == Again;
        int members = Only is null ? epochs?.Length ?? recipe.Members : 1, threads = recipe.Network.Threads;
        int together = threads < FewestThreads ? 1 : Math.Min(members, threads / 2);
        var job = new Job(stage, inputs, samples, validation, epochs, rows);
        _clock.Start();
        (Model Network, History? History)[] trained = run.Networks is not { } time
            ? Side(job, Only ?? 0, members, together, null)
            : epochs is null
                ? InTime(job, members, together, time)
                : Anew(job, members, together, time, before!);
        _clock.Stop();
        History ??= trained[0].History;
        return (
            Array.ConvertAll(trained, member => member.Network),
            Array.ConvertAll(trained, member => Math.Max(1, member.History?.KeptEpoch ?? 1)));
    }

    /// <summary>Trains some networks side by side.</summary>
    private (Model Network, History? History)[] Side(Job job, int first, int count, int together, Deadline? deadline)
    {
        var trained = new (Model Network, History? History)[count];
        int threads = recipe.Network.Threads;
        if (together == 1)
        {
            for (int k = 0; k < count; k++)
                trained[k] = Member(job, first + k, threads, deadline);
        }
        else
        {
            new SeriesLoop(together, null, run.Outer).Run(count, k => trained[k] = Member(job, first + k, threads / together, deadline));
        }

        return trained;
    }

    /// <summary>Trains as many networks with validation rows as there is time for.</summary>
    private (Model Network, History? History)[] InTime(Job job, int members, int together, NetworkTime time)
    {
        var all = new List<(Model Network, History? History)>();
        bool goesOn = true;
        while (goesOn && all.Count < members)
        {
            Deadline deadline = time.Choosing();
            long start = deadline.Clock.GetTimestamp();
            (Model Network, History? History)[] next = Side(job, all.Count, Math.Min(together, members - all.Count), together, deadline);
            TimeSpan took = deadline.Clock.GetElapsedTime(start);
            all.AddRange(next.TakeWhile(member => member.History!.KeptEpoch > 0));
            int epochs = next.Sum(member => member.History!.Epochs.Count);
            if (time.PerSample == default && epochs > 0)
                time.PerSample = took / ((double)epochs / next.Length * job.Samples.Count);
            goesOn = time.HasTimeFor(next.Count(member => member.History!.KeptEpoch > 0), next.Count(IsCut), took);
        }

        return all.Count > 0 ? [.. all] : throw new OutOfTimeException();
    }

    /// <summary>Trains networks anew, on more rows, as far as there is time; the others stay as they were.</summary>
    private (Model Network, History? History)[] Anew(Job job, int members, int together, NetworkTime time, IReadOnlyList<Model> before)
    {
        Deadline deadline = time.Final();
        var all = new List<(Model Network, History? History)>();
        while (all.Count < members)
        {
            int count = Math.Min(together, members - all.Count);
            int longest = job.Epochs!.Skip(all.Count).Take(count).Max();
            bool hasTime = time.PerSample * ((double)longest * job.Samples.Count) <= deadline.Left;
            (Model Network, History? History)[] next = hasTime
                ? Side(job, all.Count, count, together, deadline)
                : new (Model, History?)[count];
            for (int k = 0; k < count; k++)
            {
                bool isDone = hasTime && !IsCut(next[k]);
                if (!isDone)
                    time.Stay();
                all.Add(isDone ? next[k] : (before[all.Count], null));
            }
        }

        return [.. all];
    }

    private static bool IsCut((Model Network, History? History) member) => member.History!.Reason == StopReason.Cancelled;

    /// <summary>What the networks of one stage are trained with.</summary>
    private sealed record Job(string Stage, JointInputs Inputs, ISamples Samples, ISamples? Validation, int[]? Epochs, NetworkRows Rows);

    /// <summary>
    /// Says that the last epoch is done. Networks that stop early leave epochs out, and the baselines come last: only now is it.
    /// </summary>
    public void End() =>
        Tell(_last with
        {
            Kind = TrainingEventKind.EpochEnded,
            Epochs = AllEpochs,
            Epoch = AllEpochs,
            Step = _last.StepsPerEpoch,
            Elapsed = _clock.Elapsed
        });

    private void Tell(TrainingEvent moment, NetworkEpoch? network = null) => run.Tell(moment, from, 1, network);

    /// <summary>Tells of a network that is trained; nothing is further than before.</summary>
    private void Tell(NetworkEpoch kept)
    {
        lock (_lock)
            run.Tell(_last with { Kind = TrainingEventKind.StepEnded }, from, 1, null, kept);
    }

    /// <summary>
    /// The loss of the head, or the one that fits the metric where squared errors, the default, are not asked for by it;
    /// null for the recipe's.
    /// </summary>
    internal static Loss? LossOf(EnsembleRecipe recipe) => Heads.LossOf(recipe.Head)
        ?? (recipe.Metric.IsAbsolute() && recipe.Network.Training.Loss is MeanSquaredError ? new MeanAbsoluteError() : null);

    private (Model Network, History History) Member(Job job, int member, int threads, Deadline? deadline)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{recipe.Network.Key}/{member}/{job.Stage}");
        (Model Network, History History)? known = work?.Find(key) is { } finished ? (finished.Model, finished.History) : null;
        if (known is { } found)
        {
            run.AddTime(found.History.Duration);
        }
        else
        {
            GradientRecorder? recorder = Options.Gradients?.For(key);
            TrainingOptions options = Options with
            {
                Gradients = recorder,
                Seed = unchecked(Options.Seed + member),
                Validation = job.Validation,
                EarlyStopping = job.Validation is null ? null : Options.EarlyStopping,
                Epochs = job.Epochs?[Only is null ? member : 0] ?? Options.Epochs,
            };
            if (LossOf(recipe) is { } loss)
                options = options with { Loss = loss };
            Model network = CreateModel(recipe with { Network = recipe.Network with { Threads = threads } }, job.Inputs, member);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(run.Outer);
            History history;
            TrainingEvent last = default;
            NetworkEpoch EpochOf(TrainingEvent moment) => new(network, moment, job.Rows, recorder, run.Clock)
            {
                Member = member + 1,
                Members = job.Epochs?.Length ?? recipe.Members,
                IsFinal = job.Validation is null,
            };
            try
            {
                history = network.Fit(job.Samples, options, moment =>
                {
                    bool isEpoch = moment.Kind == TrainingEventKind.EpochEnded;
                    if (isEpoch)
                        last = moment;
                    Forward(member, moment, isEpoch ? EpochOf(moment) : null);
                    if (deadline?.IsOver(moment) == true)
                        end.Cancel();
                }, end.Token);
            }
            catch (TrainingCanceledException cut)
            {
                history = cut.History;
            }

            run.Outer.ThrowIfCancellationRequested();
            if (history.KeptEpoch > 0)
                Tell(EpochOf(NetworkEpoch.KeptOf(history, last)));
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
        Model whole = CreateModel(recipe, job.Inputs, member);
        whole.CopyWeights(known.Value.Network);
        return (whole, known.Value.History);
    }

    /// <summary>The events of all networks as those of one long training, one after the other on whatever thread they come from.</summary>
    private void Forward(int member, TrainingEvent moment, NetworkEpoch? network)
    {
        if (moment.Kind is not (TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded))
            return;
        lock (_lock)
        {
            // Of networks side by side the steps of all count together; the epoch is the one that their sum is in.
            int all = Math.Max(1, moment.StepsPerEpoch);
            _running[member] = ((moment.Epoch - 1L) * all) + (moment.Kind == TrainingEventKind.EpochEnded ? all : moment.Step);
            long before = _running.Values.Sum() - 1;
            _last = moment with
            {
                Epoch = _epochsBefore + (int)(before / all) + 1,
                Epochs = AllEpochs,
                Step = (int)(before % all) + 1,
                Elapsed = _clock.Elapsed
            };
            if (moment.Kind == TrainingEventKind.StepEnded || _last.Epoch < AllEpochs)
                Tell(_last, network);
            else
                Tell(_last with { Kind = TrainingEventKind.StepEnded }, network);
        }
    }
}
