using Unroll.Layers;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Metrics by hand.</summary>
public class MetricTests
{
    /// <summary>Logits of four choices among three classes; predicted are 0, 2, 1, 1.</summary>
    private static readonly float[] s_choices = [3, 1, 2, 0, 1, 5, 1, 4, 2, -1, 0, -2];

    private static readonly float[] s_classes = [0, 1, 1, 2];

    [Fact]
    public void Metrics_of_classes()
    {
        // Right: 0 as 0, 1 as 1; wrong: 1 as 2, 2 as 1. Precision 1, ½, 0; recall 1, ½, 0; F1 1, ½, 0.
        NamedValues found = Classes(
            new Accuracy(), new TopKAccuracy(2), new Precision(), new Recall(), new F1(), new Precision
            {
                Average = ClassAverage.Micro,
                Name = "micro"
            }, new Recall { Class = 1, Name = "of class 1" }, new Perplexity());
        Assert.Equal(["accuracy", "top-2 accuracy", "precision", "recall", "f1", "micro", "of class 1", "perplexity"], found.Names);

        // Among the two largest: 0 yes; of (0, 1, 5) class 1 yes; 1 yes; of (−1, 0, −2) class 2 no.
        Assert.Equal([0.5, 0.75, 0.5, 0.5, 0.5, 0.5, 0.5], Enumerable.Range(0, 7).Select(i => found[i]));
        double loss = s_classes.Select(
            (right, i) => Math.Log(s_choices.Skip(3 * i).Take(3).Sum(logit => Math.Exp(logit))) - s_choices[3 * i + (int)right]).Average();
        Assert.Equal(Math.Exp(loss), found["perplexity"], 1e-9);
    }

    /// <summary>Where the averages differ: class 0 is found 3 of 3 times, class 1 never.</summary>
    [Fact]
    public void Averages_of_classes()
    {
        float[] outputs = [2, 0, 2, 0, 2, 0, 2, 0], classes = [0, 0, 0, 1];
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        NamedValues found = model.Evaluate(
            new ArraySamples(outputs, new Shape(2), classes, new Shape(1)), new SparseCategoricalCrossEntropy(),
            [new Precision(), new Recall(), new F1(), new F1 { Average = ClassAverage.Micro, Name = "micro" },
                new Precision { Class = 1, Name = "nothing predicted" }]).Metrics;
        Assert.Equal([(0.75 + 0) / 2, (1.0 + 0) / 2, 6.0 / 7 / 2, 0.75, 0], Enumerable.Range(0, 5).Select(i => found[i]));
    }

    /// <summary>Outputs are logits of ones: −1 is 0.27, 0.5 is 0.62, 2 is 0.88.</summary>
    [Fact]
    public void Metrics_of_zeros_and_ones()
    {
        float[] outputs = [-1, 0.5f, 2, 2, -1, 7], targets = [0, 0, 1, 1, 1, -1];
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(1));
        Evaluation found = model.Evaluate(new ArraySamples(outputs, new Shape(1), targets, new Shape(1)), new BinaryCrossEntropy(),
            [new Accuracy(), new Precision(), new Recall(), new F1(), new Auc(), new Accuracy { Threshold = 0.7, Name = "at 0.7" }]);

        // Pairs of a one and a zero: 2 and 2 are above both zeros, −1 is equal to one and below the other: (2 + 2 + ½) ÷ 6.
        Assert.Equal([0.6, 2 / 3.0, 2 / 3.0, 2 / 3.0, 0.75, 0.8], Enumerable.Range(0, 6).Select(i => found.Metrics[i]));

