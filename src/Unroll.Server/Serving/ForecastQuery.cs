using System.Globalization;
using Microsoft.AspNetCore.Http;
using Unroll.Forecasting;

namespace Unroll.Server.Serving;

/// <summary>
/// What the query of a request says of a table and its forecast. Each name is known, and given once where one value is meant.
/// </summary>
internal sealed class ForecastQuery
{
    private static readonly string[] s_reading =
        ["date", "date-format", "timezone", "delimiter", "decimal", "na", "skip", "sheet", "series", "series-name", "missing", "horizon"];

    private static readonly string[] s_fitting = [.. s_reading.Except(["series-name"]), "target", "columns", "min", "max", "budget"];

    private readonly IQueryCollection _query;

    /// <param name="query">The query.</param>
    /// <param name="fits">Whether a forecaster is fitted first.</param>
    /// <exception cref="RequestException">It has a name that is not known.</exception>
    public ForecastQuery(IQueryCollection query, bool fits)
    {
        _query = query;
        string[] known = fits ? s_fitting : s_reading;
        if (query.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
            throw new RequestException(
                400, $"The query has {Quote(unknown)}, which is not known here. There are {string.Join(", ", known)}.");
    }

    public string? Series => Text("series");

    public IReadOnlyList<string> SeriesNames => Texts("series-name");

    public IReadOnlyList<string> Targets => Texts("target");

    public IReadOnlyList<string> Columns => Texts("columns");

    public int? Horizon => Whole("horizon", 1, 10_000);

    public double? Min => Number("min");

    public double? Max => Number("max");

    public TimeSpan? Budget => Text("budget") is { } text ? TimeBudget.Parse(text) : null;

    public MissingPolicy? Missing => Text("missing") is not { } text ? null : text switch
    {
        "error" => MissingPolicy.Error,
        "drop" => MissingPolicy.Drop,
        "forward-fill" => MissingPolicy.ForwardFill,
        "interpolate" => MissingPolicy.Interpolate,
        _ => throw new RequestException(400, $"missing is {Quote(text)}. Choose error, drop, forward-fill or interpolate."),
    };

    public ReadOptions Reading => new()
    {
        Date = _query.ContainsKey("date") ? [.. Texts("date", empty: true).Where(name => name.Length > 0)] : null,
        DateFormat = Text("date-format"),
        TimeZone = Text("timezone"),
        Delimiter = Sign("delimiter"),
        Decimal = Sign("decimal"),
        Missing = Texts("na"),
        Skip = Whole("skip", 0, 10_000),
        Sheet = Text("sheet"),
    };

    private static string Quote(string text) => $"\"{(text.Length <= 60 ? text : text[..60] + "...")}\"";

    private string? Text(string name) => _query[name] switch
    {
        { Count: 0 } => null,
        [{ Length: > 0 } text] => text,
        { Count: 1 } => throw new RequestException(400, $"{name} of the query is empty."),
        _ => throw new RequestException(400, $"{name} is in the query more than once."),
    };

    private string[] Texts(string name, bool empty = false)
    {
        string[] all = [.. _query[name].Select(text => text ?? "")];
        return empty || Array.TrueForAll(all, text => text.Length > 0) ? all : throw new RequestException(
            400, $"{name} of the query is empty.");
    }

    private char? Sign(string name) => Text(name) switch
    {
        null => null,
        "tab" => '\t',
        [char sign] => sign,
        _ => throw new RequestException(400, $"{name} of the query is one sign, or tab."),
    };

    private int? Whole(string name, int least, int most) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value
        : throw new RequestException(400, $"{name} is {Quote(text)}, but has to be a whole number from {least} to {most}.");

    private double? Number(string name) => Text(name) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : throw new RequestException(400, $"{name} is {Quote(text)}, which is no number.");
}
