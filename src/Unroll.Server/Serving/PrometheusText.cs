using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>GET /metrics: what serving measures, as Prometheus reads it.</summary>
internal sealed class PrometheusText : IDisposable
{
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Row> _rows = [];
    private readonly MeterListener _listener = new();

    public PrometheusText(ServeMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (metrics.Owns(instrument))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(ToString(), context.RequestAborted);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (IGrouping<Instrument, KeyValuePair<(Instrument Instrument, string Labels), Row>> group in _rows
            .GroupBy(row => row.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            double[]? bounds = BoundsOf(group.Key);
            bool isCounter = group.Key is Counter<long>;
            string name = group.Key.Name.Replace('.', '_') + (isCounter ? "_total" : group.Key.Unit == "s" ? "_seconds" : "");
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {group.Key.Description}\n");
            text.Append(CultureInfo.InvariantCulture,
                $"# TYPE {name} {(bounds is not null ? "histogram" : isCounter ? "counter" : "gauge")}\n");
            foreach (((_, string labels), Row row) in group.OrderBy(row => row.Key.Labels, StringComparer.Ordinal))
                row.Write(text, name, labels, bounds);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        double[]? bounds = BoundsOf(instrument);
        Row row = _rows.GetOrAdd((instrument, LabelsOf(tags)), static (_, bounds) => new Row(bounds is null
            ? 0 : bounds.Length + 1), bounds);
        row.Add(value, bounds);
    }

    private static double[]? BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds as double[] ?? [.. bounds],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => null,
    };

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach ((string name, object? value) in tags)
        {
            string safe = $"{value}".Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"",
                StringComparison.Ordinal).ReplaceLineEndings("\\n");
            text.Append(text.Length > 0 ? "," : "").Append(name).Append("=\"").Append(safe).Append('"');
        }

        return text.ToString();
    }

    /// <summary>The values of an instrument with the same labels.</summary>
    private sealed class Row(int buckets)
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[buckets];
        private double _sum;
        private long _count;

        public void Add(double value, double[]? bounds)
        {
            lock (_lock)
            {
                _sum += value;
                _count++;
                if (bounds is null)
                    return;
                int bucket = Array.BinarySearch(bounds, value);
                _buckets[bucket < 0 ? ~bucket : bucket]++;
            }
        }

        public void Write(StringBuilder text, string name, string labels, double[]? bounds)
        {
            lock (_lock)
            {
                if (bounds is null)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{InBraces(labels)} {_sum}\n");
                    return;
                }

                string before = labels.Length > 0 ? labels + "," : "";
                long sum = 0;
                for (int i = 0; i < _buckets.Length; i++)
                {
                    sum += _buckets[i];
                    string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{bound}\"}} {sum}\n");
                }

                text.Append(CultureInfo.InvariantCulture,
                    $"{name}_sum{InBraces(labels)} {_sum}\n{name}_count{InBraces(labels)} {_count}\n");
            }
        }

        private static string InBraces(string labels) => labels.Length > 0 ? $"{{{labels}}}" : "";
    }
}
