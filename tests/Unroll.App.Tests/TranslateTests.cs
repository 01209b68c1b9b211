using System.Globalization;
using System.Xml.Linq;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Runs beside no other sample: two builds of one project would write the same files.</summary>
[Collection("samples")]
public sealed class TranslateTests
{
    [Fact(Explicit = true)]
    public async Task The_sample_of_translation_learns_from_few_verses_and_says_how_far_it_is_from_a_dictionary()
    {
        SampleRun run = await SampleRun.Of("translate", "--short");
        double bleu = run.Figure("translate");
        Assert.Contains("2279 verses to learn from, 50 for validation, 50 held out", run.Output, StringComparison.Ordinal);

        // A model that says how frequent tokens are, and no more, would stay at the loss of the first epoch.
        double[] losses = [.. run.Output.Split('\n').Where(line => line.StartsWith("epoch ", StringComparison.Ordinal))
            .Select(line => Number(line.Split("validation ")[1].Split(' ')[0]))];
        Assert.Equal(6, losses.Length);
        Assert.InRange(losses[^1], 3, 0.9 * losses[0]);
        Assert.InRange(bleu, 0, 10);
        string dictionary = Assert.Single(run.Output.Split('\n'), line => line.StartsWith("word by word  ", StringComparison.Ordinal));
        Assert.InRange(Number(dictionary.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]), 10, 20);

        // Every row of the picture is a token, and what is looked at adds up to one; fields below one hundredth are not drawn.
        XElement panel = Assert.Single(XElement.Parse(await SampleRun.Take("translate-alignment.svg")).Elements(),
            element => element.Attribute("transform") is not null);
        XElement[] fields = [.. panel.Elements().Where(element => element.Name.LocalName == "rect")];
        Assert.All(fields.GroupBy(field => field.Attribute("y")!.Value),
            row => Assert.InRange(row.Sum(field => Number(field.Value.Split(": ")[^1])), 0.7, 1.1));
    }

    [Fact(Explicit = true)]
    public async Task Without_verses_it_says_where_they_come_from()
    {
        SampleRun run = await SampleRun.Of("translate", "nowhere.tsv");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("There is no file nowhere.tsv. samples/data/README.md says how to make it from the Debian packages sword-text-web and "
            + "sword-text-sparv; -- --short does without.", run.Errors.TrimEnd());
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
