using Xunit;

namespace Unroll.App.Tests;

/// <summary>Runs beside no other sample: two builds of one project would write the same files.</summary>
[Collection("samples")]
public sealed class DigitsTests
{
    [Fact]
    public async Task The_sample_of_digits_reads_nearly_all_of_them_and_draws_the_others()
    {
        SampleRun run = await SampleRun.Of("digits", "--short");
        double accuracy = run.Figure("digits");
        Assert.Contains("1442 images to learn from, 355 held out", run.Output, StringComparison.Ordinal);
        Assert.InRange(accuracy, 0.97, 1);

        int misread = (int)Math.Round((1 - accuracy) * 355);
        Assert.Contains($"{misread} of 355 held-out digits are misread", run.Output, StringComparison.Ordinal);
        Assert.Equal(misread, (await SampleRun.Take("digits-misread.svg")).Split(" as ").Length - 1);
    }
}
