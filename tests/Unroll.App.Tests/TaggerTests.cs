using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class TaggerTests
{
    /// <summary>The most frequent label of each vowel is right on 71 %, whatever is learnt.</summary>
    [Fact(Explicit = true)]
    public async Task The_sample_of_stresses_is_far_above_the_most_frequent_label()
    {
        SampleRun run = await SampleRun.Of("tagger", "--short");
        double accuracy = run.Figure("tagger");
        Assert.InRange(accuracy, 0.83, 0.95);
        Assert.Contains("17256 words to learn from, 11034 to stop by, 10340 held out; 39 sounds, at most 32 a word", run.Output,
            StringComparison.Ordinal);
        Match vowels = Regex.Match(run.Output, @"vowels right +(\d+\.\d) % +(\d+\.\d) %");
        Assert.Equal(100 * accuracy, double.Parse(vowels.Groups[1].Value, CultureInfo.InvariantCulture), 0.06);
        Assert.InRange(double.Parse(vowels.Groups[2].Value, CultureInfo.InvariantCulture), 70, 72);
        Assert.Matches(@"MONOTONY +M AH N ˈAA T AH N IY", run.Output);
    }
}
