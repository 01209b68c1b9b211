using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Decoding;

public class CtcDecodingTests
{
    [Fact]
    public void The_best_path_joins_repeats_and_leaves_out_blanks()
    {
        Assert.Equal([1, 1, 2], CtcDecoding.BestPath(Peaks(1, 1, 0, 1, 2, 2, 0), 3));
        Assert.Equal([], CtcDecoding.BestPath(Peaks(0, 0), 3));
        Assert.Equal([0, 1], CtcDecoding.BestPath(Peaks(2, 0, 0, 2, 1), 3, blank: 2));
    }

    /// <summary>Blank is the likeliest at both steps, but a has more ways: a-, -a, aa.</summary>
    [Fact]
    public void A_beam_adds_up_all_ways_to_spell()
    {
        float[] logits = [MathF.Log(0.6f), MathF.Log(0.4f), MathF.Log(0.6f), MathF.Log(0.4f)];
        Assert.Equal([], CtcDecoding.BestPath(logits, 2));
        (int[] labels, double log) = CtcDecoding.Beam(logits, 2);
        Assert.Equal([1], labels);
        Assert.Equal(Math.Log(0.64), log, 1e-6);
    }

    /// <summary>Against all paths of five steps of three classes, with the blank in each place.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wide_beam_finds_the_likeliest_labels_of_all(int blank)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            float[] logits = TestData.Single(15, seed, 1.5);
            var totals = new Dictionary<string, double>();
            for (int path = 0; path < 243; path++)
            {
                int[] classes = [.. Enumerable.Range(0, 5).Select(t => path / (int)Math.Pow(3, t) % 3)];
                double probability = 1;
                for (int t = 0; t < 5; t++)
                {
                    double[] step = [.. logits.Skip(3 * t).Take(3).Select(logit => Math.Exp(logit))];
                    probability *= step[classes[t]] / step.Sum();
                }

                string labels = string.Join(' ', CtcDecoding.BestPath(Peaks(classes), 3, blank));
                totals[labels] = totals.GetValueOrDefault(labels) + probability;
            }

            (int[] found, double log) = CtcDecoding.Beam(logits, 3, width: 100, blank);
            KeyValuePair<string, double> best = totals.MaxBy(pair => pair.Value);
            Assert.Equal(best.Key, string.Join(' ', found));
            Assert.Equal(Math.Log(best.Value), log, 1e-6);
        }
    }

    [Fact]
    public void Logits_that_are_no_whole_number_of_steps()
    {
        Assert.Equal("7 logits are no whole number of steps of 3 classes with blank 0 among them.",
            Assert.Throws<ArgumentException>(() => CtcDecoding.BestPath(new float[7], 3)).Message);
        Assert.Equal("6 logits are no whole number of steps of 3 classes with blank 3 among them.",
            Assert.Throws<ArgumentException>(() => CtcDecoding.Beam(new float[6], 3, blank: 3)).Message);
    }

    private static float[] Peaks(params int[] classes) =>
        [.. classes.SelectMany(peak => Enumerable.Range(0, 3).Select(c => c == peak ? 5f : 0f))];
}
