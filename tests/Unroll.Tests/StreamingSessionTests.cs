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
        Model model = new Model(((Unroll.Layers.Recurrent)cell) with { ReturnSequences = true }, new Dense(3)).Build(new Shape(Steps, Features), 7);
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
