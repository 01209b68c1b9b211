namespace Unroll;

/// <summary>How near sequences are to those they should be. Pure functions; what is undefined is an error, not a number.</summary>
public static class SequenceMetrics
{
    /// <summary>
    /// The least number of insertions, deletions and replacements that turn one sequence into the other (Levenshtein 1966).
    /// </summary>
    public static int EditDistance<T>(IReadOnlyList<T> from, IReadOnlyList<T> to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        EqualityComparer<T> comparer = EqualityComparer<T>.Default;
        int[] before = new int[to.Count + 1], now = new int[to.Count + 1];
        for (int j = 0; j <= to.Count; j++)
            before[j] = j;
        for (int i = 1; i <= from.Count; i++)
        {
            now[0] = i;
            for (int j = 1; j <= to.Count; j++)
            {
                int replaced = before[j - 1] + (comparer.Equals(from[i - 1], to[j - 1]) ? 0 : 1);
                now[j] = Math.Min(replaced, 1 + Math.Min(before[j], now[j - 1]));
            }

            (before, now) = (now, before);
        }

        return before[to.Count];
    }

    /// <summary>
    /// The edit distances of all pairs ÷ the tokens of all references: phoneme, character or word error rate. It can exceed 1.
    /// </summary>
    /// <param name="found">What was written.</param>
    /// <param name="references">What should have been, pair by pair.</param>
    /// <exception cref="UnrollException">The numbers differ, or the references are empty.</exception>
    public static double ErrorRate<T>(IReadOnlyList<IReadOnlyList<T>> found, IReadOnlyList<IReadOnlyList<T>> references)
    {
        RequirePairs(found, references);
        long errors = 0, tokens = 0;
        for (int i = 0; i < found.Count; i++)
        {
            errors += EditDistance(found[i], references[i]);
            tokens += references[i].Count;
        }

        return tokens > 0
            ? errors / (double)tokens
            : throw new UnrollException("The error rate is undefined: the references have no tokens. Give some that have.");
    }

    /// <summary>e to the mean cross-entropy (in nats) a token: among how many equally likely tokens a model is undecided.</summary>
    public static double Perplexity(double crossEntropy) => Math.Exp(crossEntropy);

    /// <summary>The mean cross-entropy in bits instead of nats.</summary>
    public static double BitsPerToken(double crossEntropy) => crossEntropy / Math.Log(2);

    /// <summary>
    /// BLEU of a corpus, 0 to 100 (Papineni et al. 2002): the geometric mean of the precisions of 1- to 4-grams, each counted at most
    /// as often as in the reference, times exp(1 − r/c) where what was written (c tokens) is shorter than the references (r).
    /// One reference a sentence, no smoothing: 0 where no 4-gram is right.
    /// </summary>
    /// <exception cref="UnrollException">The numbers differ, or there are none.</exception>
    public static double Bleu<T>(IReadOnlyList<IReadOnlyList<T>> found, IReadOnlyList<IReadOnlyList<T>> references)
        where T : notnull
    {
        RequirePairs(found, references);
        double logs = 0;
        for (int n = 1; n <= 4; n++)
        {
            (long right, long written, _) = Overlap(found, references, n);
            if (right == 0)
                return 0;
            logs += Math.Log(right / (double)written) / 4;
        }

        long length = found.Sum(tokens => (long)tokens.Count), reference = references.Sum(tokens => (long)tokens.Count);
        return 100 * Math.Exp(logs + (length < reference ? 1 - reference / (double)length : 0));
    }

    /// <summary>
    /// chrF2 of a corpus, 0 to 100 (Popović 2015): from 1- to 6-grams of characters without spaces, mean precision p and mean recall r,
    /// (1 + 2²)·p·r/(2²·p + r).
    /// </summary>
    /// <exception cref="UnrollException">The numbers differ, or there are none.</exception>
    public static double Chrf(IReadOnlyList<string> found, IReadOnlyList<string> references)
    {
        const int Longest = 6, Beta2 = 4;
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(references);
        char[][] written = [.. found.Select(Letters)], right = [.. references.Select(Letters)];
        RequirePairs<char[]>(written, right);
        double precision = 0, recall = 0;
        int orders = 0;
        for (int n = 1; n <= Longest; n++)
        {
            (long matches, long ours, long theirs) = Overlap<char>(written, right, n);
            if (theirs == 0)
                continue;
            orders++;
            precision += ours > 0 ? matches / (double)ours : 0;
            recall += matches / (double)theirs;
        }

        if (orders == 0)
            throw new UnrollException("chrF is undefined: the references have no characters. Give some that have.");
        (precision, recall) = (precision / orders, recall / orders);
        return precision + recall == 0 ? 0 : 100 * (1 + Beta2) * precision * recall / (Beta2 * precision + recall);
    }

    private static char[] Letters(string text) => [.. text.Where(letter => !char.IsWhiteSpace(letter))];

    /// <summary>n-grams that both have, sentence by sentence, those written, and those of the references.</summary>
    private static (long Both, long Written, long Reference) Overlap<T>(
        IReadOnlyList<IReadOnlyList<T>> found, IReadOnlyList<IReadOnlyList<T>> references, int n)
        where T : notnull
    {
        long both = 0, written = 0, reference = 0;
        for (int i = 0; i < found.Count; i++)
        {
            Dictionary<Gram<T>, int> right = Grams(references[i], n);
            foreach ((Gram<T> gram, int count) in Grams(found[i], n))
            {
                written += count;
                both += Math.Min(count, right.GetValueOrDefault(gram));
            }

            reference += right.Values.Sum();
        }

        return (both, written, reference);
    }

    private static Dictionary<Gram<T>, int> Grams<T>(IReadOnlyList<T> tokens, int n)
        where T : notnull
    {
        var counts = new Dictionary<Gram<T>, int>();
        for (int i = 0; i + n <= tokens.Count; i++)
        {
            var gram = new Gram<T>(tokens, i, n);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    private static void RequirePairs<T>(IReadOnlyCollection<T> found, IReadOnlyCollection<T> references)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(references);
        if (found.Count != references.Count || found.Count == 0)
            throw new UnrollException($"{found.Count} sequences cannot be compared with {references.Count} references. Give one "
                + "reference for each, and at least one.");
    }

    /// <summary>n tokens of a sequence, equal where they are equal.</summary>
    private readonly struct Gram<T>(IReadOnlyList<T> tokens, int start, int length) : IEquatable<Gram<T>>
        where T : notnull
    {
        private readonly IReadOnlyList<T> _tokens = tokens;
        private readonly int _start = start;

        public bool Equals(Gram<T> other)
        {
            for (int i = 0; i < length; i++)
            {
                if (!_tokens[_start + i].Equals(other._tokens[other._start + i]))
                    return false;
            }

            return true;
        }

        public override bool Equals(object? obj) => obj is Gram<T> other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            for (int i = 0; i < length; i++)
                hash.Add(_tokens[_start + i]);
            return hash.ToHashCode();
        }
    }
}
