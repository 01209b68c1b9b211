using System.Numerics;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Losses as Keras defines them: the figures of its documentation, and the equations once more as plain loops.</summary>
public class KerasLossTests
{
    private const double Epsilon = 1e-7;

    private static readonly float[] s_twoChoices = [0, 1, 0, 0, 0, 1], s_twoGuesses = [0.05f, 0.95f, 0, 0.1f, 0.8f, 0.1f];

    /// <summary>
    /// The examples of the classes' documentation: what is judged, the targets, and the figure with the digits that it has there.
    /// </summary>
    private static readonly Dictionary<string, (Loss Loss, float[] Outputs, float[] Targets, int Features, double Expected)> s_published =
        new()
        {
            ["log-cosh"] = (new LogCosh(), [1, 1, 0, 0], [0, 1, 0, 0], 2, 0.108),
            ["Poisson"] = (new Poisson(), [1, 1, 0, 0], [0, 1, 0, 0], 2, 0.5),

            // Not of Keras: the formula in Python, in double.
            ["Tweedie"] = (new Tweedie(), [0.5f, 0.5f, 2, 2], [2, 0, 1, 4], 2, 1.7781745930520232),
            ["Tweedie, power 1.8"] = (new Tweedie { Power = 1.8 }, [0.5f, 0.5f, 2, 2], [2, 0, 1, 4], 2, 3.229317598857944),
            ["Kullback-Leibler"] = (new KullbackLeibler(), [0.6f, 0.4f, 0.4f, 0.6f], [0, 1, 0, 0], 2, 0.458),
            ["hinge"] = (new Hinge(), [0.6f, 0.4f, 0.4f, 0.6f], [0, 1, 0, 0], 2, 1.3),
            ["squared hinge"] = (new SquaredHinge(), [0.6f, 0.4f, 0.4f, 0.6f], [0, 1, 0, 0], 2, 1.86),
            ["categorical hinge"] = (new CategoricalHinge(), [0.6f, 0.4f, 0.4f, 0.6f], [0, 1, 0, 0], 2, 1.4),
            ["cosine similarity"] = (new CosineSimilarity(), [1, 0, 1, 1], [0, 1, 1, 1], 2, -0.5),
            ["MAPE"] = (new MeanAbsolutePercentageError(), [1, 1, 1, 0], [2, 1, 2, 3], 2, 50),
            ["MSLE"] = (new MeanSquaredLogarithmicError(), [1, 1, 1, 0], [0, 1, 0, 0], 2, 0.240),
            ["binary focal"] = (new BinaryFocal(), [-18.6f, 0.51f, 2.94f, -12.8f], [0, 1, 0, 0], 4, 0.691),
            ["binary focal, balanced"] = (new BinaryFocal { Alpha = 0.25 }, [-18.6f, 0.51f, 2.94f, -12.8f], [0, 1, 0, 0], 4, 0.51),
            ["categorical focal"] =
            (new CategoricalFocal(), [.. s_twoGuesses.Select(p => MathF.Log(MathF.Max(p, 1e-7f)))], s_twoChoices, 3, 0.23315276),
            ["binary cross-entropy"] =
                (new BinaryCrossEntropy { FromProbabilities = true }, [0.6f, 0.4f, 0.4f, 0.6f], [0, 1, 0, 0], 2, 0.815),
            ["categorical cross-entropy"] =
                (new CategoricalCrossEntropy { FromProbabilities = true }, s_twoGuesses, s_twoChoices, 3, 1.177),
            ["sparse categorical cross-entropy"] =
            (new SparseCategoricalCrossEntropy { FromProbabilities = true }, s_twoGuesses, [1, 2], 3, 1.177),
        };

