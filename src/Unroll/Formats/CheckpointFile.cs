using System.Text.Json.Serialization;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll.Formats;

/// <summary>
/// A checkpoint of one training: a model file (<see cref="ModelFile"/>) whose header also has what training goes on from, and whose weights
/// are followed by arrays in this order: the weights that are trained on, those of the best epoch, the running sums of the optimiser, the
/// average of the weights where there is one (each as long as the weights), the order of the samples as 32-bit integers, the states of the
/// stateful layers.
/// </summary>
internal sealed class CheckpointFile
{
    private readonly Model _model;
    private readonly Network<float> _network;
    private readonly TrainingOptions _options;
    private readonly Checkpoint _checkpoint;
    private readonly int _samples;
    private readonly SortedDictionary<string, string> _recipe;

    public CheckpointFile(Model model, TrainingOptions options, ISamples training, ISamples? validation)
    {
        (_model, _network, _options, _checkpoint, _samples) = (model, model.Network, options, options.Checkpoint!, training.Count);
        _recipe = TrainingRecipe.Of(model, options, training, validation);
    }

    public bool Exists => File.Exists(_checkpoint.Path);

    private int Weights => _network.Parameters.Count;

    private string Path => _checkpoint.Path;

    /// <summary>Finds out before training that the file cannot be written, rather than after the first epoch.</summary>
    /// <exception cref="UnrollException">It cannot.</exception>
    public void RequireWritable()
    {
        AtomicFile.RequireWritable(Path);
        ModelFile.RequireKinds(_model);
    }

    /// <summary>
    /// Writes the state after an epoch, while the model has the weights that are kept, and the average (where there is
    /// one) is swapped with them.
    /// </summary>
    public void Write(TrainingRun run)
    {
        // While the average is judged, the model has it, and the weights that are trained on lie in its place.
        ReadOnlySpan<float> kept = _network.Parameters.ReadOnlyValues[..Weights];
        ReadOnlySpan<float> trained = run.Average is { } average ? average.AsSpan(0, Weights) : kept;
        ReadOnlySpan<float> best = run.Best.AsSpan(0, Weights);
        var body = new BodyWriter();
        body.Add(trained);
        body.Add(best);
        for (int i = 0; i < run.Sums.Count; i++)
            body.Add(run.Sums[i][..Weights]);
        if (run.Average is not null)
            body.Add(kept);
        body.Add(run.Order);
        foreach (float[] state in States())
            body.Add(state);
        var header = new TrainingHeader
        {
            Recipe = _recipe,
            Steps = run.Steps,
            StepsBefore = run.Before.Steps,
            EpochsBefore = run.Before.Epochs,
            Losses = [.. run.Losses],
            Epochs = [.. run.History.Epochs],
            Seconds = run.History.Duration.TotalSeconds,
            LowestLoss = run.LowestLoss,
            EpochsWithoutProgress = run.EpochsWithoutProgress,
            RunningSums = run.Sums.Count,
            HasAverage = run.Average is not null,
            States = [.. States().Select(state => state.Length)],
            FixedRate = run.FixedRate,
            IsStopped = run.IsStopped,
            Callbacks = CallbackStates(),
        };
        AtomicFile.Write(Path, ModelFile.Join(_model, null, _checkpoint.BestOnly ? best : kept, header, body.Written));
    }

    /// <summary>Reads the state, and gives the model the weights that are trained on.</summary>
    /// <exception cref="UnrollException">The file is damaged, no checkpoint, or of another training.</exception>
    public TrainingRun Read()
    {
        (TrainingHeader? header, byte[] body) = ModelFile.ReadTraining(Path);
        if (header is null)
            throw new UnrollException(
                $"{Path} is a model without the state of its training, so it cannot be resumed. "
                + "Give another path to the checkpoint, or train without Resume, which replaces the file.");
        foreach ((string what, string own) in _recipe)
        {
            string? theirs = header.Recipe.GetValueOrDefault(what);
            if (theirs != own)
            {
                throw new UnrollException(
                    $"{Path} cannot be resumed: it is of a training with {what} {Excerpt(theirs ?? "unknown", own)}, but now it is "
                        + $"{Excerpt(own, theirs ?? "unknown")}. "
                    + "Give what it was trained with, or another path; without Resume the file is replaced.");
            }
        }

        long values = (long)Weights * (2 + header.RunningSums + (header.HasAverage ? 1 : 0))
            + _samples + header.States.Sum(length => (long)length);
        bool fits = header.RunningSums == _options.Optimizer.Slots
            && header.HasAverage == (_options.WeightAverage is not null && header.Steps > 0)
            && body.Length == values * sizeof(float) && StatesFit(header.States)
            && header.Seconds is >= 0 and < 1e9 && !double.IsNaN(header.LowestLoss)
            && header.Steps >= 0 && header.EpochsBefore >= 0 && header.StepsBefore >= 0 && header.EpochsWithoutProgress >= 0
            && header.FixedRate is null or (>= 0 and < double.PositiveInfinity) && header.Callbacks?.Contains(null!) != true
            && header.Losses.Length >= header.Epochs.Length && header.Epochs.Select((epoch, i) => epoch.Epoch == i + 1).All(right => right);
        if (!fits)
            throw ModelFile.Damaged(Path, "the state of its training does not fit its model");
        TrainingRun run = Restore(header, new BodyReader(body), out float[] trained);
        foreach (CallbackState state in header.Callbacks ?? [])
            CallbackOf(state).RestoreState(state.State);
        _network.Built.Write(weights => trained.CopyTo(weights.Values));
        return run;
    }

