using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Options outside their range, and samples that cannot be read: one sentence that says what to change.</summary>
public sealed class OptionErrorTests
{
    public static TheoryData<TrainingOptions, string> Cases => new()
    {
        { new TrainingOptions { Loss = new Huber(0) }, "Huber's delta is 0; it must be above 0." },
        { new TrainingOptions { Loss = new QuantileLoss([]) },
            "The quantile loss has no quantiles; it needs at least 1, for example 0.5." },
        { new TrainingOptions { Loss = new QuantileLoss([0.1, 1]) },
            "The quantile loss has the quantile 1; each must be above 0 and below 1." },
        { new TrainingOptions { Loss = new QuantileLoss([double.NaN]) },
            "The quantile loss has the quantile NaN; each must be above 0 and below 1." },
        { new TrainingOptions { Loss = new QuantileLoss([0.5, 0.1]) },
            "The quantiles of the quantile loss must increase, but 0.1 follows 0.5. Sort them and name each once." },
        { new TrainingOptions { Loss = new QuantileLoss([0.5, 0.5]) },
            "The quantiles of the quantile loss must increase, but 0.5 follows 0.5. Sort them and name each once." },
        { new TrainingOptions { Loss = new StudentTLoss(0) },
            "The Student-t loss has 0 degrees of freedom; they must be above 0. Leave them out to have them learnt." },
        { new TrainingOptions { Loss = new StudentTLoss(double.PositiveInfinity) },
            "The Student-t loss has Infinity degrees of freedom; they must be above 0. Leave them out to have them learnt." },
        { new TrainingOptions { Schedule = new CosineSchedule(1.5) },
            "A cosine schedule has a floor of 1.5 of the first rate; it must be at least 0 and at most 1." },
        { new TrainingOptions { Schedule = new StepSchedule(0) },
            "A step schedule has 0 epochs and factor 0.1; it needs at least 1 epoch and a factor above 0 and at most 1." },
        { new TrainingOptions { Schedule = new PlateauSchedule(1) }, "A plateau schedule has factor 1, patience 10, least fall 0.0001 and "
            + "floor 0; the factor must be above 0 and below 1, the patience at least 1, the others at least 0." },
    };

    public static TheoryData<TrainingOptions, string> Impossible => new()
    {
        { new TrainingOptions { Optimizer = null! },
            "Optimizer of the training options is null. Give one, for example new RmsProp(), or leave the option out." },
        { new TrainingOptions { Loss = null! },
            "Loss of the training options is null. Give one, for example new MeanSquaredError(), or leave the option out." },
        { new TrainingOptions { LayerRates = null! },
            "LayerRates of the training options is null. Give one, for example an empty one, or leave the option out." },
        { new TrainingOptions { AccumulateBatches = 0 }, "A step accumulates 0 batches; it must be at least 1." },
        { new TrainingOptions { ValidationSplit = 0.5, Validation = Samples() },
            "There are validation samples and a validation split of 0.5. Give one of them." },
        { new TrainingOptions { EarlyStopping = new EarlyStopping(1, double.NaN) },
            "The least fall of early stopping is NaN; it must be at least 0." },
        { new TrainingOptions { EarlyStopping = new EarlyStopping(1, -1) },
            "The least fall of early stopping is -1; it must be at least 0." },
        { new TrainingOptions { EarlyStopping = new EarlyStopping(1) { Steps = 0 } },
            "The steps of early stopping are 0; give at least 1, or null." },
        { new TrainingOptions { WeightAverage = new WeightAverage(1) },
            "The decay of the average of the weights is 1; it must be at least 0 and below 1." },
        { new TrainingOptions { WeightAverage = new WeightAverage(double.NaN) },
            "The decay of the average of the weights is NaN; it must be at least 0 and below 1." },
        { new TrainingOptions { Checkpoint = new Checkpoint("x") { Resume = true }, Continue = true },
            "Continue goes on from the last Fit of the model, Resume from a file. Give one of them." },
        { new TrainingOptions { Checkpoint = new Checkpoint("") },
            "The checkpoint has no path. Give the path of a file, for example run.unroll." },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void An_option_that_cannot_be_is_named(TrainingOptions options, string message) =>
        An_option_outside_its_range_is_named(options, message);

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_option_outside_its_range_is_named(TrainingOptions options, string message)
    {
        var model = new Model(new Lstm(3), new Dense(1));
        Assert.Equal(message, Assert.Throws<UnrollException>(() => model.Fit(Samples(), options)).Message);
    }

    [Fact]
    public void A_loss_is_checked_before_a_model_is_judged_with_it()
    {
        Model model = new Model(new Dense(1)).Build(new Shape(4, 1));
        Assert.Equal("Huber's delta is -1; it must be above 0.",
            Assert.Throws<UnrollException>(() => model.Evaluate(Samples(), new Huber(-1))).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_the_samples_throw_arrives_as_it_is_on_any_number_of_threads(int threads)
    {
        Model model = new Model(new Lstm(3), new Dense(1)) { Threads = threads }.Build(new Shape(4, 1));
        var failure = Assert.Throws<InvalidDataException>(() => model.Predict(new Broken()));
        Assert.Equal("sample 3", failure.Message);
    }

    [Fact]
    public void An_activation_that_grows_in_the_padding_leaves_the_gradients_finite()
    {
        Model model = new Model(new Lstm(3) { Activation = Activation.Exponential, RecurrentActivation = Activation.Exponential },
            new Dense(1)).Build(new Shape(120, 1), 1);
        foreach (string kernel in new[] { "lstm_1/kernel", "lstm_1/recurrent_kernel" })
            model.SetWeights(kernel, new float[model.GetWeights(kernel).Length]);
        float[] bias = new float[12];
        bias.AsSpan(0, 6).Fill(-20);
        model.SetWeights("lstm_1/bias", bias);
        History history = model.Fit(new ArraySamples(new float[120], new Shape(120, 1), [1f], new Shape(1)),
            new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 1e-3 } });
        Assert.Equal(StopReason.Finished, history.Reason);
    }

    [Fact]
    public void A_model_beyond_what_an_array_holds_is_refused()
    {
        var model = new Model(new Lstm(1024), new Dense(1));
        Assert.Equal(
            "lstm_1 needs more memory for one shard of inputs of shape (100000, 1) than an array can hold. Use fewer time steps or fewer "
                + "units.",
            Assert.Throws<UnrollException>(() => model.Build(new Shape(100_000, 1))).Message);
    }

    private static ArraySamples Samples() =>
        new([.. Enumerable.Range(0, 40).Select(i => i * 0.1f)], new Shape(4, 1), new float[10], new Shape(1));

    private sealed class Broken : ISamples
    {
        public int Count => 20;

        public Shape InputShape => new(4, 1);

        public Shape TargetShape => new(1);

        public void CopyInput(int index, Span<float> destination)
        {
            if (index == 3)
                throw new InvalidDataException("sample 3");
        }

        public void CopyTarget(int index, Span<float> destination) => destination.Clear();
    }
}
