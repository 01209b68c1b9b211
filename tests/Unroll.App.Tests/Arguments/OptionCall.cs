using System.Reflection;
using Unroll.Exchange;
using Unroll.Forecasting;

namespace Unroll.App.Tests.Arguments;

/// <summary>A record that something takes, with one of its properties null or out of range.</summary>
internal static class OptionCall
{
    private static readonly CancellationToken s_ended = new(canceled: true);

    /// <summary>What takes a record: it looks at every property, and does no more work than it must.</summary>
    private static readonly Dictionary<Type, Action<object>> s_takers = new()
    {
        [typeof(TrainingOptions)] = given => Fit((TrainingOptions)given),
        [typeof(EarlyStopping)] = given => Fit(new TrainingOptions { EarlyStopping = (EarlyStopping)given }),
        [typeof(WeightAverage)] = given => Fit(new TrainingOptions { WeightAverage = (WeightAverage)given }),
        [typeof(Checkpoint)] = given => Fit(new TrainingOptions { Checkpoint = (Checkpoint)given }),
        [typeof(Clipping)] = given => Fit(new TrainingOptions { Clipping = (Clipping)given }),
        [typeof(Optimizer)] = given => Fit(new TrainingOptions { Optimizer = (Optimizer)given }),
        [typeof(Loss)] = given => Fit(new TrainingOptions { Loss = (Loss)given }),
        [typeof(Schedule)] = given => Fit(new TrainingOptions { Schedule = (Schedule)given }),
        [typeof(Metric)] = given => Fit(new TrainingOptions { Metrics = [(Metric)given] }),
        [typeof(OutputLoss)] = given => Fit(new TrainingOptions { Loss = new OutputLosses((OutputLoss)given) }),
        [typeof(Sampling)] = given => Made<SequenceDecoder>().Sample(Start(), (Sampling)given, 1),
        [typeof(DecoderStart)] = given => Made<SequenceDecoder>().Greedy((DecoderStart)given),
        [typeof(TokenColumn)] = given => _ = new TokenSamples([(TokenColumn)given]),
        [typeof(TaskOptions)] = given => _ = new ForecastTask(Made<SeriesSet>(), (TaskOptions)given),
        [typeof(ForecastInputs)] = given =>
            _ = new ForecastTask(Made<SeriesSet>(), new TaskOptions { Targets = ["value"], Inputs = (ForecastInputs)given }),
        [typeof(NetworkRecipe)] = given => new NetworkForecaster((NetworkRecipe)given).Fit(Made<ForecastTask>(), null, s_ended),
        [typeof(EnsembleRecipe)] = given => new EnsembleForecaster((EnsembleRecipe)given).Fit(Made<ForecastTask>(), null, s_ended),
        [typeof(PretrainedOptions)] = given =>
            new PretrainedForecaster(new Model(new Dense(1)).Build(new Shape(9), seed: 1), (PretrainedOptions)given)
                .Fit(Made<ForecastTask>()),
        [typeof(ReadOptions)] = given => TimeSeries.Read(Made<TextReader>(), (ReadOptions)given),
        [typeof(BacktestOptions)] = given => Backtest.Folds(Made<ForecastTask>(), [() => new NaiveForecaster()], (BacktestOptions)given),
        [typeof(TuningOptions)] = given => Tune((TuningOptions)given),
        [typeof(SearchSpace)] = given => Tune(new TuningOptions { Space = (SearchSpace)given }),
        [typeof(TorchOptions)] = given => Torch.StateOf(Made<Model>(), (TorchOptions)given),
        [typeof(OnnxOptions)] = given => Onnx.Save(Made<Model>(), new MemoryStream(), (OnnxOptions)given),
        [typeof(OnnxForecastOptions)] = given => Onnx.Save(Made<PartsForecaster>(), new MemoryStream(), (OnnxForecastOptions)given),
        [typeof(OnnxLoadOptions)] = given => Onnx.Load(Graph(), (OnnxLoadOptions)given),
        [typeof(OnnxModelOptions)] = given => OnnxModel.Load(Graph(), (OnnxModelOptions)given),
        [typeof(GradientCheckOptions)] = given => GradientCheck.Of(new Dense(1), (GradientCheckOptions)given, new Shape(3)),
    };

    /// <summary>The call with a wrong value; what comes out is null where it is refused as it should be.</summary>
    public static IEnumerable<(string Name, Func<string?> Run)> All() =>
        from taker in s_takers
        from record in Records(taker.Key)
        from property in record.GetType().GetProperties()
        where property.SetMethod is { IsPublic: true }
        from wrong in Wrong(property)
        select ($"{record.GetType().Name}.{property.Name} {wrong ?? "null"}",
            (Func<string?>)(() => Failure(taker.Value, record, property, wrong)));

    private static IEnumerable<object> Records(Type type) => type.IsAbstract
        ? type.Assembly.GetExportedTypes().Where(each => each.IsSubclassOf(type) && !each.IsAbstract && each.GetConstructors().Length > 0)
            .Select(Makers.Of)
        : [type == typeof(DecoderStart) ? Start() : Makers.Of(type)];

    private static IEnumerable<object?> Wrong(PropertyInfo property)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(int))
            return [-1, 0, int.MaxValue];
        if (type == typeof(long))
            return [-1L, 0L, long.MaxValue];
        if (type == typeof(double))
            return [-1.0, 0.0, double.NaN, double.PositiveInfinity, double.MaxValue];
        if (type == typeof(TimeSpan))
            return [TimeSpan.MinValue, TimeSpan.Zero, TimeSpan.MaxValue];
        return !type.IsValueType && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.NotNull ? [null] : [];
    }

    private static string? Failure(Action<object> take, object record, PropertyInfo property, object? wrong)
    {
        object changed = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        try
        {
            property.SetValue(changed, wrong);
            take(changed);
            return null;
        }
        catch (TargetInvocationException failure) when (failure.InnerException is ArgumentException)
        {
            // Refused where it is set.
            return null;
        }
        catch (Exception failure) when (failure is UnrollException or ArgumentException or OperationCanceledException)
        {
            return null;
        }
#pragma warning disable CA1031
        catch (Exception failure)
        {
            return $"{failure.GetType().Name}: {failure.Message}";
        }
#pragma warning restore CA1031
    }

    private static T Made<T>() => (T)Makers.Of(typeof(T));

    private static DecoderStart Start() => new(1, [new float[2]], []);

    private static void Fit(TrainingOptions options) => Made<Model>().Fit(Made<ISamples>(), options, null, s_ended);

    private static void Tune(TuningOptions options) =>
        _ = new Tuner(new ValidationObjective(Made<ForecastTask>(), new NetworkRecipe()), options);

    private static MemoryStream Graph()
    {
        var file = new MemoryStream();
        Onnx.Save(Made<Model>(), file);
        file.Position = 0;
        return file;
    }
}
