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

    /// <summary>
    /// The result in plain sentences, at least one, for example
    /// <c>The LSTM does not beat the naive forecast (RMSE 31.2 against 24.9).</c> They open the report.
    /// </summary>
    public required IReadOnlyList<string> Verdict { get; init; }

    /// <summary>The options of the run, shown in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The version of the program that made the run.</summary>
    public required string Version { get; init; }

    /// <summary>The seed of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>When the report was made. Left out by default, so that the same run gives the same file.</summary>
    public DateTimeOffset? GeneratedAt { get; init; }
}
