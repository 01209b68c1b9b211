using Unroll.Formats;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Cells of one's own, those of the samples among them, in all that a recurrent layer is asked to do.</summary>
public class CellTests
{
    private const int Steps = 7, Features = 3;

    static CellTests()
    {
        Kinds.Register("tests/own-lstm", OwnLstmJson.Default.OwnLstm);
        Kinds.Register("samples/peephole-lstm", PeepholeJson.Default.PeepholeLstm);
        Kinds.Register("samples/norm-lstm", NormLstmJson.Default.NormLstm);
        Kinds.Register("samples/slstm", SlstmJson.Default.Slstm);
        Kinds.Register("samples/min-gru", MinGruJson.Default.MinGru);
    }

    public static TheoryData<string> Cells => ["own", "peephole", "norm", "slstm", "mingru"];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Gradients_are_right(string cell) =>
        GradientCheck.Of(Of(cell, 5), cell == "slstm" ? SlstmSample.Check : new GradientCheckOptions(), new Shape(4, 3)).ThrowIfWrong();

    /// <summary>
    /// The operations of Math round as the built-in cell does, so nothing tells the two apart. 17 units: a vector and a unit more.
    /// </summary>
    [Theory]
    [InlineData(17)]
    [InlineData(64)]
    public void The_lstm_written_once_more_is_the_built_in_one_to_the_bit(int units)
    {
        (Model own, Model builtIn) = (Build(new OwnLstm(units), new Dense(1)), Build(new Lstm(units), new Dense(1)));
        ArraySamples samples = Samples(64);
        Assert.Equal(builtIn.Predict(samples), own.Predict(samples));
        TrainingOptions options = new() { Epochs = 3, Seed = 5, Optimizer = new Adam() };
        own.Fit(samples, options);
        builtIn.Fit(samples, options);
        Assert.Equal(Weights(builtIn), Weights(own));
        Assert.Equal(builtIn.Predict(samples), own.Predict(samples));
    }

