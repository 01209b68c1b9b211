using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Predictions from tokens that nobody has padded.</summary>
public sealed class TokenTests
{
    private const int Length = 12;

    private static Model Classifier(bool masks) =>
        new Model(new Embedding(50, 6) { MaskZero = masks }, new Bidirectional(new Lstm(5)), new Dense(3)) { Threads = 2 }
            .Build(new Shape(Length), seed: 2);

    private static int[][] Sequences { get; } =
        [.. Enumerable.Range(0, 70)
            .Select(i => Enumerable.Range(0, i * 7 % (Length + 1)).Select(j => 1 + ((i * 13) + (j * 5)) % 49).ToArray())];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_sequence_gets_what_padding_by_hand_gives(bool masks)
    {
        Model model = Classifier(masks);
        float[] all = model.Predict(Sequences), samples = model.Predict(new TokenSamples(Sequences, Length));
        Assert.Equal(samples, all);
        for (int i = 0; i < Sequences.Length; i++)
        {
            float[] padded = new float[Length];
            for (int j = 0; j < Sequences[i].Length; j++)
                padded[j] = Sequences[i][j];
            float[] expected = model.Predict(padded);
            Assert.Equal(expected, model.Predict(Sequences[i]));
            Assert.Equal(expected, all[(i * 3)..(i * 3 + 3)]);
        }
    }

    [Fact]
    public void Steps_of_a_sequence_model_come_in_their_order()
    {
        Model model = new Model(new Embedding(50, 4) { MaskZero = true }, new Gru(5) { ReturnSequences = true },
            new TimeDistributed(new Dense(2))).Build(new Shape(Length), seed: 4);
        Assert.Equal(model.Predict(new TokenSamples(Sequences, Length)), model.Predict((IReadOnlyList<int[]>)[.. Sequences]));
        Assert.Equal(Length * 2, model.Predict(Sequences[5]).Length);
    }

    [Fact]
    public void A_prediction_into_a_span_allocates_nothing()
    {
        Model model = Classifier(true);
        model.Threads = 1;
        int[] tokens = Sequences[5];
        float[] outputs = new float[3];
        for (int i = 0; i < 100; i++)
            model.Predict(tokens.AsSpan(), outputs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            model.Predict(tokens.AsSpan(), outputs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_is_no_sequence_of_tokens_is_refused()
    {
        Model model = Classifier(true);
        Assert.Equal(
            "The sequence has 13 tokens, but the model takes at most 12. Cut it, or build the model for longer ones. (Parameter 'tokens')",
            Assert.Throws<ArgumentException>(() => model.Predict(new int[13])).Message);
        Assert.StartsWith("Sequence 1 has 20 tokens", Assert.Throws<ArgumentException>(() => model.Predict([[1], new int[20]])).Message,
            StringComparison.Ordinal);
        Assert.Throws<UnrollException>(() => model.Predict((int[])[1, 50]));
        Assert.StartsWith(
            "The model does not take one sequence of tokens, but inputs of shape (6, 2).",
            Assert.Throws<ArgumentException>(() => Made.Model().Predict(Sequences[1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Model(new Dense(2)).Build(new Shape(3)).Predict(Sequences[1]));
    }

    /// <summary>Whole numbers in a list stay numbers, as before there was a call for tokens.</summary>
    [Fact]
    public void A_list_of_numbers_is_still_one_of_numbers()
    {
        Model model = new Model(new Dense(1) { KernelInitializer = Initializer.Ones }).Build(new Shape(2));
        Assert.Equal([3f, 7f], model.Predict([1, 2, 3, 4]));
        Assert.Equal([3f, 7f], model.Predict(1, 2, 3, 4));
    }

    [Fact]
    public void Probabilities_need_no_targets()
    {
        Model model = Classifier(true);
        float[] probabilities = model.PredictProbabilities(new TokenSamples(Sequences, Length), new SparseCategoricalCrossEntropy());
        Assert.Equal(1, probabilities[..3].Sum(), 1e-5f);
        Assert.StartsWith(
            "The samples have no targets, so there is nothing to judge.",
            Assert.Throws<UnrollException>(() => model.Evaluate(
                new TokenSamples(Sequences, Length), new SparseCategoricalCrossEntropy())).Message, StringComparison.Ordinal);
    }
}
