using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Layers that do not learn, or learn at a rate of their own; new heads on old layers; weights by name.</summary>
public sealed class FreezeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-freeze").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_frozen_stays_as_it_is_to_the_bit_and_learns_again_when_it_is_not(int threads)
    {
        Model model = NewModel(threads);
        model.Freeze("lstm_1", "dense_1/kernel");
        Dictionary<string, float[]> before = Weights(model);
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 8,
            Optimizer = new AdamW { LearningRate = 0.01 },
            Clipping = new Clipping(ClipMode.GlobalNorm, 1)
        };
        model.Fit(TestSamples.Curves(32), options);
        foreach ((string name, float[] values) in Weights(model))
        {
            if (name.StartsWith("lstm_1/", StringComparison.Ordinal) || name == "dense_1/kernel")
                Assert.Equal(before[name], values);
            else
                Assert.NotEqual(before[name], values);
        }

        model.Unfreeze();
        model.Fit(TestSamples.Curves(32), options);
        Assert.All(Weights(model), weight => Assert.NotEqual(before[weight.Key], weight.Value));
    }

    /// <summary>The body of a frozen layer is a constant function: a head on it learns as it does on the body's outputs.</summary>
    [Fact]
    public void A_head_on_frozen_layers_learns_as_on_their_outputs()
    {
        Model model = NewModel();
        ArraySamples samples = TestSamples.Curves(32);
        Model body = model.Cut([(model.Inputs[0], Node.Input(new Shape(6, 2)))], [model.NodeOf("lstm_1")]);
        float[] features = body.Predict(samples), targets = new float[32];
        for (int i = 0; i < 32; i++)
            samples.CopyTarget(i, targets.AsSpan(i, 1));
        Model head = new Model(new Dense(3), new Dense(1)).Build(new Shape(5), seed: 9);
        head.SetWeights("dense_1/kernel", model.GetWeights("dense_1/kernel"));
        head.SetWeights("dense_2/kernel", model.GetWeights("dense_2/kernel"));
        var options = new TrainingOptions
        {
            Epochs = 3,
            BatchSize = 8,
            Optimizer = new Adam { LearningRate = 0.01 },
            Clipping = new Clipping(ClipMode.GlobalNorm, 0.1)
        };
        model.Freeze("lstm_1");
        model.Fit(samples, options);
        head.Fit(new ArraySamples(features, new Shape(5), targets, new Shape(1)), options);
        foreach (Parameter parameter in head.Parameters)
            Assert.Equal(head.GetWeights(parameter.Name), model.GetWeights(parameter.Name));
    }

    /// <summary>
    /// What lies before frozen layers still learns, through them; in a graph with a frozen branch the other learns alone.
    /// </summary>
    [Fact]
    public void Gradients_go_through_frozen_layers_to_those_before_them()
    {
        Node x = Node.Input(new Shape(6, 2));
        Node below = new Gru(4) { Name = "below", ReturnSequences = true }.Apply(x);
        Node frozen = new Lstm(3) { Name = "frozen" }.Apply(below), other = new Lstm(3) { Name = "other" }.Apply(x),
            still = new Gru(3) { Name = "still" }.Apply(x);
        Model model = new Model([x], [new Dense(1).Apply(new Concatenate().Apply(frozen, other, still))]).Build(seed: 1);
        model.Freeze("frozen", "still");
        Dictionary<string, float[]> before = Weights(model);
        model.Fit(TestSamples.Curves(16), new TrainingOptions { Epochs = 1 });
        Assert.All(Weights(model), weight => Assert.Equal(
            weight.Key.StartsWith("frozen/", StringComparison.Ordinal) || weight.Key.StartsWith("still/", StringComparison.Ordinal),
            weight.Value.SequenceEqual(before[weight.Key])));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public void An_average_of_the_weights_leaves_frozen_ones_to_the_bit(double decay)
    {
        Model model = NewModel();
        model.Freeze("lstm_1");
        float[] before = model.GetWeights("lstm_1/kernel");
        model.Fit(TestSamples.Curves(32), new TrainingOptions { Epochs = 20, BatchSize = 8, WeightAverage = new WeightAverage(decay) });
        Assert.Equal(before, model.GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void Frozen_layers_are_shown_saved_and_loaded()
    {
        Model model = NewModel();
        model.Freeze("lstm_1");
        Assert.Equal((160, 160), (model.Summary().FrozenParameters, model.Summary().Layers[0].FrozenParameters));
        string[] lines = model.Summary().ToString().ReplaceLineEndings("\n").Split('\n');
        Assert.StartsWith("lstm_1 (lstm, frozen)", lines[2]);
        Assert.Equal(("Total", "182"), (lines[^2].Split(' ')[0], lines[^2].Split(' ')[^1]));
        Assert.Equal(("Frozen", "160"), (lines[^1].Split(' ')[0], lines[^1].Split(' ')[^1]));

        (Model loaded, _) = ModelFile.FromBytes(ModelFile.ToBytes(model), "m");
        Assert.Equal(model.Parameters.Select(parameter => parameter.IsFrozen), loaded.Parameters.Select(parameter => parameter.IsFrozen));
        model.Unfreeze("lstm_1");
        Assert.Equal(ModelFile.ToBytes(NewModel()), ModelFile.ToBytes(model));
    }

    [Fact]
    public void A_model_with_nothing_to_learn_and_a_layer_that_is_not_there_are_refused()
    {
        Model model = NewModel();
        Assert.Equal(
            "There are no weights of lstm; there are weights of: lstm_1, dense_1, dense_2. (Parameter 'layers')",
            Assert.Throws<ArgumentException>(() => model.Freeze("lstm")).Message);
        Assert.Throws<ArgumentException>(() => model.Unfreeze("lstm_1/ker"));
        model.Freeze();
        Assert.Equal(
            "Every layer with weights is frozen, so there is nothing to train. Unfreeze one.",
            Assert.Throws<UnrollException>(() => model.Fit(TestSamples.Curves(8), new TrainingOptions())).Message);
        model.Unfreeze();
        Assert.Throws<InvalidOperationException>(
            () => model.Fit(TestSamples.Curves(8), new TrainingOptions { Epochs = 1 }, _ => model.Freeze()));
    }

    /// <summary>As in Keras: the averages that prediction uses, and they do not move.</summary>
    [Fact]
    public void A_frozen_batch_norm_takes_its_moving_averages_in_training_too()
    {
        Model model = new Model(new BatchNorm(), new Dense(1) { KernelInitializer = Initializer.Ones, UseBias = false })
            .Build(new Shape(1));
        model.SetWeights("batch_norm_1/moving_mean", [3]);
        model.SetWeights("batch_norm_1/moving_variance", [4 - 1e-3f]);
        model.Freeze("batch_norm_1");

        // (5 − 3)/2 = 1 and (1 − 3)/2 = −1 with targets 0: the loss is 1, and so it is judged.
        ArraySamples samples = TestSamples.Line(0, 5, 1);
        History history = model.Fit(samples, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 1e-20 } });
        Assert.Equal(1, history.FinalLoss, 1e-5);
        Assert.Equal(3, model.GetWeights("batch_norm_1/moving_mean")[0]);
        model.Unfreeze();
        model.Fit(samples, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 1e-20 } });
        Assert.NotEqual(4 - 1e-3f, model.GetWeights("batch_norm_1/moving_variance")[0]);
    }

    /// <summary>One step of SGD moves a weight by rate·factor·gradient, and the gradients of the first step are the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_layer_learns_at_its_own_rate(int threads)
    {
        Model plain = NewModel(threads), own = NewModel(threads), start = NewModel();
        var options = new TrainingOptions { Epochs = 1, BatchSize = 32, Optimizer = new Sgd { LearningRate = 0.1 } };
        plain.Fit(TestSamples.Curves(32), options);
        own.Fit(TestSamples.Curves(32),
            options with { LayerRates = new Dictionary<string, double> { ["lstm_1"] = 0.5, ["lstm_1/bias"] = 3, ["dense_2"] = 2 } });
        foreach (Parameter parameter in plain.Parameters)
        {
            double factor = parameter.Name switch
            {
                "lstm_1/bias" => 3,
                "dense_2/kernel" or "dense_2/bias" => 2,
                var name when name.StartsWith("lstm_1", StringComparison.Ordinal) => 0.5,
                _ => 1
            };
            float[] at = start.GetWeights(parameter.Name), one = plain.GetWeights(parameter.Name), other = own.GetWeights(parameter.Name);
            for (int i = 0; i < at.Length; i++)
                Assert.Equal(factor * (one[i] - at[i]), other[i] - at[i], 1e-6);
        }
    }

    /// <summary>
    /// Weights where two rates meet within one vector are taken on copies: with the same rate in another segment nothing changes.
    /// </summary>
    [Fact]
    public void Segments_change_no_bits()
    {
        foreach (Optimizer optimizer in new Optimizer[] { new Sgd { Momentum = 0.9 }, new RmsProp { Centered = true, Momentum = 0.3 },
            new AdamW { LearningRate = 0.01 } })
        {
            Model plain = NewModel(), cut = NewModel();
            var options = new TrainingOptions { Epochs = 2, BatchSize = 8, Optimizer = optimizer };
            plain.Fit(TestSamples.Curves(32), options);
            double next = Math.BitIncrement(1.0);
            cut.Fit(TestSamples.Curves(32),
                options with { LayerRates = new Dictionary<string, double> { ["lstm_1/bias"] = next, ["dense_1/bias"] = next } });
            Assert.Equal(TestSamples.Weights(plain), TestSamples.Weights(cut));
        }
    }

    [Fact]
    public void Rates_of_layers_that_are_not_there_or_not_above_0_are_refused()
    {
        string Refused(string layer, double rate) => Assert.Throws<UnrollException>(() =>
            NewModel().Fit(TestSamples.Curves(8),
                new TrainingOptions { LayerRates = new Dictionary<string, double> { [layer] = rate } })).Message;
        Assert.Equal("LayerRates names dense, which has no weights here; there are: lstm_1, dense_1, dense_2.", Refused("dense", 1));
        foreach (double rate in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Assert.Equal($"The learning rate of dense_1 is multiplied with {rate}; it must be above 0. To stop a layer from learning, "
                + "freeze it.", Refused("dense_1", rate));
    }

    [Fact]
    public void A_new_head_keeps_the_body_with_its_weights_and_what_is_frozen()
    {
        Model old = NewModel();
        old.Freeze("lstm_1");
        Model fresh = old.WithHead(old.NodeOf("dense_1"), new Dense(4) { Activation = Activation.Tanh }, new Dense(2));
        Assert.Equal(new Shape(2), fresh.OutputShape);
        foreach (string name in new[] { "lstm_1/kernel", "lstm_1/recurrent_kernel", "lstm_1/bias", "dense_1/kernel", "dense_1/bias" })
            Assert.Equal(old.GetWeights(name), fresh.GetWeights(name));
        Assert.All(fresh.Parameters,
            parameter => Assert.Equal(parameter.Name.StartsWith("lstm_1", StringComparison.Ordinal), parameter.IsFrozen));
        float[] Head(int seed) => old.WithHead(old.NodeOf("dense_1"), [new Dense(2)], seed).GetWeights("dense_2/kernel");
        Assert.NotEqual(Head(1), Head(2));

        // A copy: training one leaves the other.
        float[] before = TestSamples.Weights(old);
        fresh.Unfreeze();
        fresh.Fit(TestSamples.Curves(16, outputs: 2), new TrainingOptions { Epochs = 1 });
        Assert.Equal(before, TestSamples.Weights(old));

        Assert.Throws<UnrollException>(() => old.WithHead(NewModel().NodeOf("dense_1"), new Dense(2)));
        Assert.Throws<UnrollException>(() => old.WithHead(old.Inputs[0], new Dense(2)));
        Assert.Throws<ArgumentException>(() => old.WithHead(old.NodeOf("dense_1")));
    }

    [Fact]
    public void Layers_of_another_graph_keep_its_weights_also_under_other_names_and_from_a_file()
    {
        Node a = Node.Input(new Shape(3)), b = Node.Input(new Shape(3));
        Node left = new Dense(4).Apply(a), right = new Dense(4).Apply(b);
        Model old = new Model([a, b], [new Add().Apply(left, right)]).Build(seed: 1);
        string path = Path.Combine(_folder, "old.unroll");
        old.Save(path);
        Model loaded = Model.Load(path);
        foreach (Model from in new[] { old, loaded })
        {
            // Of the two inputs only the second is left, and its layer, dense_2, becomes dense_1.
            Model fresh = from.WithHead(from.NodeOf("dense_2"), new Dense(2));
            Assert.Equal(from.GetWeights("dense_2/kernel"), fresh.GetWeights("dense_1/kernel"));
            Assert.Single(fresh.Inputs);
        }

        // Several models at once: the body of one behind that of another.
        Model first = new Model(new Dense(5) { Name = "first" }).Build(new Shape(3), seed: 2);
        Model both = new Model([.. old.Inputs, first.Inputs[0]], [new Concatenate().Apply(old.NodeOf("dense_1"), old.NodeOf("dense_2"),
            first.NodeOf("first")), new Dense(1).Apply(first.NodeOf("first"))]).Build(seed: 3);
        Assert.Equal(first.GetWeights("first/kernel"), both.GetWeights("first/kernel"));
        Assert.Equal(old.GetWeights("dense_2/kernel"), both.GetWeights("dense_2/kernel"));
    }

    [Fact]
    public void A_graph_of_nothing_but_layers_of_another_model_is_refused_and_building_again_makes_new_weights()
    {
        Model old = NewModel();
        Assert.Contains("Call Part",
            Assert.Throws<UnrollException>(() => new Model(old.Inputs, [old.NodeOf("dense_1")]).Build(seed: 1)).Message);
        Model fresh = old.WithHead(old.NodeOf("lstm_1"), new Dense(2));
        Node gone = old.NodeOf("lstm_1");
        old.Build(new Shape(6, 2), seed: 8);
        Assert.Contains("built anew",
            Assert.Throws<UnrollException>(() => new Model([fresh.Inputs[0]], [new Dense(1).Apply(gone)]).Build(seed: 1)).Message);
    }

    [Fact]
    public void Weights_by_name_with_what_is_missing_kept()
    {
        Model from = NewModel(), to = new Model(new Lstm(5), new Dense(4), new Dense(2), new Dense(1)).Build(new Shape(6, 2), seed: 5);
        Dictionary<string, float[]> before = Weights(to);
        Assert.Throws<UnrollException>(() => to.CopyWeights(from));
        Assert.Equal(before, Weights(to));
        IReadOnlyList<string> kept = to.CopyWeights(from, MissingWeights.Keep);
        Assert.Equal(["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias", "dense_3/kernel", "dense_3/bias"], kept);
        Assert.Equal(from.GetWeights("lstm_1/kernel"), to.GetWeights("lstm_1/kernel"));
        Assert.All(kept, name => Assert.Equal(before[name], to.GetWeights(name)));
        Assert.Empty(NewModel().CopyWeights(from));
    }

    private static Model NewModel(int threads = 2) =>
        new Model(new Lstm(5), new Dense(3), new Dense(1)) { Threads = threads }.Build(new Shape(6, 2), seed: 1);

    private static Dictionary<string, float[]> Weights(Model model) =>
        model.Parameters.ToDictionary(parameter => parameter.Name, parameter => model.GetWeights(parameter.Name));
}
