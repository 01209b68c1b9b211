using System.Diagnostics;
using System.Diagnostics.Metrics;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Runs alone: what other tests open, train and predict would be counted too.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    [Fact]
    public void Predictions_are_counted_and_timed_by_the_name_of_the_model()
    {
        using var heard = new Heard("Unroll");
        Model model = Made.Model();
        model.Name = "prices";
        model.Predict(Made.Values(3 * 12));
        model.Predict(Made.Values(12), new float[2]);
        model.PredictEach(Made.Values(12));
        model.Predict(Made.Samples(5));
        model.Run(Made.Values(24));
        Model other = Made.Model();
        other.Predict(Made.Values(12));

        // A call that is refused is none.
        Assert.Throws<ArgumentException>(() => model.Predict(Made.Values(5)));
        Assert.Equal(12, heard.Sum("unroll.prediction.rows", "prices"));
        Assert.Equal(13, heard.Sum("unroll.prediction.rows"));
        double[] durations = heard.All("unroll.prediction.duration", "prices");
        Assert.Equal(5, durations.Length);
        Assert.All(durations, seconds => Assert.InRange(seconds, 1e-7, 10));
        Assert.Equal(("s", "{row}"), (heard.Unit("unroll.prediction.duration"), heard.Unit("unroll.prediction.rows")));
    }

    [Fact]
    public void Training_tells_steps_epochs_losses_and_samples()
    {
        using var heard = new Heard("Unroll");
        Model model = Made.Model();
        model.Name = "trained";
        History history = model.Fit(Made.Samples(50), new TrainingOptions { Epochs = 3, BatchSize = 8, ValidationSplit = 0.2 });
        Assert.Equal(3 * 5, heard.Sum("unroll.training.steps", "trained"));
        Assert.Equal(3 * 40, heard.Sum("unroll.training.samples", "trained"));
        Assert.Equal(history.Epochs.Select(epoch => epoch.Loss), heard.All("unroll.training.loss", "trained"));
        Assert.Equal(history.Epochs.Select(epoch => epoch.ValidationLoss!.Value), heard.All("unroll.training.validation_loss", "trained"));
        double[] seconds = heard.All("unroll.training.epoch.duration", "trained");
        Assert.Equal(3, seconds.Length);
        Assert.InRange(seconds.Sum(), 1e-6, history.Duration.TotalSeconds + 1);
        Assert.Equal(40 / seconds[1], heard.All("unroll.training.sample_rate", "trained")[1], 1e-6);
        Assert.Equal([1, -1], heard.All("unroll.training.active", "trained"));
    }

    [Fact]
    public void Streams_are_counted_while_they_are_referred_to()
    {
        Model model = Made.Model();
        StreamingSession unheard = model.Stream();
        using var heard = new Heard("Unroll");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        double before = heard.Observed("unroll.streams.open");
        StreamingSession kept = model.Stream();
        Drop(model);
        Assert.Equal(before + 4, heard.Observed("unroll.streams.open"));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before + 1, heard.Observed("unroll.streams.open"));
        kept.Step(1, 2);
        kept.Step(1, 2);
        model.Step([kept, unheard], [1, 2, 3, 4], new float[4]);
        Assert.Equal(4, heard.Sum("unroll.stream.steps"));
        GC.KeepAlive(kept);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Drop(Model model)
        {
            StreamingSession[] three = [model.Stream(), model.Stream(), model.Stream()];
            Assert.Equal(0, three.Sum(stream => stream.Steps));
        }
    }

    [Fact]
    public void A_trace_has_training_and_predictions()
    {
        using var heard = new Heard("Unroll", "Test");
        using var source = new ActivitySource("Test");
        Model model = Made.Model();
        model.Name = "traced";
        using (Activity? request = source.StartActivity("request"))
        {
            model.Predict(Made.Values(24));
            model.Fit(Made.Samples(), new TrainingOptions { Epochs = 2 });
        }

        Assert.ThrowsAny<OperationCanceledException>(
            () => model.Fit(Made.Samples(), new TrainingOptions(), cancellationToken: new CancellationToken(true)));
        Assert.Throws<TrainingDivergedException>(
            () => model.Fit(Made.Samples(), new TrainingOptions { Optimizer = new Sgd { LearningRate = 1e10 }, Epochs = 50 }));
        Activity[] own = [.. heard.Activities.Where(activity => "traced".Equals(activity.GetTagItem("unroll.model.name")))];
        Assert.Equal(["unroll.predict", "unroll.fit", "unroll.fit", "unroll.fit"], own.Select(activity => activity.OperationName));
        Assert.Equal(2, own[0].GetTagItem("unroll.prediction.rows"));
        Assert.Equal("request", own[0].Parent!.OperationName);
        Assert.Equal((40, 2, "Finished"), (own[1].GetTagItem("unroll.training.samples"), own[1].GetTagItem("unroll.training.epochs_run"),
            own[1].GetTagItem("unroll.training.reason")));
        Assert.IsType<double>(own[1].GetTagItem("unroll.training.loss"));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Error],
            own[1..].Select(activity => activity.Status));
        Assert.Equal(["Cancelled", "Diverged"], own[2..].Select(activity => activity.GetTagItem("unroll.training.reason")));
    }

    [Fact]
    public void Fits_and_predictions_of_forecasters_are_told()
    {
        using var heard = new Heard("Unroll.Forecasting");
        var blend = new BlendForecaster([new RidgeForecaster(), new NaiveForecaster()]);
        ForecastTask task = Made.Task();
        blend.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        blend.Predict(task.Data, 3);
        Assert.Throws<UnrollException>(() => blend.Predict(Made.Table(2), 3));
        Activity[] own = [.. heard.Activities.Where(activity => "blend".Equals(activity.GetTagItem("unroll.forecaster")))];
        Assert.Equal(["unroll.forecast.fit", "unroll.forecast.predict", "unroll.forecast.predict"],
            own.Select(activity => activity.OperationName));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Error],
            own.Select(activity => activity.Status));
        Assert.Contains(heard.Activities, activity => "ridge".Equals(activity.GetTagItem("unroll.forecaster"))
            && activity.Parent == own[0]);
        Assert.All(heard.All("unroll.forecast.duration"), seconds => Assert.InRange(seconds, 0, 60));
        Assert.Equal("s", heard.Unit("unroll.forecast.duration"));
    }

    /// <summary>Also while somebody listens to the metrics.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_prediction_into_a_span_allocates_nothing(bool isHeard)
    {
        using MeterListener? listener = isHeard ? Counting() : null;
        Model model = Made.Model();
        model.Threads = 1;
        model.Name = "span";
        float[] input = Made.Values(12), output = new float[2];
        StreamingSession stream = model.Stream();
        for (int i = 0; i < 200; i++)
            Call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Call();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Call()
        {
            model.Predict(input, output.AsSpan());
            stream.Step(input.AsSpan(0, 2), output);
        }
    }

    private static MeterListener Counting()
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, own) => own.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }

    /// <summary>All that some meters and sources tell.</summary>
    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _meters;
        private readonly ActivityListener _traces;
        private readonly List<(Instrument Instrument, double Value, object? Model)> _values = [];

        public Heard(params string[] names)
        {
            _meters = new MeterListener
            {
                InstrumentPublished = (instrument, own) =>
                {
                    if (names.Contains(instrument.Meter.Name))
                        own.EnableMeasurementEvents(instrument);
                },
            };
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _meters.Start();
            _traces = new ActivityListener
            {
                ShouldListenTo = source => names.Contains(source.Name),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    lock (Activities)
                        Activities.Add(activity);
                },
            };
            ActivitySource.AddActivityListener(_traces);
        }

        public List<Activity> Activities { get; } = [];

        public double[] All(string instrument, string? model = null)
        {
            lock (_values)
                return [.. _values.Where(value => value.Instrument.Name == instrument && (model is null || model.Equals(value.Model)))
                    .Select(value => value.Value)];
        }

        public double Sum(string instrument, string? model = null) => All(instrument, model).Sum();

        public string? Unit(string instrument) => _values.First(value => value.Instrument.Name == instrument).Instrument.Unit;

        public double Observed(string instrument)
        {
            _meters.RecordObservableInstruments();
            return All(instrument)[^1];
        }

        public void Dispose()
        {
            _meters.Dispose();
            _traces.Dispose();
        }

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            object? model = null;
            foreach ((string key, object? tag) in tags)
                model = key == "unroll.model.name" ? tag : model;
            lock (_values)
                _values.Add((instrument, value, model));
        }
    }
}
