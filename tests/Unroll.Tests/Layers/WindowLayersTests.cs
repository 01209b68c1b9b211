using Unroll.Training;
using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>Convolutions and poolings against plain sums over what Keras says each window reads.</summary>
public class WindowLayersTests
{
    private const int Filters = 3, Features = 2, Rows = 5;

    /// <summary>Steps, window, stride, dilation.</summary>
    private static readonly (int, int, int, int)[] s_sizes = [(7, 3, 1, 1), (7, 2, 1, 1), (8, 3, 2, 1), (7, 4, 3, 1), (9, 3, 1, 3),
        (10, 2, 3, 2), (5, 1, 1, 1), (6, 1, 2, 1), (3, 3, 1, 1), (1, 1, 4, 1)];

    public static MatrixTheoryData<Padding, int> Cases => new(Enum.GetValues<Padding>(), Enumerable.Range(0, s_sizes.Length));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_convolution_over_time_is_the_sum_over_its_window(Padding padding, int size)
    {
        (int steps, int kernel, int stride, int dilation) = s_sizes[size];
        var layer = new Conv1D(Filters, kernel) { Stride = stride, Dilation = dilation, Padding = padding };
        double[] x = TestData.Normal(Rows * steps * Features, 1);
        int[][] windows = Windows(steps, kernel, stride, dilation, padding);
        (double[] weights, double[] y) = Run([layer], new Shape(steps, Features), x);
        Near(Expected(x, steps, weights, windows), y);
        Assert.Equal(new Shape(windows.Length, Filters), layer.GetOutputShape(new Shape(steps, Features)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_convolution_over_an_image_is_the_sum_over_its_window(Padding padding, int size)
    {
        if (padding == Padding.Causal)
            return;
        (int height, int kernelHeight, int strideHeight, int dilationHeight) = s_sizes[size];
        (int width, int kernelWidth, int strideWidth, int dilationWidth) = s_sizes[(size + 3) % s_sizes.Length];
        var layer = new Conv2D(Filters, kernelHeight, kernelWidth)
        {
            StrideHeight = strideHeight,
            StrideWidth = strideWidth,
            DilationHeight = dilationHeight,
            DilationWidth = dilationWidth,
            Padding = padding,
        };
        double[] x = TestData.Normal(Rows * height * width * Features, 1);
        int[][] down = Windows(height, kernelHeight, strideHeight, dilationHeight, padding),
            across = Windows(width, kernelWidth, strideWidth, dilationWidth, padding);
        int[][] windows = [.. down.SelectMany(rows => across.Select(
            columns => rows.SelectMany(row => columns.Select(column => row < 0 || column < 0 ? -1 : row * width + column)).ToArray()))];
        (double[] weights, double[] y) = Run([layer], new Shape(height, width, Features), x);
        Near(Expected(x, height * width, weights, windows), y);
        Assert.Equal(new Shape(down.Length, across.Length, Filters), layer.GetOutputShape(new Shape(height, width, Features)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Poolings_leave_padding_out(Padding padding, int size)
    {
        (int steps, int window, int stride, int dilation) = s_sizes[size];
        if (padding == Padding.Causal || dilation > 1)
            return;
        double[] x = [.. TestData.Normal(Rows * steps * Features, 1).Select(value => value - 3)];
        int[][] windows = Windows(steps, window, stride, 1, padding);
        Near(Pooled(x, steps, windows, Enumerable.Max),
            Run([new MaxPooling1D(window) { Stride = stride, Padding = padding }], new Shape(steps, Features), x).Outputs);
        Near(Pooled(x, steps, windows, Enumerable.Average),
            Run([new AveragePooling1D(window) { Stride = stride, Padding = padding }], new Shape(steps, Features), x).Outputs);

        // The same windows over the columns of an image of one row.
        var image = new Shape(1, steps, Features);
        Near(Pooled(x, steps, windows, Enumerable.Max),
            Run([new MaxPooling2D(1, window) { StrideWidth = stride, Padding = padding }], image, x).Outputs);
        Near(Pooled(x, steps, windows, Enumerable.Average),
            Run([new AveragePooling2D(1, window) { StrideWidth = stride, Padding = padding }], image, x).Outputs);
    }

    [Fact]
    public void Poolings_of_an_image()
    {
        double[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        double[] Of(Layer layer) => Run([layer], new Shape(3, 4, 1), image, rows: 1).Outputs;
        Assert.Equal([6, 8], Of(new MaxPooling2D(2, 2)));
        Assert.Equal([6, 8, 10, 12], Of(new MaxPooling2D(2, 2) { Padding = Padding.Same }));
        Assert.Equal([3.5, 5.5, 9.5, 11.5], Of(new AveragePooling2D(2, 2) { Padding = Padding.Same }));
        Assert.Equal([6, 7, 8, 10, 11, 12], Of(new MaxPooling2D(2, 2) { StrideHeight = 1, StrideWidth = 1 }));
        Assert.Equal([12], Of(new GlobalMaxPooling()));
        Assert.Equal([6.5], Of(new GlobalAveragePooling()));
    }

    /// <summary>Where windows lie in Keras, for sizes at which the ends matter.</summary>
    [Theory]
    [InlineData(10, 3, 3, 1, Padding.Same, 4)]
    [InlineData(10, 3, 3, 1, Padding.Valid, 3)]
    [InlineData(10, 3, 3, 1, Padding.Causal, 4)]
    [InlineData(10, 3, 1, 4, Padding.Valid, 2)]
    [InlineData(10, 3, 2, 4, Padding.Valid, 1)]
    [InlineData(2, 9, 1, 5, Padding.Same, 2)]
    public void Lengths(int steps, int kernel, int stride, int dilation, Padding padding, int expected) =>
        Assert.Equal(new Shape(expected, 4), new Conv1D(4, kernel) { Stride = stride, Dilation = dilation, Padding = padding }
            .GetOutputShape(new Shape(steps, 1)));

    [Fact]
    public void Odd_padding_is_at_the_far_end()
    {
        var pair = new Conv1D(1, 2) { Padding = Padding.Same, UseBias = false, KernelInitializer = Initializer.Ones };
        var network = new Network<double>([pair], new Shape(3, 1), Kernels<double>.Best, 1);
        network.Parameters.Initialize(1);
        var y = new double[3];
        network.Predict(new CheckedBatch<double>([1, 10, 100], [0], 1), y);
        Assert.Equal([11, 110, 100], y);
    }

    [Fact]
    public void A_causal_convolution_sees_no_later_step()
    {
        Layer[] layers = [new Conv1D(4, 3) { Padding = Padding.Causal, Dilation = 2, Activation = Activation.Tanh },
            new Conv1D(3, 2) { Padding = Padding.Causal }];
        double[] x = TestData.Normal(Rows * 8 * Features, 1), changed = [.. x];
        for (int row = 0; row < Rows; row++)
            changed[(row * 8 + 5) * Features] += 1;
        double[] before = Run(layers, new Shape(8, Features), x).Outputs, after = Run(layers, new Shape(8, Features), changed).Outputs;
        for (int i = 0; i < before.Length; i++)
            Assert.True(i / 3 % 8 < 5 == (before[i] == after[i]), $"output {i % 3} of step {i / 3 % 8}");
    }

    /// <summary>The dense layer before makes numbers of masked steps; what comes after must not read them.</summary>
    [Fact]
    public void Masked_steps_are_read_as_padding()
    {
        const int Steps = 6;
        int[][] masked = [[4, 5], [0, 3], [], [0, 1, 2, 3, 4, 5], [2]];
        double[] x = TestData.Normal(Rows * Steps * Features, 1);
        foreach ((int[] steps, int row) in masked.Select((steps, row) => (steps, row)))
        {
            foreach (int t in steps)
                x.AsSpan((row * Steps + t) * Features, Features).Clear();
        }

        Layer[] head = [new Masking(), new Dense(Features) { Activation = Activation.Tanh }];
        var shape = new Shape(Steps, Features);
        double[] dense = Run(head[1..], shape, x).Outputs;
        double[] Window(int row, int feature, int[] window) =>
            [.. window.Where(t => t >= 0 && !masked[row].Contains(t)).Select(t => dense[(row * Steps + t) * Features + feature])];
        double[] Of(Layer layer) => Run([.. head, layer], shape, x).Outputs;
        double[] Expected(int[][] windows, Func<IEnumerable<double>, double> pool) =>
            [.. from row in Enumerable.Range(0, Rows) from window in windows from feature in Enumerable.Range(0, Features) let read =
                Window(row, feature, window) select read.Length == 0 ? 0 : pool(read)];

        int[][] pairs = Windows(Steps, 2, 2, 1, Padding.Valid), all = [[.. Enumerable.Range(0, Steps)]];
        Near(Expected(pairs, Enumerable.Max), Of(new MaxPooling1D(2)));
        Near(Expected(pairs, Enumerable.Average), Of(new AveragePooling1D(2)));
        Near(Expected(all, Enumerable.Max), Of(new GlobalMaxPooling()));
        Near(Expected(all, Enumerable.Average), Of(new GlobalAveragePooling()));

        // A kernel of ones and no bias adds up what counts; the sums of both features are equal.
        foreach (Padding padding in Enum.GetValues<Padding>())
        {
            var network = new Network<double>([.. head, new Conv1D(1, 3) { Padding = padding, Stride = 2, UseBias = false }], shape,
                Kernels<double>.Best, 1);
            TestData.Normal(network.Parameters.Count, 2, 0.5).CopyTo(network.Parameters.Values);
            network.Parameters.Values[6..12].Fill(1);
            var y = new double[Rows * network.OutputSize];
            network.Predict(new CheckedBatch<double>(x, new double[Rows], Rows), y);
            Near([.. Expected(Windows(Steps, 3, 2, 1, padding), Enumerable.Sum).Chunk(2).Select(sums => sums.Sum())], y);
        }
    }

    /// <summary>In a shard in which every step is padding, nothing is read.</summary>
    [Fact]
    public void A_sequence_of_padding_alone()
    {
        double[] Of(params Layer[] layers)
        {
            var network = new Network<double>([new Embedding(5, 3) { MaskZero = true }, .. layers], new Shape(4), Kernels<double>.Best, 1,
                inputGradient: true);
            TestData.Normal(network.Parameters.Count, 2, 0.5).CopyTo(network.Parameters.Values);
            var y = new double[network.OutputSize];
            network.Gradients(new CheckedBatch<double>(new double[4], new double[network.OutputSize], 1), new UpstreamLoss(), y);
            return y;
        }

        Assert.Equal(new double[3], Of(new GlobalMaxPooling()));
        Assert.Equal(new double[3], Of(new GlobalAveragePooling()));
        Assert.Equal(new double[6], Of(new MaxPooling1D(2)));
        Assert.Equal(new double[2], Of(new Conv1D(2, 3) { Padding = Padding.Same }, new GlobalAveragePooling()));
        double[] bias = Of(new Conv1D(1, 2) { Stride = 2 });
        Assert.Equal(bias[0], bias[1]);
    }

    [Fact]
    public void A_mask_goes_on_where_output_steps_are_input_steps_and_ends_elsewhere()
    {
        double[] x = [1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0];
        double[] Of(params Layer[] layers) =>
            Run([new Masking(), .. layers, new Gru(2) { ReturnSequences = true }], new Shape(6, 2), x, rows: 1).Outputs;
        foreach (Padding padding in (Padding[])[Padding.Same, Padding.Causal])
        {
            double[] states = Of(new Conv1D(3, 3) { Padding = padding });
            Assert.Equal(states[2..4], states[4..6]);
            Assert.Equal(states[6..8], states[8..10]);
            Assert.NotEqual(states[4..6], states[6..8]);
        }

        double[] ended = Of(new Conv1D(3, 2));
        Assert.NotEqual(ended[6..8], ended[8..10]);
        Assert.Equal(4, Run([new MaxPooling1D(2), new Gru(2) { ReturnSequences = true }], new Shape(4, 2), x[..8],
            rows: 1).Outputs.Distinct().Count());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("conv1d's window spans 9 steps, but its input has 8. Choose a smaller window or Padding.Same, or feed more steps.",
            new Conv1D(2, 5) { Dilation = 2 }, new Shape(8, 1));
        Refused("top's window spans 4 columns, but its input has 3. Choose a smaller window or Padding.Same, or feed more columns.",
            new Conv2D(2, 3, 4) { Name = "top" }, new Shape(3, 3, 1));
        Refused("max_pooling2d's window spans 4 rows, but its input has 3. Choose a smaller window or Padding.Same, or feed more rows.",
            new MaxPooling2D(4, 1), new Shape(3, 3, 1));
        Refused("conv2d has padding Causal, which only convolutions of sequences know. Choose Valid or Same.",
            new Conv2D(2, 2, 2) { Padding = Padding.Causal }, new Shape(3, 3, 1));
        Refused("average_pooling2d has padding Causal, which only convolutions of sequences know. Choose Valid or Same.",
            new AveragePooling2D(2, 2) { Padding = Padding.Causal }, new Shape(3, 3, 1));
        Refused("max_pooling1d has padding Causal, which only convolutions of sequences know. Choose Valid or Same.",
            new MaxPooling1D(2) { Padding = Padding.Causal }, new Shape(3, 1));
        Refused("conv1d takes sequences of shape (time steps, features), but its input has shape (4). Set ReturnSequences on the recurrent "
            + "layer before it, or reshape the input.", new Conv1D(2, 2), new Shape(4));
        Refused("max_pooling1d takes sequences of shape (time steps, features), but its input has shape (4, 4, 1). Set ReturnSequences on "
            + "the recurrent layer before it, or reshape the input.", new MaxPooling1D(2), new Shape(4, 4, 1));
        Refused("conv2d takes images of shape (height, width, channels), but its input has shape (8, 8). Reshape the input; an image of "
            + "one channel ends in 1.", new Conv2D(2, 2, 2), new Shape(8, 8));
        Refused("global_max_pooling takes sequences or images, but its input has shape (4). Set ReturnSequences on the recurrent layer "
            + "before it, or leave the pooling out.", new GlobalMaxPooling(), new Shape(4));
        OutOfRange("Stride must be at least 1. (Parameter 'Stride')", () => new Conv1D(2, 2) { Stride = 0 });
        OutOfRange("Dilation must be at least 1. (Parameter 'Dilation')", () => new Conv1D(2, 2) { Dilation = -1 });
        OutOfRange("StrideWidth must be at least 1. (Parameter 'StrideWidth')", () => new Conv2D(2, 2, 2) { StrideWidth = 0 });
        OutOfRange("Stride must be at least 1. (Parameter 'Stride')", () => new AveragePooling1D(2) { Stride = 0 });
        OutOfRange("A convolution needs at least 1 filter. (Parameter 'filters')", () => new Conv1D(0, 2));
        OutOfRange("A kernel reads at least 1 step. (Parameter 'kernelSize')", () => new Conv1D(1, 0));
        OutOfRange("A kernel reads at least 1 row and 1 column. (Parameter 'width')", () => new Conv2D(1, 2, 0));
        OutOfRange("A window holds at least 1 step. (Parameter 'poolSize')", () => new MaxPooling1D(0));
        OutOfRange("A window holds at least 1 row and 1 column. (Parameter 'height')", () => new AveragePooling2D(0, 2));
    }

    private static void Refused(string message, Layer layer, Shape input) =>
        Assert.Equal(message, Assert.Throws<UnrollException>(() => new Model(layer).Build(input)).Message);

    private static void OutOfRange(string message, Func<Layer> make) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(make).Message, StringComparison.Ordinal);

    /// <summary>
    /// The steps that each window reads, −1 for padding, as tf.nn says: windows that fit, or as many as the stride goes into the input.
    /// </summary>
    private static int[][] Windows(int steps, int size, int stride, int dilation, Padding padding)
    {
        int reach = (size - 1) * dilation + 1;
        int count = padding == Padding.Valid ? (steps - reach + stride) / stride : (steps + stride - 1) / stride;
        int before = padding == Padding.Same ? Math.Max(0, (count - 1) * stride + reach - steps) / 2
            : padding == Padding.Causal ? reach - 1
            : 0;
        return [.. Enumerable.Range(0, count).Select(window => Enumerable.Range(0, size)
            .Select(k => window * stride + k * dilation - before).Select(t => t < 0 || t >= steps ? -1 : t).ToArray())];
    }

    private static double[] Expected(double[] x, int positions, double[] weights, int[][] windows)
    {
        var y = new List<double>();
        foreach (double[] row in x.Chunk(positions * Features))
        {
            foreach (int[] window in windows)
            {
                for (int filter = 0; filter < Filters; filter++)
                {
                    double sum = weights[window.Length * Features * Filters + filter];
                    for (int place = 0; place < window.Length; place++)
                    {
                        for (int f = 0; f < Features && window[place] >= 0; f++)
                            sum += row[window[place] * Features + f] * weights[(place * Features + f) * Filters + filter];
                    }

                    y.Add(sum);
                }
            }
        }

        return [.. y];
    }

    private static double[] Pooled(double[] x, int steps, int[][] windows, Func<IEnumerable<double>, double> pool) =>
        [.. from row in x.Chunk(steps * Features) from window in windows from f in Enumerable.Range(0, Features) select pool(
            window.Where(t => t >= 0).Select(t => row[t * Features + f]))];

    private static (double[] Weights, double[] Outputs) Run(Layer[] layers, Shape input, double[] x, int rows = Rows)
    {
        var network = new Network<double>(layers, input, Kernels<double>.Best, 1);
        double[] weights = TestData.Normal(network.Parameters.Count, 2, 0.5);
        weights.CopyTo(network.Parameters.Values);
        var outputs = new double[rows * network.OutputSize];
        network.Predict(new CheckedBatch<double>(x, new double[rows], rows), outputs);
        return (weights, outputs);
    }

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-12);
    }
}
