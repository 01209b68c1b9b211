using System.Globalization;
using System.Text.Json;

namespace Unroll.App.Tests;

/// <summary>The commands of a case, run one after the other in a copy of its folder.</summary>
internal sealed class CaseRun : IDisposable
{
    private static readonly string[] s_tiny = ["--epochs", "1", "--ensemble", "1", "--model", "lstm", "--units", "4"];
    private readonly TempFolder _folder = new();

    /// <param name="name">The folder of the case.</param>
    /// <param name="commands">With semicolons between; $TINY stands for options that make training quick, and <c>mkdir</c> makes a
    /// folder.</param>
    public CaseRun(string name, string commands)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases", name)))
            File.Copy(file, _folder[Path.GetFileName(file)]);
        foreach (string command in commands.Split(';', StringSplitOptions.TrimEntries))
        {
            string[] words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(word => word == "$TINY" ? s_tiny : [word])];
            if (words[0] == "mkdir")
                Directory.CreateDirectory(_folder[words[1]]);
            else
                Results.Add(Tool.Run(_folder, words));
        }
    }

    public List<ToolResult> Results { get; } = [];

    public ToolResult Last => Results[^1];

    /// <summary>Everything that the last command printed.</summary>
    public string Said => Last.Output + Last.Error;

    public string[] Entries => _folder.Entries;

    public JsonElement Metrics => JsonDocument.Parse(Text("o/metrics.json")).RootElement;

    public string Text(string file) => File.ReadAllText(_folder[file]);

    /// <summary>The rows to come that a command printed as CSV.</summary>
    public Ahead[] Ahead(int command) => Rows(Results[command].Output);

    /// <summary>The rows to come of the report.</summary>
    public Ahead[] Future() => Rows(Text("o/future.csv"));

    public void Dispose() => _folder.Dispose();

    private static Ahead[] Rows(string csv) => [.. csv.TrimEnd('\n').Split('\n').Skip(1).Select(App.Tests.Ahead.Of)];
}

/// <summary>A line of future.csv.</summary>
internal sealed record Ahead(string Series, string Target, string Date, int Step, double Value, double Lower80, double Upper80,
    double Lower95, double Upper95)
{
    public double Width80 => Upper80 - Lower80;

    public double Width95 => Upper95 - Lower95;

    public static Ahead Of(string line)
    {
        string[] cells = line.Split(',');
        double[] numbers = Array.ConvertAll(cells[^5..], cell => double.Parse(cell, CultureInfo.InvariantCulture));
        return new Ahead(cells[0], cells[1], cells[2], int.Parse(cells[3], CultureInfo.InvariantCulture), numbers[0], numbers[1],
            numbers[2], numbers[3], numbers[4]);
    }
}
