using System.Text.Json;
using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ScalerTests
{
    private static readonly string[] s_kinds = ["minmax", "standard", "robust", "none"];

    private static readonly Gen<string> s_kind = Gen.Int[0, 2].Select(n => s_kinds[n]);

    private static readonly Gen<double[]> s_values =
        Gen.OneOf(Gen.Double[-1e6, 1e6], Gen.Double[1e-6, 1e-3], Gen.Double[1e8, 1e9], Gen.Int[-3, 3].Select(n => (double)n)).Array[1, 50];

    [Fact]
    public void Min_max_agrees_with_the_example_of_the_scikit_learn_reference()
    {
        // MinMaxScaler().fit([[-1, 2], [-0.5, 6], [0, 10], [1, 18]]), by column; then transform([[2, 2]])
        var first = new MinMaxScaler();
        Assert.Equal([0, 0.25, 0.5, 1], first.FitTransform([-1, -0.5, 0, 1]));
        Assert.Equal(1.5, first.Transform(2));
        Assert.Equal([0, 0.25, 0.5, 1], new MinMaxScaler().FitTransform([2, 6, 10, 18]));
    }

    [Fact]
    public void Standard_agrees_with_the_example_of_the_scikit_learn_reference()
    {
        // StandardScaler().fit([[0, 0], [0, 0], [1, 1], [1, 1]]); then transform([[2, 2]])
        var scaler = new StandardScaler();
        Assert.Equal([-1, -1, 1, 1], scaler.FitTransform([0, 0, 1, 1]));
        Assert.Equal(3, scaler.Transform(2));
        Assert.Equal(1.5, scaler.InverseTransform(2));
    }

    [Theory]
    [InlineData("minmax", 0)]
    [InlineData("standard", 0)]
    [InlineData("robust", 0)]
    [InlineData("none", 5)]
    public void A_constant_column_is_divided_by_one(string kind, double scaled)
    {
        Scaler scaler = Scaler.Create(kind);
        Assert.Equal([scaled, scaled], scaler.FitTransform([5, 5]));
        Assert.Equal(7, scaler.InverseTransform(scaler.Transform(7)));
    }

    [Fact]
    public void A_column_constant_but_for_rounding_counts_as_constant()
    {
        var scaler = new StandardScaler();
        scaler.Fit([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
        Assert.Equal(1, scaler.State.Scale);
    }

    [Fact]
    public void The_inverse_differs_by_rounding_alone() =>
        Gen.Select(s_kind, s_values, Gen.Double[-1e9, 1e9]).Sample((kind, values, other) =>
        {
            Scaler scaler = Scaler.Create(kind);
            double[] back = scaler.InverseTransform(scaler.FitTransform(values));
            (_, double offset, _) = scaler.State;
            return values.Zip(back).Append((other, scaler.InverseTransform(scaler.Transform(other)))).All(pair =>
                Math.Abs(pair.Item1 - pair.Item2) <= 3.01 * Math.ScaleB(1, -53) * (Math.Abs(pair.Item1) + Math.Abs(offset)));
        }, iter: 20000);

    [Fact]
    public void Prices_return_to_within_two_units_in_the_last_place() =>
        Gen.Double[0.01, 1e5].Array[2, 50].Sample(prices =>
        {
            var scaler = new MinMaxScaler();
            double[] back = scaler.InverseTransform(scaler.FitTransform(prices));
            return prices.Zip(back)
                .All(pair => Math.Abs(BitConverter.DoubleToInt64Bits(pair.First) - BitConverter.DoubleToInt64Bits(pair.Second)) <= 2);
        }, iter: 20000);

    [Fact]
    public void A_restored_scaler_gives_the_same_bits() =>
        Gen.Select(s_kind, s_values, Gen.Double[-1e6, 1e6]).Sample((kind, values, x) =>
        {
            Scaler scaler = Scaler.Create(kind);
            scaler.Fit(values);
            Scaler restored = Scaler.Restore(JsonSerializer.Deserialize<ScalerState>(JsonSerializer.Serialize(scaler.State))!);
            return restored.Kind == kind
                && BitConverter.DoubleToInt64Bits(restored.Transform(x)) == BitConverter.DoubleToInt64Bits(scaler.Transform(x))
                && BitConverter.DoubleToInt64Bits(restored.InverseTransform(x)) == BitConverter.DoubleToInt64Bits(
                    scaler.InverseTransform(x));
        });

    [Fact]
    public void Scaling_in_place_equals_scaling_into_a_new_array()
    {
        var scaler = new StandardScaler();
        double[] values = [1, 2, 4, 8], scaled = scaler.FitTransform(values);
        scaler.Transform(values, values);
        Assert.Equal(scaled, values);
        scaler.InverseTransform(values, values);
        Assert.Equal(8, values[3], 1e-14);
    }

    [Theory]
    [InlineData("minmax")]
    [InlineData("standard")]
    [InlineData("none")]
    public void Use_before_fit_is_refused(string kind)
    {
        Scaler scaler = Scaler.Create(kind);
        string message = $"The {kind} scaler has no scale yet. Call Fit with the training values first.";
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => scaler.Transform(1.0)).Message);
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => scaler.InverseTransform([1.0])).Message);
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => scaler.State).Message);
        Assert.False(scaler.IsFitted);
    }

    [Fact]
    public void Values_that_cannot_be_fitted_are_named()
    {
        Assert.StartsWith("The minmax scaler needs finite values, but value 1 is NaN.",
            Assert.Throws<UnrollException>(() => new MinMaxScaler().Fit([1, double.NaN])).Message);
        Assert.StartsWith("The standard scaler needs at least one value to fit.",
            Assert.Throws<UnrollException>(() => new StandardScaler().Fit([])).Message);
        Assert.StartsWith("The minmax scaler cannot span these values",
            Assert.Throws<UnrollException>(() => new MinMaxScaler().Fit([-1.7e308, 1.7e308])).Message);
    }

    [Fact]
    public void Unknown_kinds_and_damaged_states_are_refused()
    {
        Assert.Equal("There is no scaler \"log\". Choose minmax, standard, robust or none, or make one of your own known with "
            + "ForecastKinds.Register(() => new ...).", Assert.ThrowsAny<UnrollException>(() => Scaler.Create("log")).Message);
        Assert.Equal(
            "A minmax scaler with offset 1 and scale 0 is damaged: both are finite and the scale is above 0. Train the model again.",
            Assert.Throws<UnrollException>(() => Scaler.Restore(new ScalerState("minmax", 1, 0))).Message);
    }
}