        // The same outputs as probabilities, before a loss of values: above 0.5 are 0.62 and 0.88.
        float[] shares = [.. outputs.Select(x => 1 / (1 + MathF.Exp(-x)))];
        NamedValues same = model.Evaluate(new ArraySamples(shares[..5], new Shape(1), targets[..5], new Shape(1)), new MeanSquaredError(),
            [new Accuracy(), new Auc()]).Metrics;
        Assert.Equal((0.6, 0.75), (same["accuracy"], same["auc"]));
    }

    [Fact]
    public void Weights_of_samples_weigh_metrics()
    {
        float[] outputs = [-1, 0.5f, 2, 2, -1], targets = [0, 0, 1, 1, 1];
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(1));
        NamedValues found = model.Evaluate(
            new ArraySamples(outputs, new Shape(1), targets, new Shape(1)) { Weights = [1, 2, 0, 1, 4] },
            new BinaryCrossEntropy { PositiveWeight = 9 },
            [new Accuracy(), new Precision(), new Recall(), new Auc()]).Metrics;
        double auc = (1 * (1 + 2) + 4 * 0.5 * 1) / (5.0 * 3);
        Assert.Equal([2 / 8.0, 1 / 3.0, 1 / 5.0], [found[0], found[1], found[2]]);
        Assert.Equal(auc, found["auc"], 1e-12);
    }

    [Fact]
    public void Metrics_of_values()
    {
        float[] outputs = [1, 2, 4, 8], targets = [2, 2, 5, 4];
        NamedValues found = Values(outputs, targets, new MeanSquaredError(), new Mae(), new Rmse(), new Mape(), new RSquared());
        Assert.Equal([1.5, Math.Sqrt(18 / 4.0), 100 * (0.5 + 0.2 + 1) / 4, 1 - 18 / 6.75], Enumerable.Range(0, 4).Select(i => found[i]),
            (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.True(double.IsPositiveInfinity(Values([1], [0], new MeanSquaredError(), new Mape())[0]));
        Assert.True(double.IsNaN(Values([1, 2], [3, 3], new MeanSquaredError(), new RSquared())[0]));
    }

    /// <summary>Two targets a row: the mean of R² of each, as in Keras and scikit-learn.</summary>
    [Fact]
    public void Several_targets_have_an_R2_each()
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        var samples = new ArraySamples([1, 2, 2, 8], new Shape(2), [1, 0, 3, 8], new Shape(2));

        // First: targets 1 and 3, errors 0 and 1: 1 − 1 ÷ 2. Second: targets 0 and 8, errors 2 and 0: 1 − 4 ÷ 32.
        Assert.Equal((0.5 + 0.875) / 2, model.Evaluate(samples, new MeanSquaredError(), [new RSquared()]).Metrics["r2"], 1e-12);
    }

    /// <summary>The mean of a normal distribution, and the quantile ½.</summary>
    [Fact]
    public void Metrics_of_values_judge_the_forecast_of_a_distribution()
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        var samples = new ArraySamples([1, 5, 2, 5], new Shape(2), [2, 4], new Shape(1));
        Assert.Equal(1.5, model.Evaluate(samples, new GaussianLoss(), [new Mae()]).Metrics["mae"]);
        Assert.Equal((3 + 1) / 2.0, model.Evaluate(samples, new QuantileLoss([0.1, 0.5]), [new Mae()]).Metrics["mae"]);
        Assert.Contains("has no quantile 0.5",
            Assert.Throws<UnrollException>(() => model.Evaluate(samples, new QuantileLoss([0.1, 0.9]), [new Mae()])).Message);
    }

    public static TheoryData<Metric> OfChoices =>
        [new Accuracy(), new TopKAccuracy(2), new Precision(), new Recall(), new F1(), new Perplexity()];

    [Theory]
    [MemberData(nameof(OfChoices))]
    public void A_prediction_that_is_no_number_is_no_wrong_class(Metric metric)
    {
        float[] spoilt = [.. s_choices];
        spoilt[5] = float.NaN;
        Assert.True(double.IsNaN(Judged(spoilt, s_classes)));
        Assert.False(double.IsNaN(Judged(s_choices, s_classes)));

        // What does not count may be anything.
        Assert.Equal(Judged([.. s_choices[..3], .. s_choices[6..]], [0, 1, 2]), Judged(spoilt, [0, -1, 1, 2]));

        double Judged(float[] outputs, float[] targets) =>
            Direct(metric, new SparseCategoricalCrossEntropy(), new Shape(3), new Shape(1), outputs, targets);
    }

    [Fact]
    public void Values_and_scores_that_are_no_numbers_make_a_metric_none()
    {
        foreach (Metric metric in (Metric[])[new Mae(), new Rmse(), new Mape(), new RSquared()])
            Assert.True(double.IsNaN(Direct(metric, new MeanSquaredError(), new Shape(1), new Shape(1), [1, float.NaN, 2], [1, 2, 3])));
        foreach (Metric metric in (Metric[])[new Auc(), new Accuracy(), new Precision(), new Recall(), new F1()])
            Assert.True(double.IsNaN(Direct(metric, new BinaryCrossEntropy(), new Shape(1), new Shape(1), [1, float.NaN, 2], [1, 0, 1])));
        Assert.True(double.IsNaN(Direct(new Auc(), new BinaryCrossEntropy(), new Shape(1), new Shape(1), [1, 2], [1, 1])));
    }

    public static TheoryData<Metric, Loss> OfEveryKind => new()
    {
        { new Accuracy(), new SparseCategoricalCrossEntropy() }, { new TopKAccuracy(2), new SparseCategoricalCrossEntropy() },
        { new Precision(), new SparseCategoricalCrossEntropy() }, { new Recall(), new SparseCategoricalCrossEntropy() },
        { new F1(), new SparseCategoricalCrossEntropy() }, { new Perplexity(), new SparseCategoricalCrossEntropy() },
        { new Accuracy(), new BinaryCrossEntropy() }, { new Auc(), new BinaryCrossEntropy() },
        { new Mae(), new MeanSquaredError() }, { new Rmse(), new MeanSquaredError() },
        { new Mape(), new MeanSquaredError() }, { new RSquared(), new MeanSquaredError() },
        { Metric.Of("mean", (_, prediction) => prediction), new MeanSquaredError() },
    };

    /// <summary>What an epoch left behind, one with an output that is no number among it, is not in the next.</summary>
    [Theory]
    [MemberData(nameof(OfEveryKind))]
    public void After_clearing_a_metric_is_as_new(Metric metric, Loss loss)
    {
        Shape target = loss is SparseCategoricalCrossEntropy ? new Shape(1) : new Shape(3);
        float[] targets = target.Size == 1 ? s_classes : [1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0];
        float[] spoilt = [.. s_choices.Select(value => -2 * value)];
        spoilt[4] = float.NaN;
        if (loss is MeanSquaredError)
            targets = [.. targets.Select(value => value + 1)];
        foreach (float[] before in (float[][])[spoilt[6..], spoilt])
        {
            MetricAccumulator accumulator = metric.Start(new MetricSubject(new Shape(3), target, loss));
            Add(accumulator, new Shape(3), target, before, targets[..(before.Length / 3 * target.Size)]);
            accumulator.Clear();
            Assert.True(double.IsNaN(accumulator.Value));
            Add(accumulator, new Shape(3), target, s_choices, targets);
            Assert.Equal(Direct(metric, loss, new Shape(3), target, s_choices, targets), accumulator.Value);
            Assert.True(double.IsFinite(accumulator.Value));
        }
    }

    /// <summary>
    /// In training and validation, at every epoch, in events and in the history; the batches do not matter, and neither do the threads.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Metrics_in_training(int threads)
    {
        float[] x = [.. Enumerable.Range(0, 40).Select(i => i % 8 - 3.5f)], y = [.. x.Select(value => value > 0.7f ? 1f : 0)];
        var model = new Model(new Dense(1) { KernelInitializer = Initializer.Ones }) { Threads = threads };
        var samples = new ArraySamples(x, new Shape(1), y, new Shape(1));
        NamedValues last = default;
        History history = model.Fit(
            samples,
            new TrainingOptions
            {
                Epochs = 2,
                BatchSize = 7,
                Optimizer = new Sgd { LearningRate = 1e-30 },
                Loss = new BinaryCrossEntropy(),
                Metrics = [new Accuracy(), new Auc()],
                Validation = samples
            },
            moment => last = moment.Kind == TrainingEventKind.EpochEnded ? moment.Metrics : last);

        // 0.5 is taken for a one and is none: 5 of 40.
        foreach (EpochRecord epoch in history.Epochs)
        {
            Assert.Equal((0.875, 1.0), (epoch.Metrics["accuracy"], epoch.Metrics["auc"]));
            Assert.Equal(epoch.Metrics, epoch.ValidationMetrics);
            Assert.Equal(epoch.Loss, epoch.OutputLosses["dense_1"], 1e-12);
        }

        Assert.Equal(history.Epochs[1].Metrics, last);
        Assert.Equal("There is no value recall; there are: accuracy, auc. (Parameter 'name')",
            Assert.Throws<ArgumentException>(() => last["recall"]).Message);
    }

    [Fact]
    public void A_metric_says_which_output_it_judges()
    {
        Node x = Node.Input(new Shape(1));
        Model model = new Model([x], [new Dense(1) { KernelInitializer = Initializer.Ones }.Apply(x),
            new Activate(Activation.Linear) { Name = "same" }.Apply(x)]).Build(1);
        var samples = new ArraySamples([([1, 2], new Shape(1))], [([1, 2], new Shape(1)), ([2, 4], new Shape(1))]);
        Evaluation found = model.Evaluate(samples, new MeanSquaredError(), [new Mae(), new Mae { Output = 1 }]);
        Assert.Equal((0, 1.5), (found.Metrics["mae"], found.Metrics["same/mae"]));
        Assert.Equal((0, 2.5, 2.5), (found.OutputLosses["dense_1"], found.OutputLosses["same"], found.Loss));
    }

    public static TheoryData<string, Metric, Loss> Refused => new()
    {
        { "The metric mae judges values, but the sparse categorical cross-entropy takes the outputs for logits.", new Mae(),
            new SparseCategoricalCrossEntropy() },
        { "The metric perplexity needs logits of classes, but the model is trained with the mean squared error.", new Perplexity(),
            new MeanSquaredError() },
        { "The metric accuracy judges output 1, counted from 0, but the model has 1.", new Accuracy { Output = 1 },
            new SparseCategoricalCrossEntropy() },
        { "The metric precision is that of class 3, but the model has 3, counted from 0.", new Precision { Class = 3 },
            new SparseCategoricalCrossEntropy() },
        { "The metric top-0 accuracy has K 0; it must be at least 1.", new TopKAccuracy(0), new SparseCategoricalCrossEntropy() },
        { "The metric accuracy has the threshold 1; it is a probability, above 0 and below 1.", new Accuracy { Threshold = 1 },
            new SparseCategoricalCrossEntropy() },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Metrics_that_cannot_be(string message, Metric metric, Loss loss)
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(3));
        var samples = new ArraySamples(s_choices, new Shape(3), loss is MeanSquaredError ? s_choices : s_classes,
            new Shape(loss is MeanSquaredError ? 3 : 1));
        Assert.Equal(message, Assert.Throws<UnrollException>(() => model.Evaluate(samples, loss, [metric])).Message);
        Assert.Equal(message, Assert.Throws<UnrollException>(
            () => model.Fit(samples, new TrainingOptions { Epochs = 1, Loss = loss, Metrics = [metric] })).Message);
    }

    /// <summary>Beside a loss of values nobody else looks whether a target is a class.</summary>
    [Theory]
    [InlineData(1.5f, "1.5")]
    [InlineData(3f, "3")]
    public void A_target_that_is_no_class_is_refused_beside_a_loss_of_values_too(float target, string written)
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(3));
        var samples = new ArraySamples([1, 2, 3], new Shape(3), [target], new Shape(1));
        var metric = new Accuracy { Labels = TargetLabels.ClassNumbers };
        Assert.Equal(
            $"A target is class {written}, but the model has 3 classes, 0 to 2. Below 0 means: does not count.",
            Assert.Throws<UnrollException>(() => model.Evaluate(samples, new QuantileLoss([0.1, 0.5, 0.9]), [metric])).Message);
    }

    [Fact]
    public void Targets_that_can_be_read_in_two_ways_are_refused()
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        var samples = new ArraySamples([0, 1, 1, 0], new Shape(2), [0, 1, 0, 1], new Shape(2));
        Assert.Contains("Say which with Labels",
            Assert.Throws<UnrollException>(() => model.Evaluate(samples, new MeanSquaredError(), [new Accuracy()])).Message);
        Assert.Equal(0.5, model.Evaluate(samples, new MeanSquaredError(), [new Accuracy { Labels = TargetLabels.OneHot }]).Metrics[0]);
        Assert.Contains("Two metrics are named accuracy", Assert.Throws<UnrollException>(
            () => model.Evaluate(samples, new BinaryCrossEntropy(), [new Accuracy(), new Accuracy { Threshold = 0.9 }])).Message);
    }

    [Fact]
    public void A_confusion_matrix_has_zero_where_nothing_was_predicted_or_present()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add(0, 0);
        matrix.Add(0, 1);
        Assert.Equal([1, 0, 0], Enumerable.Range(0, 3).Select(matrix.Precision));
        Assert.Equal([0.5, 0, 0], Enumerable.Range(0, 3).Select(matrix.Recall));
        Assert.Equal([2 / 3.0, 0, 0], Enumerable.Range(0, 3).Select(matrix.F1));
        Assert.StartsWith("The outputs of choice 1, counted from 0, hold NaN",
            Assert.Throws<UnrollException>(() => ConfusionMatrix.Of([1, 2, 3, float.NaN], [1, 0], 2)).Message);
        Assert.Equal(1, ConfusionMatrix.Of([1, 2, 3, float.NaN], [1, -1], 2).Count);
    }

    private static NamedValues Classes(params Metric[] metrics) => new Model(new Activate(Activation.Linear)).Build(new Shape(3))
        .Evaluate(new ArraySamples(s_choices, new Shape(3), s_classes, new Shape(1)), new SparseCategoricalCrossEntropy(), metrics).Metrics;

    private static NamedValues Values(float[] outputs, float[] targets, Loss loss, params Metric[] metrics) =>
        new Model(new Activate(Activation.Linear)).Build(new Shape(1))
        .Evaluate(new ArraySamples(outputs, new Shape(1), targets, new Shape(1)), loss, metrics).Metrics;

    /// <summary>Outputs that no model has made: samples with a NaN are refused before.</summary>
    private static double Direct(Metric metric, Loss loss, Shape output, Shape target, float[] outputs, float[] targets)
    {
        MetricAccumulator accumulator = metric.Start(new MetricSubject(output, target, loss));
        Add(accumulator, output, target, outputs, targets);
        return accumulator.Value;
    }

    private static void Add(MetricAccumulator accumulator, Shape output, Shape target, float[] outputs, float[] targets)
    {
        for (int i = 0; i < outputs.Length / output.Size; i++)
            accumulator.Add(new MetricRow
            {
                Outputs = outputs.AsSpan(i * output.Size, output.Size),
                Targets = targets.AsSpan(i * target.Size, target.Size),
                Positions = 1
            });
    }
}
