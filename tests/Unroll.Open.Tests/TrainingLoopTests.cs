using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Training loops of one's own: they are Fit's to the bit, and what they give is right.</summary>
public class TrainingLoopTests
{
    private const int Batch = 10, Count = 40;

    private static int[] Rows(int first, int count) => [.. Enumerable.Range(first, count)];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void The_loop_of_Fit_gives_the_weights_of_Fit_to_the_bit(int threads, bool inputGradients)
    {
        static Model New(int threads)
        {
            Model model = new Model(
                new Gru(5) { ReturnSequences = true, Dropout = 0.2, KernelRegularizer = new L1L2(0.001, 0.01) }, new BatchNorm(),
                new Dropout(0.1),
                new Lstm(40) { RecurrentDropout = 0.1 }, new Dense(3), new BatchNorm { Name = "still" }, new Dense(1))
            {
                Threads = threads,
            }.Build(new Shape(Waves.Steps, Waves.Features), seed: 3);
            model.Freeze("dense_1", "still");
            return model;
        }

        var options = new TrainingOptions
        {
            Epochs = 3,
            BatchSize = Batch,
            Shuffle = false,
            Seed = 4,
            Loss = new Huber(),
            Optimizer = new AdamW { LearningRate = 0.01, ExcludeFromDecay = ["bias"] },
            Clipping = new Clipping(ClipMode.GlobalNorm, 0.3),
            LayerRates = new Dictionary<string, double> { ["lstm_1"] = 0.5 },
        };
        Model fitted = New(1), looped = New(threads);
        List<double> losses = [];
        History history = fitted.Fit(Waves.Samples(Count), options);
        using (var loop = new TrainingLoop(looped, options, inputGradients))
        {
            ArraySamples samples = Waves.Samples(Count);
            for (int epoch = 0; epoch < 3; epoch++)
            {
                double sum = 0;
                for (int first = 0; first < Count; first += Batch)
                {
                    sum += loop.ComputeGradients(samples, Rows(first, Batch));
                    loop.Step();
                }

                losses.Add(sum * Batch / Count);
            }

            Assert.Equal(12, loop.Steps);
        }

        Assert.Equal(Waves.WeightsOf(fitted), Waves.WeightsOf(looped));
        Assert.All(losses.Zip(history.Epochs), pair => Assert.Equal(pair.Second.Loss, pair.First, 1e-6));
        Assert.Equal(fitted.Predict(Waves.Samples(8)), looped.Predict(Waves.Samples(8)));
    }

    [Fact]
    public void Stateful_layers_carry_their_states_from_step_to_step()
    {
        static Model New() => new Model(new Lstm(4) { Stateful = true }, new Dense(1))
            .Build(new Shape(Waves.Steps, Waves.Features), seed: 3);
        var options = new TrainingOptions { Epochs = 1, BatchSize = Batch, Shuffle = false, Optimizer = new Sgd { LearningRate = 0.1 } };
        Model fitted = New(), looped = New(), anew = New();
        fitted.Fit(Waves.Samples(Count), options);
        foreach (Model model in new[] { looped, anew })
        {
            using var loop = new TrainingLoop(model, options);
            for (int first = 0; first < Count; first += Batch)
            {
                loop.ComputeGradients(Waves.Samples(Count), Rows(first, Batch));
                loop.Step();
                if (model == anew)
                    loop.ResetStates();
            }
        }

        Assert.Equal(Waves.WeightsOf(fitted), Waves.WeightsOf(looped));
        Assert.NotEqual(Waves.WeightsOf(fitted), Waves.WeightsOf(anew));
        Assert.Throws<UnrollException>(() => new TrainingLoop(New(), options, inputGradients: true));
    }

    /// <summary>Forward, dL/dy of the mean squared error by hand, backward: the gradients of that loss, also with dropout.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Forward_and_backward_are_the_gradients_of_the_loss(int threads)
    {
        float[] inputs = Inputs(Batch), targets = [.. Enumerable.Range(0, Batch).Select(i => i * 0.1f)];
        Model model = Waves.Small(threads);
        using var loop = new TrainingLoop(model, new TrainingOptions(), inputGradients: true);
        double loss = loop.ComputeGradients(inputs, targets);
        float[][] gradients = [.. model.Parameters.Select(each => loop.GradientOf(each.Name).ToArray())];
        float[] inputGradients = loop.InputGradients.ToArray();

        ReadOnlySpan<float> outputs = loop.Forward(inputs);
        var own = new float[Batch];
        double mean = 0;
        for (int i = 0; i < Batch; i++)
        {
            mean += Math.Pow(outputs[i] - targets[i], 2) / Batch;
            own[i] = 2 * (outputs[i] - targets[i]) / Batch;
        }

        Assert.Equal(loss, mean, 1e-6);
        loop.GradientOf("dense_1/bias").Fill(9);
        loop.Backward(own);
        Assert.All(model.Parameters.Zip(gradients),
            pair => Assert.InRange(Waves.Apart(pair.Second, loop.GradientOf(pair.First.Name).ToArray()), 0, 1e-6));
        Assert.InRange(Waves.Apart(inputGradients, loop.InputGradients.ToArray()), 0, 1e-6);
        Assert.InRange(inputGradients.Max(Math.Abs), 1e-3, 10);
    }

