using Unroll.Training;
using Unroll.Kernels;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>A sequence with masked steps in it gives what the sequence without them gives.</summary>
public class MaskingTests
{
    private const int Features = 3, Whole = 7;
    private const double Absent = -7.5;

    /// <summary>Which of seven steps are masked, in each of five rows.</summary>
    private static readonly int[][] s_masks = [[0, 1], [3], [5, 6], [0, 2, 4, 6], [1, 2, 3, 4, 5, 6]];

    private static readonly Dictionary<string, Layer> s_layers = new Recurrent[]
    {
        new SimpleRnn(5), new Lstm(5), new Gru(5), new Gru(5) { ResetAfter = false, Name = "gru, reset before" },
        new Lstm(5) { Activation = Activation.Softsign, Name = "lstm, not fused" },
        new Gru(5) { Activation = Activation.Relu, Name = "gru, not fused" },
        new Lstm(5) { GoBackwards = true, Name = "lstm, backwards" },
    }.SelectMany(layer => new Layer[] { layer, new Bidirectional(layer) { Name = $"bidirectional {layer.Name ?? layer.Kind}" } })
        .ToDictionary(layer => layer.Name ?? layer.Kind);

    public static TheoryData<string> Layers => [.. s_layers.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Masked_steps_change_nothing(string name)
    {
        Layer layer = s_layers[name];
        double[] inputs = MaskedInputs();
        double[] outputs = Run([new Masking { Value = Absent }, layer], inputs, Whole, s_masks.Length);
        int units = outputs.Length / s_masks.Length;
        for (int row = 0; row < s_masks.Length; row++)
        {
            double[] kept = Kept(inputs, row);
            Assert.Equal(Run([layer], kept, kept.Length / Features, 1), outputs[(row * units)..((row + 1) * units)]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Sequences_repeat_the_state_at_masked_steps(string name)
    {
        if (s_layers[name] is not Recurrent recurrent || recurrent.GoBackwards)
            return;
        Layer layer = recurrent with { ReturnSequences = true };
        double[] inputs = MaskedInputs();
        double[] outputs = Run([new Masking { Value = Absent }, layer], inputs, Whole, s_masks.Length);
        for (int row = 0; row < s_masks.Length; row++)
        {
            double[] kept = Kept(inputs, row), without = Run([layer], kept, kept.Length / Features, 1);
            var expected = new List<double>();
            var state = new double[5];
            for (int t = 0, k = 0; t < Whole; t++)
            {
                if (!s_masks[row].Contains(t))
                    state = without[(5 * k)..(5 * ++k)];
                expected.AddRange(state);
            }

            Assert.Equal(expected, outputs[(row * Whole * 5)..((row + 1) * Whole * 5)]);
        }
    }

    [Fact]
    public void Only_steps_in_which_every_feature_has_the_value_are_masked()
    {
        double[] inputs = [4, 4, 1, 4, 4, 4, 2, 3];
        Assert.Equal([0, 0, 1, 4, 0, 0, 2, 3], Run([new Masking { Value = 4 }], inputs, 4, 1, features: 2));
    }

    [Fact]
    public void A_mask_reaches_through_dense_and_dropout_to_the_next_recurrent_layer()
    {
        double[] inputs = MaskedInputs();
        Layer[] tail = [new Dense(4) { Activation = Activation.Tanh }, new Dropout(0.2), new Gru(5) { ReturnSequences = true },
            new Lstm(3)];
        double[] outputs = Run([new Masking { Value = Absent }, .. tail], inputs, Whole, s_masks.Length);
        for (int row = 0; row < s_masks.Length; row++)
        {
            double[] kept = Kept(inputs, row);
            Assert.Equal(Run(tail, kept, kept.Length / Features, 1), outputs[(row * 3)..((row + 1) * 3)]);
        }
    }

    private static double[] MaskedInputs()
    {
        double[] inputs = TestData.Normal(s_masks.Length * Whole * Features, 9);
        for (int row = 0; row < s_masks.Length; row++)
        {
            foreach (int t in s_masks[row])
                inputs.AsSpan((row * Whole + t) * Features, Features).Fill(Absent);
        }

        return inputs;
    }

    private static double[] Kept(double[] inputs, int row) =>
        [.. Enumerable.Range(0, Whole).Where(t => !s_masks[row].Contains(t))
            .SelectMany(t => inputs[((row * Whole + t) * Features)..((row * Whole + t + 1) * Features)])];

    private static double[] Run(Layer[] layers, double[] inputs, int steps, int rows, int features = Features)
    {
        var network = new Network<double>(layers, new Shape(steps, features), Kernels<double>.Best, 1);
        double[] weights = TestData.Normal(network.Parameters.Count, 2, 0.5);
        weights.CopyTo(network.Parameters.Values);
        var outputs = new double[rows * network.Output.Size];
        network.Predict(new CheckedBatch<double>(inputs, new double[rows], rows), outputs);
        return outputs;
    }
}
