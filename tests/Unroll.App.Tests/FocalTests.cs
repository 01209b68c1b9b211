using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class FocalTests
{
    [Fact(Explicit = true)]
    public async Task A_loss_of_ones_own_finds_more_rare_faults_than_the_cross_entropy_and_a_threshold()
    {
        SampleRun run = await SampleRun.Of("focal");
        Assert.InRange(run.Figure("focal"), 0.7, 0.85);
        Assert.True(run.Figure("focal") > F1("BinaryCrossEntropy") && F1("BinaryCrossEntropy") > F1("loudness, logistic"), run.Output);

        double F1(string name) =>
            double.Parse(Regex.Match(run.Output, Regex.Escape(name) + @"(?:\s+(\S+)){5}$",
                RegexOptions.Multiline).Groups[1].Captures[3].Value, CultureInfo.InvariantCulture);
    }
}
