using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>The file of a <see cref="JointForecaster"/>: the model file of its first network, which carries the others and what each target has of its own.</summary>
internal static class JointFile
{
    public const string Key = "targets";

    public static void Write(string path, EnsembleState[] states)
    {
        var content = new JointContent
        {
            Targets = Array.ConvertAll(states, EnsembleFile.ContentOf),
            OtherNetworks = [.. states[0].Networks.Skip(1).Select(network => ModelFile.ToBytes(network))],
        };
        ModelFile.Write(path, states[0].Networks[0], new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(content, JointFileJson.Default.JointContent) });
    }

    /// <exception cref="UnrollException">The file cannot be read, or holds something else.</exception>
    public static EnsembleState[] Read(string path)
    {
        (Model first, IReadOnlyDictionary<string, string> metadata) = ModelFile.Read(path);
        return metadata.TryGetValue(Key, out string? json)
            ? Read(path, first, json)
            : throw new UnrollException($"{path} holds no forecaster of several targets. Give a file that unroll forecast with several targets or JointForecaster.Save wrote.");
    }

    /// <exception cref="UnrollException">The data beside the network cannot be read.</exception>
    public static EnsembleState[] Read(string path, Model first, string json) => EnsembleFile.Read(path, json, JointFileJson.Default.JointContent, content =>
    {
        if (content.Targets.Length == 0)
            throw new JsonException("it names no target.");
        Model[] networks = EnsembleFile.Networks(path, first, content.OtherNetworks);
        return EnsembleState.Together(Array.ConvertAll(content.Targets, own => EnsembleFile.StateOf(own, networks)));
    });
}

/// <summary>What stands beside the first network.</summary>
internal sealed record JointContent
{
    /// <summary>One a target, without networks.</summary>
    public required EnsembleContent[] Targets { get; init; }

    /// <summary>Whole model files.</summary>
    public required byte[][] OtherNetworks { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(JointContent))]
internal sealed partial class JointFileJson : JsonSerializerContext;
