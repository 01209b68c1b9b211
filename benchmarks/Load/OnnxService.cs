using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Unroll.Benchmarks.Load;

/// <summary>A service around ONNX Runtime as its users write it: a window in JSON in, a number out; one session for all requests.</summary>
internal static class OnnxService
{
    public static async Task Run(string graph, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(
            options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default));
        WebApplication app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");

        // One thread a request: many requests share the processors better than the threads of one do.
        using var session = new InferenceSession(
            graph, new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
        string input = session.InputMetadata.Keys.Single(), output = session.OutputMetadata.Keys.Single();
        using var options = new RunOptions();
        app.MapPost("/predict", (Window window) =>
        {
            using var values = OrtValue.CreateTensorValueFromMemory(window.Inputs, [1, window.Inputs.Length, 1]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, [input], [values], [output]);
            return Results.Json(new Answer(outputs[0].GetTensorDataAsSpan<float>().ToArray()), ServiceJson.Default.Answer);
        });
        await app.RunAsync();
    }
}

internal sealed record Window(float[] Inputs);

internal sealed record Answer(float[] Outputs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Window))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class ServiceJson : JsonSerializerContext;
