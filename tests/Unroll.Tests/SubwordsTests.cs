using Xunit;

namespace Unroll.Tests;

public class SubwordsTests
{
    /// <summary>The example of Sennrich, Haddow and Birch: low 5 times, lower 2, newest 6, widest 3.</summary>
    private static readonly string[] s_text = [.. Times("low", 5), .. Times("lower", 2), .. Times("newest", 6), .. Times("widest", 3)];

    private static IEnumerable<string> Times(string word, int times) => Enumerable.Repeat(word, times);

    private static string[] PiecesOf(Subwords subwords, string word) =>
        [.. subwords.Encode([word]).Select(token => subwords.Pieces[token])];

    [Fact]
    public void The_most_frequent_neighbours_are_joined_first()
    {
        // Padding, border and unknown, then the 10 letters and ▁, then what was joined: e+s and es+t 9 times, l+o, ▁+lo and ▁lo+w 7 times,
        // ...
        Subwords subwords = Subwords.Learn(s_text, 3 + 11 + 6);
        Assert.Equal(["d", "e", "i", "l", "n", "o", "r", "s", "t", "w", "▁"], subwords.Pieces.Skip(3).Take(11));
        Assert.Equal(["es", "est", "lo", "▁lo", "▁low", "ew"], subwords.Pieces.Skip(14));
        Assert.Equal(["▁low", "est"], PiecesOf(subwords, "lowest"));
        Assert.Equal(["▁", "w", "i", "d", "est"], PiecesOf(subwords, "widest"));
    }

    [Fact]
    public void Learning_ends_where_no_two_neighbours_occur_twice()
    {
        Subwords subwords = Subwords.Learn(s_text, 1000);
        Assert.Equal(["▁lower"], PiecesOf(subwords, "lower"));
        Assert.Equal(["▁newest"], PiecesOf(subwords, "newest"));
        Assert.True(subwords.Count < 40, $"{subwords.Count}");
        Assert.Equal(["▁", "a"], Subwords.Learn(["a"], 1000).Pieces.Skip(3).OrderDescending());
    }

    [Fact]
    public void Repeated_letters_are_joined_from_the_left()
    {
        Subwords subwords = Subwords.Learn(["aaaaa", "aaaaa"], 3 + 2 + 1);
        Assert.Equal(["a", "▁", "aa"], subwords.Pieces.Skip(3));
        Assert.Equal(["▁", "aa", "aa", "a"], PiecesOf(subwords, "aaaaa"));
    }

    [Fact]
    public void What_was_cut_becomes_whole_again()
    {
        Subwords subwords = Subwords.Learn(s_text, 18);
        int[] tokens = subwords.Encode(["lowest", "news", "wide"]);
        Assert.Equal(["lowest", "news", "wide"], subwords.Decode([Subwords.Border, .. tokens, Subwords.Border, 0, 0]));
        Assert.Equal(["l\uFFFDw", "\uFFFD"], subwords.Decode(subwords.Encode(["lüw", "😀"])));
        Assert.Equal(Subwords.Unknown, subwords.Encode(["ü"])[1]);
    }

    [Fact]
    public void The_order_of_the_words_does_not_matter()
    {
        Assert.Equal(Subwords.Learn(s_text, 30).Pieces, Subwords.Learn(s_text.Reverse(), 30).Pieces);
        Assert.Equal(Subwords.Learn(s_text, 30).Encode(s_text), Subwords.Learn(s_text.Reverse(), 30).Encode(s_text));
    }
}
