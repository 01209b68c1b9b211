using Xunit;

namespace Unroll.Tests;

public sealed class StreamingSessionTests
{
    private const int Steps = 20, Features = 2;

    public static TheoryData<Layer> Cells =>
    [
        new SimpleRnn(17),
        new Lstm(17),
        new Gru(17),
        new Gru(17) { ResetAfter = false },
    ];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Each_step_equals_the_full_unroll_to_the_last_bit(Layer cell)
    {
        float[] sequence = Sequence();
        Model model = new Model(((Recurrent)cell) with { ReturnSequences = true }, new Dense(3)).Build(new Shape(Steps, Features), 7);
        float[] whole = model.Predict(sequence);
        StreamingSession session = model.Stream();
        for (int t = 0; t < Steps; t++)
            Assert.Equal(whole.AsSpan(t * 3, 3), session.Step(sequence.AsSpan(t * Features, Features)));
        Assert.Equal(Steps, session.Steps);
    }

    [Fact]
    public void The_last_step_of_stacked_layers_equals_the_prediction_of_the_window()
    {
        float[] sequence = Sequence();
        Model model = new Model(new Lstm(9) { ReturnSequences = true }, new Gru(5), new Dense(1)).Build(new Shape(Steps, Features), 3);
        StreamingSession session = model.Stream();
        float last = 0;
        for (int t = 0; t < Steps; t++)
            last = session.Step(sequence.AsSpan(t * Features, Features))[0];
        Assert.Equal(model.Predict(sequence)[0], last);
    }

    [Fact]
    public void After_reset_a_session_starts_anew()
    {
        float[] sequence = Sequence();
        Model model = new Model(new Lstm(8), new Dense(1)).Build(new Shape(Steps, Features), 3);
        StreamingSession session = model.Stream();
        float first = session.Step(sequence.AsSpan(0, Features))[0];
        float second = session.Step(sequence.AsSpan(0, Features))[0];
        session.Reset();
        Assert.NotEqual(first, second);
        Assert.Equal(first, session.Step(sequence.AsSpan(0, Features))[0]);
    }

    [Fact]
    public void Layers_that_read_backwards_are_refused()
    {
        Model model = new Model(new Bidirectional(new Lstm(4)), new Dense(1)).Build(new Shape(Steps, Features), 3);
        Assert.Equal(
            "bidirectional_1/backward reads its sequence from the end, which a stream does not have. Use forward layers for streaming.",
            Assert.Throws<UnrollException>(() => model.Stream()).Message);
    }

    [Fact]
    public void Tokens_of_an_embedding_go_one_by_one_and_equal_the_full_unroll_to_the_last_bit()
    {
        float[] tokens = [.. Enumerable.Range(0, Steps).Select(t => (float)(t * t % 7))];
        Model model = new Model(
            new Embedding(7, 5),
            new Lstm(9) { ReturnSequences = true },
            new LayerNorm(),
            new BatchNorm(),
            new Dropout(0.5),
            new TimeDistributed(new Dense(6)),
            new Gru(4) { ReturnSequences = true },
            new Dense(7),
            new Softmax()).Build(new Shape(Steps), 7);
        float[] whole = model.Predict(tokens);
        StreamingSession session = model.Stream();
        for (int t = 0; t < Steps; t++)
            Assert.Equal(whole.AsSpan(t * 7, 7), session.Step(tokens[t]));
        Assert.True(whole.Distinct().Count() > Steps, "outputs that are all alike would show nothing");
        Assert.Equal(
            "embedding_1 takes whole numbers from 0 to 6, but received 7 at step 0. Number the tokens anew, or make the layer for more of "
                + "them.",
            Assert.Throws<UnrollException>(() => session.Step(7).Length).Message);
    }

