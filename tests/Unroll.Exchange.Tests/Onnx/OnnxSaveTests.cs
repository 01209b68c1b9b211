using System.Globalization;
using Xunit;

namespace Unroll.Exchange.Tests.OnnxFiles;

public class OnnxSaveTests
{
    public static TheoryData<string> Streams => [.. s_streams.Keys];

    private static readonly Dictionary<string, Func<Model>> s_streams = new()
    {
        ["lstm, gru, dense"] = () => new Model(new Lstm(4) { ReturnSequences = true }, new Gru(3), new Dense(2))
            .Build(new Shape(6, 3), seed: 1),
        ["variants"] = () => new Model(new Lstm(4) { LayerNorm = true, ReturnSequences = true },
            new Lstm(5) { ProjectionUnits = 2, Peepholes = true }).Build(new Shape(6, 3), seed: 1),
        ["stack"] = () => new Model(new Dense(3),
            new StackedRecurrent(new SimpleRnn(4), new Gru(3) { ResetAfter = false }) { ReturnSequences = true }, new Dense(1))
            .Build(new Shape(6, 3), seed: 1),
        ["tokens"] = () => new Model(new Embedding(9, 4), new Gru(3) { ReturnSequences = true }, new Dense(9)).Build(new Shape(6), seed: 1),
        ["tokens with padding"] = () =>
            new Model(new Embedding(9, 4) { MaskZero = true }, new Gru(3) { ReturnSequences = true }, new Dense(9))
            .Build(new Shape(6), seed: 1),
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_is_a_graph_of_one_step_with_its_states(string name)
    {
        Model model = s_streams[name]();
        LayerTableTests.Shake(model);
        using Session session = Session.Of(model, new OnnxOptions { Streaming = true });
        StreamingSession stream = model.Stream();
        int features = model.InputShape.Rank == 1 ? 1 : model.InputShape.Features;
        (float[], int[])[] states = [.. session.Inputs.Skip(1).Select(state => UnitsOf(session, state))
            .Select(units => (new float[units], (int[])[1, units]))];
        Assert.Equal(session.Inputs.Skip(1).Select(state => $"{state}_out"), session.Outputs.Skip(1));
        var random = new RandomSource(2, 2);
        for (int step = 0; step < 7; step++)
        {
            var x = new float[features];
            for (int i = 0; i < features; i++)
                x[i] = model.InputShape.Rank == 1 ? (int)(9 * random.NextDouble()) : (float)random.NextNormal();
            var expected = new float[model.OutputShape.Features];
            stream.Step(x, expected);
            float[][] actual = session.Run([(x, model.InputShape.Rank == 1 ? [1, 1] : [1, 1, features]), .. states]);
            Assert.Equal(expected, actual[0], (a, b) => Math.Abs(a - b) <= 1e-5f);
            states = [.. states.Zip(actual.Skip(1), (state, next) => (next, state.Item2))];
        }
    }

    [Fact]
    public void States_of_whole_sequences_go_in_and_out()
    {
        Model model = new Model(new Lstm(4) { ReturnState = true }, new Dense(2)).Build(new Shape(5, 3), seed: 4);
        using Session session = Session.Of(model, new OnnxOptions { States = true });
        Assert.Equal(["input_1", "lstm_1/h", "lstm_1/c"], session.Inputs);
        Assert.Equal(["dense_1", "lstm_1/h_out", "lstm_1/c_out"], session.Outputs);
        float[] x = Values(2 * 15), h = Values(8), c = Values(8);
        ModelRun run = model.Run(x, new ModelStates { ["lstm_1/h"] = h, ["lstm_1/c"] = c });
        float[][] actual = session.Run((x, [2, 5, 3]), (h, [2, 4]), (c, [2, 4]));
        Assert.Equal(run.Output, actual[0], (a, b) => Math.Abs(a - b) <= 1e-5f);
        Assert.Equal(run.States["lstm_1/h"], actual[1], (a, b) => Math.Abs(a - b) <= 1e-5f);
        Assert.Equal(run.States["lstm_1/c"], actual[2], (a, b) => Math.Abs(a - b) <= 1e-5f);
    }

    [Fact]
    public void Names_and_extents_are_the_models()
    {
        Node prices = Node.Input(new Shape(60, 2), "prices"), day = Node.Input(new Shape(3), "day");
        Node read = new Gru(4) { Name = "body" }.Apply(prices);
        Model model = new Model([prices, day],
            [new Dense(1) { Name = "up" }.Apply(new Concatenate().Apply(read, day)), new Dense(2) { Name = "down" }.Apply(read)])
            .Build(seed: 1);
        using Session session = Session.Of(model);
        Assert.Equal(["prices", "day"], session.Inputs);
        Assert.Equal(["up", "down"], session.Outputs);
        Assert.Equal("batch,time,2", session.ShapeOf("prices"));
        Assert.Equal("batch,3", session.ShapeOf("day"));
        using Session flat = Session.Of(new Model(new Flatten(), new Dense(1)).Build(new Shape(60, 2), seed: 1));
        Assert.Equal("batch,60,2", flat.ShapeOf("input_1"));
        using Session merged = Session.Of(LayerTableTests.Merged());
        Assert.Equal(["batch,time,2", "batch,time,2"], merged.Inputs.Select(merged.ShapeOf));
    }

    [Fact]
    public void Numbers_that_are_no_tokens_are_an_error_there_too()
    {
        using Session session = Session.Of(new Model(new Embedding(5, 2)).Build(new Shape(3), seed: 1));
        foreach (float wrong in (float[])[-1, 5])
            Assert.ThrowsAny<Exception>(() => session.Run(([0, 1, wrong], [1, 3])));
    }

    [Fact]
    public void What_cannot_be_written_is_named()
    {
        Model model = new Model(new Dense(2) { Activation = new Wave() }, new Odd(), new Odd { Name = "odd" })
            .Build(new Shape(4, 3), seed: 1);
        UnsupportedModelException failure = Assert.Throws<UnsupportedModelException>(() => Session.Bytes(model));
        Assert.Equal(3, failure.Reasons.Count);
        Assert.Contains("dense_1: the activation Wave", failure.Message, StringComparison.Ordinal);
        Assert.Contains("OnnxKinds.Register", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OnnxKinds.Register<Dense>((_, _) => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxOptions { Opset = 10 });
        Model still = new Model(new Conv1D(2, 3)).Build(new Shape(6, 2), seed: 1);
        Assert.Throws<UnrollException>(() => Session.Bytes(still, new OnnxOptions { Streaming = true }));
    }

    /// <summary>A graph that somebody changed is not read as the model that it was.</summary>
    [Fact]
    public void A_graph_that_was_changed_is_read_as_it_is()
    {
        Model model = new Model(new Gru(3), new Dense(2)).Build(new Shape(5, 2), seed: 1);
        var proto = OnnxFormat.Messages.ModelProto.Parser.ParseFrom(Session.Bytes(model, new OnnxOptions()));
        OnnxFormat.Messages.NodeProto last = proto.Graph.Node.Last();
        Assert.Equal("Identity", last.OpType);
        last.OpType = "Tanh";
        var stream = new MemoryStream();
        Google.Protobuf.MessageExtensions.WriteTo(proto, stream);
        stream.Position = 0;
        Model changed = Onnx.Load(stream, new OnnxLoadOptions { Steps = 5 });
        float[] x = Values(20);
        Assert.Equal(model.Predict(x).Select(value => MathF.Tanh(value)), changed.Predict(x), (a, b) => Math.Abs(a - b) <= 1e-6f);
    }

    [Fact]
    public void Weights_that_were_trained_elsewhere_are_read()
    {
        Model model = new Model(new Gru(3), new Dense(2)).Build(new Shape(5, 2), seed: 1);
        var proto = OnnxFormat.Messages.ModelProto.Parser.ParseFrom(Session.Bytes(model));
        OnnxFormat.Messages.TensorProto bias = proto.Graph.Initializer.Single(tensor => tensor.Name == "dense_1/bias");
        bias.RawData = Google.Protobuf.ByteString.CopyFrom([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);
        var stream = new MemoryStream();
        Google.Protobuf.MessageExtensions.WriteTo(proto, stream);
        stream.Position = 0;
        Assert.Equal([1f, 2f], Onnx.Load(stream).GetWeights("dense_1/bias"));
    }

    /// <summary>NaN payloads and all.</summary>
    [Fact]
    public void Weights_keep_their_bits()
    {
        Model model = new Model(new Lstm(2) { ReturnSequences = true }, new Conv1D(2, 2)).Build(new Shape(5, 2), seed: 1);
        foreach (Parameter parameter in model.Parameters)
            model.SetWeights(parameter.Name,
                [.. Enumerable.Range(0, parameter.Length)
                .Select(i => BitConverter.Int32BitsToSingle(i % 2 == 0 ? 0x7FC00000 + 3 * i : unchecked((int)0x80000000) + i))]);
        LayerTableTests.SameBits(model, Onnx.Load(new MemoryStream(Session.Bytes(model))));
    }

    /// <summary>
    /// The architecture of a price model of Keras, taken in as a stranger's graph, trained on, frozen in part, and given out again.
    /// </summary>
    [Fact]
    public void A_graph_that_was_taken_in_is_trained_on_and_given_out()
    {
        Model origin = new Model(new Lstm(50) { ReturnSequences = true }, new Dropout(0.2), new Lstm(50), new Dropout(0.2), new Dense(1))
            .Build(new Shape(60, 1), seed: 6);
        ForeignForms.Steps = 60;
        Model model = ForeignForms.Lift(Session.Bytes(origin));
        Assert.Equal(["Lstm", "Lstm", "Dense"], model.Layers.Select(layer => layer.GetType().Name));
        TrainOnAndGiveOut(model, "lstm_1");
    }

    /// <summary>A price model that a stranger trained with Keras.</summary>
    [Fact]
    public void A_model_of_keras_is_trained_on_and_given_out() =>
        TrainOnAndGiveOut(Keras.Load(Pretrained.PathOf("keras-stock-lstm-gru", "lstm_model.keras")), "lstm_10");

    private static void TrainOnAndGiveOut(Model model, string frozenLayer)
    {
        float[] series = [.. Enumerable.Range(0, 160).Select(i => (float)(0.5 + (0.4 * Math.Sin(i / 5.0))))];
        float[] x = [.. Enumerable.Range(0, 96).SelectMany(i => series[i..(i + 60)])];
        var samples = new ArraySamples(x, new Shape(60, 1), series[60..156], new Shape(1));
        double before = model.Evaluate(samples, new MeanSquaredError());
        model.Freeze(frozenLayer);
        float[] frozen = model.GetWeights($"{frozenLayer}/kernel");
        model.Fit(samples, new TrainingOptions { Epochs = 10, BatchSize = 32, Optimizer = new Adam { LearningRate = 0.005 } });
        Assert.True(model.Evaluate(samples, new MeanSquaredError()) < before / 2);
        Assert.Equal(frozen, model.GetWeights($"{frozenLayer}/kernel"));
        using Session session = Session.Of(model);
        Assert.Equal(model.Predict(x), session.Run((x, [96, 60, 1]))[0], (a, b) => Math.Abs(a - b) <= 1e-5f);
        LayerTableTests.SameBits(model, Onnx.Load(new MemoryStream(Session.Bytes(model))));
    }

    private static int UnitsOf(Session session, string state) =>
        int.Parse(session.ShapeOf(state).Split(',')[1], CultureInfo.InvariantCulture);

    private static float[] Values(int count)
    {
        var random = new RandomSource(8, 1);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)random.NextNormal();
        return values;
    }

    private sealed record Wave : ElementwiseActivation
    {
        protected override T Value<T>(T x) => T.Sin(x);

        protected override T Slope<T>(T x, T y) => T.Cos(x);
    }

    private sealed record Odd : Layer
    {
        protected internal override string Kind => "odd";

        public override Shape GetOutputShape(Shape input) => input;

        protected internal override Unroll.Layers.BuiltLayer<T> Build<T>(Unroll.Layers.LayerBuilder<T> builder,
            IReadOnlyList<Unroll.Layers.LayerInput> inputs) =>
            new Dropout(0).Build(builder, inputs);
    }
}
