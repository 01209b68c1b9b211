using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>A training that ended, as <see cref="FinishedWork"/> kept it.</summary>
/// <param name="Model">The model with its weights, to the bit. It works on as many threads as there are processors; <see
/// cref="Model.CopyWeights"/> gives its weights to another.</param>
/// <param name="History">Its epochs, why it ended, which epoch it kept and how long it took then.</param>
/// <param name="Facts">What was computed beside it, by name.</param>
internal sealed record FinishedTraining(Model Model, History History, IReadOnlyDictionary<string, string> Facts);

/// <summary>What a file says of a training beside the model.</summary>
internal sealed record TrainingFacts(
    StopReason Reason, int KeptEpoch, long DurationTicks, EpochRecord[] Epochs, SortedDictionary<string, string> Facts)
{
    public static TrainingFacts Of(History history, IReadOnlyDictionary<string, string> facts) => new(
        history.Reason,
        history.KeptEpoch,
        history.Duration.Ticks,
        [.. history.Epochs],
        new SortedDictionary<string, string>(facts.ToDictionary(), StringComparer.Ordinal));

    public History ToHistory()
    {
        var history = new History();
        foreach (EpochRecord epoch in Epochs)
            history.Add(epoch);
        (history.Reason, history.KeptEpoch, history.Duration) = (Reason, KeptEpoch, TimeSpan.FromTicks(DurationTicks));
        return history;
    }
}

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrainingFacts))]
internal sealed partial class TrainingFactsJson : JsonSerializerContext;
