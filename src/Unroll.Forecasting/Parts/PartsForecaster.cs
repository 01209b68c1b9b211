namespace Unroll.Forecasting;

/// <summary>
/// A forecaster that has a model for every part. What all of them share lives here: how test rows and rows to come are forecast, dated and
/// given intervals, and what is remembered of errors.
/// </summary>
public abstract partial class PartsForecaster : IForecaster
{
    /// <summary>Errors on more rows after training than this tell no more of the next one.</summary>
    private const int MostObserved = 250;

    private readonly Dictionary<Part, PartModel> _models = [];
    private FittedFacts? _facts;

    private protected PartsForecaster()
    {
    }

    public abstract string Name { get; }

    public virtual string Key => Name.ToLowerInvariant().Replace(' ', '-');

    public abstract ForecasterKind Kind { get; }

    public virtual long Parameters => 0;

    public virtual TimeSpan FitTime { get; private protected set; }

    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>How many parts are worked on at a time; the result has the same bits for any number.</summary>
    public virtual int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// What happened in training, of several networks the first's; null before it, without networks and in a loaded forecaster.
    /// </summary>
    public virtual History? History => null;

    /// <summary>The networks that are averaged; none for others.</summary>
    public virtual IReadOnlyList<Model> Networks => [];

    /// <summary>Where finished networks are kept, so that an interrupted fit goes on; null to keep nothing.</summary>
    public virtual FinishedWork? Work { get; set; }

    /// <summary>The parts that it was fitted to.</summary>
    /// <exception cref="InvalidOperationException">It is not fitted yet.</exception>
    public IReadOnlyList<Part> Parts => Facts.Parts;

    /// <summary>H, how many rows ahead it forecasts.</summary>
    public int Horizon => Facts.Horizon;

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window => Facts.Window;

    /// <summary>The columns that it forecasts.</summary>
    public IReadOnlyList<string> Targets => Facts.Targets;

    /// <summary>What it looks at beside them.</summary>
    public ForecastInputs Inputs => Facts.Inputs;

    /// <summary>
    /// What was asked of it: gaps, and the smallest and the largest value there can be; what a task that fits it on must ask too.
    /// </summary>
    /// <param name="options">What else is asked.</param>
    public TaskOptions OptionsOfFit(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Targets = Targets,
            Horizon = Horizon,
            Window = Window,
            Inputs = Inputs,
            Missing = Facts.Missing,
            Min = Facts.Min,
            Max = Facts.Max,
            Metric = Facts.Metric
        };
    }

    /// <summary>Whether a task has training rows after those that this was fitted to, or parts that it does not know.</summary>
    public bool HasNewer(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Parts.Any(
            part => !_models.TryGetValue(part, out PartModel? model) || task[part].Train.Dates[^1] > model.Facts.TrainedTo);
    }

    /// <summary>
    /// Those of <see cref="Inputs"/> that forecasts look at, which <see cref="Predict(SeriesSet, int, MissingPolicy?)"/> asks a file for.
    /// </summary>
    public ForecastInputs Needed
    {
        get
        {
            IReadOnlySet<string> columns = ColumnsOf(Models.Values);
            return Inputs with
            {
                Past = [.. Inputs.Past.Where(columns.Contains)],
                Known = [.. Inputs.Known.Where(columns.Contains)],
                Own = [.. Inputs.Own.Where(input => input.Columns.All(columns.Contains))],
            };
        }
    }

    /// <summary>The column that named the series of the training file; "" for a plain table.</summary>
    public string SeriesColumn => Facts.SeriesColumn;

    /// <summary>The static columns that it was told of each series.</summary>
    public IReadOnlyList<string> StaticNames => Facts.Statics;

    /// <summary>How often the rows came that it learnt from, in words: business days (Mon to Fri).</summary>
    public string FrequencyName => Facts.Frequency;

    /// <summary>The first and the last training row of all parts.</summary>
    public (DateTime First, DateTime Last) TrainedOn =>
        (_models.Values.Min(model => model.Facts.TrainedFrom), _models.Values.Max(model => model.Facts.TrainedTo));

    /// <summary>The models by part.</summary>
    internal IReadOnlyDictionary<Part, PartModel> Models => _models;

    internal FittedFacts Facts =>
        _facts ?? throw new InvalidOperationException($"The {Name} forecaster is not fitted yet. Call Fit first.");

    /// <summary>Makes a network for a task without training it, so that it can be looked at; null where there are none.</summary>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    public virtual Model? Show(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return null;
    }

    /// <summary>Refuses a task that <see cref="Fit"/> would refuse for its rows or inputs, before any work is done.</summary>
    /// <exception cref="UnrollException">There are too few rows, or inputs that it cannot have.</exception>
    public virtual void Require(ForecastTask task) => ArgumentNullException.ThrowIfNull(task);

    /// <summary>Puts a fitted state in place.</summary>
    internal void Keep(FittedFacts facts, IReadOnlyList<PartModel> models)
    {
        _models.Clear();
        foreach (PartModel model in models)
            _models.Add(model.Part, model);
        _facts = facts;
    }

    /// <summary>The parts that it learnt from, in the order of the task.</summary>
    private protected IEnumerable<Part> Learnt => Parts.Where(part => _models[part] is not SimpleModel);
}