    [Fact]
    public void Input_gradients_fit_central_differences()
    {
        const float delta = 1e-2f;
        float[] inputs = Inputs(3), targets = [0.3f, -0.2f, 0.5f];
        Model model = Waves.Small();
        using var loop = new TrainingLoop(model, new TrainingOptions { Loss = new MeanSquaredError() }, inputGradients: true);
        double Loss() => model.Predict(inputs).Zip(targets, (y, t) => Math.Pow((double)y - t, 2)).Sum() / 3;
        Assert.Equal(Loss(), loop.ComputeGradients(inputs, targets, training: false), 1e-6);
        float[] found = loop.InputGradients.ToArray();
        Assert.Equal(inputs.Length, found.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            float value = inputs[i];
            inputs[i] = value + delta;
            double above = Loss();
            inputs[i] = value - delta;
            double below = Loss();
            inputs[i] = value;
            Assert.Equal((above - below) / (2 * delta), found[i], 2e-4);
        }

        // Nothing of a pass without training stays in moving averages.
        float[] variance = model.GetWeights("batch_norm_1/moving_variance");
        loop.Step();
        Assert.Equal(variance, model.GetWeights("batch_norm_1/moving_variance"));
        loop.ComputeGradients(inputs, targets);
        loop.Step();
        Assert.NotEqual(variance, model.GetWeights("batch_norm_1/moving_variance"));
    }

    /// <summary>A generator and a discriminator: the gradient through both is that of the two as one model.</summary>
    [Fact]
    public void Gradients_go_through_two_models_as_through_one()
    {
        Model front = new Model(new Gru(4) { ReturnSequences = true }).Build(new Shape(5, 2), seed: 1),
            back = new Model(new Lstm(3), new Dense(2)).Build(new Shape(5, 4), seed: 2);
        Model both = new Model(new Gru(4) { ReturnSequences = true }, new Lstm(3), new Dense(2)).Build(new Shape(5, 2), seed: 3);
        foreach (Parameter parameter in both.Parameters)
            both.SetWeights(parameter.Name, (front.Parameters.Any(own => own.Name == parameter.Name) ? front : back)
                .GetWeights(parameter.Name));
        float[] inputs = Inputs(6)[..(6 * 10)], upstream = [.. Enumerable.Range(0, 12).Select(i => MathF.Cos(i))];
        using TrainingLoop first = new(front, new TrainingOptions()), second = new(back, new TrainingOptions(), inputGradients: true),
            whole = new(both, new TrainingOptions());
        float[] middle = first.Forward(inputs).ToArray(), outputs = second.Forward(middle).ToArray();
        Assert.Equal(whole.Forward(inputs).ToArray(), outputs);
        second.Backward(upstream);
        first.Backward(second.InputGradients);
        whole.Backward(upstream);
        foreach (Parameter parameter in both.Parameters)
        {
            TrainingLoop own = front.Parameters.Any(each => each.Name == parameter.Name) ? first : second;
            Assert.InRange(Waves.Apart(whole.GradientOf(parameter.Name).ToArray(), own.GradientOf(parameter.Name).ToArray()), 0, 1e-6);
        }
    }

