using System.Globalization;
using System.Text;

namespace Unroll.Exchange;

/// <summary>What a file holds.</summary>
public enum FileKind
{
    /// <summary>Layers and weights.</summary>
    Model,

    /// <summary>Weights without layers.</summary>
    Weights,

    /// <summary>A whole forecast: scaler, inputs, networks.</summary>
    Forecaster,

    /// <summary>A graph of operators with its weights.</summary>
    Graph,
}

/// <summary>An input or output.</summary>
/// <param name="Name">Its name; may be empty.</param>
/// <param name="Shape">In words: <c>(60, 1)</c>, <c>[batch, 60, 1]</c>.</param>
public sealed record ContentsValue(string Name, string Shape);

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Its extents.</param>
public sealed record ContentsTensor(string Name, string Type, IReadOnlyList<long> Shape)
{
    /// <summary>How many numbers it has.</summary>
    public long Length => Shape.Aggregate(1L, (product, extent) => product * extent);
}

/// <summary>What is in a file of a network.</summary>
public sealed record FileContents
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The name of its format.</summary>
    public required string Format { get; init; }

    /// <summary>What it holds.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>The version of the format, or the program that wrote it, as far as the file says; else empty.</summary>
    public string Version { get; init; } = "";

    /// <summary>Inputs, where the file or its layers say them.</summary>
    public IReadOnlyList<ContentsValue> Inputs { get; init; } = [];

    /// <summary>Outputs, likewise.</summary>
    public IReadOnlyList<ContentsValue> Outputs { get; init; } = [];

    /// <summary>Its layers as Unroll has them; empty where they are not known or not supported.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; init; } = [];

    /// <summary>Of a graph how many nodes of each operator it has, those inside other nodes too.</summary>
    public IReadOnlyDictionary<string, int> Operators { get; init; } = new Dictionary<string, int>();

    /// <summary>Its tensors, where it has them by name.</summary>
    public IReadOnlyList<ContentsTensor> Tensors { get; init; } = [];

    /// <summary>Of a checkpoint of PyTorch, the dictionary that has the weights (<see cref="TorchOptions.Subtree"/>); else empty.</summary>
    public string Subtree { get; init; } = "";

    /// <summary>All numbers that training set.</summary>
    public long Parameters { get; init; }

    /// <summary>Text that stands beside the weights.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What else is to be known of it, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// All that Unroll does not have, each a part of a sentence that names the layer or node; empty where nothing is missing.
    /// </summary>
    public IReadOnlyList<string> Unsupported { get; init; } = [];

    /// <summary>Everything in lines of text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Path}: {Format}{(Version.Length > 0 ? $" ({Version})" : "")}, {Words[(int)Kind]}, "
            + $"{Parameters:N0} parameters\n");
        foreach ((string name, IReadOnlyList<ContentsValue> values) in new[] { ("Input", Inputs), ("Output", Outputs) })
        {
            foreach (ContentsValue value in values)
                text.Append(CultureInfo.InvariantCulture, $"{name} {$"{value.Name} {value.Shape}".TrimStart()}\n");
        }

        foreach (LayerSummary layer in Layers)
            text.Append(CultureInfo.InvariantCulture, $"Layer {layer.Name} ({layer.Kind}) {layer.Output}, {layer.Parameters:N0} "
                + $"parameters\n");
        foreach ((string name, int count) in Operators)
            text.Append(CultureInfo.InvariantCulture, $"Operator {name}, {count:N0}\n");
        foreach (ContentsTensor tensor in Tensors)
            text.Append(CultureInfo.InvariantCulture, $"Tensor {tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}]\n");
        foreach ((string name, string value) in Metadata)
            text.Append(CultureInfo.InvariantCulture, $"Metadata {name}: {value}\n");
        foreach (string note in Notes)
            text.Append(note).Append('\n');
        foreach (string reason in Unsupported)
            text.Append("Not supported: ").Append(reason).Append('\n');
        return text.ToString();
    }

    private static string[] Words => ["a model", "weights without layers", "a forecaster", "a graph"];

    /// <summary>What is known of a model that could be loaded.</summary>
    internal static FileContents Of(string path, string format, string version, Model model) => new()
    {
        Path = path,
        Format = format,
        Kind = FileKind.Model,
        Version = version,
        Inputs = [.. model.Inputs.Select(node => new ContentsValue(node.Name ?? "", node.Shape.ToString()))],
        Outputs = [.. model.Outputs.Select(node => new ContentsValue(node.Name ?? "", node.Shape.ToString()))],
        Layers = model.Summary().Layers,
        Parameters = model.ParameterCount,
    };
}
