using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

public sealed partial class ReproducibilityTests : IDisposable
{
    private static readonly string[] s_files = ["metrics.json", "predictions.csv", "lstm.unroll", "gru.unroll"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>In a process of their own, and after other commands in the same process.</summary>
    [Fact]
    public void The_same_seed_gives_the_same_files_twice_and_on_any_number_of_threads()
    {
        Forecast(Tool.RunAlone, "first", "--threads", "2");
        Forecast(Tool.Run, "again", "--threads", "2");
        Forecast(Tool.RunAlone, "alone", "--threads", "1");
        Forecast(Tool.Run, "other", "--threads", "2", "--seed", "456");
        foreach (string file in s_files)
        {
            byte[] first = Bytes("first", file);
            Assert.True(first.AsSpan().SequenceEqual(Bytes("again", file)), $"{file} differs between two runs.");
            Assert.True(first.AsSpan().SequenceEqual(Bytes("alone", file)), $"{file} differs between one thread and two.");
            Assert.False(first.AsSpan().SequenceEqual(Bytes("other", file)), $"{file} does not depend on the seed.");
        }
    }

    /// <summary>A batch of 61 leaves an odd rest; dropout and shuffling draw on the seed too.</summary>
    private void Forecast(Func<TempFolder, string[], ToolResult> run, string name, params string[] arguments)
    {
        ToolResult result = run(_folder, ["forecast", "--sample", "aapl", "--batch", "61", "--dropout", "0.2", "--layers", "2",
            "--out", name, .. Tool.Quick, .. arguments]);
        Assert.Equal((0, ""), (result.Code, result.Error));
    }

    private byte[] Bytes(string run, string file)
    {
        string path = Path.Combine(_folder[run], file);
        return file == "metrics.json"
            ? System.Text.Encoding.UTF8.GetBytes(Seconds().Replace(File.ReadAllText(path), "\"seconds\": 0"))
            : File.ReadAllBytes(path);
    }

    [GeneratedRegex("\"seconds\": [0-9.]+")]
    private static partial Regex Seconds();
}