    /// <summary>What a loss sums for one position, of outputs x and targets y, and how its outputs are made of any numbers.</summary>
    private static readonly Dictionary<string, (Loss Loss, Func<double[], double[], double> Equation, Func<double, double> Output,
        Func<double, double> Target)> s_equations = new()
        {
            ["log-cosh"] = (new LogCosh(), Sum((x, y) => Math.Log(Math.Cosh(x - y))), Same, Same),
            ["Poisson"] = (new Poisson(), Sum((x, y) => x - y * Math.Log(x + Epsilon)), Math.Exp, Math.Abs),
            ["Poisson of logarithms"] = (new Poisson { LogInput = true }, Sum((x, y) => Math.Exp(x) - y * x), Same, Math.Abs),
            ["Tweedie"] = (new Tweedie { Power = 1.3 }, Sum((x, y) => 2
                * (Math.Pow(y, 0.7) / -0.21 + y * Math.Pow(x + Epsilon, -0.3) / 0.3 + Math.Pow(x + Epsilon, 0.7) / 0.7)), Math.Exp,
                    Math.Abs),
            ["Tweedie of logarithms"] = (new Tweedie { LogInput = true },
            Sum((x, y) => 2 * (-4 * Math.Sqrt(y) + 2 * y / Math.Sqrt(Math.Exp(x)) + 2 * Math.Sqrt(Math.Exp(x)))), Same, Math.Abs),
            ["MAPE"] = (new MeanAbsolutePercentageError(), Sum((x, y) => 100 * Math.Abs(y - x) / Math.Max(Math.Abs(y), Epsilon)), Same,
                Same),
            ["MSLE"] = (new MeanSquaredLogarithmicError(),
            Sum((x, y) => Math.Pow(Math.Log(1 + Math.Max(x, Epsilon)) - Math.Log(1 + Math.Max(y, Epsilon)), 2)), Same, Same),
            ["hinge"] = (new Hinge(), Sum((x, y) => Math.Max(0, 1 - x * y)), Same, Side),
            ["squared hinge"] = (new SquaredHinge(), Sum((x, y) => Math.Pow(Math.Max(0, 1 - x * y), 2)), Same, Side),
            ["categorical hinge"] = (new CategoricalHinge(),
            (x, y) => Math.Max(0, 1 + x.Zip(y, (a, b) => (1 - b) * a).Max() - x.Zip(y, (a, b) => b * a).Sum()), Same, Share),
            ["Kullback-Leibler"] = (new KullbackLeibler(),
            Sum((x, y) => Math.Clamp(y, Epsilon, 1) * Math.Log(Math.Clamp(y, Epsilon, 1) / Math.Clamp(x, Epsilon, 1))), Share, Share),
            ["cosine similarity"] = (new CosineSimilarity(),
            (x, y) => -x.Zip(y, (a, b) => a * b).Sum() / Math.Sqrt(x.Sum(a => a * a)) / Math.Sqrt(y.Sum(b => b * b)), Same, Same),
            ["binary focal"] = (new BinaryFocal(1.5) { Alpha = 0.3 }, Sum((x, y) =>
            {
                double p = 1 / (1 + Math.Exp(-x)), q = y * p + (1 - y) * (1 - p);
                return (y * 0.3 + (1 - y) * 0.7) * Math.Pow(1 - q, 1.5) * (-y * Math.Log(p) - (1 - y) * Math.Log(1 - p));
            }), Same, Share),
            ["binary cross-entropy"] = (
            new BinaryCrossEntropy { FromProbabilities = true }, Sum((x, y) => -y * Math.Log(x) - (1 - y) * Math.Log(1 - x)), Share, Share),
        };

    public static TheoryData<string> Published => [.. s_published.Keys];

    public static TheoryData<string> Equations => [.. s_equations.Keys];

    [Theory]
    [MemberData(nameof(Published))]
    public void The_figures_of_the_documentation(string name)
    {
        (Loss loss, float[] outputs, float[] targets, int features, double expected) = s_published[name];
        var shape = new Shape(features);
        int rows = outputs.Length / features;
        Model model = new Model(new Activate(Activation.Linear)).Build(shape);
        double found = model.Evaluate(new ArraySamples(outputs, shape, targets, new Shape(targets.Length / rows)), loss);
        Assert.Equal(expected, found, name == "categorical focal" ? 1e-7 : 6e-4 * Math.Max(1, Math.Abs(expected)));
    }

