using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>The file of a <see cref="PanelForecaster"/>: the model file of its first network, which carries the others and what each series has of its own.</summary>
internal static class PanelFile
{
    public const string Key = "panel";

    public static void Write(string path, PanelState state)
    {
        var content = new PanelContent
        {
            Target = state.Target,
            SeriesColumn = state.SeriesColumn,
            Statics = state.Statics.Columns,
            IsPooled = state.IsPooled,
            OwnError = state.OwnError,
            PooledError = state.PooledError,
            PooledWeights = state.IsPooled ? state.States[0].Linear.Weights : null,
            Keys = state.Keys,
            Series = Array.ConvertAll(state.States, each => EnsembleFile.ContentOf(each) is var own && state.IsPooled ? own with { Weights = [] } : own),
            OtherNetworks = [.. state.Networks.Skip(1).Select(network => ModelFile.ToBytes(network))],
        };
        ModelFile.Write(path, state.Networks[0], new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(content, PanelFileJson.Default.PanelContent) });
    }

    public static bool IsIn(string path) => ModelFile.Read(path).Metadata.ContainsKey(Key);

    /// <exception cref="UnrollException">The file cannot be read, or holds something else.</exception>
    public static PanelState Read(string path)
    {
        (Model first, IReadOnlyDictionary<string, string> metadata) = ModelFile.Read(path);
        if (!metadata.TryGetValue(Key, out string? json))
            throw new UnrollException($"{path} holds no forecaster of several series. Give a file that unroll forecast --series or PanelForecaster.Save wrote.");
        return EnsembleFile.Read(path, json, PanelFileJson.Default.PanelContent, content =>
        {
            if (content.Series.Length == 0 || content.Keys.Length != content.Series.Length)
                throw new JsonException("its parts do not fit each other.");
            Model[] networks = EnsembleFile.Networks(path, first, content.OtherNetworks);
            EnsembleState[] states = Array.ConvertAll(content.Series, own => EnsembleFile.StateOf(content.PooledWeights is { } shared ? own with { Weights = shared } : own, networks));
            return new PanelState(content.Target, content.SeriesColumn ?? "series", new StaticInputs(content.Statics ?? []), content.IsPooled, content.OwnError, content.PooledError, networks, content.Keys, states);
        });
    }
}

/// <summary>What stands beside the first network.</summary>
internal sealed record PanelContent
{
    public required string Target { get; init; }

    /// <summary>What the keys are; null in a file of an older version.</summary>
    public string? SeriesColumn { get; init; }

    /// <summary>Null in a file of an older version.</summary>
    public StaticInput[]? Statics { get; init; }

    public required bool IsPooled { get; init; }

    public required double OwnError { get; init; }

    public required double? PooledError { get; init; }

    /// <summary>[H][inputs + 1]; null where each series has its own.</summary>
    public required double[][]? PooledWeights { get; init; }

    public required string[] Keys { get; init; }

    /// <summary>One a key, without networks.</summary>
    public required EnsembleContent[] Series { get; init; }

    /// <summary>Whole model files.</summary>
    public required byte[][] OtherNetworks { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PanelContent))]
internal sealed partial class PanelFileJson : JsonSerializerContext;
