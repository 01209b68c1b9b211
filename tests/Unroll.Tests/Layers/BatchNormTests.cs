using Unroll.Training;
using Unroll.Kernels;
using Unroll.Tests.Training;
using Xunit;

namespace Unroll.Tests.Layers;

public class BatchNormTests
{
    private const double Epsilon = 1e-3;

    /// <summary>By hand: each shard of 8 rows by its own mean and variance, and the last of 5 without the rows that fill it up.</summary>
    [Fact]
    public void Training_uses_the_statistics_of_each_shard()
    {
        const int Rows = 13, Steps = 3, Features = 2;
        double[] x = TestData.Normal(Rows * Steps * Features, 1, 3), y = new double[x.Length];
        Network<double> network = Network(new Shape(Steps, Features));
        network.Gradients(new CheckedBatch<double>(x, new double[x.Length], Rows), new UpstreamLoss(), y);
        double[] means = new double[2], variances = new double[2];
        foreach ((int from, int to) in (ReadOnlySpan<(int, int)>)[(0, 8), (8, 13)])
        {
            for (int f = 0; f < Features; f++)
            {
                int[] places = [.. Enumerable.Range(from * Steps, (to - from) * Steps).Select(i => i * Features + f)];
                double mean = places.Average(i => x[i]), variance = places.Average(i => (x[i] - mean) * (x[i] - mean));
                foreach (int i in places)
                    Assert.Equal((x[i] - mean) / Math.Sqrt(variance + Epsilon), y[i], 1e-12);
                means[f] += (to - from) * mean;
                variances[f] += (to - from) * variance;
            }
        }

        // What a training step makes the moving averages of.
        double[] collected = network.Parameters.Gradients[4..8].ToArray();
        for (int f = 0; f < Features; f++)
        {
            Assert.Equal(means[f], collected[f], 1e-11);
            Assert.Equal(variances[f], collected[2 + f], 1e-11);
        }
    }

