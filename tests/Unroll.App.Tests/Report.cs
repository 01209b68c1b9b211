using System.Globalization;
using System.Text.Json;

namespace Unroll.App.Tests;

/// <summary>The files that a forecast wrote.</summary>
internal sealed record Report(string Folder)
{
    public JsonElement Metrics => JsonDocument.Parse(Text("metrics.json")).RootElement;

    /// <summary>All forecasters of metrics.json.</summary>
    public JsonElement[] Forecasters => [.. Metrics.GetProperty("forecasters").EnumerateArray()];

    /// <summary>The lines of predictions.csv by the names of its columns.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Predictions => Table("predictions.csv");

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Future => Table("future.csv");

    /// <summary>One of metrics.json by its name.</summary>
    public JsonElement this[string name] => Forecasters.Single(each => each.GetProperty("name").GetString() == name);

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Text(string name) => File.ReadAllText(Path(name));

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    public static double Figure(JsonElement element, params string[] path)
    {
        foreach (string name in path)
            element = element.GetProperty(name);
        return element.GetDouble();
    }

    public static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    /// <summary>The cells of a printed line: two spaces or more stand between them.</summary>
    public static string[] Cells(string line) => [.. line.Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim())];

    /// <summary>Lines of a CSV text by the names of its columns.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Lines(string csv)
    {
        string[][] lines = [.. csv.TrimEnd('\n').Split('\n').Select(Split)];
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    private IReadOnlyList<IReadOnlyDictionary<string, string>> Table(string name) => Lines(Text(name));

    private static string[] Split(string line)
    {
        var cells = new List<string>();
        for (int at = 0; at <= line.Length;)
        {
            bool isQuoted = at < line.Length && line[at] == '"';
            int end = isQuoted ? line.IndexOf('"', at + 1) + 1 : line.IndexOf(',', at);
            end = end < 0 ? line.Length : end;
            cells.Add(isQuoted ? line[(at + 1)..(end - 1)] : line[at..end]);
            at = end + 1;
        }

        return [.. cells];
    }
}
