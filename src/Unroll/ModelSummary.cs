using System.Globalization;
using System.Text;

namespace Unroll;

/// <summary>One line of a summary.</summary>
/// <param name="Name">The layer's name, for example <c>lstm_1</c>.</param>
/// <param name="Kind">Its kind, for example <c>lstm</c>.</param>
/// <param name="Output">The shape of one output.</param>
/// <param name="Parameters">How many weights it has.</param>
public sealed record LayerSummary(string Name, string Kind, Shape Output, int Parameters)
{
    /// <summary>Whether the layer is recurrent, or holds one that is.</summary>
    public bool IsRecurrent { get; init; }

    /// <summary>How many of its weights are frozen, see <see cref="Model.Freeze"/>.</summary>
    public int FrozenParameters { get; init; }

    /// <summary>
    /// In a graph: the inputs, layers and final states (<c>lstm_1/h</c>) that the layer takes. Empty in a stack, where
    /// it is the layer before.
    /// </summary>
    public IReadOnlyList<string> Takes { get; init; } = [];

    /// <summary>
    /// In a graph: for each of <see cref="Takes"/> the line of the summary that it comes from, from 0; a layer that is used several times
    /// has several lines of one name.
    /// </summary>
    public IReadOnlyList<int> Sources { get; init; } = [];
}

/// <summary>What a model is made of.</summary>
public sealed class ModelSummary
{
    internal ModelSummary(IEnumerable<LayerSummary> layers) => Layers = [.. layers];

    /// <summary>A line for each layer.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>All weights of the model.</summary>
    public int TotalParameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>Parameters that are frozen.</summary>
    public int FrozenParameters => Layers.Sum(layer => layer.FrozenParameters);

    /// <summary>
    /// A table of layer, output shape and parameters (and, of a graph, what each takes), the total, and what of it is frozen.
    /// </summary>
    public override string ToString()
    {
        bool graph = Layers.Any(layer => layer.Takes.Count > 0);
        var rows = new List<(string Layer, string Output, string Parameters, string Takes)>
        {
            ("Layer", "Output shape", "Parameters", graph ? "  Takes" : ""),
        };
        foreach (LayerSummary layer in Layers)
        {
            string output = string.Join(", ", layer.Output.ToArray().Select(extent => extent.ToString(CultureInfo.InvariantCulture)));
            string frozen = layer.FrozenParameters == 0 ? "" : layer.FrozenParameters == layer.Parameters ? ", frozen" : ", partly frozen";
            string takes = layer.Takes.Count > 0 ? "  " + string.Join(", ", layer.Takes) : "";
            string parameters = layer.Parameters.ToString("N0", CultureInfo.InvariantCulture);
            rows.Add(($"{layer.Name} ({layer.Kind}{frozen})", $"(B, {output})", parameters, takes));
        }

        rows.Add(("Total", "", TotalParameters.ToString("N0", CultureInfo.InvariantCulture), ""));
        int totals = FrozenParameters > 0 ? 2 : 1;
        if (totals == 2)
            rows.Add(("Frozen", "", FrozenParameters.ToString("N0", CultureInfo.InvariantCulture), ""));
        int first = rows.Max(row => row.Layer.Length), second = rows.Max(row => row.Output.Length),
            third = rows.Max(row => row.Parameters.Length);
        var text = new StringBuilder();
        string rule = new('─', first + second + third + 4 + rows.Max(row => row.Takes.Length));
        for (int i = 0; i < rows.Count; i++)
        {
            if (i == rows.Count - totals)
                text.AppendLine(rule);
            string layer = rows[i].Layer.PadRight(first), output = rows[i].Output.PadRight(second);
            text.AppendLine($"{layer}  {output}  {rows[i].Parameters.PadLeft(third)}{rows[i].Takes}".TrimEnd());
            if (i == 0)
                text.AppendLine(rule);
        }

        return text.ToString().TrimEnd();
    }
}
