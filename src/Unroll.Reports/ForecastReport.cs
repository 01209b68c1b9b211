using System.Reflection;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>
/// Everything a forecast report shows, of one part or many. The baselines come with the comparison: there is no report without them.
/// <see cref="HtmlReport"/> and <see cref="Charts"/> render it; the same report always gives the same bytes.
/// </summary>
public sealed record ForecastReport
{
    private readonly string[] _colored;
    private readonly Dictionary<Part, IReadOnlyList<Anomaly>> _anomalies = [];

    private ForecastReport(ForecastTask task, Comparison comparison, Forecast? future, IReadOnlyList<PartsForecaster> networks)
    {
        (Task, Comparison, Future) = (task, comparison, future);
        Title = $"{task.Data.Name}, {string.Join(", ", task.Targets)}";
        Notes = ReportNotes.Of(task, comparison, future, networks);
        Version = typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        Networks = [.. networks.Where(each => each.Networks.Count > 0).Select(ReportedNetwork.Of)];

        IsPretrained = networks.Count > 0 && networks.All(each => each is PretrainedForecaster);

        IReadOnlyList<ForecasterScore> scores = comparison.Scores;
        ForecasterScore[] judged = [.. scores.Where(score => score.Kind == ForecasterKind.Network)];
        Main = comparison.Recommended ?? judged.MinBy(score => score.Error) ?? comparison.BestBaseline;
        Lines = comparison.Recommended is null && Main.IsSingle && judged.Length > 0 ? judged : [Main];
        _colored = [.. scores.Where(score => score.Kind != ForecasterKind.Baseline).Select(score => score.Key)];
        Parts = PartView.All(Main, future);
        IsNumbered = task.Data[task.Data.Keys[0]].IsNumbered;
        HasTimes = Parts.Any(each => each.HasTimes);
        HasOneSeries = Parts.Select(each => each.Part.Series).Distinct().Take(2).Count() == 1;
    }

    /// <summary>The heading, for example <c>MasterCard, High</c>.</summary>
    public string Title { get; init; }

    /// <summary>What was asked, with the rows that were learnt from and judged on.</summary>
    public ForecastTask Task { get; }

    /// <summary>The baselines and all that was judged beside them.</summary>
    public Comparison Comparison { get; }

    /// <summary>The rows to come; null where they were not forecast.</summary>
    public Forecast? Future { get; }

    /// <summary>What the targets are measured in, for example <c>USD</c>; empty when unknown.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Plain sentences below the tables: what was left out and why, what was chosen.</summary>
    public IReadOnlyList<string> Notes { get; init; }

    /// <summary>The options of the run, shown in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>Of a backtest the newest date that each fit but the first learnt from: thin lines in the chart of the test rows.</summary>
    public IReadOnlyList<DateTime> Fits { get; init; } = [];

    /// <summary>What the forecast owes to each group of its inputs; null where that was not asked.</summary>
    public InputImportance? Importance { get; init; }

    /// <summary>What the rows to come are made of, by part; empty where that was not asked.</summary>
    public IReadOnlyList<PartContributions> Contributions { get; init; } = [];

    /// <summary>The version of the program that made the run.</summary>
    public string Version { get; init; }

    /// <summary>The seed of the run; null where chance plays no part.</summary>
    public long? Seed { get; init; }

    /// <summary>When the report was made. Left out by default, so that the same run gives the same file.</summary>
    public DateTimeOffset? GeneratedAt { get; init; }

    /// <summary>The report of a run. Use <c>with</c> to add settings, a title, a unit, a seed or more notes.</summary>
    /// <param name="task">What was asked.</param>
    /// <param name="comparison">How forecasters did at it.</param>
    /// <param name="future">The rows to come; null where they were not forecast.</param>
    /// <param name="networks">Fitted forecasters whose losses and layers are shown; those without networks show nothing.</param>
    /// <exception cref="ArgumentException">The comparison is of another task.</exception>
    public static ForecastReport Create(
        ForecastTask task, Comparison comparison, Forecast? future = null, IReadOnlyList<PartsForecaster>? networks = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(comparison);
        return ReferenceEquals(task, comparison.Task)
            ? new ForecastReport(task, comparison, future, networks ?? [])
            : throw new ArgumentException("The comparison is of another task than the report.", nameof(comparison));
    }

