using static Unroll.Tests.Layers.Reference.Loops;

namespace Unroll.Tests.Layers.Reference;

/// <summary>Heads, convolutions in groups, feature by feature and transposed, layers that move positions, noise in prediction.</summary>
internal static partial class ReferenceCases
{
    private static IEnumerable<ReferenceCase> OfHeads()
    {
        yield return ReferenceCase.Of("heads, of a sequence to itself", s_sequence,
            (x, w) => Heads(Steps(x, 3), Steps(x, 3), Steps(x, 3), 2, w, false).Output, new MultiHeadAttention(2, 5));
        yield return new ReferenceCase("heads, three inputs, scores, causal", () =>
        {
            Node x = Node.Input(new Shape(4, 3)), y = Node.Input(new Shape(5, 2)), z = Node.Input(new Shape(5, 6));
            Node seen = new MultiHeadAttention(3, 2) { ValueUnits = 4, OutputUnits = 7, Causal = true, ReturnScores = true }.Apply(x, y, z);
            return new Graph([x, y, z], [seen, seen.Scores]);
        }, (x, w) =>
        {
            (double[] output, double[] scores) = Heads(Steps(x[0], 3), Steps(x[1], 2), Steps(x[2], 6), 3, w, true);
            return [.. output, .. scores];
        });
        yield return new ReferenceCase("heads, masked queries and values, no bias", () =>
        {
            Node x = Node.Input(new Shape(4)), y = Node.Input(new Shape(4)), e = new Embedding(5, 3) { MaskZero = true }.Apply(x),
                f = new Embedding(5, 2) { MaskZero = true }.Apply(y);
            Node seen = new MultiHeadAttention(2, 3) { UseBias = false, ReturnScores = true }.Apply(e, f);
            return new Graph([x, y], [new Flatten().Apply(seen), seen.Scores]);
        }, (x, w) =>
        {
            double[][] query = [.. x[0].Select(token => w[0][(3 * (int)token)..(3 * (int)token + 3)])],
                value = [.. x[1].Select(token => w[1][(2 * (int)token)..(2 * (int)token + 2)])];
            (double[] output, double[] scores) = Heads(query, value, value, 2, [w[2], new double[6], w[3], new double[6], w[4],
                new double[6], w[5], new double[3]], false, i => x[0][i] != 0, j => x[1][j] != 0);
            return [.. output, .. scores];
        }) with
        { Inputs = (input, row) => Tokens(input, (row + input) % 3) };
    }