    [Fact]
    public void A_graph_goes_step_by_step_along_all_its_branches()
    {
        float[] sequence = Sequence();
        Node x = Node.Input(new Shape(Steps, Features)), a = new Lstm(5) { ReturnSequences = true }.Apply(x),
            b = new Gru(4) { ReturnSequences = true }.Apply(x);
        Model model = new Model([x], [new Dense(2).Apply(new Concatenate().Apply(b, a))]).Build(seed: 3);
        float[] whole = model.Predict(sequence);
        StreamingSession session = model.Stream();
        for (int t = 0; t < Steps; t++)
            Assert.Equal(whole.AsSpan(t * 2, 2), session.Step(sequence.AsSpan(t * Features, Features)));
    }

    public static TheoryData<string, Layer[]> WithSeveralSteps => new()
    {
        { "flatten_1", [new Flatten(), new Dense(1)] },
        { "reshape_1", [new Reshape(Features, Steps), new Lstm(2)] },
        { "repeat_vector_1", [new Lstm(2), new RepeatVector(3), new Lstm(2)] },
        { "conv1d_1", [new Conv1D(2, 3), new Lstm(2)] },
        { "max_pooling1d_1", [new MaxPooling1D(2), new Lstm(2)] },
        { "average_pooling1d_1", [new AveragePooling1D(2), new Lstm(2)] },
        { "global_max_pooling_1", [new Lstm(2) { ReturnSequences = true }, new GlobalMaxPooling()] },
        { "global_average_pooling_1", [new Lstm(2) { ReturnSequences = true }, new GlobalAveragePooling()] },
        { "last_steps_1", [new Lstm(2) { ReturnSequences = true }, new LastSteps(2)] },
    };

    [Theory]
    [MemberData(nameof(WithSeveralSteps))]
    public void Layers_that_need_several_steps_at_once_are_refused_by_name(string name, Layer[] layers)
    {
        Model model = new Model(layers).Build(new Shape(Steps, Features), 3);
        Assert.Equal(
            name + " needs more than one time step at once, which a stream does not have. Stream a model whose layers go step by step, as "
                + "recurrent and dense ones do.",
            Assert.Throws<UnrollException>(() => model.Stream()).Message);
    }

    [Fact]
    public void Models_of_several_inputs_or_of_no_sequence_are_refused()
    {
        Node x = Node.Input(new Shape(Steps, Features)), y = Node.Input(new Shape(Steps, Features));
        Model two = new Model([x, y], [new Lstm(2).Apply(new Concatenate().Apply(x, y))]).Build(seed: 3);
        Assert.Equal("A stream needs a model of one sequence, but this one has 2 inputs. Cut out a part of one input with Part.",
            Assert.Throws<UnrollException>(() => two.Stream()).Message);
        Model flat = new Model(new Dense(2)).Build(new Shape(4), 3);
        Assert.Equal("A stream needs a model of sequences (time steps, features), or of tokens that an Embedding takes, but this one takes "
            + "inputs of shape (4).", Assert.Throws<UnrollException>(() => flat.Stream()).Message);
    }

    [Fact]
    public void A_prediction_sees_weights_that_were_changed_since_the_last_one()
    {
        float[] sequence = Sequence();
        Model model = new Model(new Lstm(4), new Dense(1)).Build(new Shape(Steps, Features), 3);
        float before = model.Predict(sequence)[0];
        model.SetWeights("dense_1/bias", [0.5f]);
        Assert.Equal(before + 0.5f, model.Predict(sequence)[0], 1e-6f);
    }

    [Fact]
    public void A_run_that_is_refused_leaves_no_states_behind()
    {
        float[] sequence = Sequence();
        Model model = new Model(new Lstm(4), new Dense(1)).Build(new Shape(Steps, Features), 3);
        float before = model.Predict(sequence)[0];
        var states = new ModelStates { ["lstm_1/h"] = [1, 1, 1, 1], ["lstm_1/c"] = [1] };
        Assert.Throws<ArgumentException>(() => model.Run(sequence, states));
        Assert.Equal(before, model.Predict(sequence)[0]);
    }

    private static float[] Sequence() => [.. Enumerable.Range(0, Steps * Features).Select(i => MathF.Sin(0.7f * i))];
}
