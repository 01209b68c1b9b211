using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Unroll.Server.Serving.Grpc;

namespace Unroll.Server.Serving;

/// <summary>A server of the models in a folder.</summary>
public static class ServeHost
{
    /// <summary>
    /// Serves until the token, Ctrl+C or SIGTERM ends it. Requests that are running are finished, and the states of sequences are written.
    /// </summary>
    /// <param name="options">What is served, where, and within which limits.</param>
    /// <param name="say">Gets one line when it listens.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">An option is out of its range.</exception>
    /// <exception cref="UnrollException">There is no such folder, the port is taken, or others could ask without a key.</exception>
    public static Task RunAsync(ServeOptions options, Action<string> say, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(say);
        return WebServer.RunAsync(Build(options), options, say, cancellation);
    }

    /// <summary>The keys of a file, one a line; empty lines and those that begin with # are left out.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UnrollException">The file cannot be read, has no key, or one that is too short. No message shows a key.</exception>
    public static IReadOnlyList<string> ReadKeys(string path) => ApiKeys.ReadFile(path);

    /// <summary>The server, not yet started.</summary>
    /// <param name="options">What is served.</param>
    /// <param name="clock">What tells the time; null for the system's.</param>
    internal static WebApplication Build(ServeOptions options, TimeProvider? clock = null)
    {
        options.ValidateAll();
        WebApplicationBuilder builder = WebServer.CreateBuilder(options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options.MostBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            if (options.GrpcPort is { } port)
                kestrel.Listen(options.Address, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        IServiceCollection services = builder.Services;
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<ServeMetrics>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<Admission>();
        services.AddSingleton<ModelFolder>();
        services.AddSingleton<Sequences>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<ModelEndpoints>();
        services.AddSingleton<SequenceEndpoints>();
        services.AddSingleton<ForecastEndpoint>();
        services.AddSingleton<KServeEndpoints>();
        services.AddSingleton<PrometheusText>();
        services.AddSingleton<DocumentEndpoints>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelFolder>());
        services.AddHostedService(provider => provider.GetRequiredService<Sequences>());
        if (options.GrpcPort is not null)
        {
            services.AddGrpc(grpc =>
            {
                grpc.MaxReceiveMessageSize = (int)Math.Min(options.MostBytes, int.MaxValue);
                // Otherwise its routes for what it does not know catch requests of HTTP, so that a wrong method gets 404 and not 405.
                grpc.IgnoreUnknownServices = true;
            });
        }


        AddTelemetry(builder);
        WebApplication app = builder.Build();
        app.UseProblems();
        app.UseLocalHosts(options);
        app.Services.GetRequiredService<Admission>().Use(app);
        app.Services.GetRequiredService<ModelEndpoints>().Map(app);
        app.Services.GetRequiredService<SequenceEndpoints>().Map(app);
        app.Services.GetRequiredService<ForecastEndpoint>().Map(app);
        app.Services.GetRequiredService<KServeEndpoints>().Map(app);
        app.Services.GetRequiredService<Readiness>().Map(app);
        app.Services.GetRequiredService<DocumentEndpoints>().Map(app);
        if (options.GrpcPort is not null)
            app.MapGrpcService<PredictorService>();
        return app;
    }

    /// <summary>Metrics and traces go to a collector where the environment names one.</summary>
    private static void AddTelemetry(WebApplicationBuilder builder)
    {
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 })
            return;
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(ServeMetrics.Name, "Unroll").AddAspNetCoreInstrumentation())
            .WithTracing(traces => traces.AddSource(ServeMetrics.Name, "Unroll").AddAspNetCoreInstrumentation())
            .UseOtlpExporter();
    }
}
