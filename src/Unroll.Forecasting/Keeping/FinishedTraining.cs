using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>A training that ended, as <see cref="FinishedWork"/> kept it.</summary>
/// <param name="Model">The model with its weights, to the bit. It works on as many threads as there are processors; <see
/// cref="Model.CopyWeights"/> gives its weights to another.</param>
/// <param name="History">Its epochs, why it ended, which epoch it kept and how long it took then.</param>
/// <param name="Facts">What was computed beside it, by name.</param>
internal sealed record FinishedTraining(Model Model, History History, IReadOnlyDictionary<string, string> Facts);

/// <summary>What a file says of a training beside the model, without times: the same for whoever trains it.</summary>
internal sealed record TrainingFacts(StopReason Reason, int KeptEpoch, EpochRecord[] Epochs, SortedDictionary<string, string> Facts)
{
    public static TrainingFacts Of(History history, IReadOnlyDictionary<string, string> facts) => new(
        history.Reason,
        history.KeptEpoch,
        [.. history.Epochs.Select(epoch => epoch with { Seconds = 0 })],
        new SortedDictionary<string, string>(facts.ToDictionary(), StringComparer.Ordinal));

    /// <param name="times">How long it took; of what is not known 0.</param>
    public History ToHistory(TrainingTimes times)
    {
        var history = new History();
        foreach ((int i, EpochRecord epoch) in Epochs.Index())
            history.Add(epoch with { Seconds = i < times.Seconds.Length ? times.Seconds[i] : 0 });
        (history.Reason, history.KeptEpoch, history.Duration) = (Reason, KeptEpoch, TimeSpan.FromTicks(times.Ticks));
        return history;
    }
}

/// <summary>How long a training took, and each of its epochs.</summary>
internal sealed record TrainingTimes(long Ticks, double[] Seconds)
{
    public static TrainingTimes Of(History history) => new(history.Duration.Ticks, [.. history.Epochs.Select(epoch => epoch.Seconds)]);

    /// <summary>Zeros where the text is none.</summary>
    public static TrainingTimes Read(string? text)
    {
        try
        {
            return text is null ? new(0, []) : JsonSerializer.Deserialize(text, TrainingFactsJson.Default.TrainingTimes) ?? new(0, []);
        }
        catch (JsonException)
        {
            return new(0, []);
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this, TrainingFactsJson.Default.TrainingTimes);
}

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrainingFacts))]
[JsonSerializable(typeof(TrainingTimes))]
internal sealed partial class TrainingFactsJson : JsonSerializerContext;
