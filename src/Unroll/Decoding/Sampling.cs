namespace Unroll;

/// <summary>How the next token is drawn from a model's logits. The default draws from the softmax as it is.</summary>
public sealed record Sampling
{
    /// <summary>Logits are divided by it: below 1 the likely becomes likelier, above 1 all become alike; 0 takes the likeliest.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the so many likeliest tokens are drawn from; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Only the likeliest tokens that together have this probability are drawn from (nucleus sampling, Holtzman et al. 2020); 1: all.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>Draws a token.</summary>
    /// <param name="logits">One for each token; not changed.</param>
    /// <param name="uniform">A random number, at least 0 and below 1, for example of <see cref="Random.NextDouble"/>.</param>
    /// <returns>The number of the token.</returns>
    /// <exception cref="UnrollException">A setting is out of range, or no logit is a number.</exception>
    public int Draw(ReadOnlySpan<float> logits, double uniform)
    {
        if (!(Temperature >= 0) || TopK < 0 || !(TopP > 0 && TopP <= 1))
            throw new UnrollException($"Sampling has temperature {Temperature}, top-k {TopK} and top-p {TopP}; they must be at least 0, at "
                + "least 0, and above 0 and at most 1.");
        int best = Likeliest(logits);
        if (Temperature == 0 || TopK == 1)
            return best;
        var order = new int[logits.Length];
        var shares = new double[logits.Length];
        double sum = 0;
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            sum += shares[i] = Math.Exp((logits[i] - logits[best]) / Temperature);
        }

        // Stable: of equal ones the first stays first, so that the same seed draws the same token.
        order = [.. order.OrderByDescending(i => shares[i])];
        int kept = TopK > 0 ? Math.Min(TopK, order.Length) : order.Length;
        double among = 0;
        for (int i = 0; i < kept; i++)
        {
            among += shares[order[i]];
            if (among >= TopP * sum)
                kept = i + 1;
        }

        double draw = uniform * among;
        for (int i = 0; i < kept - 1; i++)
        {
            draw -= shares[order[i]];
            if (draw < 0)
                return order[i];
        }

        return order[kept - 1];
    }

    /// <summary>The number of the largest logit, the first of equal ones.</summary>
    internal static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = -1;
        for (int i = 0; i < logits.Length; i++)
        {
            if (!float.IsNaN(logits[i]) && (best < 0 || logits[i] > logits[best]))
                best = i;
        }

        return best >= 0
            ? best
            : throw new UnrollException("None of the logits is a number. Train the model with a lower learning rate or with clipping.");
    }
}
