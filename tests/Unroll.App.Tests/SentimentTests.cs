using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class SentimentTests
{
    /// <summary>Half of the sentences are praise, so a model that learnt nothing is right half of the time.</summary>
    [Fact(Explicit = true)]
    public async Task The_sample_of_sentences_tells_praise_from_complaint()
    {
        SampleRun run = await SampleRun.Of("sentiment", "--short");
        Assert.InRange(run.Figure("sentiment"), 0.75, 0.95);
        Assert.Contains("2979 sentences, 1488 of them praise", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"mean +[78]\d\.\d % +[78]\d\.\d %", run.Output);
        Assert.Contains("Works great.", run.Output, StringComparison.Ordinal);
    }
}