    private TrainingRun Restore(TrainingHeader header, BodyReader body, out float[] trained)
    {
        var run = new TrainingRun(_options.Optimizer, _network.Parameters.PaddedLength, samples: 0);
        trained = new float[Weights];
        body.Read(trained);
        run.Best = new float[_network.Parameters.PaddedLength];
        body.Read(run.Best.AsSpan(0, Weights));
        for (int i = 0; i < header.RunningSums; i++)
            body.Read(run.Sums[i][..Weights]);
        if (header.HasAverage)
        {
            run.Average = new float[_network.Parameters.PaddedLength];
            body.Read(run.Average.AsSpan(0, Weights));
        }

        var order = new int[_samples];
        body.Read(order);
        if (!IsOrder(order))
            throw ModelFile.Damaged(Path, "the order of its samples is none");
        run.Restore(header.Steps, (header.StepsBefore, header.EpochsBefore), order);
        run.Losses.AddRange(header.Losses);
        foreach (EpochRecord record in header.Epochs)
            run.History.Add(record);
        (run.History.EpochsResumed, run.History.Duration) = (header.Epochs.Length, TimeSpan.FromSeconds(header.Seconds));
        (run.LowestLoss, run.EpochsWithoutProgress) = (header.LowestLoss, header.EpochsWithoutProgress);
        (run.FixedRate, run.IsStopped) = (header.FixedRate, header.IsStopped);
        int at = 0;
        foreach (RecurrentOp<float> op in _network.StatefulParts)
        {
            RecurrentStates<float> states = _network.StatesOf(op);
            for (int s = 0; s < states.Count; s++)
            {
                int length = header.States[at++];
                states.Reserve(length / states.Units(s));
                body.Read(states.Initial[s].AsSpan(0, length));
            }
        }

        return run;
    }

    /// <summary>What the callbacks remember; null where none remembers anything.</summary>
    private CallbackState[]? CallbackStates()
    {
        if (_options.Callbacks.Count == 0)
            return null;
        var states = new List<CallbackState>();
        foreach (IGrouping<Type, TrainingCallback> alike in _options.Callbacks.GroupBy(callback => callback.GetType()))
        {
            int number = 0;
            foreach (TrainingCallback callback in alike)
            {
                if (callback.SaveState() is { } state)
                    states.Add(new CallbackState(alike.Key.ToString(), number, state));
                number++;
            }
        }

        return states.Count > 0 ? [.. states] : null;
    }

    private TrainingCallback CallbackOf(CallbackState state) =>
        _options.Callbacks.Where(callback => callback.GetType().ToString() == state.Kind).ElementAtOrDefault(state.Number)
            ?? throw new UnrollException(
                $"{Path} cannot be resumed: it has what a callback {state.Kind} remembers, but Callbacks have none of this type that could "
                + "take it. Give the callbacks it was trained with, or another path; without Resume the file is replaced.");

    /// <summary>What the stateful layers carry to the next batch.</summary>
    private IEnumerable<float[]> States() =>
        _network.StatefulParts.SelectMany(op => _network.StatesOf(op).Initial.Select(state => state ?? []));

    private static bool IsOrder(int[] order)
    {
        var seen = new bool[order.Length];
        foreach (int index in order)
        {
            if (index < 0 || index >= seen.Length || seen[index])
                return false;
            seen[index] = true;
        }

        return true;
    }

    /// <summary>A text, of a long one the part in which it begins to differ from another.</summary>
    private static string Excerpt(string text, string other)
    {
        const int before = 40, most = 100;
        int same = 0;
        while (same < Math.Min(text.Length, other.Length) && text[same] == other[same])
            same++;
        int from = text.Length <= most ? 0 : Math.Max(0, Math.Min(same - before, text.Length - most)),
            to = Math.Min(text.Length, from + most);
        string line = string.Concat(text[from..to].Select(letter => char.IsControl(letter) ? ' ' : letter));
        return (from > 0 ? "…" : "") + line + (to < text.Length ? "…" : "");
    }

    /// <summary>Whether each stateful layer has states of the same number of rows.</summary>
    private bool StatesFit(int[] lengths)
    {
        int[] units = [.. _network.StatefulParts.SelectMany(op => op.States.Select(state => state.Units))];
        return lengths.Length == units.Length
            && lengths.Zip(units)
                .All(pair => pair.First >= 0 && pair.First % pair.Second == 0 && pair.First / pair.Second == lengths[0] / units[0]);
    }
}

/// <summary>What a checkpoint says beside arrays.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed class TrainingHeader
{
    /// <summary>What must be the same for the training to be the same, in words.</summary>
    public required SortedDictionary<string, string> Recipe { get; init; }

    public required long Steps { get; init; }

    public required long StepsBefore { get; init; }

    public required int EpochsBefore { get; init; }

    public required double[] Losses { get; init; }

    public required EpochRecord[] Epochs { get; init; }

    public required double Seconds { get; init; }

    public required double LowestLoss { get; init; }

    public required int EpochsWithoutProgress { get; init; }

    public required int RunningSums { get; init; }

    public required bool HasAverage { get; init; }

    /// <summary>The length of each state that is carried.</summary>
    public required int[] States { get; init; }

    /// <summary>The rate that a callback set.</summary>
    public double? FixedRate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsStopped { get; init; }

    public CallbackState[]? Callbacks { get; init; }
}

/// <summary>What a callback remembers.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Number">Which of the callbacks of this type, from 0.</param>
/// <param name="State">What it gave.</param>
internal sealed record CallbackState(string Kind, int Number, string State);
