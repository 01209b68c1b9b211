namespace Unroll.Server;

/// <summary>
/// Probabilities by counting runs of tokens, to see what a network adds to that: interpolated Kneser-Ney (Chen and Goodman 1999). Runs of
/// the full length are counted as often as they occur, shorter ones by how many different tokens stand before them; of each count a part
/// is given to the next shorter run.
/// </summary>
internal sealed class RunCounts
{
    private readonly int _tokens, _order;

    // By length: how often a run occurs, how often its beginning without the last token, and with how many different ones after it.
    private readonly Dictionary<long, int>[] _runs, _contexts, _followers;
    private readonly double[] _discounts;

    /// <param name="text">Tokens below 256.</param>
    /// <param name="tokens">How many different ones there can be.</param>
    /// <param name="order">Tokens in the longest runs, at most 7.</param>
    public RunCounts(int[] text, int tokens, int order)
    {
        (_tokens, _order, _discounts) = (tokens, order, new double[order + 1]);
        (_runs, _contexts, _followers) = (Tables(), Tables(), Tables());
        for (int end = order; end <= text.Length; end++)
            Add(_runs[order], Key(text, end, order));
        for (int length = order; length >= 1; length--)
        {
            foreach ((long run, int count) in _runs[length])
            {
                Add(_contexts[length], run >> 8, count);
                Add(_followers[length], run >> 8);
                Add(_runs[length - 1], run & ((1L << (8 * (length - 1))) - 1));
            }

            double once = _runs[length].Values.Count(count => count == 1), twice = _runs[length].Values.Count(count => count == 2);
            _discounts[length] = once > 0 ? once / (once + (2 * twice)) : 0.5;
        }
    }

    /// <summary>The mean of −log2 of the probabilities of all tokens of the texts, from the second one of each on.</summary>
    public double Bits(IEnumerable<int[]> texts)
    {
        (double sum, int count) = (0, 0);
        foreach (int[] text in texts)
        {
            for (int at = 1; at < text.Length; at++, count++)
                sum -= Math.Log2(Probability(text, at, Math.Min(_order, at + 1)));
        }

        return sum / count;
    }

    private double Probability(int[] text, int at, int length)
    {
        if (length == 0)
            return 1.0 / _tokens;
        double shorter = Probability(text, at, length - 1);
        long run = Key(text, at + 1, length);
        if (!_contexts[length].TryGetValue(run >> 8, out int all))
            return shorter;
        double given = _discounts[length] * _followers[length][run >> 8];
        return (Math.Max(_runs[length].GetValueOrDefault(run) - _discounts[length], 0) + (given * shorter)) / all;
    }

    private Dictionary<long, int>[] Tables() => [.. Enumerable.Range(0, _order + 1).Select(_ => new Dictionary<long, int>())];

    private static void Add(Dictionary<long, int> table, long key, int count = 1) => table[key] = table.GetValueOrDefault(key) + count;

    /// <summary>The run of tokens before place <paramref name="end"/>, a byte each.</summary>
    private static long Key(int[] text, int end, int length)
    {
        long key = 0;
        for (int at = end - length; at < end; at++)
            key = (key << 8) | (uint)text[at];
        return key;
    }
}
