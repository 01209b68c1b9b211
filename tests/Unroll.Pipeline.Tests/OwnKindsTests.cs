using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Unroll.Exchange;
using Xunit;

namespace Unroll.Pipeline.Tests;

/// <summary>The cells of the samples, and a layer and an activation of a user, as ONNX.</summary>
public class OwnKindsTests
{
    static OwnKindsTests()
    {
        Kinds.Register("samples/min-gru", MinGruJson.Default.MinGru);
        OnnxKinds.RegisterActivation<Sine>((_, nodes, x) => nodes.Node("Sin", [x]));
        OnnxKinds.RegisterCell<MinGru>((_, cell) =>
        {
            IReadOnlyList<string> z = Gates(cell, cell.Input, 2);
            string gate = cell.Node("Sigmoid", [z[0]]), step = cell.Node("Mul", [gate, cell.Node("Sub", [z[1], cell.States[0]])]);
            return [cell.Node("Add", [cell.States[0], step])];
        });
        OnnxKinds.RegisterCell<PeepholeLstm>((layer, cell) =>
        {
            IReadOnlyList<string> z = Gates(cell, cell.Input, 4, cell.States[0]);
            IReadOnlyList<string> p = cell.Nodes("Split", [cell.Weights("peephole")], 3, ("axis", 0L));
            string Gate(int gate, string peephole, string c) =>
                cell.Node("Sigmoid", [cell.Node("Add", [z[gate], cell.Node("Mul", [peephole, c])])]);
            string next = cell.Node("Add", [
                cell.Node("Mul", [Gate(1, p[1], cell.States[1]), cell.States[1]]),
                cell.Node("Mul", [Gate(0, p[0], cell.States[1]), cell.Node("Tanh", [z[2]])])]);
            return [cell.Node("Mul", [Gate(3, p[2], next), cell.Node("Tanh", [next])]), next];
        });
        OnnxKinds.RegisterCell<Slstm>((_, cell) =>
        {
            IReadOnlyList<string> z = Gates(cell, cell.Input, 4, cell.States[0]);
            string forget = cell.Node("Add", [z[1], cell.States[3]]), m = cell.Node("Max", [forget, z[0]]);
            string i = cell.Node("Exp", [cell.Node("Sub", [z[0], m])]), f = cell.Node("Exp", [cell.Node("Sub", [forget, m])]);
            string c = cell.Node("Add", [cell.Node("Mul", [f, cell.States[1]]), cell.Node("Mul", [i, cell.Node("Tanh", [z[2]])])]);
            string n = cell.Node("Add", [cell.Node("Mul", [f, cell.States[2]]), i]);
            return [cell.Node("Mul", [cell.Node("Sigmoid", [z[3]]), cell.Node("Div", [c, n])]), c, n, m];
        });
        OnnxKinds.RegisterCell<NormLstm>((layer, cell) =>
        {
            int all = 4 * layer.Units;
            string Flat(string role) => cell.Node("Reshape", [cell.Weights(role), cell.Integers(all)]);
            string Normal(string x, string gamma) => cell.Node("Mul", [Centred(cell, x), gamma]);
            string z = cell.Node("Add", [
                cell.Node("Add", [
                    Normal(cell.Node("MatMul", [cell.Input, cell.Weights("kernel")]), Flat("gamma_x")),
                    Normal(cell.Node("MatMul", [cell.States[0], cell.Weights("recurrent_kernel")]), Flat("gamma_h"))]),
                Flat("beta")]);
            IReadOnlyList<string> gates = cell.Nodes("Split", [z], 4, ("axis", -1L));
            string c = cell.Node("Add", [
                cell.Node("Mul", [cell.Node("Sigmoid", [gates[1]]), cell.States[1]]),
                cell.Node("Mul", [cell.Node("Sigmoid", [gates[0]]), cell.Node("Tanh", [gates[2]])])]);
            string seen = cell.Node("Tanh", [cell.Node("Add", [Normal(c, cell.Weights("gamma_c")), cell.Weights("beta_c")])]);
            return [cell.Node("Mul", [cell.Node("Sigmoid", [gates[3]]), seen]), c];
        });
    }

    public static TheoryData<string> Cells => ["MinGru", "PeepholeLstm", "Slstm", "NormLstm"];

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_cell_of_a_user_is_exported(string name)
    {
        Recurrent cell = name switch
        {
            "MinGru" => new MinGru(5),
            "PeepholeLstm" => new PeepholeLstm(5),
            "Slstm" => new Slstm(5),
            _ => new NormLstm(5),
        };
        Same(new Model(cell, new Dense(1)).Build(new Shape(6, 2), seed: 2));
        Same(new Model(new Masking(), new Bidirectional(cell with { ReturnSequences = true }), new Dense(2))
            .Build(new Shape(6, 2), seed: 2));
        Same(new Model(new StackedRecurrent(cell, cell) { ReturnSequences = true }).Build(new Shape(6, 2), seed: 2));
    }

    [Fact]
    public void An_activation_of_a_user_is_exported() =>
        Same(new Model(new Dense(3) { Activation = new Sine() }, new SimpleRnn(4) { Activation = new Sine() })
            .Build(new Shape(6, 2), seed: 2));

    /// <summary>The description names its kinds as files do.</summary>
    [Fact]
    public void A_model_of_a_user_s_cell_comes_back()
    {
        Model model = new Model(new MinGru(4), new Dense(1)).Build(new Shape(6, 2), seed: 2);
        using var stream = new MemoryStream();
        Onnx.Save(model, stream);
        stream.Position = 0;
        Model same = Onnx.Load(stream);
        Assert.Equal(model.Layers, same.Layers);
        Assert.All(model.Parameters, parameter => Assert.Equal(model.GetWeights(parameter.Name), same.GetWeights(parameter.Name)));
    }

    private static IReadOnlyList<string> Gates(OnnxCell cell, string x, int count, string? h = null)
    {
        string z = cell.Node("Add", [cell.Node("MatMul", [x, cell.Weights("kernel")]), cell.Weights("bias")]);
        z = h is null ? z : cell.Node("Add", [z, cell.Node("MatMul", [h, cell.Weights("recurrent_kernel")])]);
        return cell.Nodes("Split", [z], count, ("axis", -1L));
    }

    private static string Centred(OnnxCell cell, string x)
    {
        string centred = cell.Node("Sub", [x, cell.Node("ReduceMean", [x], ("axes", (long[])[-1]))]);
        string variance = cell.Node("ReduceMean", [cell.Node("Mul", [centred, centred])], ("axes", (long[])[-1]));
        return cell.Node("Div", [centred, cell.Node("Sqrt", [cell.Node("Add", [variance, cell.Numbers([1e-5f])])])]);
    }

    private static void Same(Model model)
    {
        using var stream = new MemoryStream();
        Onnx.Save(model, stream);
        using var session = new InferenceSession(stream.ToArray());
        float[] x = [.. Enumerable.Range(0, 36).Select(i => i % 12 is 4 or 5 ? 0 : MathF.Sin(i * i))];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
            session.Run([NamedOnnxValue.CreateFromTensor("input_1", new DenseTensor<float>(x, [3, 6, 2]))]);
        Assert.Equal(model.Predict(x), results[0].AsTensor<float>().ToArray(), (a, b) => Math.Abs(a - b) <= 2e-5f);
    }

    private sealed record Sine : ElementwiseActivation
    {
        protected override T Value<T>(T x) => T.Sin(x);

        protected override T Slope<T>(T x, T y) => T.Cos(x);
    }
}
