using Microsoft.ML;
using Microsoft.ML.Data;
using Unroll.Exchange;
using Xunit;

namespace Unroll.Pipeline.Tests;

/// <summary>An exported model in a pipeline of ML.NET.</summary>
public class PipelineTests
{
    [Fact]
    public void ML_NET_applies_an_exported_model()
    {
        Model model = new Model(new Lstm(16), new Dense(1)).Build(new Shape(60, 1), seed: 5);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-pipeline-{Environment.ProcessId}.onnx");
        Onnx.Save(model, path);
        try
        {
            Window[] windows = [.. Enumerable.Range(0, 7)
                .Select(row => new Window { Prices = [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(row + (i / 4f)))] })];
            var context = new MLContext(seed: 1);
            IDataView data = context.Data.LoadFromEnumerable(windows);
            var shapes = new Dictionary<string, int[]> { ["input_1"] = [1, 60, 1], ["dense_1"] = [1, 1] };
            IDataView scored = context.Transforms.CopyColumns("input_1", nameof(Window.Prices))
                .Append(context.Transforms.ApplyOnnxModel(["dense_1"], ["input_1"], path, shapes, null, false, 100)).Fit(data)
                    .Transform(data);
            float[] actual = [.. scored.GetColumn<float[]>("dense_1").Select(row => row[0])];
            float[] expected = model.Predict([.. windows.SelectMany(window => window.Prices)]);
            Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-5f);
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal sealed class Window
    {
        [VectorType(60)]
        public float[] Prices { get; set; } = [];
    }
}
