using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Forecasting;

public sealed class OwnScalerTests
{
    /// <summary>y = x / max |x|, as scikit-learn's MaxAbsScaler.</summary>
    private sealed class MaxAbsScaler : Scaler
    {
        public override string Kind => "max-abs";

        protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values)
        {
            double most = 0;
            foreach (double value in values)
                most = Math.Max(most, Math.Abs(value));
            return (0, most);
        }
    }

    private sealed class Squared : Scaler
    {
        public override string Kind => "max-abs";

        protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values) => (0, values[0] * values[0]);
    }

    public OwnScalerTests() => ForecastKinds.Register(() => new MaxAbsScaler());

    [Fact]
    public void A_scaler_is_one_equation()
    {
        // sklearn.preprocessing.MaxAbsScaler().fit([[1], [-4], [2]])
        Scaler scaler = Scaler.Create("max-abs");
        Assert.Equal([0.25, -1, 0.5], scaler.FitTransform([1, -4, 2]));
        Assert.Equal(6, scaler.InverseTransform(1.5));
        Assert.Equal(new ScalerState("max-abs", 0, 4), scaler.State);
        Assert.Equal(-1, Scaler.Restore(scaler.State).Transform(-4));
    }

    [Fact]
    public void It_is_used_in_a_recipe_saved_and_loaded()
    {
        ForecastTask task = Rows.Task(Rows.Daily(200), 1);
        var own = new NetworkForecaster(Rows.Small() with { Scaler = "max-abs" });
        var standard = new NetworkForecaster(Rows.Small() with { Scaler = "standard" });
        own.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        standard.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        double[] expected = Rows.Numbers(own, task);
        Assert.NotEqual(Rows.Numbers(standard, task), expected);
        Assert.Equal(expected, Rows.Numbers(Rows.Reloaded(own), task));
    }

    [Fact]
    public void Kinds_that_are_not_known_are_told()
    {
        Assert.Equal(
            "There is no scaler \"min-abs\". Choose minmax, standard, robust or none, or make one of your own known with "
                + "ForecastKinds.Register(() => new ...).",
            Assert.ThrowsAny<UnrollException>(() => Scaler.Create("min-abs")).Message);
        Assert.Contains("The scaler kind \"max-abs\" is already MaxAbsScaler. Give yours another name.",
            Assert.Throws<ArgumentException>(() => ForecastKinds.Register(() => new Squared())).Message, StringComparison.Ordinal);

        // Of three rows ahead, so that the file is one of forecasters and not a model file.
        ForecastTask task = Rows.Task(Rows.Daily(200), 3);
        var own = new NetworkForecaster(Rows.Small() with { Scaler = "max-abs" });
        own.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Matches(
            "^.+ holds the scaler \"min-abs\", which this program does not know\\. Make it known before loading: "
                + "ForecastKinds\\.Register\\(\\(\\) => new \\.\\.\\.\\)\\.$",
            Assert.Throws<UnrollException>(() => Rows.Reloaded(own, file => Rows.Renamed(file, "max-abs", "min-abs"))).Message);
    }

    [Fact]
    public void A_scale_of_0_is_refused()
    {
        var scaler = new MaxAbsScaler();
        Assert.StartsWith("The max-abs scaler measured offset 0 and scale 0",
            Assert.Throws<InvalidOperationException>(() => scaler.Fit([0, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_robust_scaler_is_that_of_scikit_learn()
    {
        // RobustScaler().fit([[1], [2], [4], [8], [1000], [3]]): center_ 3.5, scale_ 4.75
        var scaler = new RobustScaler();
        scaler.Fit([1, 2, 4, 8, 1000, 3]);
        Assert.Equal(new ScalerState("robust", 3.5, 4.75), scaler.State);
        // RobustScaler().fit([[0], [5], [10]]): center_ 5, scale_ 5; constant: scale_ 1
        scaler.Fit([0, 5, 10]);
        Assert.Equal(new ScalerState("robust", 5, 5), scaler.State);
        scaler.Fit([7, 7, 7, 7, 9]);
        Assert.Equal(new ScalerState("robust", 7, 1), scaler.State);
    }
}