    internal IReadOnlyList<ReportedNetwork> Networks { get; init; }

    /// <summary>The forecast that the report is about: the recommended one, else the best network, else the best baseline.</summary>
    internal ForecasterScore Main { get; }

    /// <summary>What charts of the test rows show beside the actual values and the naive forecast.</summary>
    internal IReadOnlyList<ForecasterScore> Lines { get; }

    /// <summary>All parts that are shown: those that were judged, then those that only have rows to come.</summary>
    internal IReadOnlyList<PartView> Parts { get; }

    /// <summary>Whether dates have a time of day.</summary>
    internal bool HasTimes { get; }

    /// <summary>Whether rows have a running number and no date.</summary>
    internal bool IsNumbered { get; }

    /// <summary>What the dates of rows are called, or what stands in their place.</summary>
    internal string RowName => IsNumbered ? "Row" : "Date";

    /// <summary>The time that one row takes of a chart, where it is the only one in it.</summary>
    internal TimeSpan RowTime => IsNumbered && Task.Data[Task.Data.Keys[0]].Dates is [.., var before, var last]
        ? last - before
        : TimeSpan.FromDays(1);

    /// <summary>The number that stands in the place of a date; null where rows have dates.</summary>
    internal Func<DateTime, double>? NumberOf => IsNumbered ? Task.Data[Task.Data.Keys[0]].NumberOf : null;

    /// <summary>Whether all networks were trained elsewhere.</summary>
    internal bool IsPretrained { get; }

    internal bool HasOneSeries { get; }

    /// <summary>A date as the series writes it.</summary>
    internal string Date(DateTime date) => Main.Parts[0].Forecast.Format(date);

    /// <summary>The rows of a part that no forecast from the rows before them explains.</summary>
    internal IReadOnlyList<Anomaly> AnomaliesOf(Part part)
    {
        lock (_anomalies)
        {
            if (!_anomalies.TryGetValue(part, out IReadOnlyList<Anomaly>? found))
                _anomalies.Add(part, found = Anomalies.Find(Task.Data[part.Series][part.Target]));
            return found;
        }
    }

    /// <summary>What the rows to come of a part are made of; null where that is not known.</summary>
    internal PartContributions? MadeOf(Part part) => Contributions.FirstOrDefault(each => each.Part == part);

    /// <summary>What an error is called: RMSE of one part, RMSSE of several.</summary>
    internal string ErrorName => Main.ErrorName;

    /// <summary>The targets in a few words, for headings.</summary>
    internal string Targets => ReportText.Short(string.Join(", ", Task.Targets));

    /// <summary>What the values of charts are: <c>High (USD)</c>.</summary>
    internal string ValueTitle => WithUnit(Targets);

    /// <summary>The name of a target and its unit, where that is known.</summary>
    internal string WithUnit(string target) => Unit.Length == 0 ? target : $"{target} ({ReportText.Short(Unit)})";

    /// <summary>The colour of a forecaster's lines, counted from 0; null where it has none of its own.</summary>
    internal int? ColorOf(string key) => Array.IndexOf(_colored, key) is >= 0 and int place ? place : key == Main.Key ? 0 : null;

    /// <summary>
    /// What a part is called here: the series alone where there is one target, the target alone where there is one series.
    /// </summary>
    internal string NameOf(Part part) =>
        part.Series.Length == 0 || HasOneSeries ? part.Target : Task.Targets.Count == 1 ? part.Series : part.ToString();

    /// <summary>
    /// At most so many parts, from the lowest to the highest skill against their best baseline, in the order of the file.
    /// </summary>
    internal PartView[] Spread(int most)
    {
        if (Parts.Count <= most)
            return [.. Parts];
        int[] ranked =
        [
            .. Enumerable.Range(0, Parts.Count).OrderBy(place => Parts[place].Score?.SkillAgainstBest ?? double.NegativeInfinity),
        ];
        IEnumerable<int> places = Enumerable.Range(0, most)
            .Select(i => ranked[(int)((long)i * (ranked.Length - 1) / Math.Max(1, most - 1))]);
        return [.. places.Order().Select(place => Parts[place])];
    }
}
