using Unroll.Tests.Training;
using Xunit;

namespace Unroll.Tests;

/// <summary>What a caller is told who uses a model wrongly: who complains, what came, what to do.</summary>
public class ModelErrorTests
{
    private static Model Built => new Model(new Lstm(2), new Dense(1)).Build(new Shape(6, 2));

    private static readonly TrainingOptions s_options = new() { Epochs = 1 };

    [Fact]
    public void Samples_of_another_shape()
    {
        Is<UnrollException>("lstm_1 was built for F=2 features but received F=5. Select 2 input columns or rebuild the model.",
            () => Built.Fit(TestSamples.Curves(4, features: 5), s_options));
        Is<UnrollException>("lstm_1 was built for F=1 features but received F=2. Select 1 input column or rebuild the model.",
            () => new Model(new Lstm(2)).Build(new Shape(6, 1)).Predict(TestSamples.Curves(4)));
        Is<UnrollException>("lstm_1 was built for inputs of shape (6, 2) but received (9, 2). Cut windows of 6 steps or rebuild the model.",
            () => Built.Evaluate(TestSamples.Curves(4, steps: 9), new MeanSquaredError()));
        Is<UnrollException>("lstm_1 was built for inputs of shape (6, 2) but received (1). Cut windows of 6 steps or rebuild the model.",
            () => Built.Predict(TestSamples.Line(1, 2)));
        Is<UnrollException>("The model's output has shape (1), but the samples' targets have shape (3). Change the last layer's units or "
            + "the targets.", () => Built.Fit(TestSamples.Curves(4, outputs: 3), s_options));
        Is<UnrollException>("The model's output has shape (1), but the samples' targets have shape (2). Change the last layer's units or "
            + "the targets.", () => Built.Fit(TestSamples.Curves(4), s_options with { Validation = TestSamples.Curves(4, outputs: 2) }));
        Is<UnrollException>("There are no samples to train on.",
            () => Built.Fit(new ArraySamples([], new Shape(6, 2), [], new Shape(1)), s_options));
    }

    [Fact]
    public void A_loss_that_needs_more_outputs_than_the_model_has()
    {
        const string Two = "The Gaussian loss needs 2 outputs a target, 2 for targets of shape (1), but the model's output has shape (1). "
            + "Give the last layer 2 units.";
        Is<UnrollException>(Two, () => Built.Fit(TestSamples.Curves(4), s_options with { Loss = new GaussianLoss() }));
        Is<UnrollException>(Two, () => Built.Evaluate(TestSamples.Curves(4), new GaussianLoss()));
        Is<UnrollException>(
            "The quantile loss needs 3 outputs a target, 6 for targets of shape (2), but the model's output has shape (1). Give the last "
                + "layer 6 units.",
            () => Built.Fit(TestSamples.Curves(4, outputs: 2), s_options with { Loss = new QuantileLoss([0.1, 0.5, 0.9]) }));
        Is<UnrollException>(
            "The Student-t loss needs 3 outputs a target, 6 for targets of shape (2), but the model's output has shape (3). Give the last "
                + "layer 6 units.",
            () => new Model(new Dense(3)).Build(new Shape(1))
                .Fit(new ArraySamples([1], new Shape(1), [1, 2], new Shape(2)), s_options with { Loss = new StudentTLoss() }));
        Is<UnrollException>(
            "The Student-t loss needs 2 outputs a target, 12 for targets of shape (6, 1), but the model's output has shape (6, 1). Give "
                + "the last layer 2 units.",
            () => new Model(new Dense(1)).Build(new Shape(6, 1))
                .Evaluate(new ArraySamples(new float[6], new Shape(6, 1), new float[6], new Shape(6, 1)), new StudentTLoss(4)));

        // The samples to judge with are checked too, and so is a model with too many outputs.
        Model two = new Model(new Dense(2)).Build(new Shape(1));
        Is<UnrollException>(
            "The Gaussian loss needs 2 outputs a target, 4 for targets of shape (2), but the model's output has shape (2). Give the last "
                + "layer 4 units.",
            () => two.Fit(TestSamples.Line(1, 2),
                s_options with { Loss = new GaussianLoss(), Validation = new ArraySamples([1], new Shape(1), [1, 2], new Shape(2)) }));
        Is<UnrollException>("The model's output has shape (2), but the samples' targets have shape (1). Change the last layer's units or "
            + "the targets.", () => two.Evaluate(TestSamples.Line(1, 2), new Huber()));
    }

