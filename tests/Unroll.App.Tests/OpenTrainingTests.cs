using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>The samples of optimisers, callbacks and loops of one's own run in some seconds each.</summary>
public sealed partial class OpenTrainingTests
{
    [Fact]
    public async Task Lion_written_outside_the_library_is_the_librarys()
    {
        string output = (await SampleRun.Of("lion")).Succeeded();
        double[] right = [.. Shares().Matches(output).Select(match => Number(match.Groups[1].Value))];
        Assert.Equal(3, right.Length);
        Assert.All(right, share => Assert.InRange(share, 97, 100));
    }

    [Fact(Explicit = true)]
    public async Task The_rate_that_is_found_learns_better_than_a_tenth_of_it()
    {
        string output = (await SampleRun.Of("rate-finder")).Succeeded();
        double[] losses = [.. Losses().Matches(output).Select(match => Number(match.Groups[1].Value))];
        Assert.InRange(losses[1], 0, losses[0]);
    }

    [Fact]
    public async Task Training_on_attacked_samples_helps_against_attacks()
    {
        string output = (await SampleRun.Of("loop")).Succeeded();
        double[] shares = [.. Shares().Matches(output).Select(match => Number(match.Groups[1].Value))];
        Assert.Equal(6, shares.Length);
        Assert.InRange(shares[5], shares[2] + 5, 100);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+\.\d) %")]
    private static partial Regex Shares();

    [GeneratedRegex(@"^\d\.\dE-\d+ +\d\.\d{4} +(\d\.\d{4})", RegexOptions.Multiline)]
    private static partial Regex Losses();
}
