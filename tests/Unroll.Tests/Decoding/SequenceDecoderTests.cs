using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Decoding;

public class SequenceDecoderTests
{
    private const int Classes = 4, End = 3, Most = 4, Units = 5;

    /// <summary>A language model over four tokens, whole and step by step; the second output stands for attention.</summary>
    private static (Model Whole, SequenceDecoder Decoder) Make(int seed)
    {
        Node tokens = Node.Input(new Shape(Most, 1));
        Node read = new Gru(Units) { ReturnSequences = true, ReturnState = true }.Apply(tokens);
        Node logits = new Dense(Classes).Apply(read), beside = new Dense(2).Apply(read);
        Model whole = new Model([tokens], [logits, read.States[0], beside]).Build(seed);
        whole.SetWeights("dense_1/kernel", TestData.Single(Units * Classes, seed, 4));
        Node one = Node.Input(new Shape(1, 1)), before = Node.Input(new Shape(Units)), start = Node.Input(new Shape(Units));
        Node again = read.Again(tokens, start);

        // The decoder's state enters where the whole starts from zero.
        Model given = new Model([tokens, start], [logits.Again(again), again.States[0], beside.Again(again)]).Build(0);
        given.CopyWeights(whole);
        Model step = given.Cut([(tokens, one), (start, before)], [given.Outputs[0], given.Outputs[1], given.Outputs[2]]);
        return (whole, new SequenceDecoder(step, states: 1) { Begin = 2, End = End, MostTokens = Most });
    }

    private static readonly DecoderStart s_zero = new(1, [new float[Units]], []);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Greedy_takes_the_likeliest_token_of_every_step(int seed)
    {
        (Model whole, SequenceDecoder decoder) = Make(seed);
        DecodedSequence found = Assert.Single(decoder.Greedy(s_zero));
        var expected = new List<int>();
        while (expected.Count < Most)
        {
            int next = Array.IndexOf(Logs(whole, expected), Logs(whole, expected).Max());
            if (next == End)
                break;
            expected.Add(next);
        }

        Assert.Equal(expected, found.Tokens);
        Assert.Equal(LogOf(whole, expected), found.LogProbability, 1e-5);
        Assert.Equal(expected.Count + (expected.Count < Most ? 1 : 0), found.Others[0].Length);
    }

    [Fact]
    public void Logits_of_which_none_is_a_number_are_refused()
    {
        SequenceDecoder decoder = Make(1).Decoder;
        DecoderStart nothing = new(1, [[float.NaN, float.NaN, float.NaN, float.NaN, float.NaN]], []);
        foreach (Action decode in new Action[] { () => decoder.Greedy(nothing), () => decoder.Beam(nothing, 3) })
            Assert.StartsWith("None of the logits is a number.", Assert.Throws<UnrollException>(decode).Message, StringComparison.Ordinal);
    }

    /// <summary>A beam as wide as there are sequences finds the likeliest of all.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0.7)]
    [InlineData(4, 1)]
    public void A_wide_beam_finds_the_best_of_all_sequences(int seed, double lengthPower)
    {
        (Model whole, SequenceDecoder decoder) = Make(seed);
        DecodedSequence[] found = decoder.Beam(s_zero, width: 200, lengthPower)[0];
        List<int>[] all = [.. AllSequences()];
        double Score(List<int> tokens) => LogOf(whole, tokens) / Math.Pow(tokens.Count + 1, lengthPower);
        List<int> best = all.MaxBy(Score)!;
        Assert.Equal(all.Length, found.Length);
        Assert.Equal(best, found[0].Tokens);
        Assert.Equal(LogOf(whole, best), found[0].LogProbability, 1e-5);
        Assert.Equal(1, found.Sum(sequence => Math.Exp(sequence.LogProbability)), 1e-4);
    }

    /// <summary>Two unlikely short sequences, as many as the beam is wide, end before the likeliest one does.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void A_long_likely_sequence_outlives_short_unlikely_ones(double lengthPower)
    {
        // From each token (row) the probabilities of the next: 0 1 2 is the likely way; 4 ends, 5 begins.
        double[,] next =
        {
            { 0.002, 0.99, 0.002, 0.002, 0.002, 0.002 },
            { 0.002, 0.002, 0.97, 0.002, 0.022, 0.002 },
            { 0.002, 0.002, 0.002, 0.002, 0.99, 0.002 },
            { 0.002, 0.002, 0.002, 0.002, 0.99, 0.002 },
            { 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0 },
            { 0.9, 0.002, 0.002, 0.092, 0.002, 0.002 },
        };
        Node token = Node.Input(new Shape(1));
        Model step = new Model([token], [new Embedding(6, 6).Apply(token)]).Build(0);
        step.SetWeights("embedding_1/embeddings", [.. next.Cast<double>().Select(share => (float)Math.Log(share))]);
        var decoder = new SequenceDecoder(step, states: 0) { Begin = 5, End = 4, MostTokens = 6 };
        DecodedSequence[] found = decoder.Beam(new DecoderStart(1, [], []), width: 2, lengthPower)[0];
        Assert.Equal([0, 1, 2], found[0].Tokens);
        Assert.Equal(Math.Log(0.9 * 0.99 * 0.97 * 0.99), found[0].LogProbability, 1e-5);
        Assert.Equal([3], found[1].Tokens);
        Assert.Equal(Math.Log(0.092 * 0.99), found[1].LogProbability, 1e-5);
    }