    private static IEnumerable<ReferenceCase> OfChannels()
    {
        Shape image = new(4, 5, 6);
        double Grouped(double[] w, int groups, int features, int filters, int place, int c, int o) =>
            c / (features / groups) != o / (filters / groups) ? 0
                : w[(place * (features / groups) + c % (features / groups)) * filters + o];
        double Depthwise(double[] w, int features, int multiplier, int place, int c, int o) => o / multiplier == c
            ? w[(place * features + c) * multiplier + o % multiplier] : 0;

        yield return ReferenceCase.Of("conv1d, groups, dilation, same", new Shape(7, 6), (x, w) =>
            Correlate(x, (1, 7, 6), (1, 3, 4), (1, 1), (1, 2), (0, 2), (1, 7), w[1], (place, c, o) => Grouped(w[0], 2, 6, 4, place, c, o)),
                new Conv1D(4, 3) { Groups = 2, Dilation = 2, Padding = Padding.Same });
        yield return ReferenceCase.Of("conv2d, groups, strides", image, (x, w) =>
            Correlate(x, (4, 5, 6), (2, 3, 34), (2, 1), (1, 1), (0, 0), (2, 3), w[1],
                (place, c, o) => Grouped(w[0], 2, 6, 34, place, c, o)), new Conv2D(34, 2, 3) { Groups = 2, StrideHeight = 2 });
        yield return ReferenceCase.Of("depthwise conv1d, causal", new Shape(7, 3), (x, w) =>
            Correlate(x, (1, 7, 3), (1, 2, 3), (1, 1), (1, 3), (0, 3), (1, 7), w[1], (place, c, o) => Depthwise(w[0], 3, 1, place, c, o)),
                new DepthwiseConv1D(2) { Dilation = 3, Padding = Padding.Causal });
        yield return ReferenceCase.Of("depthwise conv1d, masked", s_sequence, (x, w) =>
            Correlate([.. x[..3], 0, 0, 0, .. x[6..]], (1, 4, 3), (1, 2, 6), (1, 1), (1, 1), (0, 0), (1, 4), w[3],
                (place, c, o) => Depthwise(w[2], 3, 2, place, c, o),
                steps: x => Join(Steps(x, 3).Select((step, t) => t == 1 ? [0.0, 0, 0] : Affine(step, w[0], w[1])))), new Masking(),
                new Dense(3), new DepthwiseConv1D(2) { DepthMultiplier = 2, Padding = Padding.Same }) with
        { Inputs = (_, row) => WithoutStep(1, row) };
        yield return ReferenceCase.Of("depthwise conv2d, multiplier, same", image, (x, w) =>
            Correlate(x, (4, 5, 6), (3, 2, 12), (1, 2), (1, 1), (1, 0), (4, 3), w[1], (place, c, o) => Depthwise(w[0], 6, 2, place, c, o)),
                new DepthwiseConv2D(3, 2) { DepthMultiplier = 2, StrideWidth = 2, Padding = Padding.Same });
        yield return ReferenceCase.Of("separable conv1d", new Shape(7, 3), (x, w) =>
            Join(Steps(
                Correlate(x, (1, 7, 3), (1, 3, 6), (1, 2), (1, 1), (0, 0), (1, 3), new double[6],
                (place, c, o) => Depthwise(w[0], 3, 2, place, c, o)), 6).Select(step => Affine(step, w[1], w[2]).Select(Math.Tanh)
                .ToArray())), new SeparableConv1D(5, 3) { DepthMultiplier = 2, Stride = 2, Activation = Activation.Tanh });
        yield return ReferenceCase.Of("separable conv2d", image, (x, w) =>
            Join(Steps(
                Correlate(x, (4, 5, 6), (2, 2, 6), (1, 1), (2, 1), (0, 0), (2, 4), new double[6],
                (place, c, o) => Depthwise(w[0], 6, 1, place, c, o)), 6).Select(step => Affine(step, w[1], new double[3]))),
                new SeparableConv2D(3, 2, 2) { DilationHeight = 2, UseBias = false });

        double Turned(double[] w, int features, int filters, int place, int c, int o) => w[(place * filters + o) * features + c];
        yield return ReferenceCase.Of("conv1d transpose, valid, a stride above the kernel", s_sequence, (x, w) =>
            Spread(x, (1, 4, 3), (1, 2, 4), (1, 3), (1, 1), (0, 0), (1, 12), w[1], (place, c, o) => Turned(w[0], 3, 4, place, c, o)),
                new Conv1DTranspose(4, 2) { Stride = 3 });
        yield return ReferenceCase.Of("conv1d transpose, same", s_sequence, (x, w) =>
            Spread(x, (1, 4, 3), (1, 4, 17), (1, 2), (1, 1), (0, 1), (1, 8), w[1], (place, c, o) => Turned(w[0], 3, 17, place, c, o)),
                new Conv1DTranspose(17, 4) { Stride = 2, Padding = Padding.Same });
        yield return ReferenceCase.Of("conv1d transpose, same, one step that is cut off the end", s_sequence, (x, w) =>
            Spread(x, (1, 4, 3), (1, 3, 2), (1, 2), (1, 1), (0, 0), (1, 8), w[1], (place, c, o) => Turned(w[0], 3, 2, place, c, o)),
                new Conv1DTranspose(2, 3) { Stride = 2, Padding = Padding.Same });
        yield return ReferenceCase.Of("conv1d transpose, same, output padding, dilation", s_sequence, (x, w) =>
            Spread(x, (1, 4, 3), (1, 3, 2), (1, 2), (1, 2), (0, 1), (1, 8), new double[2], (place, c, o) => Turned(w[0], 3, 2, place, c,
                o)), new Conv1DTranspose(2, 3) { Stride = 2, Dilation = 2, Padding = Padding.Same, OutputPadding = 1, UseBias = false });
        yield return ReferenceCase.Of("conv1d transpose, masked", s_sequence, (x, w) =>
            Spread(x, (1, 4, 3), (1, 2, 4), (1, 2), (1, 1), (0, 0), (1, 8), w[3], (place, c, o) => Turned(w[2], 3, 4, place, c, o),
                steps: x => Join(Steps(x, 3).Select((step, t) => t == 1 ? [0.0, 0, 0] : Affine(step, w[0], w[1])))), new Masking(),
                new Dense(3), new Conv1DTranspose(4, 2) { Stride = 2 }) with
        { Inputs = (_, row) => WithoutStep(1, row) };
        yield return ReferenceCase.Of("conv2d transpose, valid", new Shape(3, 2, 2), (x, w) =>
            Spread(x, (3, 2, 2), (3, 2, 4), (2, 1), (1, 2), (0, 0), (8, 4), w[1], (place, c, o) => Turned(w[0], 2, 4, place, c, o)),
                new Conv2DTranspose(4, 3, 2) { StrideHeight = 2, DilationWidth = 2, OutputPaddingHeight = 1 });
    }

