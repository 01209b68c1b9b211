using Microsoft.Extensions.Diagnostics.HealthChecks;
using Unroll.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of models and forecasters.</summary>
public static class UnrollHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of a model: healthy where one is loaded and is that of the file, degraded where the file has changed and could not be
    /// loaded, so that an older one answers, unhealthy where none can be loaded. Its data say path, version and when it was loaded.
    /// </summary>
    /// <param name="builder">The checks.</param>
    /// <param name="key">The key of the model; null: the one without a key.</param>
    /// <param name="name">What the check is called; null: unroll-model, with a key unroll-model-key.</param>
    /// <param name="failureStatus">What is reported where none can be loaded; null: unhealthy.</param>
    /// <param name="tags">By which checks are chosen.</param>
    /// <returns>The same checks.</returns>
    /// <example><code>builder.Services.AddHealthChecks().AddUnrollModel();</code></example>
    public static IHealthChecksBuilder AddUnrollModel(
        this IHealthChecksBuilder builder, string? key = null, string? name = null, HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Add<UnrollModel>(builder, key, name ?? NameOf("unroll-model", key), failureStatus, tags);

    /// <summary>Adds the same check of a forecaster.</summary>
    /// <param name="builder">The checks.</param>
    /// <param name="key">The key of the forecaster; null: the one without a key.</param>
    /// <param name="name">What the check is called; null: unroll-forecaster, with a key unroll-forecaster-key.</param>
    /// <param name="failureStatus">What is reported where none can be loaded; null: unhealthy.</param>
    /// <param name="tags">By which checks are chosen.</param>
    /// <returns>The same checks.</returns>
    public static IHealthChecksBuilder AddUnrollForecaster(
        this IHealthChecksBuilder builder, string? key = null, string? name = null, HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Add<UnrollForecaster>(builder, key, name ?? NameOf("unroll-forecaster", key), failureStatus, tags);

    private static string NameOf(string what, string? key) => key is null ? what : $"{what}-{key}";

    private static IHealthChecksBuilder Add<TFile>(
        IHealthChecksBuilder builder, string? key, string name, HealthStatus? failureStatus, IEnumerable<string>? tags)
        where TFile : ServedFile
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new ServedFileHealthCheck(
                key is null ? provider.GetRequiredService<TFile>() : provider.GetRequiredKeyedService<TFile>(key)),
            failureStatus,
            tags));
    }
}