    [Fact]
    public void Several_outputs_and_masks_go_backward_too()
    {
        Node x = Node.Input(new Shape(4, 2)), masked = new Masking().Apply(x),
            sequence = new Gru(3) { ReturnSequences = true }.Apply(masked), last = new Dense(2).Apply(new Lstm(2).Apply(sequence));
        Model model = new Model([x], [sequence, last]).Build(seed: 1);
        using var loop = new TrainingLoop(model, new TrainingOptions(), inputGradients: true);
        float[] inputs = [.. Enumerable.Range(0, 3 * 8).Select(i => i % 8 < 6 ? 0.1f * i + 0.1f : 0)];
        Assert.Equal(3 * 14, loop.Forward(inputs).Length);
        var upstream = new float[3 * 14];
        for (int row = 0; row < 3; row++)
            upstream.AsSpan(row * 14 + 9, 3).Fill(1000);
        loop.Backward(upstream);
        Assert.All(model.Parameters, parameter => Assert.Equal(0, loop.GradientOf(parameter.Name).ToArray().Max(Math.Abs)));
        Array.Fill(upstream, 1);
        loop.Backward(upstream);
        Assert.All(model.Parameters, parameter => Assert.NotEqual(0, loop.GradientOf(parameter.Name).ToArray().Max(Math.Abs)));
        Assert.Equal(3 * 6, loop.InputGradients.ToArray().Count(value => value != 0));
    }

    [Fact]
    public void Added_gradients_are_those_of_both_batches_and_penalties_count_once()
    {
        Model model = new Model(new Dense(2) { KernelRegularizer = new L1L2(0, 0.1) }, new Dense(1)).Build(new Shape(3), seed: 1);
        using var loop = new TrainingLoop(model, new TrainingOptions());
        float[] inputs = [.. Enumerable.Range(0, 18).Select(i => MathF.Sin(i))], targets = [1, 2, 3, 4, 5, 6];
        double whole = loop.ComputeGradients(inputs, targets);
        Assert.True(loop.Penalty > 0);
        float[][] gradients = [.. model.Parameters.Select(each => loop.GradientOf(each.Name).ToArray())];
        float[] penalty = [.. model.GetWeights("dense_1/kernel").Select(w => 0.2f * w)];

        double halves = loop.ComputeGradients(inputs.AsSpan(0, 9), targets.AsSpan(0, 3));
        halves += loop.ComputeGradients(inputs.AsSpan(9), targets.AsSpan(3), add: true);
        Assert.Equal(2 * whole - 0.1 * model.GetWeights("dense_1/kernel").Sum(w => w * w), halves, 1e-5);
        foreach ((Parameter parameter, float[] expected) in model.Parameters.Zip(gradients))
        {
            float[] sum = loop.GradientOf(parameter.Name).ToArray();
            for (int i = 0; i < sum.Length; i++)
                Assert.Equal(2 * expected[i] - (parameter.Name == "dense_1/kernel" ? penalty[i] : 0), sum[i], 1e-5);
        }
    }

    [Fact]
    public void Gradients_and_weights_can_be_changed_between_steps()
    {
        Model model = new Model(new Dense(2), new Dense(1)).Build(new Shape(3), seed: 1);
        float[] first = model.GetWeights("dense_1/kernel"), second = model.GetWeights("dense_2/kernel");
        using (var loop = new TrainingLoop(model, new TrainingOptions { Optimizer = new Sgd { LearningRate = 0.5 } }))
        {
            loop.ComputeGradients([1, 2, 3], [1]);
            loop.GradientOf("dense_1/kernel").Clear();
            loop.GradientOf("dense_2/kernel").Fill(1);
            loop.Step();
            Assert.Equal(first, model.GetWeights("dense_1/kernel"));
            Assert.Equal(second.Select(w => w - 0.5f), model.GetWeights("dense_2/kernel"));
            loop.GradientOf("dense_2/kernel").Fill(1);
            loop.Step(rate: 0.25);
            Assert.Equal(second.Select(w => w - 0.75f), model.GetWeights("dense_2/kernel"), (a, b) => Math.Abs(a - b) < 1e-6);
            loop.SetWeights("dense_2/kernel", [3, 4]);
            Assert.Equal([3, 4], model.GetWeights("dense_2/kernel"));
            loop.SetWeights("dense_1/kernel", new float[6]);
            loop.SetWeights("dense_1/bias", [1, 1]);
            loop.SetWeights("dense_2/bias", [0]);
            Assert.Equal(7, loop.Forward([1, 2, 3])[0], 1e-6f);
        }

        Assert.Equal(7, model.Predict(1, 2, 3)[0], 1e-6f);
    }

