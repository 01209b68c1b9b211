using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>
/// A network that others have trained, judged beside ridge regression and simple rules. What can be wrong with data and options is found
/// when this is made, before anything is printed or written.
/// </summary>
internal sealed class JudgeRun
{
    /// <summary>The columns whose scales are told.</summary>
    private const int MostScales = 12;

    private Comparison? _comparison;
    private ForecasterScore? _score;
    private readonly List<string> _leftOut = [];

    /// <exception cref="UnrollException">The network, the data or the options are not usable.</exception>
    public JudgeRun(JudgeRequest request)
    {
        Request = request;
        Data = request.ReadData();
        Forecaster = JudgedNetwork.Load(request.Model, request.Files, request.OptionsFor(Data));
        try
        {
            Task = new ForecastTask(Data, request.TaskFor(Data, Forecaster));
            Forecaster.Require(Task);
            Comparison.RequireChange(Task);
        }
        catch (UnrollException error) when (request.RangesBehind(error.Subject) is { } subject && subject != error.Subject)
        {
            throw new UnrollException(error.Message, error) { Subject = subject };
        }

        Forecaster.Fit(Task);
        request.Scaling.Require([.. Forecaster.ScalesOf(Task.Parts[0]).Keys]);
        Doubts = Forecaster.Doubts(Task);
    }

    public JudgeRequest Request { get; }

    public SeriesSet Data { get; }

    public PretrainedForecaster Forecaster { get; }

    public ForecastTask Task { get; }

    public Comparison Comparison => _comparison ?? throw new InvalidOperationException("Nothing is judged yet. Call Judge first.");

    public ForecasterScore Score => _score ?? throw new InvalidOperationException("Nothing is judged yet. Call Judge first.");

    /// <summary>What says that the network is not used as it was trained.</summary>
    public IReadOnlyList<string> Doubts { get; }

    /// <summary>How the network is used, and what was done to columns, a sentence each.</summary>
    public IReadOnlyList<string> Notes => [.. Request.Files.Notes, .. Forecaster.Notes, .. Scales(), .. Task.Notes];

    /// <summary>What could not be judged beside it.</summary>
    public IReadOnlyList<string> LeftOut => [.. Comparison.LeftOut, .. _leftOut];

    public IReadOnlyList<KeyValuePair<string, string>> Settings => Request.Settings(Task, Forecaster);

    /// <summary>Judges everything on the test rows.</summary>
    public void Judge(IProgress<ForecastEvent> progress, CancellationToken cancellation)
    {
        const double Rules = 0.7;
        _comparison = new Comparison(Task, null, new Told(moment => progress.Report(moment with { Share = Rules * moment.Share })),
            cancellation);
        try
        {
            var ridge = new RidgeForecaster(new EnsembleRecipe { Steps = Task.Horizon });
            ridge.Require(Task);
            ridge.Fit(Task, new Told(moment => progress.Report(moment with { Share = Rules + ((1 - Rules) * moment.Share) })),
                cancellation);
            _comparison.Add(ridge);
        }
        catch (UnrollException reason)
        {
            _leftOut.Add($"Ridge regression is left out: {reason.Message}");
        }

        _score = _comparison.Add(Forecaster);
    }

    public ForecastReport Report() => ForecastReport.Create(Task, Comparison, null, [Forecaster]) with
    {
        Title = $"{Forecaster.Name} on {Request.Data.Title}, {Task.Targets[0]}",
        Notes = [.. Doubts, .. Notes, .. LeftOut],
        Settings = Settings,
    };

    /// <summary>Whether any column is scaled by numbers that were not given.</summary>
    public bool HasFittedScales => Request.Scaling.Kind != "none" && !Forecaster.ScalesOf(Task.Parts[0]).Keys.All(Request.Scaling.IsGiven);

    /// <summary>The scales of a single series.</summary>
    private IEnumerable<string> Scales()
    {
        if (Task.Parts.Count > 1 || Request.Scaling.Kind == "none")
            yield break;
        IReadOnlyDictionary<string, ScalerState> scales = Forecaster.ScalesOf(Task.Parts[0]);
        string Range(KeyValuePair<string, ScalerState> scale)
        {
            (_, double offset, double size) = scale.Value;
            string given = Request.Scaling.IsGiven(scale.Key) ? ", as given" : "";
            return Request.Scaling.Kind == "minmax"
                ? FormattableString.Invariant(
                    $"{scale.Key} {offset + (Request.Scaling.Lowest * size):G6} to {offset + (Request.Scaling.Highest * size):G6}{given}")
                : FormattableString.Invariant($"{scale.Key} {offset:G6} and {size:G6}{given}");
        }

        string of = Request.Scaling.Kind == "minmax" ? "Smallest and largest values" : "Middle and spread";
        string fitted = scales.Keys.All(Request.Scaling.IsGiven) ? "given" : "of the training rows";
        yield return $"{of} for the scaling, {fitted}: "
            + $"{string.Join("; ", scales.Take(MostScales).Select(Range))}{(scales.Count > MostScales ? "; ..." : "")}.";
    }
}
