using Xunit;

namespace Unroll.Tests.Scoring;

public class SequenceMetricsTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "", 3)]
    [InlineData("flaw", "lawn", 2)]
    [InlineData("same", "same", 0)]
    public void Edit_distance(string from, string to, int expected)
    {
        Assert.Equal(expected, SequenceMetrics.EditDistance(from.ToCharArray(), to.ToCharArray()));
        Assert.Equal(expected, SequenceMetrics.EditDistance(to.ToCharArray(), from.ToCharArray()));
    }

    [Fact]
    public void Error_rate_is_over_all_tokens_of_the_references()
    {
        Assert.Equal(3.0 / 11, SequenceMetrics.ErrorRate<char>(
            ["kitten".ToCharArray(), "same".ToCharArray()], ["sitting".ToCharArray(), "same".ToCharArray()]), 1e-12);
        Assert.Equal(
            "2 sequences cannot be compared with 1 references. Give one reference for each, and at least one.",
            Assert.Throws<UnrollException>(() => SequenceMetrics.ErrorRate<int>([[1], [2]], [[1]])).Message);
        Assert.Equal("The error rate is undefined: the references have no tokens. Give some that have.",
            Assert.Throws<UnrollException>(() => SequenceMetrics.ErrorRate<int>([[1]], [[]])).Message);
    }

    /// <summary>By hand: 1-grams 5 of 6, 2-grams 3 of 5, 3-grams 2 of 4, 4-grams 1 of 3, as long as the reference.</summary>
    [Fact]
    public void Bleu_of_one_sentence()
    {
        string[] found = "the cat sat on a mat".Split(), right = "the cat sat on the mat".Split();
        Assert.Equal(100 * Math.Pow(5.0 / 6 * 3 / 5 * 2 / 4 * 1 / 3, 0.25), SequenceMetrics.Bleu<string>([found], [right]), 1e-9);
        Assert.Equal(100, SequenceMetrics.Bleu<string>([right], [right]), 1e-9);
        Assert.Equal(0, SequenceMetrics.Bleu<string>(["a b c".Split()], ["a b c".Split()]));
    }

    /// <summary>A word that is repeated counts as often as the reference has it; what is too short pays for it.</summary>
    [Fact]
    public void Bleu_counts_no_word_twice_and_punishes_what_is_short()
    {
        string[] found = "the the the the the cat sat on the mat".Split(), right = "the cat sat on the mat by the door".Split();
        Assert.Equal(100 * Math.Pow(7.0 / 10 * 5 / 9 * 4 / 8 * 3 / 7, 0.25), SequenceMetrics.Bleu<string>([found], [right]), 1e-9);
        string[] cut = "the cat sat on the mat".Split();
        Assert.Equal(100 * Math.Exp(1 - 9.0 / 6), SequenceMetrics.Bleu<string>([cut], [right]), 1e-9);
    }

    /// <summary>By hand: "abcd" against "abxd": 1-grams 3 of 4, 2-grams 1 of 3, 3- and 4-grams none of 2 and 1.</summary>
    [Fact]
    public void Chrf()
    {
        double mean = (3.0 / 4 + 1.0 / 3) / 4;
        Assert.Equal(100 * mean, SequenceMetrics.Chrf(["ab cd"], ["abxd"]), 1e-9);
        Assert.Equal(100, SequenceMetrics.Chrf(["one two three"], ["one two three"]), 1e-9);
        Assert.Equal(0, SequenceMetrics.Chrf(["xyz"], ["abc"]));
    }

    /// <summary>"a" against "ab": of 1-grams precision 1 and recall ½, of 2-grams both 0; so p = ½, r = ¼.</summary>
    [Fact]
    public void Chrf_counts_recall_more()
    {
        Assert.Equal(100 * 5 * 0.5 * 0.25 / (4 * 0.5 + 0.25), SequenceMetrics.Chrf(["a"], ["ab"]), 1e-9);
        Assert.Equal(100 * 5 * 0.5 * 1 / (4 * 0.5 + 1), SequenceMetrics.Chrf(["ab"], ["a"]), 1e-9);
    }

    [Fact]
    public void Perplexity_and_bits()
    {
        Assert.Equal(8, SequenceMetrics.Perplexity(Math.Log(8)), 1e-12);
        Assert.Equal(3, SequenceMetrics.BitsPerToken(Math.Log(8)), 1e-12);
    }

    [Fact]
    public void Confusion()
    {
        ConfusionMatrix matrix = ConfusionMatrix.Of([1, 2, 3, 9, 1, 0, 0, 5, 1, 7, 0, 0, 1, 2, 3], [2, 0, 0, -1, 1], 3);
        Assert.Equal((4L, 0.5), (matrix.Count, matrix.Accuracy));
        Assert.Equal((1L, 1L, 1L, 1L), (matrix[2, 2], matrix[0, 0], matrix[0, 1], matrix[1, 2]));
        Assert.Equal((0.5, 1.0), (matrix.Precision(2), matrix.Recall(2)));
        Assert.Equal((1.0, 0.5), (matrix.Precision(0), matrix.Recall(0)));
        Assert.Equal(0, new ConfusionMatrix(2).Recall(0));
        Assert.Equal(
            ["is \\ read as   no  yes    ?", "no              1    1    .", "yes             .    .    1", "?               .    .    1"],
            matrix.ToString(["no", "yes", "?"]).ReplaceLineEnds());
        Assert.Equal("Accuracy is undefined: nothing was counted.",
            Assert.Throws<InvalidOperationException>(() => new ConfusionMatrix(2).Accuracy).Message);
        Assert.StartsWith("There are 3 classes, 0 to 2.",
            Assert.Throws<ArgumentOutOfRangeException>("right", () => matrix.Add(3, 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>("predicted", () => matrix[0, -1]);
        Assert.StartsWith("Label 1, counted from 0, is 2, but there are 2 classes, 0 to 1.",
            Assert.Throws<UnrollException>(() => ConfusionMatrix.Of(new float[4], [0, 2], 2)).Message);
    }
}
