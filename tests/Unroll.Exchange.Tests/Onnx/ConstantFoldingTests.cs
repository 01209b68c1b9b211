using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Reading;
using Xunit;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>What is computed of a graph before it runs: numbers as the operators say, and the batch as a word.</summary>
public class ConstantFoldingTests
{
    private const long Batch = LiftedConstant.Batch, Unknown = LiftedConstant.Unknown;

    [Fact]
    public void WordsAreMoved()
    {
        LiftedConstant shape = Whole(Batch, 5, 3);
        Assert.Equal([Batch, 3], Fold("Gather", [shape, Whole(0, 2)])!.Integers!);
        Assert.Equal([Batch, 5, 3, 7, Batch], Fold("Concat", [shape, Whole(7, Batch)], ("axis", 0L))!.Integers!);
        Assert.Equal([Batch, 5], Fold("Slice", [shape, Whole(0), Whole(2)])!.Integers!);
        Assert.Equal([3, 1], Fold("Unsqueeze", [shape, Whole(1)])!.Shape);
    }

    [Fact]
    public void WhatIsComputedWithWordsIsUnknown()
    {
        Assert.Equal([Unknown, 10, 6], Fold("Mul", [Whole(Batch, 5, 3), Whole(2)])!.Integers!);
        Assert.Equal([Unknown, 2], Fold("Div", [Whole(6, 6), Whole(Unknown, 3)])!.Integers!);
        Assert.Equal([Unknown, -4], Fold("Neg", [Whole(Batch, 4)])!.Integers!);
    }

    /// <summary>A word is a number that no extent has: as the end of a slice it would be the beginning, in 32 bits it would be 7.</summary>
    [Fact]
    public void WordsSayNeitherWhereNorHowMuch()
    {
        Assert.Null(Fold("Slice", [Whole(1, 2, 3), Whole(0), Whole(Batch)]));
        Assert.Null(Fold("Gather", [Whole(1, 2, 3), Whole(Batch)]));
        Assert.Null(Fold("Reshape", [Whole(1, 2, 3, 4), Whole(Unknown, 2)]));
        Assert.Null(Fold("Cast", [Whole(Batch)], ("to", 1L)));
        Assert.Equal([Batch], Fold("Cast", [Whole(Batch)], ("to", 6L))!.Integers!);
    }

    [Fact]
    public void NumbersAreComputedByTheOperators()
    {
        var weights = new LiftedConstant([2, 3], [1, 2, 3, 4, 5, 6], null);
        LiftedConstant turned = Fold("Transpose", [weights])!;
        Assert.Equal([3, 2], turned.Shape);
        Assert.Equal([1f, 4, 2, 5, 3, 6], turned.Floats!);
        Assert.Equal([2f, 3, 4, 3, 4, 5], Fold("Add", [weights, new LiftedConstant([2, 1], [1, -1], null)])!.Floats!);
        Assert.Null(Fold("Add", [weights, Whole(1)]));
        Assert.Null(Fold("Gather", [weights]));
        Assert.Null(Fold("Relu", [weights]));
    }

    private static LiftedConstant Whole(params long[] values) => new([values.Length], null, values);

    private static LiftedConstant? Fold(string operation, LiftedConstant?[] inputs, params (string, object)[] attributes)
    {
        var graph = new GraphWriter("g");
        graph.Node(operation, [.. inputs.Select((_, i) => $"x{i}")], ["y"], attributes);
        NodeProto proto = graph.Graph.Node[0];
        return new ConstantFolding(17, 1000).Fold(proto, new GraphNode(proto), inputs);
    }
}
