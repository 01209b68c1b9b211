using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// The weight of a choice in the loss, by its true class. For zeros and ones, see <see cref="BinaryCrossEntropy.PositiveWeight"/>.
/// </summary>
/// <example><code>new SparseCategoricalCrossEntropy { ClassWeights = ClassWeights.Balanced(labels, classes: 3) }</code></example>
public sealed record ClassWeights
{
    private readonly double[] _weights;

    /// <param name="weights">One for each class, at least 0; 0: choices of that class do not count.</param>
    /// <exception cref="ArgumentException">There are none, or one is below 0 or not finite.</exception>
    [JsonConstructor]
    public ClassWeights(params IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        _weights = [.. weights];
        if (_weights.Length == 0)
            throw new ArgumentException("There are no class weights; give one for each class.", nameof(weights));
        int at = Array.FindIndex(_weights, weight => !(weight >= 0 && double.IsFinite(weight)));
        if (at >= 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The weight of class {at} is {_weights[at]}; it must be at least 0, and finite."), nameof(weights));
    }

    /// <summary>One for each class.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Weights with which all classes count alike: n ÷ (C · n of the class), "balanced" in scikit-learn.</summary>
    /// <param name="labels">The true classes of the training samples; those below 0 do not count.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <exception cref="UnrollException">A label is not below C, or a class has no label.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer classes than 1.</exception>
    public static ClassWeights Balanced(ReadOnlySpan<int> labels, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);

        // n labels leave one of the first n + 1 classes without any, where there are so many.
        var counts = new long[Math.Min(classes, (long)labels.Length + 1)];
        foreach (int label in labels)
        {
            if (label >= classes)
                throw new UnrollException($"A label is {label}, but there are {classes} classes, 0 to {classes - 1}. Correct the label, or "
                    + "give more classes.");
            if (label >= 0 && label < counts.Length)
                counts[label]++;
        }

        int none = Array.IndexOf(counts, 0);
        if (none >= 0)
            throw new UnrollException(
                $"No label is class {none}, so no weight would balance it. Give the weights yourself, or fewer classes.");
        double sum = counts.Sum();
        return new ClassWeights([.. counts.Select(count => sum / (classes * (double)count))]);
    }

    /// <summary>
    /// The <see cref="BinaryCrossEntropy.PositiveWeight"/> with which all ones together count as much as all zeros: zeros ÷ ones.
    /// </summary>
    /// <param name="labels">0 and 1; those below 0 do not count.</param>
    /// <exception cref="ArgumentException">There are no zeros or no ones, or a label is another number.</exception>
    public static double BalancedPositive(ReadOnlySpan<int> labels)
    {
        ClassWeights both = Balanced(labels, 2);
        return both._weights[1] / both._weights[0];
    }

    public bool Equals(ClassWeights? other) => other is not null && _weights.AsSpan().SequenceEqual(other._weights);

    public override int GetHashCode() => HashCode.Combine(_weights.Length, _weights[0], _weights[^1]);

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Weights = [")
            .AppendJoin(", ", _weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture))).Append(']');
        return true;
    }
}