    [Theory]
    [MemberData(nameof(Equations))]
    public void The_equations_as_plain_loops(string name)
    {
        (Loss loss, Func<double[], double[], double> equation, Func<double, double> output, Func<double, double> target) =
            s_equations[name];
        const int Positions = 7, Features = 4;
        double[] x = [.. TestData.Normal(Positions * Features, 5, 1.5).Select(output)],
            y = [.. TestData.Normal(Positions * Features, 6).Select(target)];
        double expected = Enumerable.Range(0, Positions)
            .Sum(i => equation(x[(i * Features)..((i + 1) * Features)], y[(i * Features)..((i + 1) * Features)]));
        Assert.Equal(expected, SumOf<double>(loss, x, y, Positions), 1e-12 * Math.Max(1, Math.Abs(expected)));
        Assert.Equal(expected, SumOf<float>(loss, x, y, Positions), 1e-5 * Math.Max(1, Math.Abs(expected)));
    }

    /// <summary>From logits and from the probabilities of them, losses and gradients of the logits are the same.</summary>
    [Fact]
    public void Probabilities_give_the_loss_of_their_logits()
    {
        float[] inputs = TestData.Single(24, 3), labels = [2, 0, -1, 1], shares = [0.2f, 0.5f, 0.3f, 0, 0, 1, 0, 0, 0, 1, 0, 0],
            yes = [1, 0, 0.3f, -1, 1, 0, 0, 1, 0.5f, -1, -1, 1];
        var weights = new ClassWeights(0.5, 2, 3);
        Same(new BinaryCrossEntropy { PositiveWeight = 2, LabelSmoothing = 0.1 }, new BinaryCrossEntropy
        {
            PositiveWeight = 2,
            LabelSmoothing = 0.1,
            FromProbabilities = true
        }, yes, new Activate(Activation.Sigmoid));
        Same(new CategoricalCrossEntropy { ClassWeights = weights },
            new CategoricalCrossEntropy { ClassWeights = weights, FromProbabilities = true }, shares, new Softmax());
        Same(new SparseCategoricalCrossEntropy { ClassWeights = weights, LabelSmoothing = 0.2 }, new SparseCategoricalCrossEntropy
        {
            ClassWeights = weights,
            LabelSmoothing = 0.2,
            FromProbabilities = true
        }, labels, new Softmax());

        void Same(Loss ofLogits, Loss ofProbabilities, float[] targets, Layer end)
        {
            var samples = new ArraySamples(inputs, new Shape(6), targets, new Shape(targets.Length / 4));
            Model logits = new Model(new Dense(3) { Name = "d" }).Build(new Shape(6), 1),
                probabilities = new Model(new Dense(3) { Name = "d" }, end).Build(new Shape(6), 1);
            Assert.Equal(logits.Evaluate(samples, ofLogits), probabilities.Evaluate(samples, ofProbabilities), 1e-5);
            logits.Fit(samples, new TrainingOptions { Epochs = 1, Loss = ofLogits, Optimizer = new Sgd { LearningRate = 0.5 } });
            probabilities.Fit(samples,
                new TrainingOptions { Epochs = 1, Loss = ofProbabilities, Optimizer = new Sgd { LearningRate = 0.5 } });
            Assert.All(logits.GetWeights("d/kernel").Zip(probabilities.GetWeights("d/kernel")),
                pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            float[] given = logits.PredictProbabilities(inputs, ofLogits),
                asked = probabilities.PredictProbabilities(inputs, ofProbabilities);
            Assert.All(given.Zip(asked), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    /// <summary>What label smoothing gives to the other classes of a choice is weighed with the choice.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void The_weight_of_a_class_weighs_the_whole_choice(double smoothing)
    {
        double[] x = TestData.Normal(3, 4);
        var weights = new ClassWeights(0.5, 2, 3);
        foreach ((CrossEntropy plain, CrossEntropy weighted) in new (CrossEntropy, CrossEntropy)[]
        {
            (new CategoricalCrossEntropy(), new CategoricalCrossEntropy { ClassWeights = weights }),
            (new CategoricalFocal(), new CategoricalFocal { ClassWeights = weights }),
            (new CategoricalFocal(0.7, 1), new CategoricalFocal(0.7, 1) { ClassWeights = weights }),
            (new SparseCategoricalCrossEntropy(), new SparseCategoricalCrossEntropy { ClassWeights = weights }),
        })
        {
            for (int right = 0; right < 3; right++)
            {
                double[] target = plain is SparseCategoricalCrossEntropy
                    ? [right]
                    : [.. Enumerable.Range(0, 3).Select(c => c == right ? 1.0 : 0)];
                double alone = SumOf<double>(plain with { LabelSmoothing = smoothing }, x, target, 1);
                Assert.Equal(
                    weights.Weights[right] * alone, SumOf<double>(weighted with { LabelSmoothing = smoothing }, x, target, 1), 1e-12);
            }
        }
    }

    /// <summary>Focal losses without a focus are cross-entropies; what is sure to no end has finite gradients.</summary>
    [Fact]
    public void Focal_losses_at_their_ends()
    {
        double[] x = TestData.Normal(12, 1), yes = [.. TestData.Normal(12, 2).Select(Share)], one = [1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0];
        Assert.Equal(SumOf<double>(new BinaryCrossEntropy(), x, yes, 4), SumOf<double>(new BinaryFocal(0), x, yes, 4), 1e-12);
        Assert.Equal(SumOf<double>(new CategoricalCrossEntropy(), x, one, 4), SumOf<double>(new CategoricalFocal(0, 1), x, one, 4), 1e-12);
        foreach (Loss loss in (Loss[])[new BinaryFocal(0.5), new CategoricalFocal(0.5)])
        {
            foreach (double far in (double[])[-2000, 2000])
            {
                float[] gradients = [(float)far, 0, 0];
                Assert.True(double.IsFinite(Judged(loss, gradients, [1f, 0, 0], 1)), $"{loss} at {far}");
                Assert.All(gradients, gradient => Assert.True(float.IsFinite(gradient), $"{loss} at {far}: {gradient}"));
            }
        }
    }

    [Theory]
    [InlineData("A target of the hinge loss is 2; it must be 1, or −1 or 0 for the other class.", typeof(Hinge), 2)]
    [InlineData("A target of the Poisson loss is -1; it must be a count, at least 0.", typeof(Poisson), -1)]
    [InlineData("A target of the Tweedie loss is -1; it must be at least 0.", typeof(Tweedie), -1)]
    [InlineData("A target of the Kullback-Leibler divergence is 1.5; it must be a probability, 0 to 1.", typeof(KullbackLeibler), 1.5)]
    [InlineData("A target of the binary focal loss is 7; it must be a probability, 0 to 1. Below 0 means: does not count.",
        typeof(BinaryFocal), 7)]
    public void Targets_that_cannot_be(string message, Type type, double target)
    {
        var loss = (Loss)(type == typeof(BinaryFocal) ? new BinaryFocal() : Activator.CreateInstance(type)!);
        Model model = new Model(new Activate(Activation.Linear)).Build(new Shape(1));
        var samples = new ArraySamples([0.5f, 0.5f], new Shape(1), [1, (float)target], new Shape(1));
        Assert.Equal($"Sample 1, counted from 0, has targets that cannot be judged. {message}",
            Assert.Throws<UnrollException>(() => model.Fit(samples, new TrainingOptions { Epochs = 1, Loss = loss })).Message);
    }

    [Fact]
    public void Options_out_of_range()
    {
        Assert.Contains("above 1 and below 2", Assert.Throws<UnrollException>(() => new Tweedie { Power = 2 }.Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("gamma", Assert.Throws<UnrollException>(() => new BinaryFocal(-1).Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("alpha", Assert.Throws<UnrollException>(() => new BinaryFocal { Alpha = 2 }.Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("alpha", Assert.Throws<UnrollException>(() => new CategoricalFocal(Alpha: 0).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("smoothing", Assert.Throws<UnrollException>(() => new BinaryFocal { LabelSmoothing = 1 }.Validate()).Message,
            StringComparison.Ordinal);
    }

    /// <summary>
    /// Scores of both classes are judged by their sign, those of many by the largest; a target of −1 is a class, and counts.
    /// </summary>
    [Fact]
    public void Metrics_of_classes_read_scores()
    {
        Model model = new Model(new Activate(Activation.Linear)).Build(new Shape(1));
        var sides = new ArraySamples([2, 0.3f, -0.1f, -3], new Shape(1), [1, -1, 1, -1], new Shape(1));
        NamedValues found = model.Evaluate(sides, new Hinge(), [new Accuracy(), new Recall(), new Auc()]).Metrics;
        Assert.Equal([0.5, 0.5, 0.75], found.Names.Select(name => found[name]));
        Model three = new Model(new Activate(Activation.Linear)).Build(new Shape(3));
        var choices = new ArraySamples([1, 2, 3, 3, 2, 1], new Shape(3), [0, 0, 1, 0, 1, 0], new Shape(3));
        Assert.Equal(0.5, three.Evaluate(choices, new CategoricalHinge(), [new Accuracy()]).Metrics["accuracy"]);
        Assert.Equal(0.5, three.Evaluate(choices, new CategoricalFocal(), [new Accuracy()]).Metrics["accuracy"]);
    }

    [Fact]
    public void Perplexity_of_probabilities_is_that_of_their_logits()
    {
        float[] logits = [1, 2, 3, 3, 1, 1], shares = [.. Softmax(logits[..3]), .. Softmax(logits[3..])];
        Model model = new Model(new Activate(Activation.Linear)).Build(new Shape(3));
        double Of(float[] outputs, Loss loss) =>
            model.Evaluate(new ArraySamples(outputs, new Shape(3), [2, 1], new Shape(1)), loss, [new Perplexity()]).Metrics["perplexity"];
        Assert.Equal(Of(logits, new SparseCategoricalCrossEntropy()),
            Of(shares, new SparseCategoricalCrossEntropy { FromProbabilities = true }), 1e-6);

        static float[] Softmax(float[] x) => [.. x.Select(value => MathF.Exp(value) / x.Sum(MathF.Exp))];
    }

    /// <summary>What is no probability before a loss that takes such is refused, as probabilities are before one of logits.</summary>
    [Fact]
    public void Losses_of_probabilities_take_no_logits()
    {
        var samples = new ArraySamples([1, 2], new Shape(2), [1, 0], new Shape(2));
        Refused("The binary cross-entropy takes probabilities, but dense_1 is linear: let the model end in a sigmoid, or turn "
            + "FromProbabilities off for logits, which is better.", new BinaryCrossEntropy { FromProbabilities = true }, new Dense(2));
        Refused("The Kullback-Leibler divergence takes probabilities, but dense_1 ends in Tanh: let the model end in a softmax.",
            new KullbackLeibler(), new Dense(2) { Activation = Activation.Tanh });
        new Model(new Dense(2), new Softmax()).Build(new Shape(2)).Evaluate(samples, new KullbackLeibler());

        void Refused(string message, Loss loss, Layer layer) =>
            Assert.Equal(message,
                Assert.Throws<UnrollException>(() => new Model(layer).Build(new Shape(2)).Evaluate(samples, loss)).Message);
    }

    private static double SumOf<T>(Loss loss, double[] outputs, double[] targets, int positions)
        where T : unmanaged, IFloatingPointIeee754<T> => Judged(loss, TestData.To<T>(outputs), TestData.To<T>(targets), positions);

    /// <summary>The sum of the losses; gradients take the place of the outputs.</summary>
    private static double Judged<T>(Loss loss, T[] outputs, T[] targets, int positions)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = new Shape(positions, outputs.Length / positions);
        return loss.Evaluate(new LossRow<T>
        {
            Outputs = outputs,
            Targets = targets,
            Features = shape.Features,
            Positions = positions,
            Kernels = Kernels<T>.Best,
            Scale = T.One,
            Scratch = new double[loss.ScratchSize(shape, targets.Length)],
        });
    }

    private static Func<double[], double[], double> Sum(Func<double, double, double> each) => (x, y) => x.Zip(y, each).Sum();

    private static double Same(double value) => value;

    private static double Side(double value) => value < 0 ? -1 : 1;

    /// <summary>Any number as one from 0 to 1.</summary>
    private static double Share(double value) => 1 / (1 + Math.Exp(-value));
}
