using System.CommandLine;
using System.Globalization;
using Unroll.Exchange;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll convert IN OUT</c></summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("IN") { Description = $"A network: {FormatWords.Extensions(format => true)}" };
        var output = new Argument<string>("OUT")
        {
            Description = $"The file to write; its ending says the format: {FormatWords.Extensions(format => format.IsWritten)}",
        };
        Option<int?> steps = Options.OptionalWhole("--steps", 1, 1_000_000, "How many steps sequences have where IN leaves that open "
            + "[default: such a file is refused]");
        var arguments = new ExchangeArguments();
        var command = new Verb(
            "convert",
            "Writes a network in another format: Keras, PyTorch, safetensors, NumPy, ONNX or Unroll. Weights keep their bits; a "
                + "forecaster becomes one ONNX graph, dates in and quantiles out.",
            "unroll forecast --sample aapl --recipe tutorial --model gru --epochs 2",
            "unroll convert forecast-report/gru.unroll gru.keras",
            "unroll convert gru.keras gru.safetensors")
        {
            input, output, steps,
        };
        arguments.AddTo(command);
        command.SetAction(result => Run(
            result.GetRequiredValue(input), result.GetRequiredValue(output), arguments.Read(result, result.GetValue(steps))));
        return command;
    }

    private static int Run(string input, string output, NetworkFiles files)
    {
        ExchangeFormat from = ExchangeFormats.Of(input), to = ExchangeFormats.Of(output);
        if (Path.GetFullPath(input) == Path.GetFullPath(output))
            throw new UnrollException($"{input} would be written over itself. Give another name.");
        ReportFolder.RecoverAround(input);
        Terminal terminal = Terminal.Output();
        if (files.Into is null && from.Extensions[0] == ".unroll" && to.Extensions[0] == ".onnx"
            && ExchangeFormats.Inspect(input).Kind == FileKind.Forecaster
            && ForecastFile.Load(input) is { } forecaster and not PretrainedForecaster)
        {
            Onnx.Save(forecaster, output);
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"{input} (a forecaster) was written as {output} (ONNX): the whole forecast by {forecaster.Name} of "
                    + $"{ColumnNames.List(forecaster.Targets)}, {forecaster.Horizon:N0} {(forecaster.Horizon == 1 ? "row" : "rows")} "
                    + $"ahead, {new FileInfo(output).Length:N0} bytes."));
            terminal.Say($"Rows of the table go in as they are, scaling is in the graph; unroll inspect {ShellWord.Quote(output)} says how "
                + "to call it. Quantiles stay as wide as they are now; write the file again when there are newer rows.");
            return 0;
        }

        Model model = Load(input, files);
        ExchangeFormats.Save(model, output, files.Options with { Torch = new TorchOptions() });
        terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"{input} ({from.Name}) was written as {output} ({to.Name}): {Layers(model)}, {model.ParameterCount:N0} parameters, "
                + $"{new FileInfo(output).Length:N0} bytes."));
        foreach (string note in files.Notes)
            terminal.Say(note);
        return 0;
    }

    private static Model Load(string input, NetworkFiles files)
    {
        try
        {
            return files.Load(input);
        }
        catch (UnsupportedModelException unsupported)
        {
            throw ExchangeErrors.Of(files.Into ?? input, unsupported);
        }
    }

    private static string Layers(Model model) =>
        model.Layers.Count == 1 ? "1 layer" : FormattableString.Invariant($"{model.Layers.Count:N0} layers");
}
