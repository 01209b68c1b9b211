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
    /// <summary>The parts of each group, the same for a fit and for one to more rows of the same tables.</summary>
    /// <param name="task">What is learnt from.</param>
    /// <param name="rowsAGroup">The tables of a group have about as many rows together.</param>
    public static Part[][] Groups(ForecastTask task, int rowsAGroup)
    {
        var groups = new List<Part[]>();
        var group = new List<Part>();
        long rows = 0;
        foreach (Part part in task.Parts)
        {
            if (rows >= rowsAGroup)
            {
                groups.Add([.. group]);
                group.Clear();
                rows = 0;
            }

            group.Add(part);
            rows += task[part].Table.Rows;
        }

        return [.. groups, [.. group]];
    }

    public static string Text(IReadOnlyList<FittedRule> rules) =>
        JsonSerializer.Serialize(rules, FittedRulesJson.Default.IReadOnlyListFittedRule);

    /// <summary>Null where the text is none of these, or of another number of parts.</summary>
    public static IReadOnlyList<FittedRule>? Read(string text, int count)
    {
        try
        {
            return JsonSerializer.Deserialize(text, FittedRulesJson.Default.IReadOnlyListFittedRule) is { } rules && rules.Count == count
                ? rules : null;
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
