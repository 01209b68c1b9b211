using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Unroll.Forecasting;

/// <summary>
/// Tells whoever listens of one fit or prediction of a forecaster: the meter and the activity source named Unroll.Forecasting.
/// docs/dotnet.md has the table of the names.
/// </summary>
internal readonly ref struct ForecastWatch
{
    private const string Source = "Unroll.Forecasting", Forecaster = "unroll.forecaster", Operation = "unroll.operation";

    private static readonly string? s_version = typeof(ForecastWatch).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource s_activities = new(Source, s_version);

    private static readonly Histogram<double> s_duration = new Meter(Source, s_version).CreateHistogram(
        "unroll.forecast.duration", "s", "Duration of fits and predictions of forecasters.", advice: Telemetry.Seconds(1e-3));

    private readonly Activity? _activity;
    private readonly string _operation, _forecaster;
    private readonly long _start;

    /// <param name="operation">fit, refit or predict.</param>
    /// <param name="forecaster">The key of the forecaster.</param>
    /// <param name="count">Of parts, or of series.</param>
    public ForecastWatch(string operation, string forecaster, int count)
    {
        (_operation, _forecaster, _start) = (operation, forecaster, Stopwatch.GetTimestamp());
        if (!s_activities.HasListeners())
            return;
        _activity = s_activities.StartActivity($"unroll.forecast.{operation}");
        _activity?.SetTag(Forecaster, forecaster).SetTag("unroll.forecast.parts", count).SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Says that it went well.</summary>
    public void Succeed() => _activity?.SetStatus(ActivityStatusCode.Unset);

    public void Dispose()
    {
        s_duration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, new(Forecaster, _forecaster), new(Operation, _operation));
        _activity?.Dispose();
    }
}
