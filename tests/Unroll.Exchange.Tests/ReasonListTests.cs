using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Messages that list reasons, however many and however long they are.</summary>
public class ReasonListTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(5, 10)]
    [InlineData(1, 2000)]
    [InlineData(40, 300)]
    public void TheRemedyIsNotCutOff(int count, int length)
    {
        string[] reasons = [.. Enumerable.Range(0, count).Select(i => $"{i} {new string('x', length)}")];
        var unsupported = new UnsupportedModelException("a.onnx", reasons, "OnnxModel may run the graph as it is.");
        var misfit = new WeightsMismatchException("a.pt", reasons);
        Assert.StartsWith("a.onnx uses what is not supported: 0 x", unsupported.Message, StringComparison.Ordinal);
        Assert.StartsWith("a.pt does not fit the model: 0 x", misfit.Message, StringComparison.Ordinal);
        Assert.EndsWith(". OnnxModel may run the graph as it is.", unsupported.Message, StringComparison.Ordinal);
        Assert.EndsWith("give Prefix, Names, Missing or IgnoreSurplus.", misfit.Message, StringComparison.Ordinal);
        if (count > 4)
        {
            Assert.Contains($"; and {count - 4} more (Reasons has all). ", unsupported.Message, StringComparison.Ordinal);
            Assert.Contains($"; and {count - 4} more (Reasons has all). ", misfit.Message, StringComparison.Ordinal);
        }

        Assert.All(reasons, reason => Assert.Contains(reason, unsupported.FullMessage, StringComparison.Ordinal));
        Assert.DoesNotContain("Reasons", unsupported.FullMessage, StringComparison.Ordinal);
        Assert.Equal(reasons, unsupported.Reasons);
        Assert.Equal(reasons, misfit.Reasons);
    }
}
