namespace Unroll;

/// <summary>How a metric of classes reads the targets.</summary>
public enum TargetLabels
{
    /// <summary>
    /// As the loss reads them. With a loss of values: class numbers where there is one target for several outputs, zeros and ones where a
    /// step has one output; anything else is refused.
    /// </summary>
    Automatic,

    /// <summary>The number of the true class, 0 to C − 1, for each run of C outputs.</summary>
    ClassNumbers,

    /// <summary>C numbers for each run of C outputs; the largest is at the true class.</summary>
    OneHot,

    /// <summary>A 0 or a 1 for each output; more than ½ is taken for 1.</summary>
    Binary,
}

/// <summary>How the scores of several classes are averaged.</summary>
public enum ClassAverage
{
    /// <summary>The unweighted mean of the scores of the classes.</summary>
    Macro,

    /// <summary>
    /// The score of the counts summed over all classes. Where every choice has one true and one predicted class, this is the accuracy.
    /// </summary>
    Micro,
}

/// <summary>What metrics of classes share. The predicted class is that of the largest output, the first of equal ones.</summary>
public abstract record ClassMetric : Metric
{
    private protected ClassMetric()
    {
    }

    /// <summary>What the targets are.</summary>
    public TargetLabels Labels { get; init; }

    /// <summary>
    /// For targets of 0 and 1: the probability above which an output says 1; above 0 and below 1. Scores, as of <see cref="Hinge"/>, say 1
    /// above 0.
    /// </summary>
    public double Threshold { get; init; } = 0.5;

    public override void Validate()
    {
        base.Validate();
        if (Threshold is not (> 0 and < 1))
            throw Refusal($"has the threshold {Threshold}; it is a probability, above 0 and below 1.");
    }

    /// <summary>What the targets are, where it is left open.</summary>
    private protected TargetLabels LabelsOf(MetricSubject subject)
    {
        (int features, int positions) = (subject.Output.Features, subject.Output.Positions);
        TargetLabels labels = Labels != TargetLabels.Automatic ? Labels : subject.Loss switch
        {
            _ when subject.IsBinary => TargetLabels.Binary,
            { Takes: OutputKind.ClassLogits or OutputKind.ClassProbabilities or OutputKind.ClassScores } loss
                when loss.TargetsOf(subject.Output) is var each && (each == positions || each == subject.Output.Size)
                => each == positions ? TargetLabels.ClassNumbers : TargetLabels.OneHot,
            { Takes: OutputKind.Values } when features > 1 && subject.Target.Size == positions => TargetLabels.ClassNumbers,
            { Takes: OutputKind.Values } when features == 1 && subject.Target.Size == positions => TargetLabels.Binary,
            { Takes: OutputKind.Values } => throw Refusal(
                $"can read targets of shape {subject.Target} for outputs of shape {subject.Output} in more than one way. "
                + "Say which with Labels."),
            _ => throw Refusal($"judges classes, but the model is trained with the {subject.Loss.Name}."),
        };
        if (subject.Target.Size != (labels == TargetLabels.ClassNumbers ? positions : subject.Output.Size))
        {
            string wanted = labels == TargetLabels.ClassNumbers
                ? $"one class number for each of {positions} choices"
                : $"{subject.Output.Size} targets, one for each output";
            throw Refusal($"takes {wanted}, but the targets have shape {subject.Target}.");
        }

        if (labels != TargetLabels.Binary && features < 2)
            throw Refusal(
                $"needs at least 2 classes, but the model's output has shape {subject.Output}. "
                + "Set Labels to Binary for a single probability.");
        return labels;
    }

    private protected ClassCounts Counts(MetricSubject subject, Func<ClassCounts, double> value)
    {
        TargetLabels labels = LabelsOf(subject);
        bool hasSigns = subject.Loss.Takes == OutputKind.BinaryScores;
        double threshold = hasSigns ? 0 : subject.IsLogits ? Math.Log(Threshold / (1 - Threshold)) : Threshold;
        return new ClassCounts(labels, subject.Output.Features, threshold, value) { HasSigns = hasSigns };
    }
}

/// <summary>The share of choices that are right: of classes, or of zeros and ones.</summary>
public sealed record Accuracy : ClassMetric
{
    protected internal override string DefaultName => "accuracy";

    public override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return Counts(subject, counts => counts.Right / counts.All);
    }
}

/// <summary>
/// What precision, recall and F1 share: scores of how often a class is found, taken for another and missed. One of your own is the formula.
/// </summary>
/// <example>
/// <code>
/// public sealed record Jaccard : ClassScore
/// {
///     protected override double Of(double found, double mistaken, double missed) => Ratio(found, found + mistaken + missed);
/// }
/// </code>
/// </example>
public abstract record ClassScore : ClassMetric
{
    /// <summary>How the scores of several classes are averaged; a single output of 0 and 1 has the score of the ones.</summary>
    public ClassAverage Average { get; init; } = ClassAverage.Macro;

    /// <summary>The class whose score is given, from 0; null: the average over the classes.</summary>
    public int? Class { get; init; }

    /// <summary>The score of a class from sums of weights: true positives, false positives and false negatives.</summary>
    protected abstract double Of(double found, double mistaken, double missed);

