using Unroll.Training;

namespace Unroll;

/// <summary>What a model that was trained with <see cref="Ctc"/> has read: from logits (T, C) to labels.</summary>
public static class CtcDecoding
{
    /// <summary>The likeliest class of every step, with repeats joined and blanks left out.</summary>
    /// <param name="logits">[T, C] of one sample, row-major; steps after the end of a padded sample left out.</param>
    /// <param name="classes">C.</param>
    /// <param name="blank">The class that stands for "nothing here".</param>
    /// <exception cref="ArgumentException">The logits are no whole number of steps.</exception>
    public static int[] BestPath(ReadOnlySpan<float> logits, int classes, int blank = 0)
    {
        Require(logits.Length, classes, blank);
        var labels = new List<int>();
        int before = blank;
        for (int t = 0; t < logits.Length; t += classes)
        {
            int best = Sampling.Likeliest(logits.Slice(t, classes));
            if (best != before && best != blank)
                labels.Add(best);
            before = best;
        }

        return [.. labels];
    }

    /// <summary>
    /// The likeliest labels that a beam search over prefixes finds (Graves 2012, chapter 7.5; Hannun et al. 2014): unlike the best
    /// path it adds up all ways to stretch the same labels.
    /// </summary>
    /// <param name="logits">[T, C] of one sample, row-major.</param>
    /// <param name="classes">C.</param>
    /// <param name="width">How many prefixes are kept after each step.</param>
    /// <param name="blank">The class that stands for "nothing here".</param>
    /// <returns>The labels, and ln of their probability as far as the beam saw it.</returns>
    public static (int[] Labels, double LogProbability) Beam(ReadOnlySpan<float> logits, int classes, int width = 16, int blank = 0)
    {
        Require(logits.Length, classes, blank);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var beam = new List<Prefix> { new(null, -1) { Blank = 0, NonBlank = double.NegativeInfinity } };
        var logs = new double[classes];
        for (int t = 0; t < logits.Length; t += classes)
        {
            LogSoftmax(logits.Slice(t, classes), logs);
            var next = new Dictionary<Prefix, Prefix>();
            foreach (Prefix prefix in beam)
            {
                Prefix same = Get(next, prefix);
                same.Blank = SpecialFunctions.LogAdd(same.Blank, prefix.Total + logs[blank]);
                if (prefix.Label >= 0)
                    same.NonBlank = SpecialFunctions.LogAdd(same.NonBlank, prefix.NonBlank + logs[prefix.Label]);
                for (int label = 0; label < classes; label++)
                {
                    if (label == blank)
                        continue;
                    Prefix longer = Get(next, new Prefix(prefix, label));
                    longer.NonBlank = SpecialFunctions.LogAdd(
                        longer.NonBlank, (label == prefix.Label ? prefix.Blank : prefix.Total) + logs[label]);
                }
            }

            beam = [.. next.Values.OrderByDescending(prefix => prefix.Total).Take(width)];
        }

        return (beam[0].ToLabels(), beam[0].Total);
    }

    private static Prefix Get(Dictionary<Prefix, Prefix> next, Prefix prefix)
    {
        if (!next.TryGetValue(prefix, out Prefix? found))
            next.Add(prefix, found =
                new Prefix(prefix.Before, prefix.Label) { Blank = double.NegativeInfinity, NonBlank = double.NegativeInfinity });
        return found;
    }

    private static void LogSoftmax(ReadOnlySpan<float> logits, Span<double> logs)
    {
        (double largest, double sum) = SpecialFunctions.SumOfExponentials(logits);
        for (int c = 0; c < logs.Length; c++)
            logs[c] = logits[c] - largest - Math.Log(sum);
    }

    private static void Require(int length, int classes, int blank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (length % classes != 0 || blank < 0 || blank >= classes)
            throw new ArgumentException(
                $"{length} logits are no whole number of steps of {classes} classes with blank {blank} among them.");
    }

    /// <summary>Labels as a chain: equal where label and all before are equal.</summary>
    private sealed class Prefix(Prefix? before, int label) : IEquatable<Prefix>
    {
        private readonly int _hash = HashCode.Combine(before?._hash ?? 0, label);

        public Prefix? Before => before;

        public int Label => label;

        /// <summary>ln of the probability of all ways that end in a blank, and of those that do not.</summary>
        public double Blank { get; set; }

        public double NonBlank { get; set; }

        public double Total => SpecialFunctions.LogAdd(Blank, NonBlank);

        public bool Equals(Prefix? other)
        {
            Prefix? mine = this;
            while (!ReferenceEquals(mine, other))
            {
                if (mine is null || other is null || mine._hash != other._hash || mine.Label != other.Label)
                    return false;
                (mine, other) = (mine.Before, other.Before);
            }

            return true;
        }

        public override bool Equals(object? obj) => Equals(obj as Prefix);

        public override int GetHashCode() => _hash;

        public int[] ToLabels()
        {
            var labels = new List<int>();
            for (Prefix? prefix = this; prefix is { Label: >= 0 }; prefix = prefix.Before)
                labels.Add(prefix.Label);
            labels.Reverse();
            return [.. labels];
        }
    }
}
