using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Counting runs, which networks of shapes are compared with.</summary>
public sealed class RunCountsTests
{
    /// <summary>
    /// Runs of one: tokens 0, 0, 1, 1, 1 of 3, each discounted by 0.5 since none occurs once, the rest shared out among 3.
    /// </summary>
    [Fact]
    public void Runs_of_one_are_counted_by_hand()
    {
        var counts = new RunCounts([0, 0, 1, 1, 1], tokens: 3, order: 1);
        double first = (2 - 0.5 + (0.5 * 2 / 3)) / 5, second = (3 - 0.5 + (0.5 * 2 / 3)) / 5, never = 0.5 * 2 / 3 / 5;
        Assert.Equal(1, first + second + never, 12);
        Assert.Equal(-(Math.Log2(first) + Math.Log2(second) + Math.Log2(never)) / 3, counts.Bits([[2, 0, 1, 2]]), 12);
    }

    /// <summary>Tokens that occur once, twice and three times: the discount is 1 ÷ (1 + 2), and what never occurs gets 3/72.</summary>
    [Fact]
    public void The_discount_follows_from_what_occurs_once_and_twice()
    {
        double[] right = [11 / 72.0, 23 / 72.0, 35 / 72.0, 3 / 72.0];
        var counts = new RunCounts([0, 1, 1, 2, 2, 2], tokens: 4, order: 1);
        for (int token = 0; token < right.Length; token++)
            Assert.Equal(-Math.Log2(right[token]), counts.Bits([[0, token]]), 12);
    }

    /// <summary>A text that repeats costs next to nothing by runs of three, and one bit a token by runs of one.</summary>
    [Fact]
    public void Longer_runs_know_what_shorter_ones_cannot()
    {
        int[] text = [.. Enumerable.Range(0, 4000).Select(at => at / 2 % 2)];
        Assert.InRange(new RunCounts(text, 2, 3).Bits([text]), 0, 0.01);
        Assert.InRange(new RunCounts(text, 2, 1).Bits([text]), 0.999, 1.001);
    }
}
