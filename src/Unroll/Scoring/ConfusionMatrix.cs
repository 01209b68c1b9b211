using System.Globalization;
using System.Text;

namespace Unroll;

/// <summary>How often each class was taken for each: rows are the right classes, columns the predicted ones.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;

    private const int MostClasses = 16384;

    /// <param name="classes">C, at least 2 and at most 16,384: the table has C² numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer or more classes.</exception>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, MostClasses);
        (Classes, _counts) = (classes, new long[classes, classes]);
    }

    /// <summary>Counts the largest of each run of C outputs against its label. Labels below 0 do not count.</summary>
    /// <param name="outputs">Logits or probabilities, [N, C], row-major.</param>
    /// <param name="labels">The right classes, N.</param>
    /// <param name="classes">C.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or there are too few or too many classes.</exception>
    /// <exception cref="UnrollException">An output that counts is NaN, or a label is no class.</exception>
    public static ConfusionMatrix Of(ReadOnlySpan<float> outputs, ReadOnlySpan<int> labels, int classes)
    {
        var matrix = new ConfusionMatrix(classes);
        if (outputs.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{labels.Length} labels of {classes} classes need {(long)labels.Length * classes} outputs, but "
                + $"{outputs.Length} were given.", nameof(outputs));
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> choice = outputs.Slice(i * classes, classes);
            if (labels[i] < 0)
                continue;
            if (labels[i] >= classes)
                throw new UnrollException(
                    $"Label {i}, counted from 0, is {labels[i]}, but there are {classes} classes, 0 to {classes - 1}. "
                    + "Correct it, or give more classes; below 0 means that it does not count.");
            if (choice.Contains(float.NaN))
                throw new UnrollException(
                    $"The outputs of choice {i}, counted from 0, hold NaN, so they predict no class. "
                    + "Look at the data and the training of the model.");
            matrix.Add(labels[i], Sampling.Likeliest(choice));
        }

        return matrix;
    }

    /// <summary>C.</summary>
    public int Classes { get; }

    /// <summary>How often <paramref name="right"/> was taken for <paramref name="predicted"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is no class.</exception>
    public long this[int right, int predicted] => _counts[Check(right, nameof(right)), Check(predicted, nameof(predicted))];

    /// <summary>How many there are.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            foreach (long count in _counts)
                sum += count;
            return sum;
        }
    }

    /// <summary>The share that was right.</summary>
    /// <exception cref="InvalidOperationException">Nothing was counted.</exception>
    public double Accuracy
    {
        get
        {
            long right = 0;
            for (int c = 0; c < Classes; c++)
                right += _counts[c, c];
            return Count > 0 ? right / (double)Count : throw new InvalidOperationException("Accuracy is undefined: nothing was counted.");
        }
    }

    /// <summary>Counts one more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is no class.</exception>
    public void Add(int right, int predicted) => _counts[Check(right, nameof(right)), Check(predicted, nameof(predicted))]++;

    /// <summary>Of those that were predicted to be <paramref name="class"/>, the share that is; 0 where none was, as in Keras.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no class.</exception>
    public double Precision(int @class)
    {
        Check(@class, nameof(@class));
        double predicted = 0;
        for (int c = 0; c < Classes; c++)
            predicted += _counts[c, @class];
        return predicted == 0 ? 0 : _counts[@class, @class] / predicted;
    }

    /// <summary>
    /// Of those that are <paramref name="class"/>, the share that was predicted to be; 0 where there is none, as in Keras.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no class.</exception>
    public double Recall(int @class)
    {
        Check(@class, nameof(@class));
        double all = 0;
        for (int c = 0; c < Classes; c++)
            all += _counts[@class, c];
        return all == 0 ? 0 : _counts[@class, @class] / all;
    }

    /// <summary>2·precision·recall ÷ (precision + recall); 0 where both are 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no class.</exception>
    public double F1(int @class)
    {
        Check(@class, nameof(@class));
        double both = 0;
        for (int c = 0; c < Classes; c++)
            both += _counts[c, @class] + _counts[@class, c];
        return both == 0 ? 0 : 2 * _counts[@class, @class] / both;
    }

    /// <summary>The table, a line for each right class.</summary>
    public override string ToString() => ToString([.. Enumerable.Range(0, Classes).Select(c => c.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>The table with names for the classes.</summary>
    public string ToString(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count != Classes)
            throw new ArgumentException($"There are {Classes} classes, but {names.Count} names were given.", nameof(names));
        int width = Math.Max(
            names.Max(name => name.Length), _counts.Cast<long>().Max(count => count.ToString("N0", CultureInfo.InvariantCulture).Length));
        var text = new StringBuilder("is \\ read as".PadRight(Math.Max(12, width)));
        foreach (string name in names)
            text.Append("  ").Append(name.PadLeft(width));
        for (int right = 0; right < Classes; right++)
        {
            text.AppendLine().Append(names[right].PadRight(Math.Max(12, width)));
            for (int predicted = 0; predicted < Classes; predicted++)
                text.Append("  ").Append((_counts[right, predicted] == 0
                    ? "."
                    : _counts[right, predicted].ToString("N0", CultureInfo.InvariantCulture)).PadLeft(width));
        }

        return text.ToString();
    }

    private int Check(int number, string argument) => number >= 0 && number < Classes ? number
        : throw new ArgumentOutOfRangeException(argument, number, $"There are {Classes} classes, 0 to {Classes - 1}.");
}
