using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Formats;
using Unroll.Server;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class NovelistTests
{
    /// <summary>
    /// 76 characters that are all as likely have 6.2 bits; by how often each occurs they have 4.4; the 5-gram model as counted elsewhere
    /// 1.90.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task A_few_seconds_of_Persuasion_make_words_and_the_same_seed_the_same_text()
    {
        SampleRun run = await SampleRun.Of("novelist", "--short");
        double bits = run.Figure("novelist");
        Assert.InRange(bits, 1.5, 2.3);
        Assert.Contains("1 novels: 420,168 characters to learn from, 23,343 held out, 75 different ones", run.Output,
            StringComparison.Ordinal);
        double counted = double.Parse(Regex.Match(run.Output, @"5-gram model ([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(1.900, counted, 0.0006);

        string written = run.Output[run.Output.IndexOf("--- temperature 0.5", StringComparison.Ordinal)..];
        string[] texts = [.. Regex.Split(written, "--- .*\n").Skip(1)];
        Assert.Equal(4, texts.Length);
        Assert.All(texts, text => Assert.StartsWith("She ", text, StringComparison.Ordinal));
        // The studio reads the model, and goes on with it.
        (Model model, IReadOnlyDictionary<string, string> entries) = ModelFile.Read(Path.Combine(Repository.Root, "novelist.unroll"));
        File.Delete(Path.Combine(Repository.Root, "novelist.unroll"));
        string shown = string.Concat(
            new NovelWriter(model, entries["letters"]).Write("She ", new Sampling { Temperature = 0.5 }, seed: 1).Take(200));

        string novel = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples/data/persuasion.txt"),
            TestContext.Current.CancellationToken);
        HashSet<string> known = [.. Regex.Matches(novel, @"\w+").Select(word => word.Value)];
        foreach (string text in new[] { texts[0].Split("\n\n")[0], shown })
        {
            string[] words = [.. Regex.Matches(text, @"\w+").Select(word => word.Value)];
            Assert.True(words.Length > 20 && words.Count(known.Contains) > 0.7 * words.Length, text);
        }
    }

    [Fact(Explicit = true)]
    public async Task A_folder_without_novels_is_answered_by_one_line()
    {
        SampleRun run = await SampleRun.Of("novelist", "no-such-folder");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal("There are no .txt files in no-such-folder. Give the folder of Jane Austen's novels as text, for example from the "
            + "Debian package r-cran-janeaustenr, or no folder for Persuasion alone.\n", run.Errors);
    }
}
