using System.CommandLine;
using System.Globalization;
using Unroll.Exchange;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll inspect FILE</c></summary>
internal static class InspectCommand
{
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
            terminal.Say($"{name}: {CommandLine.OneLine(value)}");
        terminal.Blank();
        if (contents.Unsupported.Count == 0)
        {
            terminal.Say(Supported(contents));
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
        int[] shown = [.. Enumerable.Range(0, headings.Length).Where(column => Array.Exists(lines, line => line[column].Length > 0))];
        terminal.Blank();
        terminal.Lines(FigureTable.Text(
            [.. shown.Select(column => headings[column])],
            [.. spare.Where(heading => shown.Any(column => headings[column] == heading))],
            [[.. lines.Select(line => shown.Select(column => line[column]).ToArray())]],
            terminal.Width));
    }

    private static string Kind(FileKind kind) => kind switch
    {
        FileKind.Model => "A model:",
        FileKind.Weights => "Weights without layers:",
        FileKind.Forecaster => "A forecaster:",
        _ => "A graph:",
    };

    private static string Supported(FileContents contents) => contents.Kind switch
    {
        FileKind.Model when contents.Layers.Count == 0 => "It cannot be loaded as it is.",
        FileKind.Model => "All of it is supported: it can be loaded, trained further, judged and converted.",
        FileKind.Weights => $"With a file that has the layers it can be converted: unroll convert {ShellWord.Quoted(contents.Path)} OUT "
            + $"--into LAYERS.unroll{(contents.Subtree.Length > 0 ? $" --subtree {contents.Subtree}" : "")}",
        FileKind.Forecaster => "It forecasts with unroll predict.",
        _ => "All of it is supported: it can be run.",
    };
}
