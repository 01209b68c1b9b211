using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>A search among settings of the default recipe.</summary>
public sealed class TuneDefaultRecipeTests : IDisposable
{
    private static readonly string[] s_search =
        ["tune", "--sample", "aapl", "--horizon", "2", "--trials", "6", "--epochs", "3", "--seed", "11"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ToolResult Tune(params string[] arguments)
    {
        ToolResult result = Tool.Run(_folder, [.. s_search, .. arguments]);
        Assert.True(result.Code == 0, result.Error);
        return result;
    }

    private JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllText(_folder[path])).RootElement;

    [Fact]
    public void It_says_what_a_trial_is_and_recommends_what_it_tried()
    {
        ToolResult result = Tune("--ensemble", "1");
        Assert.Equal(
            [
                "Search: 6 trials of 1 epoch, then the best 2 trials of 3 epochs",
                "Recipe default: a trial is ridge regression on all inputs, corrected by 1 network, judged on 1 to 2 rows ahead. It finds "
                    + "inputs and epochs, at most so many, within the rows it learns from.",
                "Drawn from cells Lstm Gru SimpleRnn, layers 1..2, units 8..64, window 5..120, learning rate 0.0005..0.01, dropout 0..0.4.",
            ],
            result.Lines[6..9]);
        string command = result.Lines[^1];
        Assert.Matches(
            "^unroll forecast --sample aapl --recipe default --target High --horizon 2 --ensemble 1 --model (lstm|gru|simple-rnn) "
            + @"--layers [12] --units \d+ --window \d+ --learning-rate [0-9.]+ --dropout [0-9.]+ --epochs 3 --seed 11$",
            command);
        JsonElement tuned = Json("tune-report/tune.json"), best = tuned.GetProperty("best");
        Assert.Equal((command, "default", 2),
            (tuned.GetProperty("command").GetString(), tuned.GetProperty("recipe").GetString(), tuned.GetProperty("horizon").GetInt32()));

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture,
                $"Ridge alone, on the inputs it finds in windows of 60 rows: RMSE "
                + $"{tuned.GetProperty("ridge").GetProperty("rmse").GetDouble():0.000}, naive forecast "
                + $"{tuned.GetProperty("naive").GetProperty("rmse").GetDouble():0.000}, on the same rows. What a trial does beyond that "
                + $"its networks and the window do."),
            result.Lines);

        // On the rows of the search the command has the error of the search.
        string onItsRows = command + " --train 2013-05-13..2016-04-11 --test 2016-04-12..2016-12-30";
        ToolResult forecast = Tool.Run(_folder, onItsRows.Split(' ')[1..]);
        Assert.Equal((0, ""), (forecast.Code, forecast.Error));
        JsonElement Forecaster(string folder, string name) => Json($"{folder}/metrics.json").GetProperty("forecasters").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == name);
        JsonElement model = Forecaster("forecast-report", best.GetProperty("cell").GetString()!);
        Assert.Equal(best.GetProperty("parameters").GetInt32(), model.GetProperty("parameters").GetInt32());
        Assert.Equal(model.GetProperty("rmse").GetDouble(), best.GetProperty("rmse").GetDouble(), 1e-9);
        Assert.Equal(Forecaster("forecast-report", "naive").GetProperty("rmse").GetDouble(),
            tuned.GetProperty("naive").GetProperty("rmse").GetDouble(), 1e-9);

        // And so has ridge, where the window is as long as it is without being given.
        string untuned = onItsRows.Split(" --model ")[0]
            + " --train 2013-05-13..2016-04-11 --test 2016-04-12..2016-12-30 --model ridge --out untuned";
        Assert.Equal(0, Tool.Run(_folder, untuned.Split(' ')[1..]).Code);
        Assert.Equal(Forecaster("untuned", "ridge").GetProperty("rmse").GetDouble(),
            tuned.GetProperty("ridge").GetProperty("rmse").GetDouble(), 1e-9);
    }

    /// <summary>Trials of several series and targets are judged by their mean MASE.</summary>
    [Theory]
    [InlineData("--head", "gaussian")]
    [InlineData("--strategy", "recursive")]
    public void Several_series_and_targets_are_tuned_together(params string[] options)
    {
        static string Row(string shop, int day)
        {
            double x = 50 + (5 * Math.Sin(day * 0.9)) + Math.Sin(day * day), y = 20 + (day % 7) + Math.Cos(day * day);
            return string.Create(
                CultureInfo.InvariantCulture, $"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},{shop},{x:0.000},{y:0.000}");
        }

        string file = _folder.Write("shops.csv", new[] { ("North", 120), ("South", 100) }
            .SelectMany(shop => Enumerable.Range(0, shop.Item2).Select(day => Row(shop.Item1, day)))
            .Prepend("date,shop,x,y"));
        ToolResult result = Tool.Run(_folder, ["tune", file, "--series", "shop", "--target", "x,y", "--horizon", "2", "--test", "last:10",
            "--trials", "2", "--epochs", "1", .. options]);
        Assert.True(result.Code == 0, result.Error);
        JsonElement tuned = Json("tune-report/tune.json"), best = tuned.GetProperty("best");
        Assert.True(best.GetProperty("rmsse").GetDouble() > 0);
        Assert.False(best.TryGetProperty("rmse", out _));
        string command = result.Lines[^1];
        Assert.StartsWith($"unroll forecast shops.csv --series shop --recipe default --target x --target y --test last:10 --horizon 2 "
            + $"{string.Join(' ', options)} --model ", command, StringComparison.Ordinal);
        ToolResult forecast = Tool.Run(_folder, command.Split(' ')[1..]);
        Assert.True(forecast.Code == 0, forecast.Error);
    }

    [Fact]
    public void A_journal_that_ends_early_is_gone_on_with_and_options_of_the_recipe_are_in_the_command()
    {
        string[] options = ["--features", "Low", "--features", "calendar", "--transform", "difference", "--validation", "0.3", "--json"];
        ToolResult whole = Tune([.. options, "--parallel", "2"]);
        string journal = _folder["tune-report/journal.jsonl"];
        string[] lines = File.ReadAllLines(journal);
        Assert.Equal(1 + 6 + 2, lines.Length);
        File.WriteAllText(journal, string.Join('\n', lines[..5]) + "\n" + lines[5][..20]);
        ToolResult again = Tune([.. options, "--parallel", "1"]);
        Assert.Contains($"Going on: 4 finished trainings are in {Path.Combine("tune-report", "journal.jsonl")}, not run again.\n",
            again.Error, StringComparison.Ordinal);
        Assert.Equal(lines[..5], File.ReadAllLines(journal)[..5]);
        Assert.Equal(whole.Output, again.Output);
        Assert.EndsWith("A trial had 1 network; the forecast averages 5, which is seldom worse. With --ensemble trials have as many as the "
            + "forecast.", again.Error.TrimEnd('\n').Split('\n')[^3], StringComparison.Ordinal);
        Assert.Contains(" --horizon 2 --features Low --features calendar --transform difference --validation 0.3 --model ",
            JsonDocument.Parse(again.Output).RootElement.GetProperty("command").GetString(), StringComparison.Ordinal);

        ToolResult other = Tool.Run(_folder, [.. s_search]);
        Assert.Equal(1, other.Code);
        Assert.StartsWith("unroll: The journal ", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_rows_are_not_seen_and_neither_are_their_other_columns()
    {
        string[] lines = Apple.Lines;
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("2017-", StringComparison.Ordinal))
                lines[i] = $"{lines[i][..10]},{i},{2 * i},{i},{i},{i},{i}";
        }

        _folder.Write("other.csv", lines);
        _folder.Write("same.csv", Apple.Lines);
        string Trials(string name)
        {
            Assert.Equal(0, Tool.Run(_folder, ["tune", name + ".csv", "--target", "High", "--train", "..2016", "--test", "2017",
                "--trials", "3", "--epochs", "1", "--out", name]).Code);
            return string.Join('\n', File.ReadAllLines(_folder[$"{name}/trials.csv"]).Select(line => line[..line.LastIndexOf(',')]));
        }

        Assert.Equal(Trials("same"), Trials("other"));
    }

    [Theory]
    [InlineData("--horizon has no part in a search with --recipe tutorial, whose networks learn one row ahead. Leave it out, or use "
        + "--recipe default.", "--recipe", "tutorial", "--horizon", "2")]
    [InlineData("--ensemble has no part in --recipe tutorial. Leave it out, or use --recipe default.", "--recipe", "tutorial",
        "--ensemble", "2")]
    [InlineData("High has 25 training rows, 2016-11-25..2016-12: too few to learn from some and judge 9 rows ahead on the newest. At least "
        + "43 are needed, 18 more. Use a longer training range or a shorter horizon. (--train, --horizon)", "--recipe", "default",
        "--train", "2016-11-25..2016-12", "--test", "2017", "--horizon", "9")]
    public void What_cannot_be_searched_is_refused(string refusal, params string[] options)
    {
        ToolResult result = Tool.Run(_folder, ["tune", "--sample", "aapl", .. options]);
        Assert.Equal((1, "", $"unroll: {refusal}\n"), (result.Code, result.Output, result.Error));
    }
}
