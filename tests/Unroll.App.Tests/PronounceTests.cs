using System.Xml.Linq;
using Unroll.Formats;
using Unroll.Server;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Runs beside no other sample: two builds of one project would write the same files.</summary>
[Collection("samples")]
public sealed class PronounceTests
{
    [Fact(Explicit = true)]
    public async Task The_sample_of_pronunciation_writes_most_phonemes_of_words_it_has_not_seen()
    {
        SampleRun run = await SampleRun.Of("pronounce", "--short");

        // A sound for each letter is wrong in nearly half of the phonemes.
        Assert.InRange(run.Figure("pronounce"), 0.05, 0.16);
        Assert.Contains("5400 words to learn from, 300 for validation, 300 held out", run.Output, StringComparison.Ordinal);
        string baseline = Assert.Single(
            run.Output.Split('\n'), line => line.StartsWith("a sound for each letter", StringComparison.Ordinal));
        Assert.Contains("45.43 %", baseline, StringComparison.Ordinal);

        // The studio reads what it wrote: sounds of a word, and where it looked for each of them and the end.
        (Model model, IReadOnlyDictionary<string, string> entries) = ModelFile.Read(Path.Combine(Repository.Root, "pronounce.unroll"));
        File.Delete(Path.Combine(Repository.Root, "pronounce.unroll"));
        (string[] sounds, float[][] alignment) = new SpellReader(model, entries["phonemes"].Split(' ')).Read("CAT");
        Assert.Equal(["K", "AE", "T"], sounds);
        Assert.All(alignment, row => Assert.Equal(1, row.Sum(), 4));

        // Three words of five letters. Where a letter is looked at, it is mostly one, and the last phoneme comes from a later letter than
        // the first.
        XElement[] panels = [.. XElement.Parse(await SampleRun.Take("pronounce-alignment.svg")).Elements()
            .Where(element => element.Attribute("transform") is not null)];
        Assert.Equal(3, panels.Length);
        foreach (XElement panel in panels)
        {
            string[] labels = [.. panel.Elements().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
            Assert.Equal("end", labels[^1]);
            string[] darkest = [.. panel.Elements().Where(element => element.Name.LocalName == "rect").Select(field => field.Value)
                .Where(told => Weight(told) > 0.5 && !told.StartsWith("end", StringComparison.Ordinal))];
            Assert.True(darkest.Length >= (labels.Length - 6) / 2, string.Join(", ", darkest));
            Assert.True(Letter(darkest[^1], labels) > Letter(darkest[0], labels), string.Join(", ", darkest));
        }
    }

    private static double Weight(string told) => double.Parse(told.Split(": ")[1], System.Globalization.CultureInfo.InvariantCulture);

    private static int Letter(string told, string[] labels) => Array.LastIndexOf(labels, told.Split(' ')[2].TrimEnd(':'), 4);
}