    /// <summary>Gates without names are numbered; where Gate(g) is no gate there are none.</summary>
    [Fact]
    public void Gates_and_states_can_be_traced()
    {
        float[] window = [.. Enumerable.Range(0, Steps * Features).Select(i => MathF.Sin(i))];
        RecurrentTrace own = Build(new OwnLstm(17), new Dense(1)).Trace(window).Recurrent[0],
            builtIn = Build(new Lstm(17), new Dense(1)).Trace(window).Recurrent[0];
        Assert.Equal(["gate 1", "gate 2", "gate 3", "gate 4"], own.Gates.Select(gate => gate.Name));
        Assert.Equal(["input", "forget", "candidate", "output"], builtIn.Gates.Select(gate => gate.Name));
        Assert.Equal(builtIn.Gates.Select(gate => gate.Values), own.Gates.Select(gate => gate.Values));
        Assert.Equal(builtIn.States.Select(state => (state.Name, string.Join(' ', state.Values))),
            own.States.Select(state => (state.Name, string.Join(' ', state.Values))));
        RecurrentTrace norm = Build(Of("norm", 4), new Dense(1)).Trace(window).Recurrent[0];
        Assert.Equal((0, 2), (norm.Gates.Count, norm.States.Count));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Padding_may_hold_anything(string cell)
    {
        const float mark = -5;
        Model model = Build(new Masking { Value = mark, AtEnd = true }, Of(cell, 6) with { ReturnSequences = true }, Of(cell, 4),
            new Dense(1));
        float[] x = Inputs(9, 1);
        for (int row = 0; row < 9; row++)
            x.AsSpan((row * Steps + 1 + row % Steps) * Features, (Steps - 1 - row % Steps) * Features).Fill(mark);

        // A row alone, in a shard that leaves out its padding.
        float[] together = model.Predict(x);
        for (int row = 0; row < 9; row++)
            Assert.Equal(together[row], model.Predict(x.AsSpan(row * Steps * Features, Steps * Features).ToArray())[0]);

        // The same sequences without their padding, in a model of as many steps.
        for (int row = 0; row < Steps; row++)
        {
            Model shorter = Build(new Shape(row + 1, Features), Of(cell, 6) with { ReturnSequences = true }, Of(cell, 4), new Dense(1));
            shorter.CopyWeights(model, MissingWeights.Refuse);
            Assert.Equal(shorter.Predict(x.AsSpan(row * Steps * Features, (row + 1) * Features).ToArray())[0], together[row], 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Both_ways_is_one_way_and_the_other(string cell)
    {
        Recurrent layer = Of(cell, 6);
        Model both = Build(new Bidirectional(layer)), forward = Build(layer), backward = Build(layer);
        foreach (Parameter parameter in forward.Parameters)
        {
            string role = parameter.Name.Split('/')[1], prefix = both.Parameters[0].Name.Split('/')[0];
            forward.SetWeights(parameter.Name, both.GetWeights($"{prefix}/forward/{role}"));
            backward.SetWeights(parameter.Name, both.GetWeights($"{prefix}/backward/{role}"));
        }

        float[] x = Inputs(1, 2), reversed = [.. x.Chunk(Features).Reverse().SelectMany(step => step)];
        Assert.Equal([.. forward.Predict(x), .. backward.Predict(reversed)], both.Predict(x));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Layers_stand_on_each_other_and_learn(string cell)
    {
        Model model = Build(new StackedRecurrent(Of(cell, 8), Of(cell, 8)), new Dense(1));
        ArraySamples samples = Samples(128);
        double before = model.Evaluate(samples, new MeanSquaredError());
        model.Fit(samples, new TrainingOptions { Epochs = 30, Optimizer = new Adam { LearningRate = 0.01 } });
        Assert.True(model.Evaluate(samples, new MeanSquaredError()) < 0.5 * before);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_stream_equals_the_whole_sequence(string cell)
    {
        Model model = Build(Of(cell, 17) with { ReturnSequences = true }, new Dense(2));
        float[] x = Inputs(1, 3), whole = model.Predict(x);
        StreamingSession stream = model.Stream();
        for (int t = 0; t < Steps; t++)
            Assert.Equal(whole.AsSpan(t * 2, 2), stream.Step(x.AsSpan(t * Features, Features)));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_stateful_layer_goes_on_where_the_batch_before_ended(string cell)
    {
        Model whole = Build(Of(cell, 6) with { ReturnSequences = true });
        Model parts = Build(new Shape(1, Features), Of(cell, 6) with { ReturnSequences = true, Stateful = true });
        parts.CopyWeights(whole, MissingWeights.Refuse);
        float[] x = Inputs(1, 4), expected = whole.Predict(x);
        for (int t = 0; t < Steps; t++)
            Assert.Equal(expected[(t * 6)..(t * 6 + 6)], parts.Predict(x.AsSpan(t * Features, Features).ToArray()));
        parts.ResetStates();
        Assert.Equal(expected[..6], parts.Predict(x.AsSpan(0, Features).ToArray()));
    }

    /// <summary>An encoder's final states are what a decoder starts from: as if one layer had read both sequences.</summary>
    [Theory]
    [MemberData(nameof(Cells))]
    public void States_go_from_layer_to_layer(string cell)
    {
        Node first = Node.Input(new Shape(3, Features), "first"), second = Node.Input(new Shape(Steps - 3, Features), "second");
        Recurrent layer = Of(cell, 6) with { ReturnState = true };
        Node read = layer.Apply(first), goesOn = read.Again([second, .. read.States]);
        Model parts = new Model([first, second], [goesOn]).Build(seed: 3), whole = Build(Of(cell, 6));
        whole.CopyWeights(parts, MissingWeights.Refuse);
        float[] x = Inputs(1, 5);
        Assert.Equal(whole.Predict(x), parts.PredictEach(x[..(3 * Features)], x[(3 * Features)..])[0]);
        Assert.Equal(layer.GetOutputShapes(first.Shape).Length - 1, read.States.Count);
    }

    /// <summary>100 units and one row: threads do each step together.</summary>
    [Theory]
    [MemberData(nameof(Cells))]
    public void The_number_of_threads_changes_no_bits(string cell)
    {
        foreach ((int units, int batch) in (ReadOnlySpan<(int, int)>)[(9, 32), (200, 1)])
        {
            float[][] trained = [.. new[] { 1, 2, 5 }.Select(threads =>
            {
                Model model = Build(Of(cell, units), new Dense(1));
                model.Threads = threads;
                model.Fit(Samples(batch == 1 ? 3 : 70), new TrainingOptions { Epochs = 1, BatchSize = batch });
                return Weights(model).Concat(model.Predict(Inputs(1, 8))).ToArray();
            })];
            Assert.Equal(trained[0], trained[1]);
            Assert.Equal(trained[0], trained[2]);
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_trained_model_is_the_same_after_it_was_saved(string cell)
    {
        Model model = Build(Of(cell, 6), new Dense(1));
        model.Fit(Samples(40), new TrainingOptions { Epochs = 2 });
        byte[] file = ModelFile.ToBytes(model);
        Model loaded = ModelFile.FromBytes(file, "memory").Model;
        Assert.Equal(Of(cell, 6), loaded.Layers[0]);
        Assert.Equal(model.Predict(Inputs(9, 6)), loaded.Predict(Inputs(9, 6)));
        Assert.Equal(file, ModelFile.ToBytes(loaded));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_training_that_was_interrupted_goes_on(string cell)
    {
        using var folder = new TemporaryFolder();
        float[] Trained(int epochs, string? path)
        {
            Model model = Build(Of(cell, 6) with { Dropout = 0.2, RecurrentDropout = 0.2 }, new Dense(1));
            model.Fit(Samples(40),
                new TrainingOptions { Epochs = epochs, Checkpoint = path is null ? null : new Checkpoint(path) { Resume = true } });
            return Weights(model);
        }

        string file = folder.File("c.unroll");
        Trained(1, file);
        Assert.Equal(Trained(3, null), Trained(3, file));
    }

    private static Recurrent Of(string cell, int units) => cell switch
    {
        "own" => new OwnLstm(units),
        "peephole" => new PeepholeLstm(units),
        "norm" => new NormLstm(units),
        "slstm" => new Slstm(units),
        _ => new MinGru(units),
    };

    private static Model Build(params Layer[] layers) => Build(new Shape(Steps, Features), layers);

    private static Model Build(Shape input, params Layer[] layers) => new Model(layers).Build(input, seed: 3);

    private static float[] Weights(Model model) => [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];

    private static float[] Inputs(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * Steps * Features).Select(_ => 2 * random.NextSingle() - 1)];
    }

    /// <summary>What is asked for is the mean of the first feature.</summary>
    private static ArraySamples Samples(int rows)
    {
        float[] x = Inputs(rows, 7);
        float[] y = [.. x.Chunk(Steps * Features).Select(row => row.Where((_, i) => i % Features == 0).Average())];
        return new ArraySamples(x, new Shape(Steps, Features), y, new Shape(1));
    }
}
