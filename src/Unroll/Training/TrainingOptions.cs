namespace Unroll;

/// <summary>How a model is trained. The defaults are Keras' where it has one.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often training goes through all samples.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>
    /// B, samples a batch, which is a step unless <see cref="AccumulateBatches"/> says more. The last batch of an epoch may be smaller. The
    /// memory that training takes does not grow with it.
    /// </summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// How many batches make one step: the step of one batch of all their samples, to the bit. <see cref="BucketByLength"/> fills batches
    /// of <see cref="BatchSize"/>, not steps.
    /// </summary>
    public int AccumulateBatches { get; init; } = 1;

    /// <summary>The rule of the steps (RMSprop).</summary>
    public Optimizer Optimizer { get; init; } = new RmsProp();

    /// <summary>What training makes small (the mean squared error).</summary>
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

    /// <summary>
    /// Metrics beside the loss, computed for every epoch in training and validation. Their values are in <see cref="EpochRecord.Metrics"/>
    /// and <see cref="EpochRecord.ValidationMetrics"/>, by <see cref="Metric.Name"/>.
    /// </summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>How gradients are cut; null: not at all.</summary>
    public Clipping? Clipping { get; init; }

    /// <summary>The learning rate from step to step; null: the optimiser's.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>
    /// Factors of the learning rate, above 0, by the name of the layer, for example <c>lstm_1</c>; other layers have 1. To stop a layer
    /// from learning, freeze it: <see cref="Model.Freeze"/>.
    /// </summary>
    public IReadOnlyDictionary<string, double> LayerRates { get; init; } = new Dictionary<string, double>();

    /// <summary>A moving average of the weights, which validation judges and the model ends with; null: the weights themselves.</summary>
    public WeightAverage? WeightAverage { get; init; }

    /// <summary>
    /// True: continue where the last <see cref="Model.Fit"/> of this model ended, with the running sums of the optimiser, the numbers of
    /// step and epoch that schedules and random draws depend on, and the order of the samples. So ten calls of one epoch give the weights
    /// of one call of ten epochs, to the bit. (A schedule that depends on the number of epochs, as a cosine does, takes that of this call.)
    /// Early stopping and the best epoch start again. The first call has nothing to continue; <see cref="History.EpochsBefore"/> is 0 then.
    /// False: everything but the weights starts again.
    /// </summary>
    public bool Continue { get; init; }

    /// <summary>When training stops before its last epoch; null: never.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Where training is kept after each epoch, to be resumed; null: nowhere.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Code of yours at the moments of the training, which may set the learning rate and end the training.</summary>
    public IReadOnlyList<TrainingCallback> Callbacks { get; init; } = [];

    internal void Validate()
    {
        Require(Optimizer, nameof(Optimizer), "new RmsProp()");
        Require(Loss, nameof(Loss), "new MeanSquaredError()");
        Require(LayerRates, nameof(LayerRates), "an empty one");
        Require(Callbacks, nameof(Callbacks), "an empty list");
        if (Callbacks.Contains(null!))
            throw new UnrollException("Callbacks of the training options have one that is null. Leave it out.");
        if (Epochs < 1)
            throw new UnrollException($"The number of epochs is {Epochs}; it must be at least 1.");
        if (BatchSize < 1)
            throw new UnrollException($"The batch size is {BatchSize}; it must be at least 1.");
        if (AccumulateBatches < 1)
            throw new UnrollException($"A step accumulates {AccumulateBatches} batches; it must be at least 1.");
        if (ValidationSplit is not (>= 0 and < 1))
            throw new UnrollException($"The validation split is {ValidationSplit}; it must be at least 0 and below 1.");
        if (ValidationSplit > 0 && Validation is not null)
            throw new UnrollException($"There are validation samples and a validation split of {ValidationSplit}. Give one of them.");
        Loss.RequireValid();
        Require(Metrics, nameof(Metrics), "an empty list");
        Metric.RequireValid(Metrics);
        Optimizer.RequireValid();
        Clipping?.Validate();
        Schedule?.Validate();
        EarlyStopping?.Validate();
        WeightAverage?.Validate();
        Checkpoint?.Validate();
        if (Checkpoint is { Resume: true } && Continue)
            throw new UnrollException("Continue goes on from the last Fit of the model, Resume from a file. Give one of them.");
        foreach ((string layer, double rate) in LayerRates)
        {
            if (!(rate > 0) || double.IsInfinity(rate))
                throw new UnrollException(
                    $"The learning rate of {layer} is multiplied with {rate}; it must be above 0. "
                    + "To stop a layer from learning, freeze it.");
        }
    }

    private static void Require(object? option, string name, string example)
    {
        if (option is null)
            throw new UnrollException($"{name} of the training options is null. Give one, for example {example}, or leave the option out.");
    }
}

