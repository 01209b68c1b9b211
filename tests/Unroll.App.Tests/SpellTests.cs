using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class SpellTests
{
    /// <summary>No word of the 300 is read rightly by chance: the words have 3 to 8 of 11 letters.</summary>
    [Fact(Explicit = true)]
    public async Task Words_in_tones_are_read_and_the_picture_has_the_letters_of_one_over_its_frames()
    {
        SampleRun run = await SampleRun.Of("spell", "--short");
        Assert.InRange(run.Figure("spell"), 0.85, 1);
        Match right = Regex.Match(run.Output, @"Words exactly right of 300: best path (\d+), beam (\d+)");
        int[] words = [.. right.Groups.Values.Skip(1).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture))];
        Assert.Equal(run.Figure("spell"), words[1] / 300.0, 1e-4);
        Assert.True(words[1] >= words[0], right.Value);

        string svg = await SampleRun.Take("spell.svg"), word = Regex.Match(run.Output, @"shows the first word, (\w+):").Groups[1].Value;
        Assert.Contains($"“{word}” in tones, read as “{word}”", svg, StringComparison.Ordinal);
        int frames = int.Parse(Regex.Match(svg, @">(\d+) frames;").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(12 * frames, Regex.Count(svg, "class='frame'"));
        var spikes = Regex.Matches(svg, @"class='spike' x='([\d.]+)'.*>(\w)</text>")
            .OrderBy(spike => double.Parse(spike.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(word, string.Concat(spikes.Select(spike => spike.Groups[2].Value)));
    }
}