    public override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (Class is { } one && (one < 0 || one >= subject.Output.Features))
            throw Refusal($"is that of class {one}, but the model has {subject.Output.Features}, counted from 0.");
        return Counts(subject, Value);
    }

    /// <summary>Where the formula divides by 0, because nothing was predicted or nothing is there, the score is 0, as in Keras.</summary>
    protected static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;

    private double Value(ClassCounts counts)
    {
        if (Class is { } one)
            return Of(counts.Found[one], counts.Mistaken[one], counts.Missed[one]);
        if (Average == ClassAverage.Micro)
            return Of(Sum(counts.Found), Sum(counts.Mistaken), Sum(counts.Missed));
        double sum = 0;
        for (int c = 0; c < counts.Found.Length; c++)
            sum += Of(counts.Found[c], counts.Mistaken[c], counts.Missed[c]);
        return sum / counts.Found.Length;
    }

    private static double Sum(double[] values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }
}

/// <summary>Of those that were predicted to be of a class, the share that is; 0 where none was.</summary>
public sealed record Precision : ClassScore
{
    protected internal override string DefaultName => "precision";

    protected override double Of(double found, double mistaken, double missed) => Ratio(found, found + mistaken);
}

/// <summary>Of those that are of a class, the share that was predicted to be; 0 where there is none.</summary>
public sealed record Recall : ClassScore
{
    protected internal override string DefaultName => "recall";

    protected override double Of(double found, double mistaken, double missed) => Ratio(found, found + missed);
}

/// <summary>
/// 2·precision·recall ÷ (precision + recall) of a class; 0 where both are 0. The macro average is the mean of the classes' F1.
/// </summary>
public sealed record F1 : ClassScore
{
    protected internal override string DefaultName => "f1";

    protected override double Of(double found, double mistaken, double missed) => Ratio(2 * found, 2 * found + mistaken + missed);
}

/// <summary>
/// The share of choices in which fewer than <paramref name="K"/> classes have a larger output than the true one, as in Keras.
/// </summary>
/// <param name="K">At least 1.</param>
public sealed record TopKAccuracy(int K = 5) : ClassMetric
{
    protected internal override string DefaultName => $"top-{K} accuracy";

    public override void Validate()
    {
        base.Validate();
        if (K < 1)
            throw Refusal($"has K {K}; it must be at least 1.");
    }

    public override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        TargetLabels labels = LabelsOf(subject);
        if (labels == TargetLabels.Binary)
            throw Refusal("needs a choice among classes, but the targets are zeros and ones.");
        return new ClassCounts(labels, subject.Output.Features, 0, counts => counts.Right / counts.All) { Top = K };
    }
}

/// <summary>Weights of the choices, by true and predicted class.</summary>
internal sealed class ClassCounts(TargetLabels labels, int classes, double threshold, Func<ClassCounts, double> value) : MetricAccumulator
{
    private bool _isNaN;

    /// <summary>A choice is right where its true class is among so many of the largest outputs.</summary>
    public int Top { get; init; } = 1;

    /// <summary>True where a target below 0 is the other class, and not one that does not count.</summary>
    public bool HasSigns { get; init; }

    /// <summary>For each class: true positives, false positives, false negatives.</summary>
    public double[] Found { get; } = new double[classes];

    public double[] Mistaken { get; } = new double[classes];

    public double[] Missed { get; } = new double[classes];

    public double Right { get; private set; }

    public double All { get; private set; }

    public override double Value => _isNaN || All == 0 ? double.NaN : value(this);

    public override void Clear()
    {
        (_isNaN, Right, All) = (false, 0, 0);
        foreach (double[] counts in (ReadOnlySpan<double[]>)[Found, Mistaken, Missed])
            Array.Clear(counts);
    }

    public override void Add(in MetricRow row)
    {
        for (int i = 0; i < row.Positions; i++)
        {
            double weight = row.WeightOf(i);
            ReadOnlySpan<float> outputs = row.Outputs.Slice(i * classes, classes);
            if (weight == 0)
                continue;
            if (labels == TargetLabels.Binary)
                AddEach(outputs, row.Targets.Slice(i * classes, classes), weight);
            else if (RightClass(row, i) is var right and >= 0)
                AddChoice(outputs, right, weight);
        }
    }

    private int RightClass(in MetricRow row, int position)
    {
        if (labels == TargetLabels.ClassNumbers)
        {
            float target = row.Targets[position];
            if (target < 0)
                return -1;
            return target < classes && float.IsInteger(target) ? (int)target : throw new UnrollException(
                $"A target is class {target}, but the model has {classes} classes, 0 to {classes - 1}. Below 0 means: does not count.");
        }

        ReadOnlySpan<float> targets = row.Targets.Slice(position * classes, classes);
        return targets.ContainsAnyExcept(0f) ? Sampling.Likeliest(targets) : -1;
    }

    private void AddChoice(ReadOnlySpan<float> outputs, int right, double weight)
    {
        int predicted = 0, larger = 0;
        for (int c = 0; c < outputs.Length; c++)
        {
            _isNaN |= float.IsNaN(outputs[c]);
            if (outputs[c] > outputs[predicted])
                predicted = c;
            larger += outputs[c] > outputs[right] ? 1 : 0;
        }

        All += weight;
        if (Top == 1 ? predicted == right : larger < Top)
            Right += weight;
        if (predicted == right)
        {
            Found[right] += weight;
            return;
        }

        Missed[right] += weight;
        Mistaken[predicted] += weight;
    }

    private void AddEach(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, double weight)
    {
        for (int c = 0; c < outputs.Length; c++)
        {
            if (targets[c] < 0 && !HasSigns)
                continue;
            _isNaN |= float.IsNaN(outputs[c]);
            bool actual = targets[c] > 0.5f, predicted = outputs[c] > threshold;
            All += weight;
            if (actual == predicted)
                Right += weight;
            if (actual && predicted)
                Found[c] += weight;
            else if (predicted)
                Mistaken[c] += weight;
            else if (actual)
                Missed[c] += weight;
        }
    }
}
