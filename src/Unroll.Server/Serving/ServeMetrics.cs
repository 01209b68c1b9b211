using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Unroll.Server.Serving;

/// <summary>What serving measures: the meter and the activity source named Unroll.Server.</summary>
internal sealed class ServeMetrics : IDisposable
{
    public const string Name = "Unroll.Server";

    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batch;
    private readonly UpDownCounter<int> _waiting;
    private readonly Counter<long> _refused;

    public ServeMetrics()
    {
        _duration = _meter.CreateHistogram("unroll.serve.duration", "s", "Duration of predictions, from the request's body to the answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.. Bounds(1e-4, 6)] });
        _batch = _meter.CreateHistogram("unroll.serve.batch", "{row}", "Rows that were predicted together.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024] });
        _waiting = _meter.CreateUpDownCounter<int>("unroll.serve.waiting", "{request}", "Requests that wait for their model.");
        _refused = _meter.CreateCounter<long>("unroll.serve.refused", "{request}", "Requests that were refused because too many came.");
    }

    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>Whether an instrument is one of these.</summary>
    public bool Owns(Instrument instrument) => instrument.Meter == _meter;

    /// <summary>A time stamp to give to <see cref="CountAnswer"/>; 0 where nobody listens.</summary>
    public long Begin() => _duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void CountAnswer(string model, string operation, long begin)
    {
        if (begin != 0)
            _duration.Record(Stopwatch.GetElapsedTime(begin).TotalSeconds, KeyValuePair.Create<string, object?>("model", model),
                KeyValuePair.Create<string, object?>("operation", operation));
    }

    public void Batch(string model, int rows) => _batch.Record(rows, KeyValuePair.Create<string, object?>("model", model));

    public void Waiting(string model, int change) => _waiting.Add(change, KeyValuePair.Create<string, object?>("model", model));

    public void Refused(string reason) => _refused.Add(1, KeyValuePair.Create<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<double> Bounds(double first, int powers) =>
        from power in Enumerable.Range(0, powers)
        from digit in (double[])[1, 2, 5]
        select Math.Round(first * digit * Math.Pow(10, power), 6);
}
