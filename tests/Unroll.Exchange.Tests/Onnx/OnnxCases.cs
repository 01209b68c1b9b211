using System.Globalization;
using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Running;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>The format's own test cases: a model with inputs and outputs that its authors computed.</summary>
internal static class OnnxCases
{
    private static readonly string s_folder = Environment.GetEnvironmentVariable("UNROLL_ONNX_TESTS") ?? "/usr/share/libonnx-testdata/data";

    /// <summary>The folders of all cases, relative; ends the test as skipped where there are none.</summary>
    public static IReadOnlyList<string> Names()
    {
        Assert.SkipUnless(Directory.Exists(s_folder), "The test cases of ONNX are not here; set UNROLL_ONNX_TESTS.");
        string[] kinds = ["node", "pytorch-converted", "pytorch-operator", "simple"];
        return [.. kinds.SelectMany(kind => Directory.GetDirectories(Path.Combine(s_folder, kind)))
            .Where(folder => File.Exists(Path.Combine(folder, "model.onnx")))
            .Select(folder => Path.GetRelativePath(s_folder, folder).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    /// <summary>Runs a case.</summary>
    /// <returns>Null where all outputs agree, else what is wrong.</returns>
    public static string? Run(string name)
    {
        string folder = Path.Combine(s_folder, name);
        OnnxModel model;
        try
        {
            model = OnnxModel.Load(Path.Combine(folder, "model.onnx"));
        }
        catch (UnsupportedModelException e)
        {
            return $"not supported: {string.Join("; ", e.Reasons)}";
        }
        catch (UnrollException e)
        {
            return $"not loaded: {e.Message}";
        }

        foreach (string set in Directory.GetDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal))
        {
            try
            {
                if (RunSet(model, set) is { } problem)
                    return problem;
            }
            catch (Exception e) when (e is UnrollException or ArgumentException)
            {
                return $"not run: {e.Message}";
            }
        }

        return null;
    }

    private static string? RunSet(OnnxModel model, string folder)
    {
        var inputs = new Dictionary<string, OnnxTensor>();
        for (int i = 0; i < model.Inputs.Count; i++)
            inputs[model.Inputs[i].Name] = new OnnxTensor(As(model.Inputs[i].Type, Read(Path.Combine(folder, $"input_{i}.pb"))));
        IReadOnlyDictionary<string, OnnxTensor> outputs = model.Run(inputs);
        for (int i = 0; i < model.Outputs.Count; i++)
        {
            string path = Path.Combine(folder, $"output_{i}.pb");
            if (!File.Exists(path))
                continue;
            Tensor actual = outputs[model.Outputs[i].Name].Inner, expected = As(actual.Type, Read(path));
            if (expected.Type != actual.Type || expected.Shape != actual.Shape)
                return $"output {i} is {actual.Type}{actual.Shape} instead of {expected.Type}{expected.Shape}";
            var (left, right) = (new double[expected.Length], new double[expected.Length]);
            Casting.Convert<double>(expected, left);
            Casting.Convert<double>(actual, right);
            for (int at = 0; at < left.Length; at++)
            {
                // The tolerance of the format's own test runner.
                bool agrees = left[at].Equals(right[at]) || Math.Abs(left[at] - right[at]) <= 1e-7 + 1e-3 * Math.Abs(left[at]);
                if (!agrees)
                    return string.Create(CultureInfo.InvariantCulture, $"output {i} has {right[at]:g6} at {at} instead of {left[at]:g6}");
            }
        }

        return null;
    }

    /// <summary>The cases store BFloat16 as its bits.</summary>
    private static Tensor As(TensorType type, Tensor stored) => type == TensorType.BFloat16 && stored is Tensor<ushort> bits
        ? Tensor<BrainFloat>.Of([.. bits.Values.ToArray().Select(value => new BrainFloat(value))], bits.Dims)
        : stored;

    private static Tensor Read(string path)
    {
        try
        {
            return TensorReading.Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)), Path.GetFileName(path));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UnrollException($"{path}: {e.Message}", e);
        }
    }
}