/// <summary>
/// Ends training after <paramref name="Patience"/> epochs in a row, at least one, in which the watched loss (of validation where there is
/// one, else of training) has not fallen by more than <paramref name="MinDelta"/>, as in Keras.
/// </summary>
/// <param name="Patience">Epochs without progress after which training ends; 0 is 1.</param>
/// <param name="MinDelta">The least fall that counts as progress.</param>
public sealed record EarlyStopping(int Patience = 0, double MinDelta = 0)
{
    /// <summary>
    /// The model ends with the weights of the epoch with the lowest watched loss, also when no epoch was saved by stopping early.
    /// </summary>
    public bool RestoreBestWeights { get; init; } = true;

    /// <summary>
    /// Ends training also after so many steps without progress, in two epochs at the least: where epochs are long, fewer of them tell as
    /// much. Null for <see cref="Patience"/> alone.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>Whether so many epochs without progress, of so many steps each, are enough.</summary>
    internal bool IsEnough(int epochs, int stepsPerEpoch) =>
        epochs >= Math.Max(1, Patience) || (Steps is { } steps && epochs >= 2 && (long)epochs * stepsPerEpoch >= steps);

    internal void Validate()
    {
        if (Patience < 0)
            throw new UnrollException($"The patience of early stopping is {Patience}; it must be at least 0.");
        if (Steps < 1)
            throw new UnrollException($"The steps of early stopping are {Steps}; give at least 1, or null.");
        if (!(MinDelta >= 0) || double.IsInfinity(MinDelta))
            throw new UnrollException($"The least fall of early stopping is {MinDelta}; it must be at least 0.");
    }
}

/// <summary>
/// An exponential moving average of the weights, a ← Decay·a + (1 − Decay)·w after every step, beginning with the weights after the first
/// (Polyak and Juditsky 1992). Validation, the best epoch, checkpoints and the model at the end have the average; training itself works on
/// the weights. Moving averages of a <see cref="BatchNorm"/> are not averaged again.
/// </summary>
/// <param name="Decay">How much of the average stays in a step, at least 0 and below 1: 0.99 looks back some hundred steps.</param>
public sealed record WeightAverage(double Decay = 0.999)
{
    internal void Validate()
    {
        if (Decay is not (>= 0 and < 1))
            throw new UnrollException($"The decay of the average of the weights is {Decay}; it must be at least 0 and below 1.");
    }
}

/// <summary>
/// Saves the model and the state of its training to a file after every epoch, whole or not at all. <see cref="Model.Load(string)"/> reads
/// it as any model file. After a crash, the same line with <see cref="Resume"/> continues after the last epoch in the file and ends with
/// the weights of a training that was never interrupted, to the bit (on the same instruction set).
/// </summary>
/// <param name="Path">The file; replaced each time.</param>
/// <example>
/// <code>
/// model.Fit(samples, new TrainingOptions { Epochs = 100, Checkpoint = new Checkpoint("run.unroll") { Resume = true } });
/// </code>
/// </example>
public sealed record Checkpoint(string Path)
{
    /// <summary>
    /// Which weights the file has as a model: true, those of the lowest watched loss so far; false, those of the last epoch.
    /// </summary>
    public bool BestOnly { get; init; } = true;

    /// <summary>
    /// True: training continues from the file if there is one, and starts otherwise. The model, the samples and all options that the
    /// earlier epochs depend on must be the same; more epochs and another patience are allowed. A training that had ended is not run again,
    /// and its history is returned. False: training starts, and replaces the file.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// True: all samples must be those that the file was trained on, by a checksum of all of them. False: only their number and shapes, for
    /// samples that are others each time they are read, because noise is added to them; what is resumed then is not the same to the bit.
    /// </summary>
    public bool ComparesSamples { get; init; } = true;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw new UnrollException("The checkpoint has no path. Give the path of a file, for example run.unroll.");
        if (Directory.Exists(Path))
            throw new UnrollException(
                $"The checkpoint {Path} is a folder. Give the path of a file, for example {System.IO.Path.Combine(Path, "run.unroll")}.");
    }
}
