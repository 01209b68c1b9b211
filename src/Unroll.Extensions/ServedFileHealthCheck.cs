using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Unroll.Extensions;

/// <summary>Whether a file can answer, and with what.</summary>
internal sealed class ServedFileHealthCheck(ServedFile file) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (!file.IsLoaded)
                await Task.Run(file.LoadOnce, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus, $"No {file.What} is loaded: {failure.Message}", failure, Data());
        }

        return file.LastError is { } error
            ? HealthCheckResult.Degraded(
                $"An older {file.What} answers, because the file that is there now could not be loaded: {error.Message}",
                error,
                Data())
            : HealthCheckResult.Healthy($"The {file.What} is loaded.", Data());
    }

    private Dictionary<string, object> Data()
    {
        var data = new Dictionary<string, object> { ["path"] = file.Path };
        if (file is { LoadedAt: { } at, Version: { } version })
            (data["loaded"], data["version"]) = (at.ToString("O", CultureInfo.InvariantCulture), version);
        if (file.LastError is { } error)
            data["error"] = error.Message;
        return data;
    }
}