    private static IEnumerable<ReferenceCase> OfPositions()
    {
        yield return ReferenceCase.Of("zero padding 1d", s_sequence, (x, _) => [0, 0, 0, .. x, .. new double[6]], new ZeroPadding1D(1, 2));
        yield return ReferenceCase.Of("cropping 1d", s_sequence, (x, _) => x[3..6], new Cropping1D(1, 2));
        yield return ReferenceCase.Of("up-sampling 1d", s_sequence, (x, _) => Join(Steps(x, 3).SelectMany(step => new[] { step, step })),
            new UpSampling1D(2));
        yield return ReferenceCase.Of("permute", s_sequence, (x, _) => [.. Enumerable.Range(0, 12).Select(n => x[n % 4 * 3 + n / 4])],
            new Permute(2, 1));

        // Padding at the end of tokens is read as zeros.
        yield return ReferenceCase.Of("up-sampling 1d of padding", new Shape(4), (x, w) =>
        {
            int length = Array.FindLastIndex(x, token => token != 0) + 1;
            return Join(x.SelectMany(
                (token, t) => Enumerable.Repeat(t < length ? w[0][(2 * (int)token)..(2 * (int)token + 2)] : [0.0, 0], 2)));
        }, new Embedding(5, 2) { MaskZero = true }, new UpSampling1D(2)) with
        { Inputs = Tokens };
        Shape image = new(2, 3, 2);
        double[] Pick(double[] x, int rows, int columns, Func<int, int, (int Row, int Column)> from) => Join(
            from i in Enumerable.Range(0, rows)
            from j in Enumerable.Range(0, columns)
            let at = @from(i, j)
            select at is { Row: >= 0 and < 2, Column: >= 0 and < 3 } ? x[((at.Row * 3 + at.Column) * 2)..((at.Row * 3 + at.Column) * 2 + 2)]
                : [0.0, 0]);
        yield return ReferenceCase.Of("zero padding 2d", image, (x, _) => Pick(x, 5, 7, (i, j) => (i - 1, j - 3)),
            new ZeroPadding2D(1, 2, 3, 1));
        yield return ReferenceCase.Of("cropping 2d", new Shape(2, 3, 2), (x, _) => Pick(x, 1, 2, (i, j) => (i + 1, j + 1)),
            new Cropping2D(1, 0, 1, 0));
        yield return ReferenceCase.Of("up-sampling 2d", image, (x, _) => Pick(x, 4, 9, (i, j) => (i / 2, j / 3)), new UpSampling2D(2, 3));
        yield return ReferenceCase.Of("permute of images", image, (x, _) => [.. from c in Enumerable.Range(0, 2) from i in Enumerable.Range(
            0, 2) from j in Enumerable.Range(0, 3) select x[(i * 3 + j) * 2 + c]], new Permute(3, 1, 2));
    }

    private static IEnumerable<ReferenceCase> OfNoise()
    {
        foreach (Layer layer in (Layer[])[new GaussianNoise(1), new GaussianDropout(0.5), new SpatialDropout1D(0.5)])
            yield return ReferenceCase.Of($"{layer.Kind} outside of training", s_sequence, (x, _) => x, layer);
        yield return ReferenceCase.Of("spatial dropout 2d outside of training", new Shape(2, 3, 2), (x, _) => x, new SpatialDropout2D(0.5));
        yield return ReferenceCase.Of("rms norm", s_sequence, (x, w) => Join(Steps(x, 3).Select(step => step.Select((value, i) => value
            * w[0][i] / Math.Sqrt(step.Average(each => each * each) + 1e-2)).ToArray())), new RmsNorm { Epsilon = 1e-2 });
        foreach ((bool scale, bool center) in ((bool, bool)[])[(true, false), (false, true), (false, false)])
        {
            yield return ReferenceCase.Of(
                $"layer norm, scale {scale}, center {center}", s_sequence, (x, w) => Join(Steps(x, 3).Select(step =>
            {
                double mean = step.Average(), variance = step.Average(value => (value - mean) * (value - mean));
                return Normalize(step, [mean, mean, mean], [variance, variance, variance], 1e-3, scale ? w[0] : [1, 1, 1],
                    center ? w[^1] : new double[3]);
            })), new LayerNorm { Scale = scale, Center = center });
        }
    }
}
