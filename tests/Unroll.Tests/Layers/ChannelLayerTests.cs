using System.Text;
using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>
/// What heads, convolutions in groups and transposed, and layers that move positions refuse, and what of them is in files.
/// </summary>
public class ChannelLayerTests
{
    private static readonly Dictionary<string, (Func<object> Make, string Message)> s_errors = new()
    {
        ["groups of filters"] = (() => new Conv1D(5, 2) { Groups = 2 }.GetOutputShape(new Shape(4, 6)),
            "conv1d has 5 filters in 2 groups for 6 features. Both numbers must be multiples of the groups."),
        ["groups of features"] = (() => new Conv2D(6, 2, 2) { Groups = 3, Name = "grouped" }.GetOutputShape(new Shape(4, 4, 4)),
            "grouped has 6 filters in 3 groups for 4 features. Both numbers must be multiples of the groups."),
        ["output padding"] = (() => new Conv1DTranspose(2, 3) { Stride = 2, OutputPadding = 2 }.GetOutputShape(new Shape(4, 3)),
            "conv1d_transpose's output padding of 2 steps must be below its stride of 2."),
        ["transposed, causal"] = (() => new Conv1DTranspose(2, 3) { Padding = Padding.Causal }.GetOutputShape(new Shape(4, 3)),
            "conv1d_transpose has padding Causal. Choose Valid or Same."),
        ["transposed vectors"] = (() => new Conv2DTranspose(2, 3, 3).GetOutputShape(new Shape(4, 3)), "conv2d_transpose takes images of "
            + "shape (height, width, channels), but its input has shape (4, 3). Reshape the input; an image of one channel ends in 1."),
        ["nothing left"] = (() => new Cropping1D(2, 2).GetOutputShape(new Shape(4, 3)),
            "cropping1d makes 0 of 4 positions of an input of shape (4, 3). There must be at least 1, and 2147483647 at most."),
        ["padded vectors"] = (() => new ZeroPadding1D(1).GetOutputShape(new Shape(4)), "zero_padding1d takes sequences of shape (time "
            + "steps, features), but its input has shape (4). Set ReturnSequences on the recurrent layer before it, or reshape the input."),
        ["other extents"] = (() => new Permute(2, 1).GetOutputShape(new Shape(4, 4, 3)),
            "permute orders 2 extents, but its input has shape (4, 4, 3)."),
        ["spatial dropout of images"] = (() => new SpatialDropout1D(0.1).GetOutputShape(new Shape(4, 4, 3)),
            "spatial_dropout1d takes sequences of shape (time steps, features), but its input has shape (4, 4, 3). Dropout takes any."),
        ["heads of vectors"] = (() => new MultiHeadAttention(2, 3).GetOutputShape(new Shape(4)),
            "multi_head_attention takes a query (steps, features), and perhaps a value (steps, features) and a key; given were (4)."),
        ["heads, other steps"] = (() => new MultiHeadAttention(2, 3).GetOutputShapes(new Shape(4, 2), new Shape(5, 2), new Shape(6, 2)),
            "multi_head_attention has values (5, 2) and keys (6, 2), which need the same number of steps."),
    };

    public static TheoryData<string> Errors => [.. s_errors.Keys];

