using System.Reflection;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>
/// Everything a forecast report shows, as plain data. The figures of the naive forecast are required:
/// a report with an error figure but without the naive one beside it cannot be made.
/// <see cref="HtmlReport"/> and <see cref="Charts"/> render it; the same report always gives the same bytes.
/// </summary>
public sealed record ForecastReport
{
    /// <summary>The heading, for example <c>MasterCard, High</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The name of the data file, as the reader knows it.</summary>
    public required string File { get; init; }

    /// <summary>The name of the forecast column.</summary>
    public required string Target { get; init; }

    /// <summary>What the target is measured in, for example <c>USD</c>; empty when unknown.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The dates of the series shown, ascending. Shown as written, without any time zone.</summary>
    public required IReadOnlyList<DateTime> Dates { get; init; }

    /// <summary>The target on each of <see cref="Dates"/>; NaN where it is missing.</summary>
    public required IReadOnlyList<double> Actual { get; init; }

    /// <summary>The first date of the training range.</summary>
    public required DateTime TrainFrom { get; init; }

    /// <summary>The last date of the training range, inclusive.</summary>
    public required DateTime TrainTo { get; init; }

    /// <summary>The dates that were forecast, ascending; the test range runs from the first to the last.</summary>
    public required IReadOnlyList<DateTime> TestDates { get; init; }

    /// <summary>The target on each of <see cref="TestDates"/>.</summary>
    public required IReadOnlyList<double> TestActual { get; init; }

    /// <summary>The naive forecast for each of <see cref="TestDates"/>.</summary>
    public required IReadOnlyList<double> Naive { get; init; }

    /// <summary>What the naive forecast is, for the table: <c>Naive (the value before)</c>.</summary>
    public string NaiveName { get; init; } = "Naive (the value before)";

    /// <summary>Root mean squared error of the naive forecast, in the target's units. Finite and not negative.</summary>
    public required double NaiveRmse { get; init; }

    /// <summary>Mean absolute error of the naive forecast, in the target's units. Finite and not negative.</summary>
    public required double NaiveMae { get; init; }

    /// <summary>
    /// Mean absolute percentage error of the naive forecast, in percent (1.25 means 1.25 %); NaN where it is not
    /// defined because the target passes through zero, and then no model's is shown either.
    /// </summary>
    public required double NaiveMape { get; init; }

    /// <summary>The networks, in the order of the table.</summary>
    public required IReadOnlyList<ModelResult> Models { get; init; }

    /// <summary>The baselines beside the naive forecast, below the networks and the naive forecast in the table.</summary>
    public IReadOnlyList<ForecastScore> Baselines { get; init; } = [];

    /// <summary>RMSE of the naive forecast 1..H rows ahead; empty where one row ahead is all that was judged.</summary>
    public IReadOnlyList<double> NaiveByStep { get; init; } = [];

    /// <summary>The intervals of the naive forecast and how they held.</summary>
    public IReadOnlyList<IntervalScore> NaiveIntervals { get; init; } = [];

    /// <summary>CRPS of the naive forecast with its intervals, one row ahead and H rows ahead.</summary>
    public IReadOnlyList<CrpsScore> NaiveCrps { get; init; } = [];

    /// <summary>Plain sentences on the CRPS of the networks beside that of the best baseline; empty for none.</summary>
    public IReadOnlyList<string> CrpsVerdict { get; init; } = [];

    /// <summary>Plain sentences below the table of errors, for example which baseline is not in it, and why.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// The result in plain sentences, at least one, for example
    /// <c>The LSTM does not beat the naive forecast (RMSE 31.2 against 24.9).</c> They open the report.
    /// </summary>
    public required IReadOnlyList<string> Verdict { get; init; }

    /// <summary>Other pages of the same run, each a text and an address relative to this page; shown below the heading.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Links { get; init; } = [];

    /// <summary>The options of the run, shown in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The version of the program that made the run.</summary>
    public required string Version { get; init; }

    /// <summary>The seed of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>When the report was made. Left out by default, so that the same run gives the same file.</summary>
    public DateTimeOffset? GeneratedAt { get; init; }

    /// <summary>The network whose band the chart shows: of those that have one that of the lowest RMSE.</summary>
    internal ModelResult? Banded => Models.Where(model => model.Band is not null).MinBy(model => model.Rmse);

    internal IReadOnlyList<LossCurve> Losses => [.. Models.Select(model => new LossCurve(model.Name, model.LossByEpoch, model.ValidationLossByEpoch))];

    /// <summary>For example 80 % interval of the GRU.</summary>
    internal static string BandTitle(ModelResult model) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * model.Band![0].Level:0.#} % interval of the {ReportText.Short(model.Name)}");

    /// <summary>The report of networks that were trained and judged. Use <c>with</c> to add settings, a title or a unit.</summary>
    /// <param name="series">The table the split was cut from, with no value of the target missing.</param>
    /// <param name="split">Training and test rows.</param>
    /// <param name="comparison">The judgement; its scores are those of <paramref name="networks"/>, in that order.</param>
    /// <param name="networks">The trained networks, at least one.</param>
    /// <exception cref="ArgumentException">The scores are not those of the networks.</exception>
    public static ForecastReport Create(TimeSeries series, ForecastSplit split, Comparison comparison, IReadOnlyList<INetworkForecaster> networks)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0 || !networks.Select(network => network.Name).SequenceEqual(comparison.Scores.Select(score => score.Name)))
            throw new ArgumentException($"The scores are of {string.Join(", ", comparison.Scores.Select(score => score.Name))}, but the networks are {string.Join(", ", networks.Select(network => network.Name))}.", nameof(networks));
        return new ForecastReport
        {
            Title = $"{series.Name}, {split.Target}",
            File = series.Name,
            Target = split.Target,
            Dates = series.Dates,
            Actual = series[split.Target].ToArray(),
            TrainFrom = split.Train.Dates[0],
            TrainTo = split.Train.Dates[^1],
            TestDates = split.Test.Dates,
            TestActual = split.Test.ToArray(),
            Naive = comparison.Naive.Predictions,
            NaiveRmse = comparison.Naive.Rmse,
            NaiveMae = comparison.Naive.Mae,
            NaiveMape = comparison.Naive.Mape ?? double.NaN,
            Models = [.. networks.Zip(comparison.Scores, (network, score) => ModelResult.Of(network, score, series, comparison.Steps))],
            Baselines = [.. comparison.Baselines.Skip(1)],
            NaiveByStep = comparison.Naive.RmseByStep,
            NaiveIntervals = comparison.Naive.Intervals,
            NaiveCrps = comparison.Naive.Crps,
            CrpsVerdict = [.. comparison.Scores.Select(comparison.CrpsVerdict).OfType<string>()],
            Notes = comparison.LeftOut,
            Verdict = [.. comparison.Scores.SelectMany(score => new[] { comparison.Verdict(score), comparison.Warning(score) }).OfType<string>()],
            Version = typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Seed = networks[0].Recipe.Training.Seed,
        };
    }
}
