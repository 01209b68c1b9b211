namespace Unroll.Forecasting;

/// <summary>
/// One ensemble of networks for all series of a panel: every series is brought to its own scale and predicted by least squares, and the
/// networks learn from all series at once what that leaves. How networks, least squares and baselines are weighed is found for each
/// series. For a panel of one series it is <see cref="EnsembleForecaster"/>, to the bit.
/// </summary>
/// <remarks>
/// The series share the transform, the inputs and the networks; least squares is fitted to each series or to all at once, whichever has
/// the lower error on the newest training rows. Static columns of the panel are inputs of the networks. The order of the series does not
/// matter. Global models: Salinas, Flunkert, Gasthaus and Januschowski (2020); Montero-Manso and Hyndman (2021).
/// </remarks>
public sealed class PanelForecaster
{
    private readonly EnsembleRecipe _recipe;
    private PanelState? _state;
    private Dictionary<string, EnsembleForecaster> _forecasters = [];

    public PanelForecaster(EnsembleRecipe recipe)
    {
        EnsembleRecipe.Check(recipe);
        _ = Heads.LossOf(recipe.Head);
        _recipe = recipe;
    }

    internal PanelForecaster(PanelState state)
        : this(EnsembleRecipe.Of(state.States[0])) => Keep(state);

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
    public Model Model => State.Networks[0];

    /// <summary>The column it predicts.</summary>
    public string Target => State.Target;

    /// <summary>The column that named the series of the training file; "series" where they had none.</summary>
    public string SeriesColumn => State.SeriesColumn;

    /// <summary>The static columns that it was told of each series, numbers first.</summary>
    public IReadOnlyList<string> StaticNames => Array.AsReadOnly(Array.ConvertAll(State.Statics.Columns, column => column.Name));

    /// <summary>The series it was trained on, in the order of their names.</summary>
    public IReadOnlyList<string> Keys => Array.AsReadOnly(State.Keys);

    /// <summary>Whether least squares is fitted to all series at once.</summary>
    public bool IsLinearShared => State.IsPooled;

    /// <summary>
    /// On the newest training rows, the RMSE of least squares relative to that of the naive forecast, mean over the series: fitted to each
    /// series, and to all at once; the latter null for one series.
    /// </summary>
    public (double Own, double? Shared) LinearErrors => (State.OwnError, State.PooledError);

    /// <summary>The inputs that were chosen, in words.</summary>
    public string Inputs => State.States[0].Plan.InWords();

    internal PanelState State => _state ?? throw new InvalidOperationException($"The {Name} forecaster is not fitted yet. Call Fit first.");

    /// <summary>The forecaster of one series: its weights, its calibration rows, its next values. Several share the networks, so use one at a time.</summary>
    /// <exception cref="UnrollException">It was not trained on such a series.</exception>
    public EnsembleForecaster this[string key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return _forecasters.TryGetValue(key, out EnsembleForecaster? forecaster)
                ? forecaster
                : throw new UnrollException($"The {Name} was not trained on a series {key}. It knows {NameList.Of(State.Keys)}.");
        }
    }

    /// <summary>
    /// The forecaster of one series as <paramref name="panel"/> describes it: with the static columns found there, where it has those that
    /// were there in training, otherwise with what they were then.
    /// </summary>
    /// <exception cref="UnrollException">It was not trained on such a series, or a static column has a text that was not there in training.</exception>
    public EnsembleForecaster For(Panel panel, string key)
    {
        ArgumentNullException.ThrowIfNull(panel);
        EnsembleForecaster own = this[key];
        if (!State.Statics.AreIn(panel))
            return own;
        return new EnsembleForecaster(own.State.WithConstants(State.Statics.Of(panel, key)));
    }

    /// <summary>Trains on the training rows of all series.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is kept.</exception>
    /// <exception cref="UnrollException">A series has too few training rows, or a value that is needed is missing.</exception>
    public void Fit(PanelSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        string[] keys = [.. split.Keys.Order(StringComparer.Ordinal)];
        var statics = StaticInputs.Fit(split.Panel, keys);
        TrainingSeries[] series = Array.ConvertAll(keys, key => new TrainingSeries([split[key]], key, statics.Of(split.Panel, key)));
        var training = new EnsembleTraining(_recipe, series, moment => OnEvent?.Invoke(moment), cancellationToken);
        EnsembleState[] states = Array.ConvertAll(training.Run(), targets => targets[0]);
        PlanChoice chosen = training.Choices[0];
        Keep(new PanelState(split.Target, split.Panel.SeriesColumn, statics, chosen.IsPooled, chosen.OwnError, chosen.PooledError, states[0].Networks, keys, states));
        (History, TrainingTime) = (training.History, training.Elapsed);
    }

    /// <summary>Predictions for the test rows of each series of the split, as <see cref="IHorizonForecaster.PredictAhead(ForecastSplit, int)"/>.</summary>
    /// <exception cref="UnrollException">It was not trained on one of the series, or not for so many steps.</exception>
    public IReadOnlyDictionary<string, HorizonForecast> PredictAhead(PanelSplit split, int steps)
    {
        ArgumentNullException.ThrowIfNull(split);
        return split.Keys.ToDictionary(key => key, key => this[key].PredictAhead(split[key], steps));
    }

    /// <summary>The target in each of the <paramref name="steps"/> rows after the last row of each series, in its units.</summary>
    /// <exception cref="UnrollException">It was not trained on one of the series, or too few of its newest values are there; or as <see cref="For"/>.</exception>
    public IReadOnlyDictionary<string, double[]> PredictAhead(Panel panel, int steps)
    {
        ArgumentNullException.ThrowIfNull(panel);
        return panel.Keys.ToDictionary(key => key, key => For(panel, key).PredictAhead(panel[key], steps));
    }

    /// <summary>The same with intervals, as <see cref="EnsembleForecaster.PredictAhead(TimeSeries, int, IReadOnlyList{double})"/> for each series.</summary>
    /// <inheritdoc cref="PredictAhead(Panel, int)" path="/exception"/>
    public IReadOnlyDictionary<string, (double[] Values, PredictionInterval[][] Intervals)> PredictAhead(Panel panel, int steps, IReadOnlyList<double> levels)
    {
        ArgumentNullException.ThrowIfNull(panel);
        return panel.Keys.ToDictionary(key => key, key => For(panel, key).PredictAhead(panel[key], steps, levels));
    }

    /// <summary>Whether a file is one that <see cref="Save"/> wrote, and not that of a single series.</summary>
    /// <exception cref="UnrollException">The file is missing, damaged, or of a newer version.</exception>
    public static bool IsIn(string path) => PanelFile.IsIn(path);

    /// <summary>Writes all that predicting needs to one file.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public void Save(string path) => PanelFile.Write(path, State);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="UnrollException">The file is missing, damaged, of a newer version, or holds something else.</exception>
    public static PanelForecaster Load(string path) => new(PanelFile.Read(path));

    private void Keep(PanelState state)
    {
        _state = state;
        _forecasters = state.Keys.Zip(state.States).ToDictionary(entry => entry.First, entry => new EnsembleForecaster(entry.Second));
    }
}

/// <summary>All that a fitted <see cref="PanelForecaster"/> predicts with; the states share the networks.</summary>
internal sealed record PanelState(
    string Target, string SeriesColumn, StaticInputs Statics, bool IsPooled, double OwnError, double? PooledError, IReadOnlyList<Model> Networks, string[] Keys, EnsembleState[] States);