    [Theory]
    [MemberData(nameof(Errors))]
    public void What_cannot_be_is_refused(string name) =>
        Assert.Equal(s_errors[name].Message, Assert.Throws<UnrollException>(s_errors[name].Make).Message);

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        Assert.Contains("heads", Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(0, 2)).Message,
            StringComparison.Ordinal);
        Assert.Contains("keyUnits", Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(2, 0)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Groups", Assert.Throws<ArgumentOutOfRangeException>(() => new Conv1D(2, 2) { Groups = 0 }).Message,
            StringComparison.Ordinal);
        Assert.Contains("OutputPadding", Assert.Throws<ArgumentOutOfRangeException>(
            () => new Conv1DTranspose(2, 2) { OutputPadding = -1 }).Message, StringComparison.Ordinal);
        foreach (int[] order in (int[][])[[], [0, 1], [1, 1], [1, 3]])
            Assert.Throws<ArgumentException>(() => new Permute(order));
        Assert.Equal(new Permute(2, 1), new Permute([2, 1]));
        Assert.NotEqual(new Permute(2, 1, 3), new Permute(2, 3, 1));
    }

    /// <summary>Lengths of Keras 3.</summary>
    [Theory]
    [InlineData(5, 3, 2, 1, Padding.Valid, null, 11)]
    [InlineData(5, 3, 2, 1, Padding.Valid, 1, 12)]
    [InlineData(5, 2, 3, 1, Padding.Valid, null, 15)]
    [InlineData(5, 3, 2, 1, Padding.Same, null, 10)]
    [InlineData(5, 3, 2, 1, Padding.Same, 0, 9)]
    [InlineData(5, 4, 3, 1, Padding.Same, 1, 13)]
    [InlineData(5, 3, 1, 2, Padding.Valid, null, 9)]
    public void A_transposed_convolution_is_as_long_as_in_Keras(int steps, int kernel, int stride, int dilation, Padding padding, int? more,
        int length) =>
        Assert.Equal(new Shape(length, 2), new Conv1DTranspose(2, kernel)
        {
            Stride = stride,
            Dilation = dilation,
            Padding = padding,
            OutputPadding = more
        }.GetOutputShape(new Shape(steps, 3)));

    /// <summary>
    /// Options that came later are in files only where they are set: files without them are read, and those of old layers stay what they
    /// were.
    /// </summary>
    [Fact]
    public void What_older_versions_did_not_know_is_in_files_only_where_it_is_used()
    {
        string old = HeaderOf(new Conv1D(4, 2), new LayerNorm(), new Flatten());
        Assert.Contains("""{"layer":"layer-norm","epsilon":0.001}""", old, StringComparison.Ordinal);
        Assert.DoesNotContain("groups", old, StringComparison.Ordinal);
        string now = HeaderOf(new Conv1D(4, 2) { Groups = 2 }, new LayerNorm { Scale = false }, new LayerNorm { Center = false },
            new Flatten());
        Assert.Contains("""{"layer":"layer-norm","epsilon":0.001,"scale":false}""", now, StringComparison.Ordinal);
        Assert.Contains("""{"layer":"layer-norm","epsilon":0.001,"center":false}""", now, StringComparison.Ordinal);
        Assert.Contains("\"groups\":2", now, StringComparison.Ordinal);

        static string HeaderOf(params Layer[] layers)
        {
            Model model = new Model(layers).Build(new Shape(4, 2));
            byte[] file = ModelFile.ToBytes(model);
            Assert.Equal(layers, ModelFile.FromBytes(file, "memory").Model.Layers);
            return Encoding.Latin1.GetString(file);
        }
    }

    /// <summary>Padding of a shard's other rows, as many steps as there may be, changes no bits of a row's heads.</summary>
    [Fact]
    public void Heads_have_the_same_bits_beside_longer_rows()
    {
        Node x = Node.Input(new Shape(40)), e = new Embedding(9, 5) { MaskZero = true }.Apply(x);
        Model model = new Model([x], [new MultiHeadAttention(3, 7) { ValueUnits = 17 }.Apply(e)]) { Threads = 1 }.Build(seed: 1);
        float[] tokens = [.. Enumerable.Range(0, 5 * 40).Select(i => i % 40 < 3 + 9 * (i / 40) ? 1 + i * 7919 % 8 : 0)];
        float[] all = model.PredictEach([tokens])[0];
        for (int row = 0; row < 5; row++)
            Assert.Equal(all[(row * 200)..((row + 1) * 200)], model.PredictEach([tokens[(row * 40)..((row + 1) * 40)]])[0]);
    }
}
