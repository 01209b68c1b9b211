using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests;

/// <summary>
/// An encoder, attention and a decoder on sequences of unequal lengths: what stands in the padding, and how much of it there is, changes
/// nothing.
/// </summary>
public class PaddingTests
{
    private const int Tokens = 9, Units = 6, Longest = 5;

    public static TheoryData<string> Attentions => ["dot", "scaled", "additive"];

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Garbage_in_the_vector_of_the_padding_changes_neither_outputs_nor_training(string attention)
    {
        TokenSamples samples = Samples(Longest);
        (Model clean, Model spoilt) = (Make(attention, Longest).Whole, Make(attention, Longest).Whole);
        foreach (string name in (string[])["read", "written"])
        {
            float[] vectors = spoilt.GetWeights($"{name}/embeddings");
            vectors.AsSpan(0, vectors.Length / Tokens).Fill(1e6f);
            spoilt.SetWeights($"{name}/embeddings", vectors);
        }

        Assert.Equal(Told(clean, samples), Told(spoilt, samples));
        foreach (Model model in (Model[])[clean, spoilt])
            model.Fit(samples, new TrainingOptions { Epochs = 3, BatchSize = 4, Loss = new SparseCategoricalCrossEntropy(), Seed = 1 });
        foreach (Parameter parameter in clean.Parameters.Where(
            parameter => !parameter.Name.EndsWith("/embeddings", StringComparison.Ordinal)))
            Assert.Equal(clean.GetWeights(parameter.Name), spoilt.GetWeights(parameter.Name));
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void More_padding_changes_nothing(string attention)
    {
        float[] exact = Told(Make(attention, Longest).Whole, Samples(Longest)),
            padded = Told(Make(attention, Longest + 6).Whole, Samples(Longest + 6));
        Assert.Equal(exact.Length, padded.Length);
        Assert.All(exact.Zip(padded), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    /// <summary>The parts that read and write, run on padded sequences step by step, give the likelihoods of the whole.</summary>
    [Theory]
    [MemberData(nameof(Attentions))]
    public void Parts_of_a_model_know_the_padding_of_what_they_are_given(string attention)
    {
        Parts parts = Make(attention, Longest);
        TokenSamples samples = Samples(Longest);
        float[] inputs = [.. Enumerable.Range(0, samples.Count).SelectMany(i => Input(samples, i)[..Longest])];
        float[][] read = parts.Encoder.PredictEach(inputs);
        var decoder = new SequenceDecoder(parts.Step, states: 1) { Begin = 1, End = 2, MostTokens = Longest - 1 };
        DecodedSequence[] found = decoder.Greedy(new DecoderStart(samples.Count, [read[0]], [read[1]]));
        for (int i = 0; i < samples.Count; i++)
        {
            int[] tokens = [1, .. found[i].Tokens];
            float[] logits = parts.Whole.PredictEach(inputs[(i * Longest)..((i + 1) * Longest)],
                [.. tokens.Concat(new int[Longest]).Take(Longest).Select(token => (float)token)])[0];
            int[] targets = found[i].Tokens.Count < Longest - 1 ? [.. found[i].Tokens, 2] : [.. found[i].Tokens];
            double log = 0;
            for (int t = 0; t < targets.Length; t++)
            {
                float[] step = logits[(t * Tokens)..((t + 1) * Tokens)];
                Assert.Equal(step.Max(), step[targets[t]]);
                log += step[targets[t]] - Math.Log(step.Sum(logit => Math.Exp(logit)));
            }

            Assert.Equal(log, found[i].LogProbability, 1e-4);

            // Nothing is taken from padding, and what is taken adds up to 1.
            int length = samples.LengthOf(i) - LengthWritten(i);
            foreach (float[] weights in found[i].Others[0])
            {
                Assert.Equal(1, weights[..length].Sum(), 1e-5f);
                Assert.Equal(new float[Longest - length], weights[length..Longest]);
            }
        }
    }

    private sealed record Parts(Model Whole, Model Encoder, Model Step);

    private static Parts Make(string attention, int steps)
    {
        Node x = Node.Input(new Shape(steps)), before = Node.Input(new Shape(steps));
        Node read = new Bidirectional(new Gru(Units / 2) { ReturnSequences = true })
            .Apply(new Embedding(Tokens, 4) { MaskZero = true, Name = "read" }.Apply(x));
        Node start = new Dense(Units).Apply(new GlobalAveragePooling().Apply(read));
        Node decoded = new Gru(Units) { ReturnSequences = true, ReturnState = true }
            .Apply(new Embedding(Tokens, 4) { MaskZero = true, Name = "written" }.Apply(before), start);
        AttentionLayer layer = attention switch
        {
            "dot" => new Attention { ReturnScores = true },
            "scaled" => new Attention { UseScale = true, ReturnScores = true },
            _ => new AdditiveAttention { ReturnScores = true },
        };
        Node context = layer.Apply(decoded, read), logits = new Dense(Tokens).Apply(new Concatenate().Apply(decoded, context));
        Model whole = new Model([x, before], [logits]).Build(3);
        foreach (Parameter parameter in whole.Parameters)
            whole.SetWeights(parameter.Name, TestData.Single(parameter.Length, parameter.Length, 1.5f));
        Model encoder = whole.Cut([(x, Node.Input(x.Shape))], [start, read]);
        Model step = whole.Cut([(before, Node.Input(new Shape(1))), (start, Node.Input(start.Shape)), (read, Node.Input(read.Shape))],
            [logits, decoded.States[0], context.Scores]);
        return new Parts(whole, encoder, step);
    }

    private static int LengthWritten(int sample) => 1 + (sample * 3 % Longest);

    private static TokenSamples Samples(int steps)
    {
        int[][] Sequences(Func<int, int> length) =>
            [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, length(i)).Select(t => 3 + ((i * 5 + t * 2) % 6)).ToArray())];
        int[][] read = Sequences(i => 1 + (i % Longest)), written = Sequences(LengthWritten);
        return new TokenSamples(
            [new TokenColumn(read, steps, 0), new TokenColumn([.. written.Select(row => row.Prepend(1).SkipLast(1).ToArray())], steps, 0)],
            [new TokenColumn(written, steps, -1)]);
    }

    private static float[] Input(TokenSamples samples, int index)
    {
        var values = new float[samples.InputShapes.Sum(shape => shape.Size)];
        samples.CopyInput(index, values);
        return values;
    }

    /// <summary>The logits of all steps that are not padding.</summary>
    private static float[] Told(Model model, TokenSamples samples)
    {
        float[] logits = model.Predict(samples);
        int steps = samples.TargetShape.Size;
        return [.. Enumerable.Range(0, samples.Count).SelectMany(i => logits.Skip(i * steps * Tokens).Take(LengthWritten(i) * Tokens))];
    }
}
