using System.Globalization;
using System.Text;

namespace Unroll;

/// <summary>One line of a summary.</summary>
/// <param name="Name">The layer's name, for example <c>lstm_1</c>.</param>
/// <param name="Kind">Its kind, for example <c>lstm</c>.</param>
/// <param name="Output">The shape of one output.</param>
/// <param name="Parameters">How many weights it has.</param>
public sealed record LayerSummary(string Name, string Kind, Shape Output, int Parameters);

/// <summary>What a model is made of.</summary>
public sealed class ModelSummary
{
    internal ModelSummary(IEnumerable<LayerSummary> layers) => Layers = [.. layers];

    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>All weights of the model.</summary>
    public int TotalParameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>A table of layer, output shape and parameters, and the total.</summary>
    public override string ToString()
    {
        var rows = new List<(string Layer, string Output, string Parameters)> { ("Layer", "Output shape", "Parameters") };
        foreach (LayerSummary layer in Layers)
        {
            string output = string.Join(", ", layer.Output.ToArray().Select(extent => extent.ToString(CultureInfo.InvariantCulture)));
            rows.Add(($"{layer.Name} ({layer.Kind})", $"(B, {output})", layer.Parameters.ToString("N0", CultureInfo.InvariantCulture)));
        }

        rows.Add(("Total", "", TotalParameters.ToString("N0", CultureInfo.InvariantCulture)));
        int first = rows.Max(row => row.Layer.Length), second = rows.Max(row => row.Output.Length), third = rows.Max(row => row.Parameters.Length);
        var text = new StringBuilder();
        string rule = new('─', first + second + third + 4);
        for (int i = 0; i < rows.Count; i++)
        {
            if (i == rows.Count - 1)
                text.AppendLine(rule);
            text.AppendLine($"{rows[i].Layer.PadRight(first)}  {rows[i].Output.PadRight(second)}  {rows[i].Parameters.PadLeft(third)}".TrimEnd());
            if (i == 0)
                text.AppendLine(rule);
        }

        return text.ToString().TrimEnd();
    }
}
