using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Runs beside no other sample: two builds of one project would write the same files.</summary>
[Collection("samples")]
public sealed class DigitsTests
{
    [Fact]
    public async Task The_sample_of_digits_reads_nearly_all_of_them_and_draws_the_others()
    {
        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", "samples/digits.cs", "--", "--short"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("1442 images to learn from, 355 held out", output, StringComparison.Ordinal);
        string[] last = output.TrimEnd().Split('\n')[^1].Split(' ');
        Assert.Equal(["figure", "digits"], last[..2]);
        double accuracy = double.Parse(last[2], CultureInfo.InvariantCulture);
        Assert.InRange(accuracy, 0.97, 1);

        int misread = (int)Math.Round((1 - accuracy) * 355);
        Assert.Contains($"{misread} of 355 held-out digits are misread", output, StringComparison.Ordinal);
        string picture = Path.Combine(Repository.Root, "digits-misread.svg"), svg = await File.ReadAllTextAsync(picture, TestContext.Current.CancellationToken);
        File.Delete(picture);
        Assert.Equal(misread, svg.Split(" as ").Length - 1);
    }
}
