using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>A rule that was fitted to one part, as finished work keeps it.</summary>
/// <param name="State">What it predicts with.</param>
/// <param name="Track">The newest training rows, forecast by a fit to those before; null where these are too few.</param>
/// <param name="Replaced">Why the newest value takes the place of the rule; null where it does not.</param>
internal sealed record FittedRule(BaselineState State, FoldTrack? Track, string? Replaced);

/// <summary>How the parts of a task are divided into groups, whose fitted rules are kept together.</summary>
internal static class FittedRules
{
    /// <summary>Where each group begins, and the number of parts at the end; the same for a fit and for one to more rows of the same tables.</summary>
    /// <param name="task">What is learnt from.</param>
    /// <param name="rowsAGroup">The tables of a group have about as many rows together.</param>
    public static int[] Groups(ForecastTask task, int rowsAGroup)
    {
        var starts = new List<int> { 0 };
        long rows = 0;
        for (int part = 0; part < task.Parts.Count; part++)
        {
            if (rows >= rowsAGroup)
            {
                starts.Add(part);
                rows = 0;
            }

            rows += task[task.Parts[part]].Table.Rows;
        }

        return [.. starts, task.Parts.Count];
    }

    public static string Text(IReadOnlyList<FittedRule> rules) => JsonSerializer.Serialize(rules, FittedRulesJson.Default.IReadOnlyListFittedRule);

    /// <summary>Null where the text is none of these, or of another number of parts.</summary>
    public static IReadOnlyList<FittedRule>? Read(string text, int count)
    {
        try
        {
            return JsonSerializer.Deserialize(text, FittedRulesJson.Default.IReadOnlyListFittedRule) is { } rules && rules.Count == count ? rules : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<FittedRule>))]
internal sealed partial class FittedRulesJson : JsonSerializerContext;
