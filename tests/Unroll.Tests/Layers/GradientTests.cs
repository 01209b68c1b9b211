using Unroll.Training;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

public class GradientTests
{
    public static TheoryData<string> Names => [.. GradientCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_central_differences(string name) => Assert.Empty(GradientCheck.Of(GradientCases.All[name]).Errors());

    /// <summary>Every kind of layer must stand in the table: a new one that is forgotten fails here.</summary>
    [Fact]
    public void Every_layer_is_in_the_table()
    {
        IEnumerable<Type> kinds = typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract);
        Assert.Empty(kinds.Except(GradientCases.All.Values.SelectMany(row => row.Graph?.Invoke().Uses.Select(use => use.Layer)
            ?? row.Layers).Select(layer => layer.GetType())).Select(type => type.Name));
    }

    /// <summary>The checker itself: one value of one gradient, wrong by one percent, is found, whichever it is.</summary>
    [Theory]
    [InlineData("lstm, states")]
    [InlineData("gru, masks, sequences, states")]
    [InlineData("gru, reset before, both dropouts, masks")]
    [InlineData("bidirectional simple rnn, Multiply, sequences")]
    [InlineData("QuantileLoss { Quantiles = [0.1, 0.5, 0.9] } of sequences")]
    [InlineData("GaussianLoss { } of vectors")]
    [InlineData("StudentTLoss { DegreesOfFreedom =  } of vectors")]
    public void An_error_of_one_percent_is_caught(string name)
    {
        var check = GradientCheck.Of(GradientCases.All[name]);
        int planted = 0;
        foreach (GradientChecker.CheckedArray array in check.Arrays)
        {
            for (int i = 0; i < array.Gradient.Length; i++)
            {
                double kept = array.Gradient[i];
                if (Math.Abs(kept) < 1e-5)
                    continue;
                planted++;
                Assert.Null(check.Error(array, i));
                array.Gradient[i] = 1.01 * kept;
                Assert.NotNull(check.Error(array, i));
                array.Gradient[i] = 0.99 * kept;
                Assert.NotNull(check.Error(array, i));
                array.Gradient[i] = kept;
            }
        }

        Assert.InRange(planted, 60, int.MaxValue);
    }

    /// <summary>The checker finds a lost gradient, a NaN, and a gradient of the wrong sign, also by the random direction alone.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    public void A_spoilt_gradient_is_caught(double factor)
    {
        var check = GradientCheck.Of(GradientCases.All["lstm, states"]);
        foreach (GradientChecker.CheckedArray array in check.Arrays)
        {
            int at = Array.FindIndex(array.Gradient, value => Math.Abs(value) > 1e-3);
            double kept = array.Gradient[at];
            array.Gradient[at] *= factor;
            string[] errors = [.. check.Errors()];
            Assert.Contains(errors, error => error.StartsWith($"{array.Name}[{at}]: gradient ", StringComparison.Ordinal));
            Assert.Contains(errors, error => error.StartsWith("the direction: gradient ", StringComparison.Ordinal));
            array.Gradient[at] = kept;
        }

        Assert.Empty(check.Errors());
    }

    /// <summary>What the checks look at is not all zero: every array of every case has a gradient worth the name.</summary>
    [Fact]
    public void Gradients_are_not_trivial()
    {
        foreach (GradientCase row in GradientCases.All.Values)
        {
            // A bias of the keys adds the same to all scores of a query, which a softmax does not see.
            foreach (GradientChecker.CheckedArray array in GradientCheck.Of(row).Arrays.Where(
                array => !array.Name.EndsWith("/key_bias", StringComparison.Ordinal)))
                Assert.True(array.Gradient.Max(Math.Abs) > 1e-4, $"{row.Name}: {array.Name} has no gradient above 1e-4");
        }
    }

    /// <summary>A row whose steps are all masked leaves its initial state as it is, so its gradient passes through unchanged.</summary>
    [Fact]
    public void A_fully_masked_row_passes_the_gradient_of_its_state_through()
    {
        var network = new Network<double>([new Masking(), new Lstm(4)], new Shape(3, 2), Unroll.Kernels.Kernels<double>.Best, 1,
            inputGradient: true);
        network.Parameters.Initialize(1);
        RecurrentStates<double> states = network.StatesOf(network.RecurrentParts[0]);
        (states.Initial[0], states.Initial[1]) = (TestData.Normal(4, 1), TestData.Normal(4, 2));
        (states.InitialGradient[0], states.InitialGradient[1]) = (new double[4], new double[4]);
        double[] upstream = TestData.Normal(4, 3), output = new double[4];
        network.Gradients(new CheckedBatch<double>(new double[6], upstream, 1), new UpstreamLoss(), output);
        Assert.Equal(states.Initial[0], output);
        Assert.Equal(upstream, states.InitialGradient[0]);
        Assert.All(states.InitialGradient[1]!, value => Assert.Equal(0, value));
        Assert.All(network.Parameters.Gradients.ToArray(), value => Assert.Equal(0, value));
    }
}
