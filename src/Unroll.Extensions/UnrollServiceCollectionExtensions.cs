using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Unroll;
using Unroll.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Models and forecasters by dependency injection.</summary>
public static class UnrollServiceCollectionExtensions
{
    /// <summary>
    /// Makes <see cref="UnrollModel"/> a service: one model for all threads, loaded when the host starts and again when its file changes.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The file that <see cref="Model.Save(string, IReadOnlyDictionary{string, string}?)"/> wrote.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    /// <example><code>builder.Services.AddUnrollModel("prices.unroll", o => o.Threads = 1);</code></example>
    public static IServiceCollection AddUnrollModel(
        this IServiceCollection services, string path, Action<UnrollModelOptions>? configure = null) =>
        Add<UnrollModel, UnrollModelOptions>(services, null, path, configure, Create);

    /// <summary>The same for one of several models, which is asked for by its key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, which is also the name of the options and of the model in metrics.</param>
    /// <param name="path">The file.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    /// <example><code>
    /// builder.Services.AddKeyedUnrollModel("prices", "prices.unroll");
    /// app.MapPost("/prices", (float[] x, [FromKeyedServices("prices")] UnrollModel model) => model.Current.Predict(x));
    /// </code></example>
    public static IServiceCollection AddKeyedUnrollModel(
        this IServiceCollection services, string key, string path, Action<UnrollModelOptions>? configure = null) =>
        Add<UnrollModel, UnrollModelOptions>(services, KeyOf(key), path, configure, Create);

    /// <summary>
    /// Makes <see cref="UnrollForecaster"/> a service: one fitted forecaster for all threads, loaded again when its file changes.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The file that <see cref="Unroll.Forecasting.ForecastFile"/> or the tool wrote.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddUnrollForecaster(
        this IServiceCollection services, string path, Action<UnrollForecasterOptions>? configure = null) =>
        Add<UnrollForecaster, UnrollForecasterOptions>(services, null, path, configure, Create);

    /// <summary>The same for one of several forecasters, which is asked for by its key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, which is also the name of the options.</param>
    /// <param name="path">The file.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddKeyedUnrollForecaster(
        this IServiceCollection services, string key, string path, Action<UnrollForecasterOptions>? configure = null) =>
        Add<UnrollForecaster, UnrollForecasterOptions>(services, KeyOf(key), path, configure, Create);

    private static IServiceCollection Add<
        TFile, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceCollection services, string? key, string path, Action<TOptions>? configure,
        Func<IServiceProvider, string, TOptions, TFile> create)
        where TFile : ServedFile
        where TOptions : ServedFileOptions
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (services.Any(service => service.ServiceType == typeof(TFile) && Equals(service.ServiceKey, key)))
        {
            throw new InvalidOperationException(key is null
                ? $"There is a {typeof(TFile).Name} without a key already. "
                    + $"Add several with AddKeyed{typeof(TFile).Name}, each with its key."
                : $"There is a {typeof(TFile).Name} with the key {key} already. Give each a key of its own.");
        }

        string name = key ?? Options.Options.DefaultName;
        services.AddOptions();
        services.Configure<TOptions>(name, options =>
        {
            options.Path = path;
            configure?.Invoke(options);
        });
        TFile Create(IServiceProvider provider) =>
            create(provider, name, provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name));
        if (key is null)
            services.AddSingleton(Create);
        else
            services.AddKeyedSingleton(key, (provider, _) => Create(provider));
        return services.AddSingleton<IHostedService>(provider => new LoadAtStart(
            key is null ? provider.GetRequiredService<TFile>() : provider.GetRequiredKeyedService<TFile>(key),
            provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name)));
    }

    private static string KeyOf(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return key;
    }

    private static UnrollModel Create(IServiceProvider provider, string name, UnrollModelOptions options) =>
        new(name, options, LoggerOf<UnrollModel>(provider), ClockOf(provider));

    private static UnrollForecaster Create(IServiceProvider provider, string name, UnrollForecasterOptions options) =>
        new(name, options, LoggerOf<UnrollForecaster>(provider), ClockOf(provider));

    private static ILogger LoggerOf<T>(IServiceProvider provider) =>
        (ILogger?)provider.GetService<ILoggerFactory>()?.CreateLogger<T>() ?? NullLogger.Instance;

    private static TimeProvider ClockOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    /// <summary>Loads a file when the host starts, so that a host with a bad file does not start.</summary>
    private sealed class LoadAtStart(ServedFile file, ServedFileOptions options) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            options.LoadAtStart ? Task.Run(file.LoadOnce, cancellationToken) : Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
