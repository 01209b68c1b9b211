using Unroll.Training;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Golden;

public class RecurrentGoldenTests
{
    public static TheoryData<string> Files => [.. GoldenFile.Names("*_t*_b*_i*_h*")];

    public static MatrixTheoryData<string, string> FilesAndInstructionSets =>
        new(GoldenFile.Names("*_t*_b*_i*_h*"), Kernels<float>.Supported.Select(kernels => kernels.Name));

    [Fact]
    public void All_files_are_there() => Assert.Equal(20, Files.Count);

    [Theory]
    [MemberData(nameof(FilesAndInstructionSets))]
    public void Float_networks_agree_with_libtorch(string file, string instructionSet) =>
        Check(GoldenFile.Read(file), Kernels<float>.Supported.Single(kernels => kernels.Name == instructionSet), 1e-5, 1e-6);

    [Theory]
    [MemberData(nameof(Files))]
    public void Double_networks_agree_with_libtorch(string file) => Check(GoldenFile.Read(file), Kernels<double>.Best, 1e-10, 1e-12);

    private static void Check<T>(GoldenFile golden, Kernels<T> kernels, double relative, double absolute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string kind = golden.Text("kind");
        int steps = golden.Number("steps"), batch = golden.Number("batch"), units = golden.Number("hidden"),
            layers = golden.Number("layers");
        bool both = golden.Flag("bidirectional"), hasC = golden.Has("c0");
        Recurrent one = TorchWeights.Layer(kind, units) with { ReturnSequences = true };
        var stack = Enumerable.Range(0, layers).Select(Layer (_) => both ? new Bidirectional(one) : one).ToArray();
        var network = new Network<T>(stack, new Shape(steps, golden.Number("inputs")), kernels, threads: 1, inputGradient: true);

        // PyTorch's suffix of each recurrent part, in the order in which the states are laid out.
        string[] parts = [.. Enumerable.Range(0, layers)
            .SelectMany(layer => both ? new[] { $"_l{layer}", $"_l{layer}_reverse" } : [$"_l{layer}"])];
        Assert.Equal(parts.Length, network.RecurrentParts.Length);
        Assert.Equal(3 * parts.Length, network.Parameters.Parameters.Count);
        for (int part = 0; part < parts.Length; part++)
        {
            string suffix = parts[part];
            double[] Weights(string name) => golden.Array("parameters", name + suffix);
            Fill(network, 3 * part, TorchWeights.Kernel(kind, Weights("weight_ih"), units));
            Fill(network, 3 * part + 1, TorchWeights.Kernel(kind, Weights("weight_hh"), units));
            Fill(network, 3 * part + 2, TorchWeights.Bias(kind, Weights("bias_ih"), Weights("bias_hh"), units));
            RecurrentStates<T> states = network.StatesOf(network.RecurrentParts[part]);
            states.Initial[0] = State<T>(golden, "h0", part, batch * units);
            states.FinalGradient[0] = State<T>(golden, "upstream_h", part, batch * units);
            (states.Final[0], states.InitialGradient[0]) = (new T[batch * units], new T[batch * units]);
            if (!hasC)
                continue;
            states.Initial[1] = State<T>(golden, "c0", part, batch * units);
            states.FinalGradient[1] = State<T>(golden, "upstream_c", part, batch * units);
            (states.Final[1], states.InitialGradient[1]) = (new T[batch * units], new T[batch * units]);
        }

        T[] y = new T[batch * network.Output.Size], predicted = new T[y.Length];
        var data = new CheckedBatch<T>(TestData.To<T>(golden.Array("x")), TestData.To<T>(golden.Array("upstream_y")), batch);
        network.Gradients(data, new UpstreamLoss(), y, training: true);
        Close.Check("y", golden.Array("y"), y, relative, absolute);
        Close.Check("grad_x", golden.Array("grad_x"), network.InputGradient, relative, absolute);
        CheckStates(golden, network, "h", 0, "h_n", "grad_h0", relative, absolute);
        if (hasC)
            CheckStates(golden, network, "c", 1, "c_n", "grad_c0", relative, absolute);
        for (int part = 0; part < parts.Length; part++)
        {
            string suffix = parts[part];
            double[] Expected(string name) => golden.Array("grad_parameters", name + suffix);
            CheckGradient(network, 3 * part, TorchWeights.Kernel(kind, Expected("weight_ih"), units), relative, absolute);
            CheckGradient(network, 3 * part + 1, TorchWeights.Kernel(kind, Expected("weight_hh"), units), relative, absolute);
            CheckGradient(network, 3 * part + 2, TorchWeights.BiasGradient(kind, Expected("bias_ih"), Expected("bias_hh"), units), relative,
                absolute);
        }

        network.Predict(data, predicted);
        Assert.Equal(y, predicted);
    }

    private static void Fill<T>(Network<T> network, int parameter, double[] values)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TestData.To<T>(values).CopyTo(network.Parameters.Values[network.Parameters.Parameters[parameter].Range]);

    private static T[] State<T>(GoldenFile golden, string name, int part, int length)
        where T : unmanaged, IFloatingPointIeee754<T> => TestData.To<T>(golden.Array(name)[(part * length)..((part + 1) * length)]);

    private static void CheckStates<T>(GoldenFile golden, Network<T> network, string what, int state, string final, string gradient,
        double relative, double absolute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Close.Check($"final {what}", golden.Array(final), network.RecurrentParts.SelectMany(part => network.StatesOf(part).Final[state]!)
            .ToArray(), relative, absolute);
        Close.Check($"gradient of the initial {what}", golden.Array(gradient),
            network.RecurrentParts.SelectMany(part => network.StatesOf(part).InitialGradient[state]!).ToArray(), relative, absolute);
    }

    private static void CheckGradient<T>(Network<T> network, int parameter, double[] expected, double relative, double absolute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Parameter weights = network.Parameters.Parameters[parameter];
        Close.Check(weights.Name, expected, network.Parameters.Gradients[weights.Range], relative, absolute);
    }
}
