using Unroll.Training;
using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Layers;

public class DropoutTests
{
    private const int Rows = 40, Steps = 5, Features = 50;

    [Fact]
    public void A_share_is_dropped_and_the_rest_grows_so_that_the_mean_stays()
    {
        double[] outputs = Train(new Dropout(0.3), seed: 1);
        Assert.All(outputs, value => Assert.True(value == 0 || Math.Abs(value - 1 / 0.7) < 1e-12));
        double dropped = outputs.Count(value => value == 0) / (double)outputs.Length;
        Assert.InRange(dropped, 0.28, 0.32);
    }

    [Fact]
    public void Masks_depend_on_the_seed_alone_and_differ_between_rows_steps_and_seeds()
    {
        double[] first = Train(new Dropout(0.5), seed: 1);
        Assert.Equal(first, Train(new Dropout(0.5), seed: 1));
        Assert.NotEqual(first, Train(new Dropout(0.5), seed: 2));
        Assert.Equal(Rows * Steps, first.Chunk(Features).Select(step => string.Concat(step.Select(value => value == 0 ? '0' : '1')))
            .Distinct().Count());
    }

    [Fact]
    public void Outside_training_nothing_is_dropped()
    {
        Assert.All(Train(new Dropout(0.9), seed: 1, training: false), value => Assert.Equal(1, value));
        Assert.All(Train(new Dropout(0), seed: 1), value => Assert.Equal(1, value));
    }

    /// <summary>With W = I, no recurrence and no activation, a SimpleRnn shows the inputs that reach it.</summary>
    [Fact]
    public void Inside_a_recurrent_layer_one_mask_serves_all_steps_of_a_row()
    {
        double[] outputs = Train(new SimpleRnn(Features)
        {
            Activation = Activation.Linear,
            UseBias = false,
            ReturnSequences = true,
            Dropout = 0.25
        }, seed: 1, prepare: network =>
        {
            network.Parameters.Values.Clear();
            for (int i = 0; i < Features; i++)
                network.Parameters.Values[i * Features + i] = 1;
        });
        Assert.All(outputs, value => Assert.True(value == 0 || Math.Abs(value - 1 / 0.75) < 1e-12));
        Assert.InRange(outputs.Count(value => value == 0) / (double)outputs.Length, 0.2, 0.3);
        double[][] rows = [.. outputs.Chunk(Features * Steps)];
        Assert.All(rows, row => Assert.All(row.Chunk(Features), step => Assert.Equal(row[..Features], step)));
        Assert.Equal(Rows, rows.Select(row => string.Join(' ', row)).Distinct().Count());
    }

    /// <summary>With U = I, W = 0 and an initial state of ones, the state after k steps is 0 or (1/(1 − rate))ᵏ.</summary>
    [Fact]
    public void Recurrent_dropout_has_one_mask_for_all_steps_too()
    {
        double[] outputs = Train(new SimpleRnn(Features)
        {
            Activation = Activation.Linear,
            UseBias = false,
            ReturnSequences = true,
            RecurrentDropout = 0.5
        }, seed: 1, prepare: network =>
        {
            network.Parameters.Values.Clear();
            for (int i = 0; i < Features; i++)
                network.Parameters.Values[Features * Features + i * Features + i] = 1;
            network.StatesOf(network.RecurrentParts[0]).Initial[0] = [.. Enumerable.Repeat(1.0, Rows * Features)];
        });
        for (int i = 0; i < outputs.Length; i++)
        {
            int step = i / Features % Steps;
            Assert.True(outputs[i] == 0 || outputs[i] == Math.Pow(2, step + 1));
            Assert.Equal(outputs[i] == 0, outputs[i - step * Features] == 0);
        }

        Assert.InRange(outputs.Count(value => value == 0) / (double)outputs.Length, 0.45, 0.55);
    }

    /// <summary>
    /// With W = U = I and inputs of 1, h is 2 or 0 after a step; another makes it 3 times that, or the same with h₋₁ dropped.
    /// </summary>
    [Fact]
    public void Input_and_recurrent_dropout_do_not_draw_the_same_numbers()
    {
        var layer = new SimpleRnn(Features)
        {
            Activation = Activation.Linear,
            UseBias = false,
            ReturnSequences = true,
            Dropout = 0.5,
            RecurrentDropout = 0.5,
        };
        double[] outputs = Train(layer, seed: 1, prepare: network =>
        {
            network.Parameters.Values.Clear();
            for (int i = 0; i < Features; i++)
                network.Parameters.Values[i * Features + i] = network.Parameters.Values[Features * Features + i * Features + i] = 1;
        });
        double[] growths = [.. outputs.Chunk(Steps * Features)
            .SelectMany(row => Enumerable.Range(0, Features).Where(f => row[f] != 0).Select(f => row[Features + f] / row[f]))];
        Assert.InRange(growths.Length / (double)(Rows * Features), 0.45, 0.55);
        Assert.All(growths, growth => Assert.True(growth is 1 or 3));
        Assert.InRange(growths.Count(growth => growth == 1) / (double)growths.Length, 0.45, 0.55);
    }

    /// <summary>The GRU's carry z∘h₋₁ stays whole: with z = 1 the state passes through untouched.</summary>
    [Fact]
    public void Recurrent_dropout_leaves_the_carried_state_of_a_gru_whole()
    {
        double[] outputs = Train(new Gru(Features) { ReturnSequences = true, RecurrentDropout = 0.5 }, seed: 1, prepare: network =>
        {
            network.Parameters.Values.Clear();
            network.Parameters.Values.Slice(network.Parameters.Parameters[2].Offset, Features).Fill(100);
            network.StatesOf(network.RecurrentParts[0]).Initial[0] = [.. Enumerable.Repeat(0.5, Rows * Features)];
        });
        Assert.All(outputs, value => Assert.Equal(0.5, value, 12));
    }

    private static double[] Train(Layer layer, ulong seed, bool training = true, Action<Network<double>>? prepare = null)
    {
        var network = new Network<double>([layer], new Shape(Steps, Features), Kernels<double>.Best, 1) { StepSeed = seed };
        prepare?.Invoke(network);
        double[] outputs = new double[Rows * network.Output.Size], inputs = new double[Rows * Steps * Features];
        Array.Fill(inputs, 1);
        network.Gradients(new CheckedBatch<double>(inputs, new double[outputs.Length], Rows), new UpstreamLoss(), outputs, training);
        return outputs;
    }
}
