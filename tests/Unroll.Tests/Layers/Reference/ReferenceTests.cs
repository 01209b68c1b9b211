using Unroll.Training;
using System.Numerics;
using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Layers.Reference;

/// <summary>
/// What every layer must have: right values, in double and on every instruction set, right gradients, and a place in a saved model.
/// </summary>
public class ReferenceTests
{
    private const int Rows = 3;

    public static TheoryData<string> Names => [.. ReferenceCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_those_written_out_by_hand(string name)
    {
        ReferenceCase row = ReferenceCases.All[name];
        Compare(row, Kernels<double>.Best, 1e-12);
        foreach (Kernels<float> kernels in Kernels<float>.Supported)
            Compare(row, kernels, 3e-6);
    }

    [Fact]
    public void Every_layer_kind_has_a_reference()
    {
        IEnumerable<Layer> layers = ReferenceCases.All.Values.SelectMany(row => row.Graph().Uses).Select(use => use.Layer);
        Assert.Empty(Kinds().Except(layers.SelectMany(Inside)).Select(kind => kind.Name));
    }

    [Fact]
    public void Every_layer_kind_has_a_gradient_check_and_is_in_a_saved_model()
    {
        IEnumerable<Layer> layers =
            GradientCases.All.Values.SelectMany(row => row.Graph is null ? row.Layers : row.Graph().Uses.Select(use => use.Layer));
        Assert.Empty(Kinds().Except(layers.SelectMany(Inside)).Select(kind => kind.Name));
        Assert.Empty(Kinds().Except(LayerModels.Names.SelectMany(name => LayerModels.Make(name, 1).Layers).SelectMany(Inside))
            .Select(kind => kind.Name));
    }

    private static IEnumerable<Type> Kinds() =>
        typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract);

    private static IEnumerable<Type> Inside(Layer layer) => layer switch
    {
        TimeDistributed each => Inside(each.Inner).Prepend(layer.GetType()),
        Bidirectional both => Inside(both.Inner).Prepend(layer.GetType()),
        StackedRecurrent stack => stack.Layers.Select(part => part.GetType()).Prepend(layer.GetType()),
        _ => [layer.GetType()],
    };

    private static void Compare<T>(ReferenceCase row, Kernels<T> kernels, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Graph graph = row.Graph();
        var network = new Network<T>(graph, kernels, threads: 1);
        var weights = new List<double[]>();
        foreach (Parameter parameter in network.Parameters.Parameters)
        {
            // Rounded to what T holds; variances are above 0.
            double[] values = [.. TestData.Normal(parameter.Length, 50 + weights.Count, 0.6).Select(value => double.CreateChecked(
                T.CreateChecked(parameter.Name.EndsWith("variance", StringComparison.Ordinal) ? Math.Abs(value) + 0.1 : value)))];
            TestData.To<T>(values).CopyTo(network.Parameters.Values[parameter.Range]);
            weights.Add(values);
        }

        double[][][] inputs = [.. Enumerable.Range(0, Rows).Select(r => graph.Inputs.Select((node, input) =>
            (row.Inputs?.Invoke(input, r) ?? TestData.Normal(node.Shape.Size, 100 * input + r))
                .Select(value => double.CreateChecked(T.CreateChecked(value))).ToArray()).ToArray())];
        var outputs = new T[Rows * network.OutputSize];
        network.Predict(new CheckedBatch<T>(TestData.To<T>([.. inputs.SelectMany(Loops.Join)]), new T[Rows], Rows), outputs);
        double[] expected = Loops.Join(inputs.Select(x => row.Expected(x, [.. weights])));
        Assert.Equal(expected.Length, outputs.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double actual = double.CreateChecked(outputs[i]);
            Assert.True(Math.Abs(expected[i] - actual) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"{kernels.Name}, [{i}]: expected {expected[i]:R}, was {actual:R}");
        }
    }
}
