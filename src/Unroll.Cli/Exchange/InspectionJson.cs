using System.Text.Json;
using Unroll.Exchange;

namespace Unroll.Cli;

/// <summary>What is in a file, for programs. Names are a contract.</summary>
internal sealed record InspectionJson(
    string File,
    string Format,
    string Kind,
    string Version,
    long Parameters,
    ValueFigures[] Inputs,
    ValueFigures[] Outputs,
    LayerFigures[] Layers,
    Dictionary<string, int> Operators,
    TensorFigures[] Tensors,
    Dictionary<string, string> Metadata,
    string[] Notes,
    string[] Unsupported)
{
    public static InspectionJson Of(FileContents contents) => new(
        contents.Path,
        contents.Format,
        contents.Kind.ToString().ToLowerInvariant(),
        contents.Version,
        contents.Parameters,
        [.. contents.Inputs.Select(value => new ValueFigures(value.Name, value.Shape))],
        [.. contents.Outputs.Select(value => new ValueFigures(value.Name, value.Shape))],
        [.. contents.Layers.Select(
            layer => new LayerFigures(layer.Name, layer.Kind, layer.Output.ToArray(), layer.Parameters, [.. layer.Takes]))],
        contents.Operators.ToDictionary(),
        [.. contents.Tensors.Select(tensor => new TensorFigures(tensor.Name, tensor.Type.ToLowerInvariant(), [.. tensor.Shape]))],
        contents.Metadata.ToDictionary(),
        [.. contents.Notes],
        [.. contents.Unsupported]);

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.InspectionJson) + "\n";
}

internal sealed record ValueFigures(string Name, string Shape);

internal sealed record LayerFigures(string Name, string Kind, int[] Output, int Parameters, string[] Takes);

internal sealed record TensorFigures(string Name, string Type, long[] Shape);
