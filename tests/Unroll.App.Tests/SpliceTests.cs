using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class SpliceTests
{
    /// <summary>On sequences that the sample makes itself; half of them are neither donor nor acceptor.</summary>
    [Fact(Explicit = true)]
    public async Task The_sample_of_splice_sites_finds_planted_motifs_and_says_that_they_are_planted()
    {
        SampleRun run = await SampleRun.Of("splice", "--short", "missing.csv");
        Assert.InRange(run.Figure("splice"), 0.9, 0.995);
        Assert.Contains("missing.csv is missing: these are 2000 made sequences, random bases with motifs planted in the middle.",
            run.Output, StringComparison.Ordinal);
        Assert.Contains("1600 to learn from, 400 held out: 100 donor, 100 acceptor, 200 neither", run.Output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task The_sample_of_splice_sites_says_how_to_get_the_data_and_what_is_wrong_with_it()
    {
        SampleRun missing = await SampleRun.Of("splice", "missing.csv");
        Assert.Equal((1, "missing.csv is missing. Make samples/data/splice.csv with: apt-get install r-cran-mlbench && Rscript "
            + "samples/data/splice.R, or try made sequences with -- --short."), (missing.ExitCode, missing.Errors.Trim()));

        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, $"class,sequence\nei,{new string('A', 60)}\nei,{new string('A', 60)}\nie,ACGT\n",
            TestContext.Current.CancellationToken);
        SampleRun bad = await SampleRun.Of("splice", path);
        File.Delete(path);
        Assert.Equal(1, bad.ExitCode);
        Assert.Equal($"{path} has the sequence 'ACGT', which has no class ei, ie or n or is not 60 letters of A, C, G and T. Make the file "
            + "with: Rscript samples/data/splice.R", bad.Errors.Trim());
    }
}
