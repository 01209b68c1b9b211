namespace Unroll;

/// <summary>How a model is trained. The defaults are Keras' where it has one.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often training goes through all samples.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>B, samples a step. The last batch of an epoch may be smaller.</summary>
    public int BatchSize { get; init; } = 32;

    public Optimizer Optimizer { get; init; } = new RmsProp();

    public Loss Loss { get; init; } = new MeanSquaredError();

    /// <summary>The seed of the order of samples, of dropout, and of the weights where Fit builds the model.</summary>
    public int Seed { get; init; }

    /// <summary>Puts the samples in a new order each epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// Puts samples of similar length (<see cref="ISamples.LengthOf"/>) into one batch, which then leaves out the steps that are
    /// padding in all its rows. The shuffled samples are sorted by length within runs of 50 batches, and the batches shuffled.
    /// </summary>
    public bool BucketByLength { get; init; }

    /// <summary>Watches how gradients flow back through time; null: nobody does.</summary>
    public GradientRecorder? Gradients { get; init; }

    /// <summary>The share of the samples, the last ones, that is not trained on but judged with after each epoch.</summary>
    public double ValidationSplit { get; init; }

    /// <summary>Samples to judge with after each epoch, in place of a split.</summary>
    public ISamples? Validation { get; init; }

    /// <summary>What is measured beside the loss, in training and validation, at every epoch; each finds its name in <see cref="EpochRecord.Metrics"/>.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    public Clipping? Clipping { get; init; }

    public Schedule? Schedule { get; init; }

    public EarlyStopping? EarlyStopping { get; init; }

    public Checkpoint? Checkpoint { get; init; }

    internal void Validate()
    {
        if (Epochs < 1)
            throw new UnrollException($"The number of epochs is {Epochs}; it must be at least 1.");
        if (BatchSize < 1)
            throw new UnrollException($"The batch size is {BatchSize}; it must be at least 1.");
        if (ValidationSplit is not (>= 0 and < 1))
            throw new UnrollException($"The validation split is {ValidationSplit}; it must be at least 0 and below 1.");
        if (EarlyStopping is { Patience: < 0 })
            throw new UnrollException($"The patience of early stopping is {EarlyStopping.Patience}; it must be at least 0.");
        Loss.Validate();
        foreach (Metric metric in Metrics)
            metric.Validate();
        Optimizer.Validate();
        Clipping?.Validate();
    }
}

/// <summary>
/// Ends training when the watched loss (of validation where there is one, else of training) has not fallen by more than
/// <paramref name="MinDelta"/> for more than <paramref name="Patience"/> epochs.
/// </summary>
/// <param name="Patience">Epochs without progress that are borne.</param>
/// <param name="MinDelta">The least fall that counts as progress.</param>
public sealed record EarlyStopping(int Patience = 0, double MinDelta = 0)
{
    /// <summary>The model ends with the weights of the epoch with the lowest watched loss, also when no epoch was saved by stopping early.</summary>
    public bool RestoreBestWeights { get; init; } = true;
}

/// <summary>Saves the model to a file after epochs, whole or not at all.</summary>
/// <param name="Path">The file; replaced each time.</param>
public sealed record Checkpoint(string Path)
{
    /// <summary>True: only when the watched loss is the lowest so far. False: after every epoch.</summary>
    public bool BestOnly { get; init; } = true;
}