    [Fact]
    public void Arrays_of_a_wrong_length()
    {
        Is<ArgumentException>("The model takes inputs of shape (6, 2), 12 values each, but 13 values were given. (Parameter 'inputs')",
            () => Built.Predict(new float[13]));
        Is<ArgumentException>("The model takes inputs of shape (6, 2), 12 values each, but 0 values were given. (Parameter 'inputs')",
            () => Built.Run([]));
        Is<ArgumentException>("7 input values are no whole number of samples of shape (2, 2). (Parameter 'inputs')",
            () => _ = new ArraySamples(new float[7], new Shape(2, 2), [], new Shape(1)));
        Is<ArgumentException>("2 samples with targets of shape (3) need 6 target values, but 5 were given. (Parameter 'targets')",
            () => _ = new ArraySamples(new float[8], new Shape(2, 2), new float[5], new Shape(3)));
        Is<ArgumentException>("The Gaussian loss has 2 outputs a target, but 3 outputs were given. Give all outputs of the model. "
            + "(Parameter 'outputs')", () => new GaussianLoss().Parameters(new float[3]));
        Is<ArgumentException>("The Student-t loss has 3 outputs a target, but 4 outputs were given. Give all outputs of the model. "
            + "(Parameter 'outputs')", () => new StudentTLoss().Parameters(new float[4]));
        Is<ArgumentException>("The quantile loss has 2 outputs a target, but 3 outputs were given. Give all outputs of the model. "
            + "(Parameter 'outputs')", () => new QuantileLoss([0.1, 0.9]).Rearrange(new float[3]));
        Is<ArgumentException>("Every extent of a shape is at least 1, but (3, 0) was given. (Parameter 'extents')",
            () => _ = new Shape(3, 0));
        Is<ArgumentException>("A shape needs at least one extent. (Parameter 'extents')", () => _ = new Shape([]));
    }

    [Fact]
    public void Weights_and_states_by_name()
    {
        const string There = "lstm_1/kernel, lstm_1/recurrent_kernel, lstm_1/bias, dense_1/kernel, dense_1/bias. (Parameter 'name')";
        Is<ArgumentException>("There is no parameter lstm_2/kernel; there are: " + There, () => Built.GetWeights("lstm_2/kernel"));
        Is<ArgumentException>("There is no parameter Dense_1/bias; there are: " + There, () => Built.SetWeights("Dense_1/bias", [1]));
        Is<ArgumentException>("lstm_1/kernel has shape (2, 8), 16 values, but 15 were given. (Parameter 'values')",
            () => Built.SetWeights("lstm_1/kernel", new float[15]));
        Is<ArgumentException>("The state lstm_1/h needs 4 values, [B, H] for 2 rows of 2 units, but has 2. (Parameter 'initial')",
            () => Built.Run(new float[24], new ModelStates { ["lstm_1/h"] = new float[2] }));
        Is<KeyNotFoundException>("There is no state lstm_1/h; there are: lstm_2/c, lstm_2/h. A layer gives its states with ReturnState.",
            () => _ = new ModelStates { ["lstm_2/h"] = [], ["lstm_2/c"] = [] }["lstm_1/h"]);
    }

    [Fact]
    public void A_model_that_is_not_built()
    {
        var model = new Model(new Dense(1));
        const string Text = "The model is not built yet: call Build with the shape of the input, or Fit.";
        Is<InvalidOperationException>(Text, () => model.Predict(1f));
        Is<InvalidOperationException>(Text, () => model.Save("nowhere"));
        Is<InvalidOperationException>(Text, () => model.Summary());
        Is<ArgumentException>("A model needs at least one layer. (Parameter 'layers')", () => _ = new Model());
    }

    [Fact]
    public void Layers_that_do_not_fit_their_input()
    {
        Is<UnrollException>(
            "lstm takes sequences of shape (time steps, features), but its input has shape (4). Set ReturnSequences on the recurrent layer "
                + "before it, or reshape the input.",
            () => new Model(new Gru(4), new Lstm(2)).Build(new Shape(6, 1)));
        Is<UnrollException>(
            "top takes sequences of shape (time steps, features), but its input has shape (4). Set ReturnSequences on the recurrent layer "
                + "before it, or reshape the input.",
            () => new Model(new Gru(4), new Bidirectional(new Gru(2) { Name = "top" })).Build(new Shape(6, 1)));
        Is<UnrollException>("masking takes sequences of shape (time steps, features), but its input has shape (3).",
            () => new Model(new Masking()).Build(new Shape(3)));
    }

