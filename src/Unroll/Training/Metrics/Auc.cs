using Unroll.Training;

namespace Unroll;

/// <summary>
/// The area under the ROC curve: the probability that a one has a larger output than a zero, ties counted half (Mann and Whitney 1947).
/// Exact, by ranks: all scores are kept until the end. Targets are 0 and 1, one for each output; more than ½ is taken for 1, and below 0
/// does not count, but with a loss of scores such as <see cref="Hinge"/>, where it is 0. Several outputs are judged together. NaN where
/// there are no ones or no zeros.
/// </summary>
public sealed record Auc : Metric
{
    protected internal override string DefaultName => "auc";

    public override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (!subject.IsBinary && !(subject.Loss.Takes == OutputKind.Values && subject.Loss.OutputsPerTarget == 1))
            throw Refusal($"judges zeros and ones, but the model is trained with the {subject.Loss.Name}.");
        if (subject.Target.Size != subject.Output.Size)
            throw Refusal($"needs a target of 0 or 1 for each output; outputs have shape {subject.Output}, targets {subject.Target}.");
        return new Accumulator(subject.Output.Features, subject.Loss.Takes == OutputKind.BinaryScores);
    }

    private sealed class Accumulator(int features, bool hasSigns) : MetricAccumulator
    {
        private readonly List<(float Score, bool IsOne, double Weight)> _scores = [];
        private bool _isNaN;

        public override double Value
        {
            get
            {
                if (_isNaN)
                    return double.NaN;

                // Equal scores are summed up before they are used, so their order does not matter; their weights are added in the order of
                // the rows.
                (float Score, bool IsOne, double Weight)[] sorted = [.. _scores.OrderBy(each => each.Score)];
                double zeros = 0, ones = 0, area = 0;
                for (int from = 0, to; from < sorted.Length; from = to)
                {
                    double equalZeros = 0, equalOnes = 0;
                    for (to = from; to < sorted.Length && sorted[to].Score == sorted[from].Score; to++)
                        (equalZeros, equalOnes) = sorted[to].IsOne
                            ? (equalZeros, equalOnes + sorted[to].Weight) : (equalZeros + sorted[to].Weight, equalOnes);
                    area += equalOnes * (zeros + equalZeros / 2);
                    (zeros, ones) = (zeros + equalZeros, ones + equalOnes);
                }

                return area / (zeros * ones);
            }
        }

        public override void Clear()
        {
            _scores.Clear();
            _isNaN = false;
        }

        public override void Add(in MetricRow row)
        {
            for (int i = 0; i < row.Outputs.Length; i++)
            {
                double weight = row.WeightOf(i / features);
                if (weight == 0 || (row.Targets[i] < 0 && !hasSigns))
                    continue;
                _isNaN |= float.IsNaN(row.Outputs[i]);
                _scores.Add((row.Outputs[i], row.Targets[i] > 0.5f, weight));
            }
        }
    }
}

/// <summary>
/// exp of the mean of −ln p of the true class: the number of equally likely classes with the same uncertainty. For logits or probabilities
/// of classes, with
/// <see cref="SparseCategoricalCrossEntropy"/>, <see cref="CategoricalCrossEntropy"/> (there −Σ y ln p) or another loss of such; label
/// smoothing and class weights are left out.
/// </summary>
public sealed record Perplexity : Metric
{
    protected internal override string DefaultName => "perplexity";

    public override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Loss loss = subject.Loss;
        int targets = loss.TargetsOf(subject.Output), positions = subject.Output.Positions;
        bool isSparse = targets == positions;
        return loss.Takes is OutputKind.ClassLogits or OutputKind.ClassProbabilities && (isSparse || targets == subject.Output.Size)
            ? new Accumulator(subject.Output.Features, isSparse, subject.IsLogits)
            : throw Refusal($"needs logits of classes, but the model is trained with the {loss.Name}.");
    }

    private sealed class Accumulator(int classes, bool isSparse, bool isLogits) : MetricAccumulator
    {
        private double _sum, _count;

        public override double Value => _count == 0 ? double.NaN : Math.Exp(_sum / _count);

        public override void Clear() => (_sum, _count) = (0, 0);

        public override void Add(in MetricRow row)
        {
            for (int i = 0; i < row.Positions; i++)
            {
                double weight = row.WeightOf(i);
                ReadOnlySpan<float> logits = row.Outputs.Slice(i * classes, classes),
                    targets = isSparse ? row.Targets.Slice(i, 1) : row.Targets.Slice(i * classes, classes);
                if (weight == 0 || (isSparse ? targets[0] < 0 : !targets.ContainsAnyExcept(0f)))
                    continue;
                double log = isLogits ? LogSum(logits) : Sum(logits), loss = 0;
                if (isSparse)
                    loss = Surprise(logits[(int)targets[0]], log);
                for (int c = 0; c < classes && !isSparse; c++)
                    loss += targets[c] * Surprise(logits[c], log);
                _sum += weight * loss;
                _count += weight;
            }
        }

        /// <summary>−ln p, where <paramref name="all"/> is ln Σeˣ of logits, or Σp of probabilities.</summary>
        private double Surprise(float output, double all) => isLogits ? all - output : -Math.Log(Probabilities.Cut(output / all));

        private static double Sum(ReadOnlySpan<float> probabilities)
        {
            double sum = 0;
            foreach (float probability in probabilities)
                sum += probability;
            return sum;
        }

        /// <summary>ln Σeˣ.</summary>
        private static double LogSum(ReadOnlySpan<float> logits)
        {
            (double largest, double sum) = SpecialFunctions.SumOfExponentials(logits);
            return largest + Math.Log(sum);
        }
    }
}
