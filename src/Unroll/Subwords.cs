using System.Runtime.InteropServices;

namespace Unroll;

/// <summary>
/// Words cut into pieces by byte pair encoding (Sennrich, Haddow and Birch 2016): learning begins with single characters and again and
/// again joins the two neighbours that are found most often. Frequent words become one token, rare ones several, and few
/// characters are unknown.
/// </summary>
/// <remarks>
/// Token 0 is padding, <see cref="Border"/> begins and ends sequences, <see cref="Unknown"/> stands for a character
/// never seen; pieces follow.
/// </remarks>
public sealed class Subwords
{
    /// <summary>The token before the first and after the last piece of a text. <see cref="Encode"/> does not add it.</summary>
    public const int Border = 1;

    /// <summary>The token of characters that learning has not seen.</summary>
    public const int Unknown = 2;

    /// <summary>Begins every word, at first as a piece of its own.</summary>
    private const string Start = "▁";

    private readonly List<string> _pieces = ["", "", "\uFFFD"];
    private readonly Dictionary<string, int> _tokens = [];
    private readonly Dictionary<(int Left, int Right), int> _joins = [];

    private Subwords()
    {
    }

    /// <summary>How many tokens there are, with padding, border and unknown.</summary>
    public int Count => _pieces.Count;

    /// <summary>What each token stands for; a word's first piece begins with ▁, the others do not.</summary>
    public IReadOnlyList<string> Pieces => _pieces;

    /// <summary>Learns the pieces of a text.</summary>
    /// <param name="words">The words of the text, as often as they occur.</param>
    /// <param name="count">How many tokens there shall be; they are fewer where no two neighbours occur twice, and more where the
    /// characters alone are.</param>
    public static Subwords Learn(IEnumerable<string> words, int count)
    {
        ArgumentNullException.ThrowIfNull(words);
        var subwords = new Subwords();
        KeyValuePair<string, int>[] counted = [.. words.Where(word => word.Length > 0).CountBy(word => word)
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)];
        foreach (string character in counted.SelectMany(word => Characters(word.Key)).Distinct().Order(StringComparer.Ordinal))
            subwords.Add(character);
        var pairs = new PairCounts(
            [.. counted.Select(word => (Characters(word.Key).Select(character => subwords._tokens[character]).ToArray(), word.Value))]);
        while (subwords.Count < count && pairs.Most() is { } most)
            pairs.Join(most, subwords.Join(most));
        return subwords;
    }

    /// <summary>The tokens of some words.</summary>
    public int[] Encode(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return [.. words.SelectMany(Cut)];
    }

    /// <summary>The words of some tokens; padding and borders are left out.</summary>
    public string[] Decode(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return string.Concat(tokens.Select(token => _pieces[token])).Split(Start, StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Characters(string word) => word.EnumerateRunes().Select(rune => rune.ToString()).Prepend(Start);

    private List<int> Cut(string word)
    {
        List<int> tokens = [.. Characters(word).Select(character => _tokens.GetValueOrDefault(character, Unknown))];
        while (true)
        {
            // What was joined first in learning has the lowest token, and is joined first here.
            int best = int.MaxValue;
            for (int i = 0; i + 1 < tokens.Count; i++)
                best = Math.Min(best, _joins.GetValueOrDefault((tokens[i], tokens[i + 1]), int.MaxValue));
            if (best == int.MaxValue)
                return tokens;
            for (int i = 0; i + 1 < tokens.Count; i++)
            {
                if (_joins.GetValueOrDefault((tokens[i], tokens[i + 1])) != best)
                    continue;
                tokens[i] = best;
                tokens.RemoveAt(i + 1);
            }
        }
    }

    private int Add(string piece)
    {
        _pieces.Add(piece);
        _tokens.TryAdd(piece, Count - 1);
        return Count - 1;
    }

    private int Join((int Left, int Right) pair) => _joins[pair] = Add(_pieces[pair.Left] + _pieces[pair.Right]);

    /// <summary>How often which tokens are neighbours, kept up to date while they are joined.</summary>
    private sealed class PairCounts
    {
        private readonly (int[] Tokens, int Times)[] _words;
        private readonly Dictionary<(int Left, int Right), int> _counts = [];

        /// <summary>The words that a pair was ever found in.</summary>
        private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];

        public PairCounts((int[] Tokens, int Times)[] words)
        {
            _words = words;
            for (int word = 0; word < words.Length; word++)
                Count(word, 1);
        }

        /// <summary>The most frequent pair, of equal ones that of the lowest tokens; null where none occurs twice.</summary>
        public (int Left, int Right)? Most()
        {
            (int Left, int Right) best = default;
            int most = 1;
            foreach (((int Left, int Right) pair, int count) in _counts)
            {
                if (count > most || (count == most && count > 1 && pair.CompareTo(best) < 0))
                    (best, most) = (pair, count);
            }

            return most > 1 ? best : null;
        }

        public void Join((int Left, int Right) pair, int joined)
        {
            foreach (int word in _places[pair])
            {
                Count(word, -1);
                int[] tokens = _words[word].Tokens;
                int kept = 0;
                for (int i = 0; i < tokens.Length; i++)
                {
                    bool joins = i + 1 < tokens.Length && (tokens[i], tokens[i + 1]) == pair;
                    tokens[kept++] = joins ? joined : tokens[i];
                    i += joins ? 1 : 0;
                }

                _words[word].Tokens = tokens[..kept];
                Count(word, 1);
            }

            _places.Remove(pair);
            _counts.Remove(pair);
        }

        private void Count(int word, int sign)
        {
            (int[] tokens, int times) = _words[word];
            for (int i = 0; i + 1 < tokens.Length; i++)
            {
                (int, int) pair = (tokens[i], tokens[i + 1]);
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += sign * times;
                if (sign < 0)
                    continue;
                if (!_places.TryGetValue(pair, out HashSet<int>? places))
                    _places.Add(pair, places = []);
                places.Add(word);
            }
        }
    }
}
