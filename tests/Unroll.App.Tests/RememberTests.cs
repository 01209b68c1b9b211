using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class RememberTests
{
    /// <summary>
    /// Who always says 1 has an error of 1/6; at 50 steps the gated networks leave that behind, and the simple one does not.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task Gated_networks_add_what_stands_far_apart_and_a_simple_one_cannot()
    {
        SampleRun run = await SampleRun.Of("remember", "--short");
        Assert.InRange(run.Figure("remember"), 0, 0.05);
        double[] errors = [.. Regex.Match(run.Output, @"^\s+50\s+(\S+)\s+(\S+)\s+(\S+)$", RegexOptions.Multiline).Groups.Values.Skip(1)
            .Select(group => double.Parse(group.Value, CultureInfo.InvariantCulture))];
        Assert.InRange(errors[0], 0.15, 0.25);
        Assert.Equal(run.Figure("remember"), errors[1..].Max());

        double without = Norm(run.Output, "without clipping"), clipped = Norm(run.Output, "clipped to 1");
        Assert.True(without > 100 * clipped, $"{without} {clipped}");

        string flow = await SampleRun.Take("remember-50.svg"), tamed = await SampleRun.Take("remember-clipping.svg");
        Assert.All(["SimpleRNN", "LSTM", "GRU", "step 1 of training", "step 501 of training"],
            text => Assert.Contains($">{text}<", flow, StringComparison.Ordinal));
        Assert.Contains(">step 200 of training<", tamed, StringComparison.Ordinal);
    }

    private static double Norm(string output, string name) =>
        double.Parse(Regex.Match(output, name + @": largest norm of the gradient (\S+);").Groups[1].Value, CultureInfo.InvariantCulture);
}
