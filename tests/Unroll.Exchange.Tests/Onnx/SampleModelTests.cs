using Xunit;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>The models of the sample programs, run by ONNX Runtime with the outputs that they have here, and read back.</summary>
public class SampleModelTests
{
    private static readonly Dictionary<string, Func<Model>> s_models = new()
    {
        ["tutorial, LSTM"] = Stack(new Shape(60, 1), new Lstm(125), new Dense(1)),
        ["tutorial, GRU"] = Stack(new Shape(60, 1), new Gru(125), new Dense(1)),
        ["remember, SimpleRNN"] = Stack(new Shape(50, 2), new SimpleRnn(32), new Dense(1)),
        ["remember, SimpleRNN with ReLU"] = Stack(new Shape(50, 2), new SimpleRnn(32) { Activation = Activation.Relu }, new Dense(1)),
        ["digits, scikit-learn"] = Stack(new Shape(8, 8, 1), Image(32), new MaxPooling2D(2, 2), Image(64), new MaxPooling2D(2, 2),
            new Flatten(), new Dropout(0.4), new Dense(128) { Activation = Activation.Relu }, new Dropout(0.4), new Dense(10)),
        ["digits, MNIST"] = Stack(new Shape(14, 14, 1), Image(32), Image(32), new MaxPooling2D(2, 2),
            new Conv2D(64, 3, 3) { Activation = Activation.Relu }, new GlobalAveragePooling(), new Dropout(0.2), new Dense(10)),
        ["focal"] = Stack(new Shape(40, 1), new Conv1D(8, 5) { Activation = Activation.Relu }, new Gru(12), new Dense(1)),
        ["heads"] = Stack(new Shape(6, 13), new MultiHeadAttention(2, 8) { UseBias = false }, new GlobalAveragePooling(), new Dense(1)),
        ["lion"] = Stack(new Shape(30, 1), new Lstm(16), new Dense(1)),
        ["loop"] = Stack(new Shape(30, 1), new Gru(16), new Dense(1)),
        ["novelist"] = Stack(new Shape(20), new Embedding(70, 64), new Gru(96) { ReturnSequences = true, Stateful = true }, new Dense(70)),
        ["own forecaster"] = Stack(new Shape(28, 9), new Conv1D(16, 3), new Gru(32), new Dense(7)),
        ["rate finder"] = Stack(new Shape(30, 1), new Gru(24), new Dense(1)),
        ["sentiment, bag of words"] = Stack(new Shape(500), new Dense(1)),
        ["sentiment"] = Stack(new Shape(30), new Embedding(500, 64) { MaskZero = true }, new Dropout(0.5),
            new Bidirectional(new Gru(48) { ReturnSequences = true }), new GlobalMaxPooling(), new Dropout(0.5), new Dense(1)),
        ["spell"] = Stack(new Shape(60, 12), new Masking { AtEnd = true }, new Bidirectional(new Gru(48) { ReturnSequences = true }),
            new Dense(27)),
        ["splice"] = Stack(new Shape(60, 4), new Conv1D(32, 7) { Padding = Padding.Same, Activation = Activation.Relu },
            new MaxPooling1D(2), new Dropout(0.4), new Bidirectional(new Gru(32) { ReturnSequences = true }), new Flatten(),
            new Dropout(0.4), new Dense(3)),
        ["splice, dense"] = Stack(new Shape(60, 4), new Flatten(), new Dense(64) { Activation = Activation.Relu }, new Dropout(0.5),
            new Dense(3)),
        ["tagger"] = Stack(new Shape(20), new Embedding(40, 32) { MaskZero = true },
            new Bidirectional(new Gru(64) { ReturnSequences = true }), new Dropout(0.3),
            new Bidirectional(new Gru(64) { ReturnSequences = true }), new Dropout(0.3), new Dense(9)),
        ["training"] = Stack(new Shape(24, 1), new Gru(16) { ReturnSequences = true, Name = "body" }, new GlobalMaxPooling(),
            new Dense(1) { Name = "head" }),
        ["caption"] = () =>
        {
            Node image = Node.Input(new Shape(20, 20, 1), "picture"), before = Node.Input(new Shape(7), "words");
            Node seen = new Layer[] { Image(32), Image(32), new MaxPooling2D(2, 2), Image(64), new MaxPooling2D(5, 5), new Flatten(),
                new Dropout(0.3), new Dense(48) { Activation = Activation.Tanh } }
                .Aggregate(image, (value, layer) => layer.Apply(value));
            Node read = new Gru(48) { ReturnSequences = true, ReturnState = true }
                .Apply(new Embedding(30, 32) { MaskZero = true }.Apply(before), seen);
            return new Model([image, before], [new Dense(30).Apply(read)]).Build(seed: 7);
        },
        ["pronounce"] = () =>
        {
            Node spelling = Node.Input(new Shape(12), "spelling"), before = Node.Input(new Shape(9), "before"),
                letters = new Embedding(27, 64) { MaskZero = true }.Apply(spelling);
            Node read = new Bidirectional(new Gru(24) { ReturnSequences = true }) { Name = "encoder" }
                .Apply(new Dropout(0.2).Apply(letters));
            Node start = new Dense(48) { Activation = Activation.Tanh, Name = "start" }.Apply(new GlobalAveragePooling().Apply(read));
            Node decoded = new Gru(48) { ReturnSequences = true, ReturnState = true, Name = "decoder" }
                .Apply(new Embedding(40, 64) { MaskZero = true }.Apply(before), start);
            Node context = new Attention { ReturnScores = true }.Apply(decoded, read);
            return new Model([spelling, before],
                [new Dense(40).Apply(new Dropout(0.2)
                .Apply(new Dense(48) { Activation = Activation.Tanh }.Apply(new Concatenate().Apply(decoded, context))))])
                .Build(seed: 7);
        },
        ["translate"] = () =>
        {
            Node source = Node.Input(new Shape(10), "english"), before = Node.Input(new Shape(8), "before");
            Node tokens = new Dropout(0.3).Apply(new Embedding(50, 24) { MaskZero = true }.Apply(source)),
                read = new Bidirectional(new Gru(16) { ReturnSequences = true }).Apply(tokens);
            Node start = new Dense(32) { Activation = Activation.Tanh }.Apply(new GlobalAveragePooling().Apply(read)),
                spoken = new Dropout(0.3).Apply(new Embedding(60, 24) { MaskZero = true }.Apply(before));
            Node decoded = new Gru(32) { ReturnSequences = true, ReturnState = true }.Apply(spoken, start),
                values = new Concatenate().Apply(read, tokens), keys = new Dense(16) { UseBias = false }.Apply(read);
            Node context = new AdditiveAttention { ReturnScores = true }.Apply(new Dense(16).Apply(decoded), values, keys),
                joined = new Dense(24) { Activation = Activation.Tanh }.Apply(new Concatenate().Apply(decoded, context));
            return new Model([source, before], [new Dense(60).Apply(new Dropout(0.3).Apply(joined))]).Build(seed: 7);
        },
    };

    public static TheoryData<string> Names => [.. s_models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_s_model_is_exported(string name)
    {
        Model model = s_models[name]();
        using Session session = Session.Of(model);
        foreach (int rows in (int[])[1, 5])
            LayerTableTests.Same(model, session, LayerTableTests.Inputs(model, rows, null, []), rows, 17);
        LayerTableTests.SameBits(model, Onnx.Load(new MemoryStream(Session.Bytes(model))));
    }

    private static Conv2D Image(int filters) => new(filters, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu };

    private static Func<Model> Stack(Shape input, params Layer[] layers) => () => new Model(layers).Build(input, seed: 7);
}
