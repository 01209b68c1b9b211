using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Forecasting;

public sealed class OwnNetworkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly ForecastInputs s_inputs = new() { Known = ["event"], Calendar = true };

    private static TimeSeries WithFuture(TimeSeries rows)
    {
        double[] x = rows["x"].ToArray();
        Array.Fill(x, double.NaN, x.Length - 5, 5);
        return new TimeSeries(rows.Name, [.. rows.Dates], ("x", x), ("event", rows["event"].ToArray()));
    }

    private static double[] Numbers(PartsForecaster forecaster, ForecastTask task) => Rows.Numbers(forecaster, task);

    [Fact]
    public void The_tutorials_network_of_the_same_layers_is_the_same_to_the_bit()
    {
        ForecastTask task = Rows.Task(Rows.Daily(200), 3);
        double[] Forecast(NetworkRecipe recipe)
        {
            var network = new NetworkForecaster(recipe);
            network.Fit(task, cancellationToken: Stop);
            Assert.Equal("GRU", network.Name);
            double[] numbers = Numbers(network, task);
            Assert.Equal(numbers, Numbers(Rows.Reloaded(network), task));
            return numbers;
        }

        double[] expected = Forecast(Rows.Small());
        Assert.Equal(expected, Forecast(Rows.Small() with { Label = "GRU", Body = _ => [new Gru(4)] }));
        // Of a sequence the last step counts.
        Assert.Equal(expected, Forecast(Rows.Small() with { Label = "GRU", Body = _ => [new Gru(4) { ReturnSequences = true }] }));
    }

    [Theory]
    [InlineData(1, Strategy.Direct, ForecastHead.None)]
    [InlineData(3, Strategy.Direct, ForecastHead.None)]
    [InlineData(3, Strategy.Direct, ForecastHead.Quantile)]
    [InlineData(3, Strategy.Recursive, ForecastHead.None)]
    public void Ensembles_of_the_same_layers_are_the_same_to_the_bit(int horizon, Strategy strategy, ForecastHead head)
    {
        var task = new ForecastTask(WithFuture(Rows.Daily(300)),
            new TaskOptions { Targets = ["x"], Horizon = horizon, TestRows = 40, Window = 14, Inputs = s_inputs });
        bool isSequence = horizon > 1 && strategy == Strategy.Direct;
        double[] Forecast(NetworkRecipe recipe)
        {
            var network = new EnsembleForecaster(new EnsembleRecipe { Network = recipe, Members = 2, Strategy = strategy, Head = head });
            network.Fit(task, cancellationToken: Stop);
            return Numbers(network, task);
        }

        double[] expected = Forecast(Rows.Small());
        Assert.Equal(expected, Forecast(Rows.Small() with
        {
            Body = _ => isSequence
                ? [new Gru(4) { ReturnSequences = true }, new LastSteps(horizon), new Dense(4) { Activation = Activation.Relu }]
                : [new Gru(4), new Dense(4) { Activation = Activation.Relu }],
        }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Layers_of_your_own_are_judged_saved_loaded_and_fitted_on(bool isSequence)
    {
        var task = new ForecastTask(
            WithFuture(Rows.Daily(300)), new TaskOptions { Targets = ["x"], Horizon = 3, TestRows = 40, Window = 14, Inputs = s_inputs });
        var shapes = new List<Shape>();
        var recipe = new EnsembleRecipe
        {
            Members = 2,
            Network = Rows.Small() with
            {
                Label = "Conv + GRU",
                Body = input =>
                {
                    shapes.Add(input);
                    return [new Conv1D(4, 3), new Gru(5) { ReturnSequences = isSequence }];
                },
            },
        };
        var blend = new BlendForecaster([new EnsembleForecaster(recipe), new EnsembleForecaster(recipe with { Network = Rows.Small() }),
            new RidgeForecaster(), new NaiveForecaster()]);
        blend.Fit(task, cancellationToken: Stop);
        PartsForecaster network = blend.Members[0];
        Assert.Equal(("Conv + GRU", "conv-+-gru"), (network.Name, network.Key));
        Assert.All(shapes, shape => Assert.Equal(14 + 3, shape.Steps));
        Assert.Equal(isSequence ? 3 : 1, network.Networks[0].OutputShape.Steps);
        Assert.Contains(new Comparison(task, blend).Scores, score => score.Name == "Conv + GRU");

        var loaded = (BlendForecaster)Rows.Reloaded(blend);
        Assert.Equal("Conv + GRU", loaded.Members[0].Name);
        Assert.Equal(Numbers(blend, task), Numbers(loaded, task));
        blend.Refit(task.Whole(), cancellationToken: Stop);
        loaded.Refit(task.Whole(), cancellationToken: Stop);
        Assert.Equal(Rows.Numbers(blend.Predict(task.Data, 3)), Rows.Numbers(loaded.Predict(task.Data, 3)));
    }

    [Fact]
    public void The_tutorials_network_of_your_own_is_loaded_with_its_layers()
    {
        ForecastTask task = Rows.Task(Rows.Daily(200), 1);
        var network = new NetworkForecaster(
            Rows.Small() with { Label = "Conv", Body = _ => [new Conv1D(4, 3) { Activation = Activation.Relu }, new Flatten()] });
        network.Fit(task, cancellationToken: Stop);
        PartsForecaster loaded = Rows.Reloaded(network);
        Assert.Equal(("Conv", "conv"), (loaded.Name, loaded.Key));
        Assert.Equal(Numbers(network, task), Numbers(loaded, task));
        Assert.Equal(["conv1d_1", "flatten_1", "dense_1"], loaded.Show(task)!.Summary().Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void What_cannot_be_made_is_told()
    {
        NetworkRecipe recipe = Rows.Small() with { Body = _ => [] };
        Assert.Equal("network", recipe.Name);
        Assert.Equal("The body of network has no layers. Return at least one.",
            Assert.Throws<UnrollException>(() => recipe.CreateModel(new Shape(14, 1))).Message);
        Assert.StartsWith("The layers of this recipe follow from the shape of the input.",
            Assert.Throws<InvalidOperationException>(() => recipe.CreateModel()).Message, StringComparison.Ordinal);
    }
}
