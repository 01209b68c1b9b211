namespace Unroll.Forecasting;

/// <summary>
/// One ensemble of networks for several target columns: every target is brought to its own scale and predicted by least squares on all
/// inputs, and the networks learn what that leaves of all targets at once, H rows ahead each. Transform, inputs, and how networks, least
/// squares and baselines are weighed, are found for each target. For one target it is <see cref="EnsembleForecaster"/>, to the bit.
/// </summary>
public sealed class JointForecaster
{
    private readonly EnsembleRecipe _recipe;
    private EnsembleState[]? _states;
    private EnsembleForecaster[] _forecasters = [];
    private Model? _shown;

    public JointForecaster(EnsembleRecipe recipe)
    {
        EnsembleRecipe.Check(recipe);
        _ = Heads.LossOf(recipe.Head);
        _recipe = recipe;
    }

    private JointForecaster(EnsembleState[] states)
        : this(EnsembleRecipe.Of(states[0])) => Keep(states);

    public string Name => _recipe.Network.Name;

    /// <summary>How its networks are made.</summary>
    public NetworkRecipe Recipe => _recipe.Network;

    /// <summary>How many networks it averages.</summary>
    public int Members => _recipe.Members;

    /// <summary>H, how many rows ahead it predicts.</summary>
    public int Steps => _recipe.Steps;

    /// <summary>Told of every step and epoch of training, on the thread that trains.</summary>
    public Action<TrainingEvent>? OnEvent { get; set; }

    /// <summary>What happened in training, of several networks the first's; null before it and in a loaded forecaster.</summary>
    public History? History { get; private set; }

    /// <summary>How long training took, all networks together.</summary>
    public TimeSpan TrainingTime { get; private set; }

    /// <summary>The network, of several alike the first.</summary>
    /// <exception cref="InvalidOperationException">It is not made yet.</exception>
    public Model Model => _states?[0].Networks[0] ?? _shown ?? throw NotFitted();

    /// <summary>The columns it predicts.</summary>
    public IReadOnlyList<string> Targets => [.. States.Select(state => state.Plan.Target)];

    private EnsembleState[] States => _states ?? throw NotFitted();

    /// <summary>
    /// The forecaster of one target: its weights, its calibration rows, its next values. It is judged, saved and asked like one that
    /// was trained for that target alone. All of them share the networks, so use one at a time.
    /// </summary>
    /// <exception cref="UnrollException">It was not trained to predict such a column.</exception>
    public EnsembleForecaster this[string target]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(target);
            _ = States;
            return Array.Find(_forecasters, forecaster => forecaster.Target == target)
                ?? throw new UnrollException($"The {Name} was not trained to predict {target}. It predicts {NameList.Of(Targets)}.");
        }
    }

    /// <summary>Makes the network for a split without training it, so that it can be looked at.</summary>
    public Model Build(JointSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return _shown = EnsembleTraining.Build(_recipe, [new TrainingSeries(split.Splits)]);
    }

    /// <summary>Trains on the training rows of all targets.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is kept.</exception>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    public void Fit(JointSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var training = new EnsembleTraining(_recipe, [new TrainingSeries(split.Splits)], moment => OnEvent?.Invoke(moment), cancellationToken);
        EnsembleState[] states = training.Run()[0];
        (History, TrainingTime) = (training.History, training.Elapsed);
        Keep(states);
    }

    /// <summary>Predictions of the test rows by target, as <see cref="IHorizonForecaster.PredictAhead(ForecastSplit, int)"/>.</summary>
    /// <exception cref="UnrollException">It was not trained for one of the targets, or not for so many steps.</exception>
    public IReadOnlyDictionary<string, HorizonForecast> PredictAhead(JointSplit split, int steps)
    {
        ArgumentNullException.ThrowIfNull(split);
        return split.Splits.ToDictionary(each => each.Target, each => this[each.Target].PredictAhead(each, steps));
    }

    /// <summary>Each target in each of the <paramref name="steps"/> rows after the last row of <paramref name="series"/>, in its units.</summary>
    /// <exception cref="UnrollException">A column is not there, or too few of its newest values are.</exception>
    public IReadOnlyDictionary<string, double[]> PredictAhead(TimeSeries series, int steps)
    {
        ArgumentNullException.ThrowIfNull(series);
        return Targets.ToDictionary(target => target, target => this[target].PredictAhead(series, steps));
    }

    /// <summary>Writes all that predicting needs to one file.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public void Save(string path) => JointFile.Write(path, States);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="UnrollException">The file is missing, damaged, of a newer version, or holds something else.</exception>
    public static JointForecaster Load(string path) => new(JointFile.Read(path));

    private void Keep(EnsembleState[] states)
    {
        _states = states;
        _forecasters = Array.ConvertAll(states, state => new EnsembleForecaster(state, _recipe, History, TrainingTime));
    }

    private InvalidOperationException NotFitted() => new($"The {Name} forecaster is not fitted yet. Call Fit first.");
}
