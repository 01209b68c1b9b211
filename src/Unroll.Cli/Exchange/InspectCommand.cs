using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Unroll.Exchange;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll inspect FILE</c></summary>
internal static class InspectCommand
{
    /// <summary>The text of a graph that is a whole forecast.</summary>
    private const string WholeForecast = "unroll.forecast";

    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = $"A file of a network or forecaster: "
            + $"{FormatWords.Extensions(format => true)}"
        };
        var json = new Option<bool>("--json") { Description = "Print what is in the file as JSON" };
        var command = new Verb(
            "inspect",
            "Shows what is in the file of a network: layers or operators, tensors, metadata, and all that Unroll does not support at once.",
            "unroll forecast --sample aapl --recipe tutorial --model gru --epochs 2",
            "unroll inspect forecast-report/gru.unroll")
        {
            file, json,
        };
        command.SetAction(result => Run(result.GetRequiredValue(file), result.GetValue(json)));
        return command;
    }

    private static int Run(string file, bool isJson)
    {
        ReportFolder.RecoverAround(file);
        FileContents contents = ExchangeFormats.Inspect(file);
        if (isJson)
            Console.Out.Write(InspectionJson.Of(contents));
        else
            Show(Terminal.Output(), contents);
        return 0;
    }

    private static void Show(Terminal terminal, FileContents contents)
    {
        terminal.Heading($"{contents.Path}: {contents.Format}{(contents.Version.Length > 0 ? $", {contents.Version}" : "")}");
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{Kind(contents.Kind)} {contents.Parameters:N0} "
            + $"{(contents.Kind == FileKind.Weights ? "numbers" : "parameters")}"));
        Values(terminal, "Inputs: ", contents.Inputs);
        Values(terminal, "Outputs:", contents.Outputs);
        foreach (string note in contents.Notes)
            terminal.Say(note);
        Table(terminal, ["Layer", "Output", "Parameters", "Takes"], ["Takes"], contents.Layers.Select(layer => new[]
        {
            $"{layer.Name} ({layer.Kind})",
            layer.Output.ToString(),
            layer.Parameters.ToString("N0", CultureInfo.InvariantCulture),
            string.Join(", ", layer.Takes),
        }));
        Table(terminal, ["Operator", "Nodes"], [], contents.Operators.OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => new[] { each.Key, each.Value.ToString("N0", CultureInfo.InvariantCulture) }));
        Table(terminal, ["Tensor", "Type", "Shape", "Numbers"], ["Numbers"], contents.Tensors.Select(tensor => new[]
        {
            tensor.Name,
            tensor.Type.ToLowerInvariant(),
            $"[{string.Join(", ", tensor.Shape)}]",
            tensor.Length.ToString("N0", CultureInfo.InvariantCulture),
        }));
        if (contents.Metadata.Count > 0)
            terminal.Blank();
        foreach ((string name, string value) in contents.Metadata)
            Text(terminal, name, value);
        terminal.Blank();
        if (contents.Unsupported.Count == 0)
        {
            terminal.Say(SupportWords(contents));
            return;
        }

        terminal.Say("Not supported:", Spectre.Console.Color.Yellow);
        foreach (string reason in contents.Unsupported)
            terminal.Say($"  {reason}", Spectre.Console.Color.Yellow);
    }

    private static void Values(Terminal terminal, string what, IReadOnlyList<ContentsValue> values)
    {
        if (values.Count > 0)
            terminal.Say($"{what} {string.Join(", ", values.Select(value => $"{value.Name} {value.Shape}".Trim()))}");
    }

    private static void Table(Terminal terminal, string[] headings, string[] spare, IEnumerable<string[]> rows)
    {
        string[][] lines = [.. rows];
        if (lines.Length == 0)
            return;
        terminal.Blank();
        terminal.Lines(ContentsTable.Text(headings, spare, lines, terminal.Width));
    }

    /// <summary>A text that stands beside the weights; the members of a JSON object in lines of their own.</summary>
    private static void Text(Terminal terminal, string name, string value)
    {
        if (Members(value) is not { } members)
        {
            terminal.Say($"{name}: {CommandLine.OneLine(value)}");
            return;
        }

        terminal.Say($"{name}:");
        foreach ((string member, string inside) in members)
            terminal.Say($"  {member}: {inside}");
    }

    /// <summary>The members of a JSON object, those of objects in it by both names; null where a text is none.</summary>
    private static IReadOnlyList<(string Name, string Value)>? Members(string text)
    {
        if (!text.StartsWith('{'))
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateObject().SelectMany(member => member.Value.ValueKind == JsonValueKind.Object
                ? member.Value.EnumerateObject().Select(inner => ($"{member.Name} {inner.Name}", InWords(inner.Value)))
                : [(member.Name, InWords(member.Value))])];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The second: half of a surrogate pair.
            return null;
        }
    }

    private static string InWords(JsonElement value) => CommandLine.OneLine(value.ValueKind == JsonValueKind.Array
        ? string.Join(", ", value.EnumerateArray().Select(each => each.ToString()))
        : value.ToString());

    private static string Kind(FileKind kind) => kind switch
    {
        FileKind.Model => "A model:",
        FileKind.Weights => "Weights without layers:",
        FileKind.Forecaster => "A forecaster:",
        _ => "A graph:",
    };

    private static string SupportWords(FileContents contents) => contents.Kind switch
    {
        FileKind.Model when contents.Layers.Count == 0 => "It cannot be loaded as it is.",
        FileKind.Model => "All of it is supported: it can be loaded, trained further, judged and converted.",
        FileKind.Weights => $"With a file that has the layers it can be converted: unroll convert {ShellWord.Quote(contents.Path)} OUT "
            + $"--into LAYERS.unroll{(contents.Subtree.Length > 0 ? $" --subtree {contents.Subtree}" : "")}",
        FileKind.Forecaster => "It forecasts with unroll predict.",
        _ when contents.Metadata.ContainsKey(WholeForecast) => "All of it is supported: any ONNX runtime forecasts with it.",
        _ => "All of it is supported: it can be run.",
    };
}
