using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Unroll;

namespace Unroll.Service.Tests;

/// <summary>The service of docs/service.md, which shows parts of this file.</summary>
internal static class ForecastService
{
    public static WebApplication Create(string path)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();

        // One model for all requests.
        builder.Services.AddSingleton(Model.Load(path));
        builder.Services.AddSingleton<Clients>();
        WebApplication app = builder.Build();

        // A window of inputs, [T, F], to a forecast.
        app.MapPost("/predict", (float[] window, Model model) => model.Predict(window));

        // One observation of one client, [F], to a forecast from all of that client's observations.
        app.MapPost("/observe/{client}", (string client, float[] observation, Clients clients) => clients.Observe(client, observation));
        return app;
    }

    public static Model LoadForRequests(string path)
    {
        Model model = Model.Load(path);
        model.Threads = 1;
        return model;
    }

    public static void PredictIntoSpans(Model model, ReadOnlySpan<float> window)
    {
        Span<float> forecast = stackalloc float[model.OutputShape.Size];
        model.Predict(window, forecast);
        Use(forecast);
    }

    public static void StepTogether(Model model, StreamingSession[] streams, float[] observations)
    {
        float[] outputs = new float[streams.Length * streams[0].OutputSize];
        model.Step(streams, observations, outputs);
        Use(outputs);
    }

    public static byte[] KeepAndGoOn(Model model, StreamingSession stream)
    {
        byte[] kept = stream.SaveStates();
        StreamingSession later = model.Stream();
        later.RestoreStates(kept);
        return later.SaveStates();
    }

    public static float[] WhatIf(StreamingSession stream, float[] assumed) => stream.Fork().Step(assumed).ToArray();

    private static void Use(ReadOnlySpan<float> values) => GC.KeepAlive(values.Length);
}

/// <summary>A stream for each client.</summary>
internal sealed class Clients(Model model)
{
    private readonly ConcurrentDictionary<string, StreamingSession> _streams = new();

    public float[] Observe(string client, float[] observation)
    {
        StreamingSession stream = _streams.GetOrAdd(client, _ => model.Stream());

        // Two requests of one client go one after the other; those of different clients at once.
        lock (stream)
            return stream.Step(observation).ToArray();
    }
}

/// <summary>The newest model; a request goes on with the one that it began with.</summary>
internal sealed class NewestModel(string path)
{
    private volatile Model _model = Model.Load(path);

    public Model Value => _model;

    public void Reload() => _model = Model.Load(path);
}