    /// <summary>Used twice, it has seen both inputs: its averages move to the mean over the uses.</summary>
    [Fact]
    public void The_averages_of_a_shared_layer_are_over_all_its_uses()
    {
        Node a = Node.Input(new Shape(1)), b = Node.Input(new Shape(1)), first = new BatchNorm { Momentum = 0.5 }.Apply(a),
            second = first.Again(b);
        Model model = new Model([a, b], [new Add().Apply(first, second)]).Build(seed: 0);
        var samples = new ArraySamples([(new float[] { 1, 3 }, new Shape(1)), (new float[] { 5, 9 }, new Shape(1))],
            [(new float[] { 0, 0 }, new Shape(1))]);
        model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 2, Optimizer = new Sgd { LearningRate = 1e-20 } });

        // Means 2 and 7, variances 1 and 4; the averages start at 0 and 1.
        Assert.Equal(0.5 * (2 + 7) / 2, model.GetWeights("batch_norm_1/moving_mean")[0], 1e-6);
        Assert.Equal(0.5 + 0.5 * (1 + 4) / 2, model.GetWeights("batch_norm_1/moving_variance")[0], 1e-6);
    }

    /// <summary>What is masked is in no mean and no variance, whatever it holds.</summary>
    [Fact]
    public void Masked_steps_are_in_no_statistic()
    {
        Model model = new Model(new Masking { Value = -9 }, new Dense(1)
        {
            KernelInitializer = Initializer.Ones,
            BiasInitializer = Initializer.Ones
        }, new BatchNorm { Momentum = 0.5 }).Build(new Shape(3, 1));
        var samples = new ArraySamples([1, 2, -9, 6, -9, -9], new Shape(3, 1), new float[6], new Shape(3, 1));
        model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 2, Optimizer = new Sgd { LearningRate = 1e-20 } });

        // The dense layer adds 1: 2, 3 and 7 count.
        Assert.Equal(0.5 * 4, model.GetWeights("batch_norm_1/moving_mean")[0], 1e-6);
        Assert.Equal(0.5 + 0.5 * (4 + 1 + 9) / 3, model.GetWeights("batch_norm_1/moving_variance")[0], 1e-6);
    }

    /// <summary>
    /// A step moves the averages by a hundredth of the way, whatever the optimiser, its weight decay, and clipping do to weights.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_step_moves_the_averages(int threads)
    {
        const int Rows = 13;
        float[] x = TestData.Single(Rows * 2, 1, 3);
        var samples = new ArraySamples(x, new Shape(2), new float[Rows * 2], new Shape(2));
        foreach (Optimizer optimizer in (Optimizer[])[new Sgd(), new AdamW { WeightDecay = 0.5 }, new RmsProp { Momentum = 0.9 }])
        {
            Model model = new Model(new BatchNorm()) { Threads = threads }.Build(new Shape(2));
            model.SetWeights("batch_norm_1/moving_mean", [10, -20]);
            model.SetWeights("batch_norm_1/moving_variance", [4, 5]);
            model.Fit(samples, new TrainingOptions
            {
                Epochs = 1,
                BatchSize = Rows,
                Shuffle = false,
                Optimizer = optimizer,
                Clipping = new Clipping(ClipMode.GlobalNorm, 1e-3)
            });
            float[] mean = model.GetWeights("batch_norm_1/moving_mean"), variance = model.GetWeights("batch_norm_1/moving_variance");
            for (int f = 0; f < 2; f++)
            {
                double meanOfShards = 0, varianceOfShards = 0;
                foreach ((int from, int to) in (ReadOnlySpan<(int, int)>)[(0, 8), (8, 13)])
                {
                    double[] values = [.. Enumerable.Range(from, to - from).Select(row => (double)x[2 * row + f])];
                    double own = values.Average();
                    meanOfShards += values.Length * own / Rows;
                    varianceOfShards += values.Sum(value => (value - own) * (value - own)) / Rows;
                }

                Assert.Equal(0.99 * (f == 0 ? 10 : -20) + 0.01 * meanOfShards, mean[f], 1e-5);
                Assert.Equal(0.99 * (f == 0 ? 4 : 5) + 0.01 * varianceOfShards, variance[f], 1e-5);
            }
        }
    }

    [Fact]
    public void Prediction_uses_the_moving_averages()
    {
        Model model = new Model(new BatchNorm { Epsilon = 1 }).Build(new Shape(2, 2));
        model.SetWeights("batch_norm_1/gamma", [3, 1]);
        model.SetWeights("batch_norm_1/beta", [0, -1]);
        model.SetWeights("batch_norm_1/moving_mean", [1, 2]);
        model.SetWeights("batch_norm_1/moving_variance", [3, 8]);
        Assert.Equal([1.5f, 0, 3, -1], model.Predict(2, 5, 3, 2));
        Assert.Equal(8, model.ParameterCount);
    }

    /// <summary>
    /// A shard of one row of vectors has no variance: it is normalised by the moving averages, which it leaves as they are.
    /// </summary>
    [Fact]
    public void One_value_alone_takes_the_moving_averages()
    {
        Network<double> network = Network(new Shape(1));
        new double[] { 2, 1, 3, 4 }.CopyTo(network.Parameters.Values);
        double[] y = new double[1];
        network.Gradients(new CheckedBatch<double>([7], [1], 1), new UpstreamLoss(), y);
        Assert.Equal(2 * (7 - 3) / Math.Sqrt(4 + Epsilon) + 1, y[0], 1e-14);
        Assert.Equal([3, 4], network.Parameters.Gradients[2..4].ToArray());
    }

    [Fact]
    public void Masked_steps_do_not_count()
    {
        var network = new Network<double>([new Masking(), new BatchNorm()], new Shape(3, 1), Kernels<double>.Best, 1);
        network.Parameters.Initialize(1);
        double[] y = new double[6];
        network.Gradients(new CheckedBatch<double>([1, 0, 3, /**/ 0, 0, 5], new double[6], 2), new UpstreamLoss(), y);
        double scale = 1 / Math.Sqrt(8.0 / 3 + Epsilon);
        Assert.Equal([-2 * scale, -3 * scale, 0, -3 * scale, -3 * scale, 2 * scale], y.Select(value => Math.Round(value, 12)),
            (a, b) => Math.Abs(a - b) < 1e-11);
        Assert.Equal(2 * 3, network.Parameters.Gradients[2], 1e-12);
        Assert.Equal(2 * 8.0 / 3, network.Parameters.Gradients[3], 1e-12);
    }

    /// <summary>Every step through a layer of its own: rows that fill up a shard lie between those that count, and must not.</summary>
    [Fact]
    public void Rows_that_fill_a_shard_do_not_count_in_every_step()
    {
        double[] x = TestData.Normal(5 * 3 * 2, 4), y = new double[30], z = new double[30];
        Network(new Shape(3, 2)).Gradients(new CheckedBatch<double>(x, new double[30], 5), new UpstreamLoss(), y);
        var each = new Network<double>([new TimeDistributed(new BatchNorm())], new Shape(3, 2), Kernels<double>.Best, 1);
        each.Parameters.Initialize(1);
        each.Gradients(new CheckedBatch<double>(x, new double[30], 5), new UpstreamLoss(), z);
        Assert.Equal(y, z);
    }

    /// <summary>Normalised inputs of any size are learnt; without the layer, these are not.</summary>
    [Fact]
    public void What_is_learnt_in_training_is_predicted()
    {
        ArraySamples curves = TestSamples.Curves(200);
        float[] row = new float[12], targets = new float[200], inputs = new float[200 * 12];
        for (int i = 0; i < 200; i++)
        {
            curves.CopyInput(i, row);
            for (int j = 0; j < 12; j++)
                inputs[i * 12 + j] = 500 + 100 * row[j];
            curves.CopyTarget(i, targets.AsSpan(i, 1));
        }

        var samples = new ArraySamples(inputs, new Shape(6, 2), targets, new Shape(1));
        Model model = new(new BatchNorm { Momentum = 0.9 }, new Gru(8), new Dense(1));
        model.Fit(samples, new TrainingOptions
        {
            Epochs = 30,
            BatchSize = 16,
            Optimizer = new Adam { LearningRate = 0.01 },
            Loss = new MeanSquaredError()
        });
        Assert.InRange(model.Evaluate(samples, new MeanSquaredError()), 0, 0.05);
        Assert.InRange(model.GetWeights("batch_norm_1/moving_mean")[0], 480, 520);
    }

    private static Network<double> Network(Shape shape)
    {
        var network = new Network<double>([new BatchNorm()], shape, Kernels<double>.Best, 1);
        network.Parameters.Initialize(1);
        return network;
    }
}
