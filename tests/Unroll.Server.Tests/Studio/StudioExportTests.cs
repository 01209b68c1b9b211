using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Unroll.Exchange;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>What is taken away from a run: files that load again, and programs that repeat it to the bit.</summary>
public sealed class StudioExportTests
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exports_load_again_and_say_the_same()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string run = await studio.RunAsync(StudioHost.Quick(await studio.AddAsync(StudioHost.Table())));
        JsonNode future = (await studio.EndedAsync(run))["result"]!["future"]![0]!;
        double[] values = [.. future["value"]!.AsArray().Select(value => (double)value!)];

        (byte[] file, string name) = await Export("unroll");
        Assert.Equal($"shop-{run}.unroll", name);
        string path = Path.Combine(studio.Folder, "again.unroll");
        await File.WriteAllBytesAsync(path, file, Token);
        TimeSeries rows = TimeSeries.Read(Path.Combine(studio.Folder, "data", "1-shop.csv"));
        Assert.Equal(values, ForecastFile.Load(path).Predict(rows, 3).Parts[0].Rows().Select(row => row.Value));

        (byte[] csv, string csvName) = await Export("csv");
        Assert.EndsWith(".csv", csvName, StringComparison.Ordinal);
        string[] lines = System.Text.Encoding.UTF8.GetString(csv).Trim().Split('\n');
        Assert.StartsWith("series,target,date,step,value,", lines[0], StringComparison.Ordinal);
        Assert.Equal(values, lines.Skip(1).Select(line => double.Parse(line.Split(',')[4], CultureInfo.InvariantCulture)));

        (byte[] onnx, _) = await Export("onnx");
        string graph = Path.Combine(studio.Folder, "again.onnx");
        await File.WriteAllBytesAsync(graph, onnx, Token);
        FileContents contents = ExchangeFormats.Inspect(graph);
        Assert.Equal(["dates_out", "values", "quantiles", "naive"], contents.Outputs.Select(output => output.Name));

        (byte[] report, _) = await Export("report");
        Assert.Contains("shop, sales", System.Text.Encoding.UTF8.GetString(report), StringComparison.Ordinal);
        Assert.NotEmpty((await Export("predictions")).File);
        await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/runs/{run}/export/exe", Token), 404);

        JsonNode network = Assert.Single((await studio.GetAsync($"/api/runs/{run}/model"))["networks"]!.AsArray())!;
        Assert.StartsWith("<svg", (string)network["drawing_svg"]!, StringComparison.Ordinal);
        Assert.Contains(network["layers"]!.AsArray(), layer => (string?)layer!["kind"] == "gru");
        Assert.All(network["weights"]!.AsArray(), weights =>
        {
            Assert.InRange((double)weights!["mean"]!, (double)weights["min"]!, (double)weights["max"]!);
            Assert.True(weights["histogram"]!["counts"]!.AsArray().Sum(count => (int)count!) > 0);
        });

        async Task<(byte[] File, string Name)> Export(string format)
        {
            HttpResponseMessage answer = await studio.Client.GetAsync($"/api/runs/{run}/export/{format}", Token);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
            return (await answer.Content.ReadAsByteArrayAsync(Token), answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        }
    }

    public static TheoryData<string> Settings =>
    [
        """{"targets":["sales"],"horizon":3,"models":["gru"],"units":4,"epochs":2,"members":1}""",
        """
        {"targets":["sales","price"],"horizon":2,"models":["lstm","ridge","naive"],"units":4,"epochs":1,"members":1,
         "seed":7,"batch":32,"learning_rate":0.005,"test":"last:20","inputs":{"past":[],"calendar":true}}
        """,
        """
        {"targets":["sales"],"horizon":2,"models":["gru"],"units":4,"epochs":1,"members":1,
         "strategy":"recursive","window":12,"train":"..2020-04","inputs":{"calendar":false}}
        """,
        """{"targets":["sales"],"recipe":"tutorial","models":["simple-rnn"],"units":4,"epochs":2,"window":10}""",
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_command_and_the_program_repeat_a_run_to_the_bit(string settings)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        var asked = (JsonObject)JsonNode.Parse(settings)!;
        asked["data"] = await studio.AddAsync(StudioHost.Table());
        string run = await studio.RunAsync(asked);
        JsonNode view = await studio.EndedAsync(run);
        Assert.True((string?)view["state"] == "done", (string?)view["message"]);
        string[] expected = [.. view["result"]!["future"]!.AsArray()
            .SelectMany(part => part!["value"]!.AsArray().Select(value => ((double)value!).ToString("R", CultureInfo.InvariantCulture)))];
        JsonNode program = await studio.GetAsync($"/api/runs/{run}/program");

        string folder = Directory.CreateDirectory(Path.Combine(studio.Folder, "again")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "shop.csv"), StudioHost.Table(), Token);
        string[] printed = await Compiled((string)program["csharp"]!, folder);
        Assert.Equal(expected, printed.Where(line => line.Contains(": ", StringComparison.Ordinal) && line.EndsWith(')'))
            .Select(line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(' ')[0]));

        string command = (string)program["command"]!;
        Assert.StartsWith("unroll forecast shop.csv ", command, StringComparison.Ordinal);
        (int code, string output, string errors) = await Tool(command, folder);
        Assert.True(code == 0, $"{command}\n{output}{errors}");
        string model = Path.Combine(folder, "forecast-report", (string?)asked["recipe"] == "tutorial" ? "simple-rnn.unroll"
            : "forecast.unroll");
        PartsForecaster forecaster = ForecastFile.Load(model);
        TimeSeries rows = TimeSeries.Read(Path.Combine(folder, "shop.csv"));
        Assert.Equal(expected, forecaster.Predict(rows, (int)view["horizon"]!).Parts.SelectMany(part => part.Rows())
            .Select(row => row.Value.ToString("R", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Names_that_steer_a_shell_or_a_program_are_quoted()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string csv = StudioHost.Table().Replace("sales", "a$(touch x)'\\\\", StringComparison.Ordinal)
            .Replace("price", "@b \u2028c", StringComparison.Ordinal);
        JsonObject settings = StudioHost.Quick(await studio.AddAsync(csv, "name=a%20b%24(x).csv"));
        settings["targets"] = new JsonArray((await studio.GetAsync("/api/data/1"))["columns"]!.AsArray()[0]!["name"]!.DeepClone());
        JsonNode past = (await studio.GetAsync("/api/data/1"))["columns"]!.AsArray()[1]!["name"]!;
        settings["inputs"] = new JsonObject { ["past"] = new JsonArray(past.DeepClone()) };
        string run = await studio.RunAsync(settings);
        await studio.EventsAsync(run);
        JsonNode program = await studio.GetAsync($"/api/runs/{run}/program");
        string folder = Directory.CreateDirectory(Path.Combine(studio.Folder, "again")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a b_(x).csv"), csv, Token);
        (int code, string output, string errors) = await Tool((string)program["command"]!, folder);
        Assert.True(code == 0, $"{program["command"]}\n{output}{errors}");
        Assert.False(File.Exists(Path.Combine(folder, "x")));
        Assert.NotEmpty(await Compiled((string)program["csharp"]!, folder));

        settings["data"] = await studio.AddAsync(StudioHost.Table().Replace("sales", "--out", StringComparison.Ordinal));
        settings["targets"] = new JsonArray("--out");
        settings.Remove("inputs");
        string other = await studio.RunAsync(settings);
        Assert.StartsWith("# ", (string)(await studio.GetAsync($"/api/runs/{other}/program"))["command"]!, StringComparison.Ordinal);
    }

    /// <summary>Runs a command line in a shell, with the tool of this build in the place of the installed one.</summary>
    private static async Task<(int Code, string Output, string Errors)> Tool(string command, string folder)
    {
        string tool = Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll");
        var start = new ProcessStartInfo("sh", ["-c", $"unroll() {{ dotnet '{tool}' \"$@\"; }}; {command}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(Token);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, output, await errors);
    }

    /// <summary>The lines that a program prints which is compiled as <c>dotnet run</c> does, and run in a folder.</summary>
    private static async Task<string[]> Compiled(string text, string folder)
    {
        CSharpParseOptions options = new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "true")]);
        string[] references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "again",
            [.. new[] { text, ImplicitUsings }.Select(each => CSharpSyntaxTree.ParseText(each, options, cancellationToken: Token))],
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.ConsoleApplication,
                nullableContextOptions: NullableContextOptions.Enable));
        string path = Path.Combine(folder, "again.dll");
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(path, cancellationToken: Token);
        Assert.True(result.Success, $"{text}\n{string.Join('\n', result.Diagnostics)}");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Unroll.Server.Tests.runtimeconfig.json"),
            Path.Combine(folder, "again.runtimeconfig.json"), overwrite: true);
        foreach (string library in Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => !File.Exists(Path.Combine(folder, Path.GetFileName(file)))))
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(library)), library);
        var start = new ProcessStartInfo("dotnet", [path])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(Token);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, $"{text}\n{output}{await errors}");
        return output.Trim().Split('\n');
    }
}
