namespace Unroll.Training;

/// <summary>
/// Everything of a training but the weights themselves: what a checkpoint holds, and what a later training goes on from. All random draws
/// follow from the seed and from the numbers of step and epoch, so no other random state is kept.
/// </summary>
internal sealed class TrainingRun(Optimizer optimizer, int length, int samples)
{
    /// <summary>The rule that made the running sums.</summary>
    public Optimizer Optimizer { get; private set; } = optimizer;

    public OptimizerState<float> Sums { get; } = new(optimizer.Slots, length);

    /// <summary>Steps taken, those of trainings before too.</summary>
    public long Steps { get; set; }

    /// <summary>Steps and epochs of trainings before that this one goes on from.</summary>
    public (long Steps, int Epochs) Before { get; private set; }

    /// <summary>The order of the samples; each epoch shuffles that of the epoch before.</summary>
    public int[] Order { get; private set; } = InOrder(samples);

    /// <summary>The watched losses of all epochs, for schedules.</summary>
    public List<double> Losses { get; } = [];

    public History History { get; private set; } = new();

    /// <summary>The weights of the best epoch.</summary>
    public float[] Best { get; set; } = [];

    /// <summary>The moving average of the weights, padded; null until the first step, and where there is none.</summary>
    public float[]? Average { get; set; }

    /// <summary>What early stopping remembers: the loss of the last epoch that made progress, and the epochs since.</summary>
    public double LowestLoss { get; set; } = double.PositiveInfinity;

    public int EpochsWithoutProgress { get; set; }

    /// <summary>The rate that a callback set for the steps to come; null: optimiser and schedule say it.</summary>
    public double? FixedRate { get; set; }

    /// <summary>Whether a callback ended the training.</summary>
    public bool IsStopped { get; set; }

    /// <summary>
    /// The weights that were trained on, where the model was left with their average: as long as <see cref="KeptVersion"/> is the model's.
    /// </summary>
    public float[]? Trained { get; set; }

    public long KeptVersion { get; set; }

    /// <summary>Begins another training that goes on from here.</summary>
    /// <exception cref="UnrollException">Another optimiser made the running sums.</exception>
    public void GoOn(Optimizer optimizer, int samples)
    {
        if (optimizer.GetType() != Optimizer.GetType() || optimizer.Slots != Sums.Count)
        {
            throw new UnrollException(
                $"Continue goes on with the running sums of {Optimizer.InWords}, but the options have {optimizer.InWords}. "
                + "Give an optimizer of the same kind, or train without Continue.");
        }

        (Optimizer, IsStopped) = (optimizer, false);
        Before = (Steps, Before.Epochs + History.Epochs.Count);
        (History, LowestLoss, EpochsWithoutProgress) = (new History { EpochsBefore = Before.Epochs }, double.PositiveInfinity, 0);
        if (Order.Length != samples)
            Order = InOrder(samples);
    }

    /// <summary>Makes room for the records of so many more epochs.</summary>
    public void Reserve(int epochs)
    {
        const int most = 10_000;
        Losses.EnsureCapacity(Losses.Count + Math.Min(epochs, most));
        History.Reserve(Math.Min(epochs, most));
    }

    /// <summary>Takes what a checkpoint holds.</summary>
    public void Restore(long steps, (long Steps, int Epochs) before, int[] order)
    {
        (Steps, Before, Order) = (steps, before, order);
        History = new History { EpochsBefore = before.Epochs };
    }

    /// <summary>Takes a step of the average of the weights.</summary>
    public void TakeAverage(ParameterStore<float> store, WeightAverage options)
    {
        ReadOnlySpan<float> weights = store.ReadOnlyValues;
        if (Average is null)
        {
            Average = weights.ToArray();
            return;
        }

        float decay = (float)options.Decay;
        for (int i = 0; i < Average.Length; i++)
            Average[i] = decay * Average[i] + (1 - decay) * weights[i];
        foreach (Parameter parameter in store.Parameters)
        {
            if (parameter.Momentum is not null || parameter.IsFrozen)
                weights[parameter.Range].CopyTo(Average.AsSpan(parameter.Range));
        }
    }

    /// <summary>Exchanges the weights and their average.</summary>
    public void SwapAverage(ParameterStore<float> store)
    {
        Span<float> values = store.Values, average = Average;
        for (int i = 0; i < average.Length; i++)
            (average[i], values[i]) = (values[i], average[i]);
    }

    private static int[] InOrder(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        return order;
    }
}
