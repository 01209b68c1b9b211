using Unroll.Layers;

namespace Unroll.Tests.Layers;

/// <summary>Every loss where steps are masked and weighted, and the options of the losses of classes.</summary>
internal static partial class GradientCases
{
    private static readonly double[] s_stepWeights = [1, 0, 2.5, 0.3, 1, 1, 0];

    private static IEnumerable<GradientCase> OfMeasuredSteps()
    {
        double[] labels = [2, 0, -1, 1, 4, 4, 3], shares = [0.2, 0.5, 0.3, 0, 0, 1, 0, 0, 0], yes = [1, 0, 0.3, -1, 1],
            spelt = [1, -1, 2, 1, -1, -1],
            counts = [0, 3, 1, 0.5, 2], sides = [1, -1, 0, 1, 1, -1, -1];
        var three = new ClassWeights(0.5, 2, 3);
        (Loss Loss, double[]? Targets, int Units)[] losses =
        [
            (new MeanSquaredError(), null, 2), (new MeanAbsoluteError(), null, 2), (new Huber(0.3), null, 2),
            (new QuantileLoss([0.1, 0.5, 0.9]), null, 6),
            (new GaussianLoss(), null, 4), (new StudentTLoss(), null, 6),
            (new SparseCategoricalCrossEntropy(), labels, 5),
            (new SparseCategoricalCrossEntropy { ClassWeights = new ClassWeights(1, 2, 0, 0.5, 3), LabelSmoothing = 0.2 }, labels, 5),
            (new CategoricalCrossEntropy(), shares, 3),
            (new CategoricalCrossEntropy { ClassWeights = three, LabelSmoothing = 0.1 }, shares, 3),
            (new CategoricalCrossEntropy { LabelSmoothing = 0.3 }, shares, 3),
            (new CategoricalCrossEntropy { ClassWeights = three }, shares, 3),
            (new BinaryCrossEntropy(), yes, 3), (new BinaryCrossEntropy { PositiveWeight = 2.5, LabelSmoothing = 0.1 }, yes, 3),
            (new Ctc { SkipUnspellable = true }, spelt, 3),
            (new LogCosh(), null, 2), (new Poisson { LogInput = true }, counts, 2),
            (new Tweedie { LogInput = true }, counts, 2),
            (new MeanAbsolutePercentageError(), [1, -2, 0.5, 3, -1.5], 2),
            (new Hinge(), sides, 2), (new SquaredHinge(), sides, 2), (new CategoricalHinge(), shares, 3),
            (new KullbackLeibler(), shares, 3), (new CosineSimilarity(), null, 3),
            (new BinaryFocal(), yes, 3), (new BinaryFocal(0.5) { Alpha = 0.25, LabelSmoothing = 0.1 }, yes, 3),
            (new BinaryFocal(0), yes, 3),
            (new CategoricalFocal(), shares, 3), (new CategoricalFocal(0.7, 1) { ClassWeights = three, LabelSmoothing = 0.1 }, shares, 3),
            (new BinaryCrossEntropy { FromProbabilities = true }, yes, 3),
            (new BinaryCrossEntropy { FromProbabilities = true, PositiveWeight = 2.5, LabelSmoothing = 0.1 }, yes, 3),
            (new CategoricalCrossEntropy { FromProbabilities = true, ClassWeights = three, LabelSmoothing = 0.1 }, shares, 3),
            (new SparseCategoricalCrossEntropy { FromProbabilities = true, LabelSmoothing = 0.2 }, labels, 5),
        ];

        // Those that take outputs above 0.
        (Loss Loss, double[]? Targets, int Units)[] ofPositive =
        [
            (new Poisson(), counts, 2),
            (new Tweedie { Power = 1.3 }, counts, 2),
            (new MeanSquaredLogarithmicError(), counts, 2),
        ];
        foreach ((Loss loss, double[]? targets, int units) in losses.Concat(ofPositive))
        {
            Layer[] end = Array.Exists(ofPositive, row => row.Loss == loss) ? [new Activate(Activation.Sigmoid)] : EndOf(loss);
            GradientCase Of(string what, params Layer[] layers) => new($"{loss} {what}", [.. layers, new Dense(units), .. end])
            {
                Loss = loss,
                Targets = targets,
                TargetSize = loss is Ctc ? 2 : 0,
                Rows = 11
            };
            yield return Of("of masked steps", new Masking(), new Gru(4) { ReturnSequences = true }) with { Masked = s_masks };
            if (loss is Ctc)
                continue;
            yield return Of("of weighted vectors", new Lstm(4)) with { Weights = s_stepWeights };
            yield return Of("of weighted steps", new Gru(4) { ReturnSequences = true }) with { Weights = s_stepWeights };
            yield return Of("of masked and weighted steps", new Masking(), new Gru(4) { ReturnSequences = true }) with
            {
                Masked = s_masks,
                Weights = s_stepWeights,
            };
            yield return OfTokens($"{loss} of padded tokens", 11, [new Embedding(5, 3) { MaskZero = true },
                new Lstm(4) { ReturnSequences = true }, new Dense(units), .. end]) with
            { Loss = loss, Targets = targets };
        }
    }

    /// <summary>What the outputs go through before a loss of probabilities.</summary>
    private static Layer[] EndOf(Loss loss) => loss switch
    {
        { Takes: OutputKind.ClassProbabilities } => [new Softmax()],
        { Takes: OutputKind.BinaryProbabilities } => [new Activate(Activation.Sigmoid)],
        _ => [],
    };
}
