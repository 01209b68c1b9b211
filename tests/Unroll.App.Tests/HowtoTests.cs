using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>The short programs in samples/howto do what their pages in docs/howto say.</summary>
public sealed class HowtoTests
{
    /// <summary>What each prints: lines whose # are numbers, and between which bounds these lie.</summary>
    public static TheoryData<string, string, double[]> Prints => new()
    {
        { "anomalies", "#: # % of the faults found, # % false alarms", [0.0005, 0.02, 95, 100, 0, 4] },
        { "cancel-and-resume", "10 epochs, # of them from the file\nthe same weights as without the interruption: True", [4, 4] },
        { "class-weights", "no weights           finds # % of the 1s", [0, 40] },
        { "class-weights", "weights of classes   finds # % of the 1s", [70, 100] },
        { "class-weights", "weights of samples   finds # % of the 1s", [70, 100] },
        { "forecast-in-memory", "(# % less error).", [90, 97] },
        { "forecast-in-memory", "2025-12   #  80 %:", [290, 315] },
        { "known-inputs", ", # % less than naive; intervals of 80 % held # %", [80, 95, 70, 92] },
        { "known-inputs", "north Wed 2025-01-01  # (# to #) offer", [420, 445, 400, 435, 430, 460] },
        { "large-data", "5000 samples, # KB in the file, loss #", [600, 620, 0, 0.01] },
        { "own-parts", "StoppedByCallback: # % of the outputs lie above their target", [87, 93] },
        { "row-by-row", "after 100 readings, mean error of the next one #", [0, 0.05] },
        { "row-by-row", "the same answer after a restart: True\n", [] },
        { "save-and-load", "the same bits: True\ndamaged.unroll is damaged: its checksum does not fit its contents.", [] },
        { "save-and-load", "begin anew: weekday/kernel, weekday/bias\n", [] },
        { "transfer", "new head on the frozen body: # %", [85, 97] },
        { "transfer", "windows alone: # %", [60, 90] },
        { "weights-by-hand", "1 + 2 + 3 + 4 + 5 = #\nlstm/kernel (4, 12): 48 numbers", [15, 15] },
        { "weights-by-hand", "the forget gate of unit 0 at the first step: #", [1, 1] },
    };

    [Fact(Explicit = true)]
    public async Task Each_program_prints_what_its_page_says()
    {
        string folder = Path.Combine(Repository.Root, "samples", "howto");
        var printed = new Dictionary<string, string>();
        foreach ((string name, string line, double[] bounds) in Prints.Select(row => row.Data))
        {
            if (!printed.TryGetValue(name, out string? output))
            {
                string text = await File.ReadAllTextAsync(Path.Combine(folder, $"{name}.cs"), TestContext.Current.CancellationToken);
                printed.Add(name, output = (await new CompiledProgram(name, text).RunAsync()).ReplaceLineEndings("\n"));
            }

            Match found = Regex.Match(output, Regex.Escape(line).Replace(@"\#", @"(-?\d+(?:\.\d+)?)", StringComparison.Ordinal));
            Assert.True(found.Success, $"{name} does not print \"{line}\":\n{output}");
            for (int i = 0; i < bounds.Length / 2; i++)
                Assert.InRange(double.Parse(found.Groups[i + 1].Value, CultureInfo.InvariantCulture), bounds[2 * i], bounds[(2 * i) + 1]);
        }

        string[] others = ["default-recipe"];
        Assert.Equal(
            Directory.EnumerateFiles(folder, "*.cs").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
            printed.Keys.Concat(others).Order(StringComparer.Ordinal));
    }

    /// <summary>Some twenty seconds.</summary>
    [Fact(Explicit = true)]
    public async Task The_default_recipe_in_ten_lines_beats_the_best_baseline()
    {
        string text = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "samples", "howto", "default-recipe.cs"), TestContext.Current.CancellationToken);
        Assert.InRange(text.Split('\n').Count(line => line.Trim().Length > 0 && line[0] != '#'), 9, 11);
        string output = await new CompiledProgram("default-recipe", text).RunAsync();
        Assert.Matches(@"the best baseline, ridge, has \d+(\.\d)? \(\d+(\.\d)? % less error\)", output);
        Assert.Equal(7, Regex.Count(output, @"^1989-01-0\d \d{4,5}, with 80 % between ", RegexOptions.Multiline));
    }
}
