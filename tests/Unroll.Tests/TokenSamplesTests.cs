using Xunit;

namespace Unroll.Tests;

public class TokenSamplesTests
{
    [Fact]
    public void Sequences_are_padded_at_the_end_inputs_with_0_and_targets_with_minus_1()
    {
        var samples = new TokenSamples([[3, 1], [2], [4, 5, 6]], 3, [[7, 8], [9], []], 2);
        Assert.Equal((3, new Shape(3), new Shape(2)), (samples.Count, samples.InputShape, samples.TargetShape));
        Assert.Equal([3, 1, 0], Input(samples, 0));
        Assert.Equal([2, 0, 0], Input(samples, 1));
        Assert.Equal([4, 5, 6], Input(samples, 2));
        Assert.Equal([7, 8], Target(samples, 0));
        Assert.Equal([9, -1], Target(samples, 1));
        Assert.Equal([-1, -1], Target(samples, 2));
        Assert.Equal([2, 1, 3], Enumerable.Range(0, 3).Select(samples.LengthOf));
    }

    [Fact]
    public void Columns_come_one_after_the_other()
    {
        var samples = new TokenSamples(
            [new TokenColumn([[1], [2, 3]], 2, 0), new TokenColumn([[4, 5], []], 3, 9)],
            [new TokenColumn([[6], [7]], 1, -1), new TokenColumn([[], [8]], 2, -1)]);
        Assert.Equal([1, 0, 4, 5, 9], Input(samples, 0));
        Assert.Equal([2, 3, 9, 9, 9], Input(samples, 1));
        Assert.Equal([6, -1, -1], Target(samples, 0));
        Assert.Equal([7, 8, -1], Target(samples, 1));
        Assert.Equal([3, 2], Enumerable.Range(0, 2).Select(samples.LengthOf));
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        Is("Sequence 1 has 3 tokens, but 2 are the most. Cut or leave out longer ones, or raise the length.",
            () => new TokenSamples([[1], [1, 2, 3]], 2, [[0], [0]], 1));
        Is("One column has 2 sequences, another 1. Give one sequence a sample in each.", () => new TokenSamples([[1], [2]], 2, [[0]], 1));
    }

    private static void Is(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<UnrollException>(action).Message);

    private static float[] Input(TokenSamples samples, int index)
    {
        var values = new float[samples.InputShapes.Sum(shape => shape.Size)];
        samples.CopyInput(index, values);
        return values;
    }

    private static float[] Target(TokenSamples samples, int index)
    {
        var values = new float[samples.TargetShapes.Sum(shape => shape.Size)];
        samples.CopyTarget(index, values);
        return values;
    }
}
