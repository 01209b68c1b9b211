using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>What a forecast may look at beside the past of the target itself.</summary>
public sealed record ForecastInputs
{
    /// <summary>Nothing else: the past of the target alone.</summary>
    public static ForecastInputs TargetOnly { get; } = new();

    /// <summary>Columns whose values are known up to the row a forecast is made from, and not beyond: prices, weather that was.</summary>
    public IReadOnlyList<string> Past { get; init; } = [];

    /// <summary>Columns whose values are also known for the rows to be predicted: fixtures, planned prices, public holidays.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>
    /// The calendar that fits the frequency: days of the week, times of the day, seasons, and what the same days were like in years before.
    /// Rows that are numbered have none: it is left out for them.
    /// </summary>
    public bool Calendar { get; init; }

    /// <summary>
    /// The country whose public holidays are known, on past rows and on those to come: its code of ISO 3166, as "DE", or that of a part
    /// of it, as "DE-BY"; null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Holidays { get; init; }

    /// <summary>Inputs of your own, each of which is tried, and kept where it pays.</summary>
    [JsonIgnore]
    public IReadOnlyList<ForecastInput> Own { get; init; } = [];

    /// <summary>The same as files hold it: null for none.</summary>
    [JsonInclude]
    [JsonPropertyName("own")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal IReadOnlyList<ForecastInput>? OwnContent
    {
        get => Own.Count == 0 ? null : Own;
        init => Own = value ?? [];
    }

    /// <summary>All columns named, past ones first.</summary>
    internal IEnumerable<string> Columns => Past.Concat(Known);

    /// <summary>Every other column of a table as past input, and the calendar.</summary>
    public static ForecastInputs Everything(TimeSeries series, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Everything(series, [target]);
    }

    /// <summary>Every column of a table that is no target as past input, and the calendar.</summary>
    public static ForecastInputs Everything(TimeSeries series, IReadOnlyList<string> targets)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(targets);
        string[] own = [.. targets.Select(target => series[target].Name)];
        return new ForecastInputs { Past = [.. series.ColumnNames.Except(own)], Calendar = !series.IsNumbered };
    }

    /// <exception cref="UnrollException">A list of columns or inputs is null.</exception>
    internal void Validate()
    {
        string? missing = Past is null ? nameof(Past) : Known is null ? nameof(Known) : Own is null ? nameof(Own) : null;
        if (missing is not null)
            throw new UnrollException($"{missing} of the inputs is null. Leave it out for none.");
    }

    /// <summary>These inputs for rows that are numbered, of which no date is known.</summary>
    /// <param name="table">What messages call the rows.</param>
    /// <exception cref="UnrollException">The holidays of a country are asked for.</exception>
    internal ForecastInputs WithoutCalendar(string table) => Holidays is null
        ? this with { Calendar = false }
        : throw new UnrollException($"The rows of {table} are numbered and have no dates, so no holiday is known of them. Leave the "
            + "holidays out, or name the column of the dates.")
        { Subject = "holidays" };
}
