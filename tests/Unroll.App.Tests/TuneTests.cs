using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

public sealed partial class TuneTests : IDisposable
{
    private static readonly string[] s_search =
        ["tune", "--sample", "aapl", "--recipe", "tutorial", "--trials", "9", "--epochs", "3", "--seed", "11"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ToolResult Tune(params string[] arguments)
    {
        ToolResult result = Tool.Run(_folder, [.. s_search, .. arguments]);
        Assert.True(result.Code == 0, result.Error);
        return result;
    }

    private string[] Trials(string folder) =>
        [.. File.ReadAllLines(Path.Combine(_folder[folder], "trials.csv")).Select(line => line[..line.LastIndexOf(',')])];

    [Fact]
    public void It_says_what_it_tries_finds_and_recommends_with_the_naive_forecast_beside_it()
    {
        ToolResult result = Tune();
        Assert.Equal(
            [
                "Tuning High of aapl.csv (Apple, a sample)",
                "The model learns from ..2016 and is judged on 2017, the last full year of the sample.",
                "learn         734 rows  2013-05-13 to 2016-04-11  trials are trained on these",
                "validate      184 rows  2016-04-12 to 2016-12-30  and judged on these",
                "test          251 rows  2017-01-03 to 2017-12-29  not seen by the search",
                "",
                "Search: 9 trials of 1 epoch, then the best 3 trials of 3 epochs",
                "Drawn from cells Lstm Gru SimpleRnn, layers 1..2, units 8..128, window 5..120, learning rate 0.0001..0.01, dropout "
                    + "0..0.4.",
                $"{Environment.ProcessorCount} at once, seed 11. Each training begins anew.",
                "",
            ],
            result.Lines[..10]);
        // RMSE of "tomorrow equals today" on 2016-04-12..2016-12-30, computed from the file.
        string naive = Naive().ToString("0.000", CultureInfo.InvariantCulture);
        string[] progress = [.. result.Lines.Where(line => line.StartsWith("rung", StringComparison.Ordinal))];
        Assert.Equal(12, progress.Length);
        Assert.All(progress, line => Assert.Matches(
            @"^rung [12]/2  trial \d/[93]  best #\d: [0-9.]+, naive " + Regex.Escape(naive) + @"  (\d:\d\d left|in \d:\d\d)$", line));
        Assert.EndsWith($"  {naive}       {naive}    0.000",
            Assert.Single(result.Lines, line => line.StartsWith("naive  ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(3 + 6, result.Lines.Count(
            line => TrialLine().Match(line) is { Success: true } trial && trial.Groups[1].Value == naive));
        Assert.Equal(6, result.Lines.SkipWhile(line => !line.StartsWith("What mattered", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.EndsWith("  " + naive, StringComparison.Ordinal)).Count());
        Assert.Equal(["tune-report", .. new[] { "journal.jsonl", "trials.csv", "tune.json", "tuning.svg" }
            .Select(name => Path.Combine("tune-report", name))], _folder.Entries);

        string command = result.Lines[^1];
        Assert.Matches(
            @"^unroll forecast --sample aapl --recipe tutorial --target High --model (lstm|gru|simple-rnn) --layers [12] --units \d+ "
            + @"--window \d+ --learning-rate [0-9.]+ --dropout [0-9.]+ --epochs 3 --seed 11$",
            command);
        ToolResult forecast = Tool.Run(_folder, command.Split(' ')[1..]);
        Assert.Equal((0, ""), (forecast.Code, forecast.Error));
        using var best = JsonDocument.Parse(File.ReadAllText(_folder["tune-report/tune.json"]));
        using var metrics = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"]));
        JsonElement model = metrics.RootElement.GetProperty("forecasters")[0], trial = best.RootElement.GetProperty("best");
        Assert.Equal(trial.GetProperty("cell").GetString(), model.GetProperty("name").GetString());
        Assert.Equal(trial.GetProperty("parameters").GetInt32(), model.GetProperty("parameters").GetInt32());
        Assert.Equal(command, best.RootElement.GetProperty("command").GetString());
    }

    /// <summary>What the command line recommends is what was tried: on the rows of the search it has the RMSE of the search.</summary>
    [Fact]
    public void The_recommended_command_line_makes_the_same_network()
    {
        string command = Tune().Lines[^1] + " --train 2013-05-13..2016-04-11 --test 2016-04-12..2016-12-30";
        Assert.Equal(0, Tool.Run(_folder, command.Split(' ')[1..]).Code);
        using var best = JsonDocument.Parse(File.ReadAllText(_folder["tune-report/tune.json"]));
        using var metrics = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"]));
        Assert.Equal(best.RootElement.GetProperty("best").GetProperty("rmse").GetDouble(),
            metrics.RootElement.GetProperty("forecasters")[0].GetProperty("rmse").GetDouble());
        Assert.Equal(best.RootElement.GetProperty("naive").GetProperty("rmse").GetDouble(), metrics.RootElement.GetProperty("forecasters")
            .EnumerateArray().Single(each => each.GetProperty("name").GetString() == "naive").GetProperty("rmse").GetDouble());
    }

    [Fact]
    public void The_results_are_the_same_on_any_number_at_once_and_the_json_goes_to_standard_output()
    {
        ToolResult alone = Tune("--parallel", "1", "--out", "alone", "--json");
        ToolResult many = Tune("--parallel", "4", "--out", "many", "--json");
        Assert.Equal(alone.Output, many.Output);
        Assert.Equal(File.ReadAllText(_folder["alone/tune.json"]), alone.Output);
        Assert.Equal(13, Trials("alone").Length);
        Assert.Equal(Trials("alone"), Trials("many"));
        Assert.Equal(File.ReadAllText(_folder["alone/tuning.svg"]), File.ReadAllText(_folder["many/tuning.svg"]));
        Assert.StartsWith("Tuning High of aapl.csv", alone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_rows_are_not_seen()
    {
        string[] lines = Apple.Lines;
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("2017-", StringComparison.Ordinal))
                lines[i] = $"{lines[i][..10]},{i},{i},{i},{i},{i},{i}";
        }

        _folder.Write("other.csv", lines);
        _folder.Write("same.csv", Apple.Lines);
        foreach (string name in new[] { "other", "same" })
            Assert.Equal(0, Tool.Run(_folder, ["tune", name + ".csv", "--target", "High", "--recipe", "tutorial", "--train", "..2016",
                "--test", "2017", "--trials", "4", "--epochs", "1", "--out", name]).Code);
        Assert.Equal(Trials("same"), Trials("other"));
    }

    [Fact]
    public void Another_setup_on_the_same_journal_is_refused_in_one_line()
    {
        Tune();
        string journal = File.ReadAllText(_folder["tune-report/journal.jsonl"]);
        ToolResult result = Tool.Run(_folder, [.. s_search[..^4], "--epochs", "6", "--seed", "11"]);
        Assert.Equal(
            (1, "", "unroll: The journal tune-report/journal.jsonl is of a search with another setup: epochs was 3 and is 6. Choose "
                + "another folder, or delete the journal to begin anew. (--out)\n"),
            (result.Code, result.Output, result.Error.Replace('\\', '/')));
        Assert.Equal(journal, File.ReadAllText(_folder["tune-report/journal.jsonl"]));
    }

    private static double Naive()
    {
        string[] dates = [.. Apple.Lines.Skip(1).Select(line => line[..10])];
        double sum = 0;
        int rows = 0;
        for (int i = 1; i < dates.Length; i++)
        {
            if (string.CompareOrdinal(dates[i], "2016-04-12") < 0 || string.CompareOrdinal(dates[i], "2016-12-31") > 0)
                continue;
            sum += Math.Pow(Apple.High(dates[i]) - Apple.High(dates[i - 1]), 2);
            rows++;
        }

        return Math.Sqrt(sum / rows);
    }

    [GeneratedRegex(@"^#\d (?:lstm|gru|simple-rnn) .* ([0-9.]+) +-?[0-9.]+$")]
    private static partial Regex TrialLine();
}