    [Fact]
    public void The_model_is_taken_until_the_loop_is_disposed_of()
    {
        Model model = Waves.Small();
        var options = new TrainingOptions { Epochs = 1 };
        var loop = new TrainingLoop(model, options);
        Assert.Throws<InvalidOperationException>(() => model.Fit(Waves.Samples(8), options));
        Assert.Throws<InvalidOperationException>(() => new TrainingLoop(model, options));
        Assert.Throws<InvalidOperationException>(() => model.SetWeights("dense_1/bias", [1]));
        float[] before = model.Predict(Waves.Samples(3));
        loop.ComputeGradients(Waves.Samples(8), [0, 5, 5]);
        loop.Step();
        Assert.NotEqual(before, model.Predict(Waves.Samples(3)));
        loop.Dispose();
        loop.Dispose();
        Assert.Throws<ObjectDisposedException>(() => loop.Step());
        Assert.Throws<ObjectDisposedException>(() => loop.GradientOf("dense_1/bias").Length);
        model.Fit(Waves.Samples(8), options);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_leaves_the_model_free()
    {
        Model model = Waves.Small();
        TrainingOptions[] refused =
        [
            new() { Schedule = new CosineSchedule() }, new() { ValidationSplit = 0.1 }, new() { EarlyStopping = new EarlyStopping() },
            new() { Metrics = [new Mae()] },
            new() { Checkpoint = new Checkpoint("x") }, new() { Callbacks = [new Halving()] },
            new() { WeightAverage = new WeightAverage() }, new() { Continue = true },
        ];
        foreach (TrainingOptions options in refused)
            Assert.StartsWith("A loop of your own has no use for ",
                Assert.Throws<ArgumentException>(() => new TrainingLoop(model, options)).Message);
        Assert.Throws<UnrollException>(
            () => new TrainingLoop(model, new TrainingOptions { LayerRates = new Dictionary<string, double> { ["nobody"] = 1 } }));
        Assert.Throws<InvalidOperationException>(() => new TrainingLoop(new Model(new Dense(1)), new TrainingOptions()));

        using var loop = new TrainingLoop(model, new TrainingOptions());
        ArraySamples samples = Waves.Samples(8);
        Assert.Throws<ArgumentException>(() => loop.ComputeGradients(samples, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => loop.ComputeGradients(samples, [8]));
        Assert.Throws<ArgumentException>(() => loop.ComputeGradients(new float[13], [1]));
        Assert.Throws<ArgumentException>(() => loop.ComputeGradients(new float[14], [1, 2]));
        Assert.Throws<ArgumentException>(() => loop.ComputeGradients([], []));
        Assert.Throws<ArgumentException>(() => loop.Forward(new float[13]).Length);
        Assert.Throws<InvalidOperationException>(() => loop.Backward([1]));
        Assert.Throws<InvalidOperationException>(() => loop.InputGradients.Length);
        loop.Forward(new float[14]);
        Assert.Throws<ArgumentException>(() => loop.Backward([1, 2]));
        Assert.Throws<ArgumentException>(() => loop.GradientOf("nobody").Length);
        Assert.Throws<ArgumentException>(() => loop.SetWeights("dense_1/bias", [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => loop.Step(-1));
        Assert.Throws<UnrollException>(
            () => loop.ComputeGradients(new ArraySamples(new float[6], new Shape(3, 2), new float[1], new Shape(1)), [0]));
        Assert.Throws<UnrollException>(() => loop.ComputeGradients(
            new ArraySamples([.. Enumerable.Repeat(float.NaN, 14)], new Shape(7, 2), new float[1], new Shape(1)), [0]));
        Assert.Equal(double.NaN, loop.ComputeGradients([.. Enumerable.Repeat(float.NaN, 14)], [1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_step_allocates_nothing(int threads)
    {
        Model model = Waves.Small(threads);
        using var loop = new TrainingLoop(model, new TrainingOptions { Optimizer = new Lion() }, inputGradients: true);
        ArraySamples samples = Waves.Samples(Count);
        int[] rows = Rows(3, Batch);
        float[] inputs = Inputs(Batch), upstream = new float[Batch];
        var bytes = new long[60];
        for (int i = 0; i < bytes.Length; i++)
        {
            loop.ComputeGradients(samples, rows);
            loop.Forward(inputs);
            loop.Backward(upstream, add: true);
            loop.Step();
            bytes[i] = GC.GetAllocatedBytesForCurrentThread();
        }

        long[] steps = [.. bytes[2..^1].Zip(bytes[3..], (before, after) => after - before)];
        Assert.InRange(steps.Count(each => each == 0), steps.Length * 2 / 3, steps.Length);
    }

    private static float[] Inputs(int rows) =>
        [.. Enumerable.Range(0, rows * Waves.Steps * Waves.Features).Select(i => MathF.Sin(0.7f * i) + 0.2f * MathF.Cos(i * i))];
}
