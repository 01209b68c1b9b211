using System.Text.Json.Serialization;
using Unroll.Reports;

namespace Unroll.Server.Serving;

/// <summary>
/// A forecast of a forecaster that is served: as <c>unroll predict --json</c> prints it, and what a reader must know of it.
/// </summary>
/// <param name="Name">The model's name in the folder.</param>
/// <param name="Version">Its version.</param>
/// <param name="Forecast">The rows to come, with the naive forecast beside them.</param>
/// <param name="Notes">What a reader must know, a sentence each.</param>
internal sealed record ForecasterAnswer(string Name, string Version, PredictionJson Forecast, string[] Notes);

/// <summary>A forecast of a table that was sent.</summary>
/// <param name="Verdict">What the forecast is worth beside the naive one and the best simple rule.</param>
/// <param name="Recommended">The key of what is recommended.</param>
/// <param name="Metric">What forecasts are compared by.</param>
/// <param name="Forecast">The rows to come; null where they cannot be forecast yet.</param>
/// <param name="Scores">The errors of all forecasters on the test rows, naive among them.</param>
/// <param name="Shares">What the forecast is made of, by name.</param>
/// <param name="Test">How many of the newest rows of each part were judged on, and from when to when.</param>
/// <param name="Notes">What was chosen, found and left out, a sentence each.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FittedAnswer(
    string Verdict,
    string? Recommended,
    string Metric,
    PredictionJson? Forecast,
    ScoreAnswer[] Scores,
    IReadOnlyDictionary<string, double> Shares,
    TestAnswer Test,
    string[] Notes,
    double Seconds);

/// <param name="Name">The forecaster's key: blend, naive.</param>
/// <param name="Kind">blend, network, ridge or baseline.</param>
/// <param name="Error">By the metric.</param>
/// <param name="Skill">The share of the naive forecast's error that is saved; null for naive.</param>
/// <param name="ErrorByStep">1..H rows ahead.</param>
/// <param name="Coverage80">The share of values inside intervals of 80 %; null without intervals.</param>
/// <param name="Coverage95">The same of 95 %.</param>
internal sealed record ScoreAnswer(
    string Name,
    string Kind,
    double? Error,
    double? Skill,
    double[] ErrorByStep,
    [property: JsonPropertyName("coverage_80")] double? Coverage80,
    [property: JsonPropertyName("coverage_95")] double? Coverage95);

/// <param name="From">The date of the first test row.</param>
/// <param name="To">The date of the last.</param>
/// <param name="Origins">From how many rows forecasts were made.</param>
internal sealed record TestAnswer(string From, string To, int Origins);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ForecasterAnswer))]
[JsonSerializable(typeof(FittedAnswer))]
internal sealed partial class ServeJson : JsonSerializerContext;
