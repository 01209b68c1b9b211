using System.Text;
using System.Text.RegularExpressions;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Exchange.Tests.Pages;

/// <summary>The table of docs/exchange.md, layer by format, is what the writers do.</summary>
public class FormatTableTests
{
    private static readonly (string Name, Action<Model, Stream> Write)[] s_formats =
    [
        ("Keras", (model, stream) => Keras.Save(model, stream, KerasFormat.Keras)),
        ("PyTorch", (model, stream) => Torch.Save(model, stream, new TorchOptions { OwnLayouts = false })),
        ("safetensors, NumPy", (model, stream) => Safetensors.Save(model, stream)),
        ("ONNX", (model, stream) => Onnx.Save(model, stream)),
    ];

    [Fact]
    public void The_table_of_the_page_is_right()
    {
        string table = Table();
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "layers-by-format.md"), table);
        Assert.Contains(table, PageTests.Page("exchange.md"), StringComparison.Ordinal);
    }

    private static string Table()
    {
        Type[] kinds = [.. typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer))
            && type is { IsAbstract: false, IsPublic: true }).OrderBy(type => type.Name, StringComparer.Ordinal)];
        var written = kinds.ToDictionary(kind => kind, _ => s_formats.Select(_ => new HashSet<bool>()).ToArray());
        foreach (Model model in Models())
        {
            string[] names = [.. model.Summary().Layers.Where(line => line.Kind != "input").Select(line => line.Name)];
            Assert.Equal(model.Layers.Count, names.Length);
            foreach ((int i, (_, Action<Model, Stream> write)) in s_formats.Index())
            {
                string reasons = Reasons(model, write);
                foreach ((Layer layer, string own) in model.Layers.Zip(names))
                {
                    // Of a model that is refused, layers that the message does not name may be all right.
                    bool isNamed = Regex.IsMatch(reasons, $@"\b{Regex.Escape(own)}\b");
                    foreach (Type kind in Within(layer).Where(kind => written.ContainsKey(kind) && (reasons.Length == 0 || isNamed)))
                        written[kind][i].Add(reasons.Length == 0);
                }
            }
        }

        var table = new StringBuilder();
        table.Append("| layer | ").AppendJoin(" | ", s_formats.Select(format => format.Name)).Append(" |\n|---|")
            .Insert(table.Length, ":-:|", s_formats.Length).Append('\n');
        foreach (Type kind in kinds)
            table.Append("| `").Append(kind.Name).Append("` | ").AppendJoin(" | ", written[kind].Select(Word)).Append(" |\n");
        return table.ToString();
    }

    /// <summary>Those of the library's tables, which have every layer in every form.</summary>
    private static IEnumerable<Model> Models()
    {
        foreach (string name in LayerModels.Names)
            yield return LayerModels.Make(name, 1);
        foreach (GradientCase row in GradientCases.All.Values)
        {
            Graph graph = row.Graph?.Invoke()
                ?? Graph.Chain(row.Layers, row.Input ?? (row.Vector ? new Shape(row.Features) : new Shape(row.Steps, row.Features)));
            yield return new Model(graph.Inputs, graph.Outputs).Build(seed: 3);
        }
    }

    private static string Word(HashSet<bool> outcomes) =>
        outcomes.Count == 2 ? "in part" : outcomes.Contains(true) ? "yes" : outcomes.Contains(false) ? "no" : "not tried";

    private static string Reasons(Model model, Action<Model, Stream> write)
    {
        try
        {
            write(model, new MemoryStream());
            return "";
        }
        catch (UnsupportedModelException unsupported)
        {
            return string.Join('\n', unsupported.Reasons) + "\n";
        }
    }

    private static IEnumerable<Type> Within(Layer layer) => layer switch
    {
        TimeDistributed around => [layer.GetType(), .. Within(around.Inner)],
        Bidirectional around => [layer.GetType(), .. Within(around.Inner)],
        StackedRecurrent stack => [layer.GetType(), .. stack.Layers.SelectMany(Within)],
        _ => [layer.GetType()],
    };
}