    /// <summary>A narrow beam is never worse than greedy on these, and rows do not disturb each other.</summary>
    [Fact]
    public void Rows_are_searched_each_for_itself()
    {
        SequenceDecoder decoder = Make(5).Decoder;
        float[] states = TestData.Single(6 * Units, 9);
        DecodedSequence[][] together = decoder.Beam(new DecoderStart(6, [states], []), width: 3);
        DecodedSequence[] greedy = decoder.Greedy(new DecoderStart(6, [states], []));
        Assert.True(together.Select(row => string.Join(' ', row[0].Tokens)).Distinct().Count() > 1);
        for (int row = 0; row < 6; row++)
        {
            var own = new DecoderStart(1, [states[(row * Units)..((row + 1) * Units)]], []);
            DecodedSequence[] alone = decoder.Beam(own, width: 3)[0];
            Assert.Equal(alone.Select(found => string.Join(' ', found.Tokens)),
                together[row].Select(found => string.Join(' ', found.Tokens)));
            Assert.Equal(alone[0].Others[0].SelectMany(step => step), together[row][0].Others[0].SelectMany(step => step));
            Assert.Equal(decoder.Greedy(own)[0].Tokens, greedy[row].Tokens);
        }
    }

    [Fact]
    public void Drawn_sequences_have_the_models_frequencies()
    {
        (Model whole, SequenceDecoder decoder) = Make(2);
        const int Draws = 4000;
        DecodedSequence[] drawn = decoder.Sample(new DecoderStart(Draws, [new float[Draws * Units]], []), new Sampling(), seed: 3);
        foreach (List<int> tokens in AllSequences().OrderByDescending(tokens => LogOf(whole, tokens)).Take(4))
        {
            double expected = Math.Exp(LogOf(whole, tokens)),
                share = drawn.Count(found => found.Tokens.SequenceEqual(tokens)) / (double)Draws;
            Assert.Equal(expected, share, 4 * Math.Sqrt(expected * (1 - expected) / Draws));
        }
    }

    [Fact]
    public void Starts_and_models_that_do_not_fit()
    {
        SequenceDecoder decoder = Make(1).Decoder;
        Assert.StartsWith("The decoder starts from 1 states and 0 constants, but 0 and 0 were given.",
            Assert.Throws<ArgumentException>("start", () => decoder.Greedy(new DecoderStart(1, [], []))).Message);
        Assert.StartsWith("For 2 sequences a start of shape (5) needs 10 values, but 5 were given.",
            Assert.Throws<ArgumentException>("start", () => decoder.Greedy(new DecoderStart(2, [new float[5]], []))).Message);
        Is(
            "A decoder with 1 states takes a model with inputs (1), states, others and outputs (C), states, others; this one has inputs "
                + "(4, 1) and outputs (4, 4), (5), (4, 2).",
            () => new SequenceDecoder(Make(1).Whole, 1) { Begin = 0, End = 1, MostTokens = 3 });
    }

    private static void Is(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<UnrollException>(action).Message);

    private static IEnumerable<List<int>> AllSequences()
    {
        var pending = new Stack<List<int>>([[]]);
        while (pending.TryPop(out List<int>? tokens))
        {
            yield return tokens;
            for (int next = 0; next < Classes && tokens.Count < Most; next++)
            {
                if (next != End)
                    pending.Push([.. tokens, next]);
            }
        }
    }

    private static double LogOf(Model whole, List<int> tokens)
    {
        double log = 0;
        for (int i = 0; i < tokens.Count; i++)
            log += Logs(whole, tokens[..i])[tokens[i]];
        return tokens.Count == Most ? log : log + Logs(whole, tokens)[End];
    }

    /// <summary>ln of the probabilities of the token after these, from the whole model.</summary>
    private static double[] Logs(Model whole, List<int> tokens)
    {
        float[] inputs = [.. new[] { 2 }.Concat(tokens).Concat(new int[Most]).Take(Most).Select(token => (float)token)];
        double[] logits = [.. whole.PredictEach(inputs)[0].Skip(tokens.Count * Classes).Take(Classes).Select(value => (double)value)];
        double sum = Math.Log(logits.Sum(Math.Exp));
        return [.. logits.Select(logit => logit - sum)];
    }
}