    [Fact]
    public void Layers_with_numbers_out_of_range()
    {
        StartsWith<ArgumentOutOfRangeException>("A recurrent layer needs at least 1 unit.", () => _ = new Lstm(0));
        StartsWith<ArgumentOutOfRangeException>("A dense layer needs at least 1 unit.", () => _ = new Dense(-1));
        StartsWith<ArgumentOutOfRangeException>("A dropout rate is at least 0 and below 1.", () => _ = new Dropout(1));
        StartsWith<ArgumentOutOfRangeException>("A dropout rate is at least 0 and below 1.", () => _ = new Dropout(double.NaN));
    }

    [Fact]
    public void Two_layers_of_one_name()
    {
        Is<UnrollException>("Two layers are named out. Give each layer a name of its own, or none.",
            () => new Model(new Dense(2) { Name = "out" }, new Dense(1) { Name = "out" }).Build(new Shape(1)));
        Is<UnrollException>("Two layers are named dense_2. Give each layer a name of its own, or none.",
            () => new Model(new Dense(2) { Name = "dense_2" }, new Dense(1)).Build(new Shape(1)));
    }

    [Fact]
    public void An_orthogonal_vector() =>
        Is<UnrollException>(
            "lstm_1/bias has shape (8), but only a matrix can be orthogonal. Choose another initializer.",
            () => new Model(new Lstm(2) { BiasInitializer = Initializer.Orthogonal }).Build(new Shape(3, 1)));

    [Fact]
    public void Options_out_of_range()
    {
        Refused("The number of epochs is 0; it must be at least 1.", new TrainingOptions { Epochs = 0 });
        Refused("The batch size is -3; it must be at least 1.", new TrainingOptions { BatchSize = -3 });
        Refused("The validation split is 1; it must be at least 0 and below 1.", new TrainingOptions { ValidationSplit = 1 });
        Refused("The validation split is NaN; it must be at least 0 and below 1.", new TrainingOptions { ValidationSplit = double.NaN });
        Refused("A validation split of 1E-20 leaves 4 of 4 samples for training and 0 for validation; both need at least 1.",
            new TrainingOptions { ValidationSplit = 1e-20 });
        Refused("A validation split of 0.9 leaves 0 of 4 samples for training and 4 for validation; both need at least 1.",
            new TrainingOptions { ValidationSplit = 0.9 });
        Refused("The patience of early stopping is -1; it must be at least 0.",
            new TrainingOptions { EarlyStopping = new EarlyStopping(-1) });
        Refused("The learning rate is 0; it must be above 0.", new TrainingOptions { Optimizer = new Adam { LearningRate = 0 } });
        Refused("The learning rate is NaN; it must be above 0.", new TrainingOptions { Optimizer = new Sgd { LearningRate = double.NaN } });
        Refused("SGD's momentum is 1; it must be at least 0 and below 1.", new TrainingOptions { Optimizer = new Sgd { Momentum = 1 } });
        Refused("RMSprop has rho 1, epsilon 1E-07, momentum 0; rho and momentum must be at least 0 and below 1, epsilon above 0.",
            new TrainingOptions { Optimizer = new RmsProp { Rho = 1 } });
        Refused("Adam has beta1 0.9, beta2 0.999, epsilon 0, weight decay 0; the betas must be at least 0 and below 1, epsilon above 0, "
            + "the decay at least 0.", new TrainingOptions { Optimizer = new Adam { Epsilon = 0 } });
        Refused("Adam has beta1 0.9, beta2 0.999, epsilon 1E-07, weight decay -1; the betas must be at least 0 and below 1, epsilon above "
            + "0, the decay at least 0.", new TrainingOptions { Optimizer = new AdamW { WeightDecay = -1 } });
        Refused("The clipping limit is 0; it must be above 0.", new TrainingOptions { Clipping = new Clipping(ClipMode.Value, 0) });
        Refused("A step schedule has 0 epochs and factor 0.1; it needs at least 1 epoch and a factor above 0 and at most 1.",
            new TrainingOptions { Schedule = new StepSchedule(0) });

        static void Refused(string message, TrainingOptions options) =>
            Is<UnrollException>(message, () => Built.Fit(TestSamples.Curves(4), options));
    }

    [Fact]
    public void A_stateful_layer_and_shuffled_samples()
    {
        Model model = new Model(new Bidirectional(new Gru(2) { Stateful = true }), new Dense(1)).Build(new Shape(6, 2));
        Is<UnrollException>("A stateful layer needs its batches in order: set Shuffle to false.",
            () => model.Fit(TestSamples.Curves(4), s_options));
    }

    private static void Is<TException>(string message, Action action)
        where TException : Exception => Assert.Equal(message, Assert.Throws<TException>(action).Message);

    private static void StartsWith<TException>(string message, Action action)
        where TException : Exception => Assert.StartsWith(message, Assert.Throws<TException>(action).Message, StringComparison.Ordinal);
}
