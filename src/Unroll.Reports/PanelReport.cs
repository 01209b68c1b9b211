using System.Globalization;
using System.Reflection;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>
/// What a forecast report of several series shows. The baselines come with the comparison: there is no such report without them.
/// <see cref="HtmlReport"/> and <see cref="Charts"/> render it; the same report always gives the same bytes.
/// </summary>
public sealed record PanelReport
{
    /// <summary>More series than this have no line of their own in the table, nor a chart.</summary>
    internal const int MostLines = 1000, MostCharts = 60;

    /// <summary>The heading, for example <c>Shops, sold</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Training and test rows of every series.</summary>
    public required PanelSplit Split { get; init; }

    /// <summary>The baselines, and the verdict on <see cref="Score"/>.</summary>
    public required PanelComparison Comparison { get; init; }

    /// <summary>The forecaster that is shown; one of the comparison's scores.</summary>
    public required PanelScore Score { get; init; }

    /// <summary>The loss by epoch, of several networks the first's.</summary>
    public required History History { get; init; }

    /// <summary>The layers as a table in a fixed-width font.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Plain sentences below the tables of errors.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The options of the run, shown in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The version of the program that made the run.</summary>
    public required string Version { get; init; }

    /// <summary>The seed of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>The report of a forecaster that was trained and judged. Use <c>with</c> to add settings, notes or a title.</summary>
    /// <param name="split">Training and test rows.</param>
    /// <param name="comparison">The judgement.</param>
    /// <param name="score">What the comparison says of <paramref name="network"/>.</param>
    /// <param name="network">The trained forecaster.</param>
    /// <exception cref="ArgumentException">The score is not of the forecaster, or the forecaster was loaded and not trained.</exception>
    public static PanelReport Create(PanelSplit split, PanelComparison comparison, PanelScore score, PanelForecaster network)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(network);
        if (network.Name != score.Name)
            throw new ArgumentException($"The score is of {score.Name}, but the network is {network.Name}.", nameof(score));
        return new PanelReport
        {
            Title = $"{split.Panel.Name}, {split.Target}",
            Split = split,
            Comparison = comparison,
            Score = score,
            History = network.History ?? throw new ArgumentException($"The {network.Name} was loaded, not trained: there is no training to report.", nameof(network)),
            Summary = (network.Members > 1 ? $"{network.Members} networks like this one\n\n" : "") + network.Model.Summary(),
            Version = typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Seed = network.Recipe.Training.Seed,
        };
    }

    internal IReadOnlyList<LossCurve> Losses =>
    [
        new LossCurve(
            Score.Name,
            [.. History.Epochs.Select(epoch => epoch.Loss)],
            History.Epochs.Any(epoch => epoch.ValidationLoss is not null) ? [.. History.Epochs.Select(epoch => epoch.ValidationLoss ?? double.NaN)] : null),
    ];

    /// <summary>The places of all series, the lowest skill against the best baseline first; those without one before them.</summary>
    internal int[] BySkill => [.. Enumerable.Range(0, Score.Series.Count).OrderBy(place => Score.Series[place].SkillAgainstBest ?? double.NegativeInfinity)];

    /// <summary>The places of at most so many series, spread evenly from the lowest to the highest skill, in the order of the file.</summary>
    internal int[] Spread(int most)
    {
        int[] ranked = BySkill;
        int count = Math.Min(most, ranked.Length);
        return count == ranked.Length ? [.. ranked.Order()] : [.. Enumerable.Range(0, count).Select(i => ranked[(int)((long)i * (ranked.Length - 1) / Math.Max(1, count - 1))]).Order()];
    }

    /// <summary>The lines of one series' chart, one row ahead.</summary>
    internal SeriesLines Lines(int place)
    {
        SeriesScore score = Score.Series[place];
        HorizonForecast forecast = score.Forecast;
        IReadOnlyList<PredictionInterval>? band = score.Intervals.FirstOrDefault(interval => interval.Step == 1)?.Intervals;
        return new SeriesLines(
            score.Key,
            [.. Split[score.Key].Test.Dates.Take(forecast.Origins)],
            forecast.Actual(1),
            Comparison.Baselines[place].Naive.Forecast.Predicted(1),
            forecast.Predicted(1),
            band is null ? null : [.. band.Take(forecast.Origins)]);
    }

    /// <summary>For example 80 % interval of the LSTM.</summary>
    internal string BandTitle => string.Create(
        CultureInfo.InvariantCulture,
        $"{100 * (Score.Intervals.Count > 0 ? Score.Intervals[0].Level : 0.8):0.#} % interval of the {ReportText.Short(Score.Name)}");
}

/// <summary>What one series was, and was predicted to be one row ahead; all of the same length.</summary>
internal sealed record SeriesLines(string Key, DateTime[] Dates, double[] Actual, double[] Naive, double[] Predicted, PredictionInterval[]? Band);
