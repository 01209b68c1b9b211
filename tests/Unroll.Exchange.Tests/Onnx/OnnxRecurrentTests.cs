using Google.Protobuf;
using Unroll.Exchange.OnnxFormat;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.Tests.OnnxFiles;
using Xunit;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.Tests;

/// <summary>Recurrent nodes with each of their options beside ONNX Runtime.</summary>
public class OnnxRecurrentTests
{
    private const int Steps = 5, Rows = 3, Inputs = 4, Units = 6;

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (string kind in (string[])["RNN", "GRU", "LSTM"])
        {
            foreach (string direction in (string[])["forward", "reverse", "bidirectional"])
            {
                foreach (string options in (string[])["", "bias", "bias states", "bias states lengths", "bias clip", "bias constant",
                    "bias states lengths constant", "activations bias"])
                    cases.Add(kind, direction, options);
                if (kind == "GRU")
                {
                    cases.Add(kind, direction, "bias after");
                    cases.Add(kind, direction, "bias after states lengths constant");
                    cases.Add(kind, direction, "bias after clip activations");
                }

                if (kind == "LSTM")
                {
                    cases.Add(kind, direction, "bias peepholes states");
                    cases.Add(kind, direction, "bias peepholes lengths states constant clip");
                    cases.Add(kind, direction, "bias coupled");
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryOptionAgreesWithOnnxRuntime(string kind, string direction, string options)
    {
        (ModelProto model, Dictionary<string, (float[] Values, int[] Shape)> inputs) = Make(kind, direction, options);
        Session.Agree(model.ToByteArray(), inputs, _ => 2e-6);
    }

    private static (ModelProto Model, Dictionary<string, (float[] Values, int[] Shape)> Inputs) Make(
        string kind, string direction, string options)
    {
        int gates = kind switch { "RNN" => 1, "GRU" => 3, _ => 4 }, directions = direction == "bidirectional" ? 2 : 1;
        var graph = new GraphWriter("g");
        var inputs = new Dictionary<string, (float[] Values, int[] Shape)>();
        ulong seed = 7;
        float[] Numbers(int count)
        {
            var values = new float[count];
            for (int i = 0; i < count; i++)
                values[i] = ((seed = seed * 6364136223846793005 + 1442695040888963407) >> 40) / (float)(1 << 24) - 0.5f;
            return values;
        }

        string Weight(string name, params int[] shape)
        {
            float[] values = Numbers(shape.Aggregate((a, b) => a * b));
            if (options.Contains("constant", StringComparison.Ordinal))
                return graph.Constant(name, values, shape);
            inputs[name] = (values, shape);
            return graph.Input(name, DataType.Float, [.. shape.Select(extent => (object)extent)]);
        }

        bool Has(string option) => options.Split(' ').Contains(option);
        inputs["X"] = (Numbers(Steps * Rows * Inputs), [Steps, Rows, Inputs]);
        graph.Input("X", DataType.Float, ["t", "b", Inputs]);
        var names = new List<string> { "X", Weight("W", directions, gates * Units, Inputs), Weight("R", directions, gates * Units, Units) };
        names.Add(Has("bias") ? Weight("B", directions, 2 * gates * Units) : "");
        names.Add("");
        if (Has("lengths"))
        {
            var lengths = new TensorProto { Name = "lengths", DataType = (int)DataType.Int32 };
            lengths.Dims.Add(Rows);
            lengths.Int32Data.AddRange([5, 2, 4]);
            graph.Graph.Initializer.Add(lengths);
            names[4] = "lengths";
        }

        names.Add(Has("states") ? Weight("h0", directions, Rows, Units) : "");
        if (kind == "LSTM")
        {
            names.Add(Has("states") ? Weight("c0", directions, Rows, Units) : "");
            names.Add(Has("peepholes") ? Weight("P", directions, 3 * Units) : "");
        }

        var attributes = new List<(string, object)> { ("hidden_size", (long)Units), ("direction", direction) };
        if (Has("clip"))
            attributes.Add(("clip", 0.3f));
        if (Has("after"))
            attributes.Add(("linear_before_reset", 1L));
        if (Has("coupled"))
            attributes.Add(("input_forget", 1L));
        if (Has("activations"))
        {
            string[] one = kind switch
            {
                "RNN" => ["LeakyRelu"],
                "GRU" => ["HardSigmoid", "ScaledTanh"],
                _ => ["HardSigmoid", "Elu", "Softsign"]
            };
            attributes.Add(("activations", Enumerable.Repeat(one, directions).SelectMany(x => x).ToArray()));
            attributes.Add(("activation_alpha", Enumerable.Repeat(kind switch
            {
                "RNN" => [0.3f],
                "GRU" => [0.25f, 0.8f],
                _ => new[] { 0.25f, 1.1f }
            }, directions).SelectMany(x => x).ToArray()));
            if (kind != "RNN")
                attributes.Add(("activation_beta",
                    Enumerable.Repeat(kind == "GRU" ? new[] { 0.4f, 0.7f } : [0.45f], directions).SelectMany(x => x).ToArray()));
        }

        string[] outputs = kind == "LSTM" ? ["Y", "Y_h", "Y_c"] : ["Y", "Y_h"];
        graph.Node(kind, names, outputs, [.. attributes]);
        foreach (string output in outputs)
            graph.Output(output, DataType.Float, null);
        return (graph.ToModel(14), inputs);
    }
}
