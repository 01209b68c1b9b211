using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Unroll;

/// <summary>
/// What the library tells of itself to whoever listens: the meter and the activity source named Unroll. Where nobody listens, an instrument
/// costs the reading of a field. docs/dotnet.md has the table of the names.
/// </summary>
internal static class Telemetry
{
    private const string Name = "Unroll", ModelName = "unroll.model.name";

    private static readonly string? s_version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter s_meter = new(Name, s_version);

    private static readonly Histogram<double> s_predictionDuration = s_meter.CreateHistogram(
        "unroll.prediction.duration", "s", "Duration of calls that predict.", advice: Seconds(1e-5));

    private static readonly Counter<long> s_predictionRows = s_meter.CreateCounter<long>(
        "unroll.prediction.rows", "{row}", "Rows that were predicted.");

    private static readonly Counter<long> s_streamSteps = s_meter.CreateCounter<long>(
        "unroll.stream.steps", "{step}", "Steps that streams have taken.");

    private static readonly Counter<long> s_steps = s_meter.CreateCounter<long>(
        "unroll.training.steps", "{step}", "Steps of training.");

    private static readonly Counter<long> s_samples = s_meter.CreateCounter<long>(
        "unroll.training.samples", "{sample}", "Samples that steps of training have learnt from.");

    private static readonly Histogram<double> s_epochDuration = s_meter.CreateHistogram(
        "unroll.training.epoch.duration", "s", "Duration of epochs, validation included.", advice: Seconds(1e-2));

    private static readonly Gauge<double> s_loss = s_meter.CreateGauge<double>(
        "unroll.training.loss", "1", "Mean training loss of the last epoch.");

    private static readonly Gauge<double> s_validationLoss = s_meter.CreateGauge<double>(
        "unroll.training.validation_loss", "1", "Mean validation loss after the last epoch.");

    private static readonly Gauge<double> s_sampleRate = s_meter.CreateGauge<double>(
        "unroll.training.sample_rate", "{sample}/s", "Samples a second in the last epoch.");

    private static readonly UpDownCounter<long> s_active = s_meter.CreateUpDownCounter<long>(
        "unroll.training.active", "{training}", "Trainings that run.");

    private static readonly ObservableUpDownCounter<long> s_open = s_meter.CreateObservableUpDownCounter(
        "unroll.streams.open", () => Unroll.OpenStream.Count, "{stream}", "Streams in memory, of those opened since somebody listens.");

    /// <summary>The source of the activities of this library.</summary>
    public static ActivitySource Activities { get; } = new(Name, s_version);

    /// <summary>Bounds of buckets: 1, 2 and 5 of six powers of ten, from a shortest duration on.</summary>
    internal static InstrumentAdvice<double> Seconds(double shortest) => new()
    {
        HistogramBucketBoundaries =
        [
            .. from power in Enumerable.Range(0, 6)
               from digit in (double[])[1, 2, 5]
               select Math.Round(shortest * digit * Math.Pow(10, power), 6),
        ],
    };

    /// <summary>Begins a call that predicts; what is returned is disposed of at its end.</summary>
    public static PredictionWatch Predicting(Model model, int rows) =>
        s_predictionDuration.Enabled || s_predictionRows.Enabled || Activities.HasListeners() ? new PredictionWatch(model, rows) : default;

    public static void CountPrediction(Model model, int rows, double seconds)
    {
        if (model.Name.Length == 0)
        {
            s_predictionDuration.Record(seconds);
            s_predictionRows.Add(rows);
            return;
        }

        KeyValuePair<string, object?> name = NameOf(model);
        s_predictionDuration.Record(seconds, name);
        s_predictionRows.Add(rows, name);
    }

    public static void CountSteps(Model model, int streams)
    {
        if (!s_streamSteps.Enabled)
            return;
        if (model.Name.Length == 0)
            s_streamSteps.Add(streams);
        else
            s_streamSteps.Add(streams, NameOf(model));
    }

    /// <summary>What counts an open stream as long as it is referred to; null where nobody listens.</summary>
    public static OpenStream? OpenStream() => s_open.Enabled ? new OpenStream() : null;

    public static Activity? Begin(string what, Model model)
    {
        Activity? activity = Activities.StartActivity(what);
        if (model.Name.Length > 0)
            activity?.SetTag(ModelName, model.Name);
        return activity;
    }

    public static void Trains(Model model, int change) => s_active.Add(change, TagsOf(model));

    public static void Step(Model model, int samples)
    {
        if (!s_steps.Enabled && !s_samples.Enabled)
            return;
        s_steps.Add(1, TagsOf(model));
        s_samples.Add(samples, TagsOf(model));
    }

    public static void Epoch(Model model, in TrainingEvent moment, double seconds, int samples)
    {
        TagList tags = TagsOf(model);
        s_epochDuration.Record(seconds, tags);
        s_loss.Record(moment.Loss, tags);
        if (moment.ValidationLoss is { } validation)
            s_validationLoss.Record(validation, tags);
        if (seconds > 0)
            s_sampleRate.Record(samples / seconds, tags);
    }

    private static KeyValuePair<string, object?> NameOf(Model model) => new(ModelName, model.Name);

    private static TagList TagsOf(Model model) => model.Name.Length == 0 ? default : [NameOf(model)];
}

/// <summary>One call that predicts, from its begin to its end. The default one is not watched.</summary>
internal readonly ref struct PredictionWatch
{
    private readonly Model? _model;
    private readonly Activity? _activity;
    private readonly int _rows;
    private readonly long _start;

    public PredictionWatch(Model model, int rows)
    {
        (_model, _rows, _activity) = (model, rows, Telemetry.Begin("unroll.predict", model));
        _activity?.SetTag("unroll.prediction.rows", rows);
        _start = Stopwatch.GetTimestamp();
    }

    public void Dispose()
    {
        if (_model is null)
            return;
        Telemetry.CountPrediction(_model, _rows, Stopwatch.GetElapsedTime(_start).TotalSeconds);
        _activity?.Dispose();
    }
}

/// <summary>Counts a stream until it is collected. It is an object of its own, so that the stream needs no finalizer.</summary>
internal sealed class OpenStream
{
    private static long s_count;

    public OpenStream() => Interlocked.Increment(ref s_count);

    ~OpenStream() => Interlocked.Decrement(ref s_count);

    public static long Count => Interlocked.Read(ref s_count);
}
