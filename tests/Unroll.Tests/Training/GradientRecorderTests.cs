using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

public sealed class GradientRecorderTests
{
    private const int Rows = 5, Steps = 6, Features = 2, Units = 3;

    private static readonly float[] s_inputs = TestData.Single(Rows * Steps * Features, 1), s_targets = TestData.Single(Rows, 2);

    private static Model Build(SimpleRnn cell) => new Model(cell, new Dense(1)).Build(new Shape(Steps, Features), seed: 5);

    private static GradientRecord First(Model model, float[] inputs)
    {
        var recorder = new GradientRecorder();
        model.Fit(new ArraySamples(inputs, new Shape(Steps, Features), s_targets, new Shape(1)),
            new TrainingOptions { Epochs = 1, BatchSize = Rows, Gradients = recorder });
        return Assert.Single(recorder.Records);
    }

    /// <summary>
    /// h(t) = tanh(x·W + h(t−1)·U + b), y = h(T)·v + a, L = mean (y − target)²: so dL/dh(T) = 2 (y − target) v ÷ B, and
    /// dL/dh(t−1) = (dL/dh(t) ∘ (1 − h(t)²))·Uᵀ.
    /// </summary>
    private static double[] ByHand(Model model)
    {
        float[] w = model.GetWeights("simple_rnn_1/kernel"), u = model.GetWeights("simple_rnn_1/recurrent_kernel"),
            b = model.GetWeights("simple_rnn_1/bias");
        float[] v = model.GetWeights("dense_1/kernel"), a = model.GetWeights("dense_1/bias");
        var squares = new double[Steps];
        for (int row = 0; row < Rows; row++)
        {
            var h = new double[Steps + 1, Units];
            for (int t = 0; t < Steps; t++)
            {
                for (int i = 0; i < Units; i++)
                {
                    double sum = b[i];
                    for (int f = 0; f < Features; f++)
                        sum += s_inputs[(row * Steps + t) * Features + f] * w[f * Units + i];
                    for (int j = 0; j < Units; j++)
                        sum += h[t, j] * u[j * Units + i];
                    h[t + 1, i] = Math.Tanh(sum);
                }
            }

            double y = a[0] + Enumerable.Range(0, Units).Sum(i => h[Steps, i] * v[i]);
            double[] gradient = [.. v.Select(value => 2 * (y - s_targets[row]) * value / Rows)];
            for (int t = Steps; t >= 1; t--)
            {
                squares[t - 1] += gradient.Sum(value => value * value);
                double[] before = [.. gradient.Select((value, i) => value * (1 - h[t, i] * h[t, i]))];
                gradient = [.. Enumerable.Range(0, Units).Select(j => Enumerable.Range(0, Units).Sum(i => before[i] * u[j * Units + i]))];
            }
        }

        return [.. squares.Select(Math.Sqrt)];
    }

    [Fact]
    public void Norms_are_those_of_the_chain_rule_in_the_order_of_the_sequence()
    {
        Model model = Build(new SimpleRnn(Units));
        double[] expected = ByHand(model);
        LayerGradient layer = Assert.Single(First(model, s_inputs).Layers);
        Assert.Equal("simple_rnn_1", layer.Layer);
        Assert.Equal(Steps, layer.NormByStep.Count);
        for (int t = 0; t < Steps; t++)
            Assert.Equal(expected[t], layer.NormByStep[t], 1e-5 * expected[^1]);
        Assert.True(expected[0] < 0.9 * expected[^1] || expected[0] > 1.1 * expected[^1],
            "norms that are all alike would not show their order");
    }

    [Fact]
    public void A_layer_that_reads_backwards_has_its_norms_in_the_order_of_the_sequence()
    {
        float[] reversed = [.. s_inputs.Chunk(Steps * Features).SelectMany(row => row.Chunk(Features).Reverse().SelectMany(step => step))];
        IReadOnlyList<double> forward = First(Build(new SimpleRnn(Units)), s_inputs).Layers[0].NormByStep;
        IReadOnlyList<double> backward = First(Build(new SimpleRnn(Units) { GoBackwards = true }), reversed).Layers[0].NormByStep;
        Assert.Equal(forward, backward.Reverse());
    }

    /// <summary>For one weight that is one of all: the norm of all is at least its own, which a difference of losses gives.</summary>
    [Fact]
    public void The_total_norm_is_that_of_the_slopes_of_the_loss_by_every_weight()
    {
        Model model = Build(new SimpleRnn(Units));
        var samples = new ArraySamples(s_inputs, new Shape(Steps, Features), s_targets, new Shape(1));
        double squares = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            float[] weights = model.GetWeights(parameter.Name);
            for (int i = 0; i < weights.Length; i++)
            {
                float kept = weights[i];
                double Loss(float weight)
                {
                    weights[i] = weight;
                    model.SetWeights(parameter.Name, weights);
                    return model.Evaluate(samples, new MeanSquaredError());
                }

                float above = kept + 0.01f, below = kept - 0.01f;
                double slope = (Loss(above) - Loss(below)) / (above - below);
                Loss(kept);
                squares += slope * slope;
            }
        }

        double expected = Math.Sqrt(squares);
        Assert.Equal(expected, First(model, s_inputs).TotalNorm, 1e-3 * expected);
    }

    [Fact]
    public void Recording_changes_no_bit_of_the_training_and_keeps_every_third_step_from_the_first()
    {
        ArraySamples samples = TestSamples.Curves(90);
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 20,
            Optimizer = new Adam(),
            Clipping = new Clipping(ClipMode.GlobalNorm, 0.5),
            Seed = 3
        };
        var recorder = new GradientRecorder { Every = 3 };
        Model With() => new Model(new Lstm(9) { ReturnSequences = true, RecurrentDropout = 0.2 }, new Bidirectional(new Gru(5)),
            new Dense(1)).Build(new Shape(6, 2), seed: 4);
        Model plain = With(), watched = With();
        plain.Fit(samples, options);
        watched.Fit(samples, options with { Gradients = recorder });
        Assert.Equal(TestSamples.Weights(plain), TestSamples.Weights(watched));
        Assert.Equal([1L, 4L, 7L, 10L], recorder.Records.Select(record => record.Step));
        Assert.All(recorder.Records, record =>
            Assert.Equal(["lstm_1", "bidirectional_1/forward", "bidirectional_1/backward"], record.Layers.Select(layer => layer.Layer)));
        Assert.All(recorder.Records, record => Assert.All(record.Layers, layer => Assert.True(layer.NormByStep.All(norm => norm > 0))));
    }

    [Fact]
    public void Norms_have_the_same_bits_on_any_number_of_threads()
    {
        ArraySamples samples = TestSamples.Curves(90);
        double[][] norms = [.. new[] { 1, 3 }.Select(threads =>
        {
            var recorder = new GradientRecorder();
            Model model = new Model(new Gru(9), new Dense(1)) { Threads = threads }.Build(new Shape(6, 2), seed: 4);
            model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 90, Gradients = recorder });
            return (double[])[.. recorder.Records[0].Layers[0].NormByStep, recorder.Records[0].TotalNorm];
        })];
        Assert.Equal(norms[0], norms[1]);
    }
}
