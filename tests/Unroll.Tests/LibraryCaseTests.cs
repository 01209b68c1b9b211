using System.Security.Cryptography;
using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;

namespace Unroll.Tests;

/// <summary>
/// What users ran into, as they wrote it, one case for each kind of fault: wrong answers without a word, options that were ignored,
/// messages that sent them the wrong way. Each kind has tests of its own beside.
/// </summary>
public sealed class LibraryCaseTests
{
    [Fact]
    public void L01_One_model_in_several_threads()
    {
        Model m = new Model(new Lstm(6), new Dense(1)).Build(new Shape(12, 1), seed: 3);
        float[] x = [.. Enumerable.Range(0, 12 * 300).Select(i => MathF.Sin(i * 0.7f))], alone = m.Predict(x);
        int wrong = 0;
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            if (!m.Predict(x).SequenceEqual(alone))
                Interlocked.Increment(ref wrong);
        });
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task L02_Predict_while_FitAsync_trains()
    {
        float[] x = [.. Enumerable.Range(0, 400 * 12).Select(i => MathF.Sin(i * 1.7f))];
        var s = new ArraySamples(x, new Shape(6, 2), [.. Enumerable.Range(0, 400).Select(i => x[i * 12 + 4] / 2)], new Shape(1));
        var o = new TrainingOptions { Epochs = 8, BatchSize = 8, Seed = 7, Optimizer = new Adam { LearningRate = 0.01 } };
        Model New() => new Model(new Lstm(5), new Dense(1)).Build(new Shape(6, 2), seed: 3);
        Model calm = New();
        calm.Fit(s, o);
        float[] want = calm.Predict(x);
        for (int run = 0; run < 10; run++)
        {
            Model m = New();
            await foreach (TrainingEvent unused in m.FitEventsAsync(s, o, TestContext.Current.CancellationToken))
                m.Predict(x[..600]);
            Assert.Equal(want, m.Predict(x));
        }
    }

    [Fact]
    public void L03_Probabilities_given_to_a_loss_that_wants_logits()
    {
        Model m = new Model(new Dense(1) { Activation = Activation.Sigmoid, KernelInitializer = Initializer.Ones }).Build(new Shape(1));
        var s = new ArraySamples([2f, -1f], new Shape(1), [1f, 0f], new Shape(1));
        Assert.Contains("logit", Error(() => m.Evaluate(s, new BinaryCrossEntropy())));
    }

    [Fact]
    public void L04_A_new_head_on_old_layers()
    {
        Model old = new Model(new Dense(5) { Name = "body" }, new Dense(2)).Build(new Shape(3), seed: 4);
        Model fresh = new Model(old.Inputs, [new Dense(4) { Name = "head" }.Apply(old.NodeOf("body"))]).Build(seed: 9);
        Assert.Equal(old.GetWeights("body/kernel"), fresh.GetWeights("body/kernel"));
    }

    [Fact]
    public void L05_A_state_that_has_no_layer()
    {
        Model m = new Model(new Gru(3) { ReturnState = true }).Build(new Shape(2, 1), seed: 1);
        Assert.Contains("gru_1/h", Error(() => m.Run([1, 2], new ModelStates { ["gru/h"] = [1, 1, 1] })));
    }

    [Fact]
    public void L06_Padding_in_the_loss_of_values()
    {
        Model m = new Model(new Masking { Value = -9 }, new Dense(1) { KernelInitializer = Initializer.Ones }).Build(new Shape(3, 1));
        var s = new ArraySamples([1, -9, -9], new Shape(3, 1), [3, 0, 0], new Shape(3, 1));
        Assert.Equal(4, m.Evaluate(s, new MeanSquaredError()), 1e-5);
        m.Fit(s, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 0.1 }, Loss = new MeanSquaredError() });
        Assert.Equal(1.4, m.GetWeights("dense_1/kernel")[0], 1e-5);
        Assert.Equal(0.4, m.GetWeights("dense_1/bias")[0], 1e-5);
    }

    [Fact]
    public void L07_The_whole_set_as_one_batch()
    {
        Model m = new Model(new Dense(1)).Build(new Shape(2), seed: 5);
        float[] before = m.GetWeights("dense_1/kernel");
        float[] x = [.. Enumerable.Range(0, 64).Select(i => i % 7 - 3f)], y = [.. Enumerable.Range(0, 32).Select(i => i % 5f)];
        History h = m.Fit(new ArraySamples(x, new Shape(2), y, new Shape(1)), new TrainingOptions { Epochs = 3, BatchSize = int.MaxValue });
        Assert.True(h.FinalLoss > 0);
        Assert.NotEqual(before, m.GetWeights("dense_1/kernel"));
    }

    [Fact]
    public void L08_No_samples()
    {
        Model m = new Model(new Dense(1)).Build(new Shape(1));
        ArraySamples s = Line([1, 2], [1, 2]), none = Line([], []);
        string error = Error(() => m.Fit(s, new TrainingOptions { Epochs = 1, Validation = none }));
        Assert.StartsWith("UnrollException", error);
        Assert.Contains("alidation", error);
    }

    [Fact]
    public void L09_The_floor_of_a_plateau_schedule()
    {
        Model m = new Model(new Dense(1)).Build(new Shape(1));
        var options = new TrainingOptions
        {
            Epochs = 6,
            Optimizer = new Sgd { LearningRate = 0.001 },
            Schedule = new PlateauSchedule(0.5, 2, 1e30, Floor: 0.01),
        };
        Assert.All(m.Fit(Line([1], [3]), options).Epochs, e => Assert.Equal(0.001, e.LearningRate, 1e-12));
    }

    [Fact]
    public void L10_The_patience_of_early_stopping()
    {
        Model m = new Model(new Dense(1)).Build(new Shape(1));
        var options = new TrainingOptions
        {
            Epochs = 20,
            Optimizer = new Sgd { LearningRate = 1e-30 },
            EarlyStopping = new EarlyStopping(2, 1)
        };
        Assert.Equal(3, m.Fit(Line([0], [1]), options).Epochs.Count);
    }

    [Fact]
    public void L11_Small_values_of_sigmoid_and_softplus()
    {
        float[] y = new Model(new Activate(Activation.Sigmoid)).Build(new Shape(1)).Predict(-15, -20, -30);
        float[] z = new Model(new Activate(Activation.Softplus)).Build(new Shape(1)).Predict(-15, -20, -30);
        double[] exact = [3.059022269256247e-7, 2.061153618190204e-9, 9.357622968839299e-14];
        double[] softplus = [3.059022737146e-7, 2.061153620314e-9, 9.357622968840e-14];
        Assert.All(y.Zip(exact, (a, e) => Math.Abs(a / e - 1)), error => Assert.InRange(error, 0, 1e-5));
        Assert.All(z.Zip(softplus, (a, e) => Math.Abs(a / e - 1)), error => Assert.InRange(error, 0, 1e-5));
    }

    [Fact]
    public void L12_A_row_that_CTC_cannot_spell()
    {
        float[] x = new float[40 * 3 * 4], t = [.. Enumerable.Range(0, 160).Select(i => i % 4 == 0 ? 1f + i / 4 % 3 : -1f)];
        t[156] = t[157] = t[158] = 1; // three equal labels need five steps, and there are three
        Model m = new Model(new Dense(4)).Build(new Shape(3, 4), seed: 1);
        float[] before = m.GetWeights("dense_1/bias");
        var samples = new ArraySamples(x, new Shape(3, 4), t, new Shape(4));
        Assert.Matches(@"\b39\b",
            Error(() => m.Fit(samples, new TrainingOptions { Epochs = 2, BatchSize = 4, Shuffle = false, Loss = new Ctc() })));
        Assert.Equal(before, m.GetWeights("dense_1/bias"));
    }

    [Fact]
    public void L13_A_value_that_is_not_finite_in_the_samples()
    {
        Model m = new Model(new Dense(1)).Build(new Shape(2));
        var samples = new ArraySamples([1, 2, 3, 4, 5, float.NaN, 7, 8], new Shape(2), [1, 2, 3, 4], new Shape(1));
        string error = Error(() => m.Fit(samples, new TrainingOptions { Epochs = 2, Shuffle = false }));
        Assert.Contains("NaN", error);
        Assert.DoesNotContain("learning rate", error);
        Assert.Matches(@"\b2\b", error);
    }

    [Fact]
    public void L14_ReLU_and_NaN() =>
        Assert.All(new Model(new Dense(2) { Activation = Activation.Relu }).Build(new Shape(3), seed: 1).Predict(1, float.NaN, 2),
            y => Assert.True(float.IsNaN(y)));

    [Fact]
    public void L15_The_states_of_Bidirectional_in_a_graph()
    {
        Node x = Node.Input(new Shape(4, 2));
        Node both = new Bidirectional(new Lstm(3) { ReturnState = true }).Apply(x);
        Assert.Equal(4, both.States.Count);
        Assert.Equal("", Error(() => new Lstm(3).Apply(x, both.States[0], both.States[1])));
    }

    [Fact]
    public void L16_A_model_file_that_is_not_what_it_seems()
    {
        string nothing = """{"input":[4],"layers":[null],"parameters":[],"metadata":{}}""";
        string large = """{"input":[6000],"layers":[{"layer":"dense","units":6000}],"parameters":[],"metadata":{}}""";
        Assert.StartsWith("UnrollException", Error(() => ModelFile.FromBytes(Sealed(nothing, 0), "m.unroll")));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("damaged", Error(() => ModelFile.FromBytes(Sealed(large, 4), "d.unroll")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before >> 20, 0, 16);
    }

    [Fact]
    public void L17_Causal_attention()
    {
        Node x = Node.Input(new Shape(3, 1));
        float[] y = new Model([x], [new Attention { Causal = true }.Apply(x, x)]).Build(seed: 0).Predict(1, 2, 3);
        double[] exact = [1, 1.8807970779778825, 2.9479741];
        Assert.All(y.Zip(exact, (a, e) => Math.Abs(a - e)), error => Assert.InRange(error, 0, 1e-4));
    }

    [Fact]
    public void L18_The_averages_of_a_BatchNorm_that_is_used_twice()
    {
        Node a = Node.Input(new Shape(1)), b = Node.Input(new Shape(1));
        Node first = new BatchNorm { Momentum = 0.5 }.Apply(a), second = first.Again(b);
        Model m = new Model([a, b], [new Add().Apply(first, second)]).Build(seed: 0);
        var s = new ArraySamples([([1, 3], new Shape(1)), ([5, 7], new Shape(1))], [([0, 0], new Shape(1))]);
        m.Fit(s, new TrainingOptions { Epochs = 1, BatchSize = 2, Optimizer = new Sgd { LearningRate = 1e-20 } });
        Assert.Equal(2, m.GetWeights(m.Parameters.First(p => p.Name.EndsWith("moving_mean", StringComparison.Ordinal)).Name)[0], 1e-5);
    }

    [Fact]
    public void L19_Stateful_layers_and_the_number_of_rows()
    {
        Model m = new Model(new Lstm(3) { Stateful = true }, new Dense(1)).Build(new Shape(2, 1), seed: 2);
        m.Predict(1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Contains("ResetStates", Error(() => m.Predict(1, 2, 3, 4)));
    }

    [Fact]
    public void L20_Training_in_two_parts()
    {
        float Weight(params int[] parts)
        {
            Model m = new Model(new Dense(1) { UseBias = false, KernelInitializer = Initializer.Zeros }).Build(new Shape(1));
            var o = new Sgd { LearningRate = 0.01, Momentum = 0.9 };
            foreach (int epochs in parts)
                m.Fit(Line([1], [10]), new TrainingOptions { Epochs = epochs, Optimizer = o, Continue = true });
            return m.GetWeights("dense_1/kernel")[0];
        }

        Assert.Equal(Weight(10), Weight(1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    }

    [Fact]
    public void L21_Penalties_in_the_loss_of_training_and_of_validation()
    {
        var dense = new Dense(1) { UseBias = false, KernelInitializer = Initializer.Ones, KernelRegularizer = new L1L2(0, 0.5) };
        Model m = new Model(dense).Build(new Shape(1));
        ArraySamples s = Line([1], [0]);
        EpochRecord e = m.Fit(
            s, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 1e-20 }, Validation = s }).Epochs[0];
        Assert.Equal((1.5, 1.5, 1.5), (e.Loss, e.ValidationLoss!.Value, m.Evaluate(s, new MeanSquaredError())));
    }

    [Fact]
    public void L22_Options_that_cannot_be()
    {
        Model m = new Model(new Dense(1)).Build(new Shape(1));
        Assert.Contains("ptimizer", Error(() => m.Fit(Line([1], [1]), new TrainingOptions { Optimizer = null! })));
        Assert.Contains("hread", Error(() => new Model(new Dense(1)) { Threads = 0 }.Build(new Shape(1)).Predict(1)));
    }

    [Fact]
    public void L23_Options_of_the_tool_in_errors_of_the_library()
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, "date,y\n" + string.Concat(Enumerable.Range(1, 28).Select(i => $"2020-01-{i:00},{i % 5}\n")));
        string error = Error(() => _ =
            new ForecastSplit(TimeSeries.Read(path), target: "y", train: "2020-01-01..2020-01-20", test: "2020-01-21..", window: 60));
        File.Delete(path);
        Assert.NotEqual("", error);
        Assert.DoesNotContain("--", error);
    }

    private static ArraySamples Line(float[] x, float[] y) => new(x, new Shape(1), y, new Shape(1));

    private static string Error(Action act)
    {
        try
        {
            act();
            return "";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    /// <summary>A model file with a right checksum.</summary>
    private static byte[] Sealed(string header, int body)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(header);
        byte[] file = [.. "UNROLL\r\n"u8, .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(json.Length), .. json, .. new byte[body]];
        return [.. file, .. SHA256.HashData(file)];
    }
}
