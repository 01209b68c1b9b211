using System.Collections;
using System.Data;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Unroll.Exchange;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.App.Tests.Arguments;

/// <summary>Ordinary arguments, made by their type: from a table of those that need a reason, others from their constructors.</summary>
internal static class Makers
{
    private const int Deepest = 7;

    private static readonly Lazy<TimeSeries> s_table = new(Table);
    private static readonly Lazy<ForecastTask> s_task =
        new(() => new ForecastTask(SeriesSet.Of(s_table.Value), new TaskOptions { Targets = ["value"] }));
    private static readonly Lazy<Comparison> s_comparison = new(() => new Comparison(s_task.Value));
    private static readonly Lazy<NaiveForecaster> s_forecaster = new(() =>
    {
        var naive = new NaiveForecaster();
        naive.Fit(s_task.Value);
        return naive;
    });

    private static readonly Dictionary<Type, Func<object>> s_makers = new()
    {
        [typeof(string)] = () => "a",
        [typeof(object)] = () => "a",
        [typeof(float[])] = () => new float[6],
        [typeof(Type)] = () => typeof(Dense),
        [typeof(Stream)] = () => new MemoryStream(),
        [typeof(TextReader)] = () => new StringReader("date,value\n2020-01-01,1\n2020-01-02,2\n"),
        [typeof(IAsyncEnumerable<string>)] = () => AsyncEnumerable.Empty<string>(),
        [typeof(IDataReader)] = () => new DataTable { Columns = { "a", "b" } }.CreateDataReader(),
        [typeof(IServiceCollection)] = () => new ServiceCollection(),
        [typeof(Shape)] = () => new Shape(3, 2),
        [typeof(Model)] = Network,
        [typeof(Layer)] = () => new Dense(1),
        [typeof(Recurrent)] = () => new Gru(2),
        [typeof(Bidirectional)] = () => new Bidirectional(new Gru(2)),
        [typeof(Permute)] = () => new Permute([2, 1]),
        [typeof(Node)] = () => Node.Input(new Shape(3, 2)),
        [typeof(Loss)] = () => new SparseCategoricalCrossEntropy(),
        [typeof(ISamples)] = Samples,
        [typeof(ArraySamples)] = Samples,
        [typeof(FileSamples)] = OfFile,
        [typeof(ConfusionMatrix)] = () => new ConfusionMatrix(2),
        [typeof(Subwords)] = () => Subwords.Learn(["abc"], 5),
        [typeof(SequenceDecoder)] = Decoder,
        [typeof(StreamingSession)] = () => Network().Stream(),
        [typeof(StepValues)] = () => Network().Trace(new float[6]).Recurrent[0].States[0],
        [typeof(AttentionTrace)] = () => new Model(new MultiHeadAttention(1, 2), new Flatten(), new Dense(1))
            .Build(new Shape(3, 2), seed: 1).Trace(new float[6]).Attention[0],
        [typeof(TimeSeries)] = () => s_table.Value,
        [typeof(Series)] = () => s_table.Value["value"],
        [typeof(SeriesSet)] = () => SeriesSet.Of(s_table.Value),
        [typeof(TaskOptions)] = () => new TaskOptions { Targets = ["value"] },
        [typeof(ForecastTask)] = () => s_task.Value,
        [typeof(ForecastSplit)] = () => s_task.Value[s_task.Value.Parts[0]],
        [typeof(Part)] = () => s_task.Value.Parts[0],
        [typeof(IForecaster)] = () => s_forecaster.Value,
        [typeof(PartsForecaster)] = () => s_forecaster.Value,
        [typeof(Forecast)] = () => s_forecaster.Value.Predict(s_task.Value),
        [typeof(PartForecast)] = () => s_forecaster.Value.Predict(s_task.Value).Parts[0],
        [typeof(SeriesDescription)] = () => s_table.Value.Describe(),
        [typeof(SeriesSetDescription)] = () => SeriesSet.Of(s_table.Value).Describe(),
        [typeof(CalendarGaps)] = () => s_table.Value.CalendarGaps(),
        [typeof(TargetTransform)] = () => TargetTransform.Parse("difference"),
        [typeof(PretrainedForecaster)] = () =>
            new PretrainedForecaster(new Model(new Gru(2), new Dense(1)).Build(new Shape(9, 1), seed: 1)),
        [typeof(Comparison)] = () => s_comparison.Value,
        [typeof(ForecasterScore)] = () => s_comparison.Value.Scores[0],
        [typeof(ForecastReport)] = () => ForecastReport.Create(s_task.Value, s_comparison.Value),
        [typeof(WindowedSamples)] = () => new WindowedSamples([new double[9]], [new double[9]], 2),
        [typeof(SplitWindows)] = () => new SplitWindows(new double[9], 2),
        [typeof(NamedTensor)] = () => NamedTensor.Of("a", [6], new float[6]),
        [typeof(TrainingCallback)] = () => new Idle(),
        [typeof(OnnxModel)] = Graph,
        [typeof(OnnxStreamingSession)] = () => Graph().Stream([]),
        [typeof(OnnxTensor)] = () => OnnxTensor.Of(1f),
        [typeof(System.Numerics.Tensors.Tensor<float>)] = () => System.Numerics.Tensors.Tensor.Create(new float[6], [1, 3, 2]),
    };

    /// <summary>A type that can stand for a type parameter.</summary>
    public static Type ArgumentFor(Type parameter)
    {
        Type? constraint = Array.Find(parameter.GetGenericParameterConstraints(), each => each.IsClass && each != typeof(ValueType));
        return constraint is not null ? Of(constraint).GetType()
            : parameter.GetGenericParameterConstraints().Length > 0 ? typeof(float)
            : typeof(string);
    }

    /// <summary>What stands for an argument: its default where it has one, an array for a span.</summary>
    public static Expression For(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef && parameter.IsOut)
            return Expression.Default(type.GetElementType()!);
        if (type.IsByRef)
            type = type.GetElementType()!;
        if (type.IsByRefLike)
        {
            bool isSpan = type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Span<>)
                || type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>));
            return isSpan ? Expression.Convert(Expression.Constant(Of(type.GetGenericArguments()[0].MakeArrayType())), type)
                : throw new NotMadeException(type);
        }

        bool isGiven = !parameter.HasDefaultValue || (parameter.DefaultValue is null && type.IsValueType
            && Nullable.GetUnderlyingType(type) is null);
        return isGiven ? Expression.Constant(Of(type), type) : Expression.Convert(Expression.Constant(parameter.DefaultValue), type);
    }

    /// <summary>An ordinary value of a type.</summary>
    public static object Of(Type type) => Of(type, 0);

    private static object Of(Type type, int depth)
    {
        if (depth > Deepest)
            throw new NotMadeException(type);
        if (s_makers.TryGetValue(type, out Func<object>? make))
            return make();
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Of(inner, depth);
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0)!;
        if (type == typeof(double) || type == typeof(float) || type == typeof(Half))
            return Convert.ChangeType(0.5, type, null);
        if (type.IsPrimitive)
            return type == typeof(bool) ? false : Convert.ChangeType(1, type, null);
        if (type.IsArray)
            return ArrayOf(type.GetElementType()!, depth + 1);
        if (type.IsSubclassOf(typeof(Delegate)))
            return Function(type, depth + 1);
        if (type is { IsInterface: true, IsGenericType: true } && Collection(type, depth + 1) is { } collection)
            return collection;
        if (type.IsAbstract)
            return Derived(type, depth + 1);
        foreach (ConstructorInfo constructor in type.GetConstructors().OrderBy(each => each.GetParameters().Length))
        {
            ParameterInfo[] parameters = constructor.GetParameters();
            if (Array.Exists(parameters, each => each.ParameterType.IsByRef || each.ParameterType.IsByRefLike))
                continue;
            try
            {
                return constructor.Invoke([.. parameters.Select(each =>
                    each is { HasDefaultValue: true, DefaultValue: { } usual } ? usual : Of(each.ParameterType, depth + 1))]);
            }
            catch (TargetInvocationException failure)
            {
                throw new NotMadeException(type, failure.InnerException);
            }
        }

        return type.IsValueType ? Activator.CreateInstance(type)! : throw new NotMadeException(type);
    }

    private static Array ArrayOf(Type element, int depth)
    {
        var array = Array.CreateInstance(element, 1);
        array.SetValue(Of(element, depth), 0);
        return array;
    }

    private static object? Collection(Type type, int depth)
    {
        Type[] arguments = type.GetGenericArguments();
        if (arguments is [var element])
        {
            if (element.MakeArrayType().IsAssignableTo(type))
                return ArrayOf(element, depth);
            Type progress = typeof(Progress<>).MakeGenericType(element);
            return progress.IsAssignableTo(type) ? Activator.CreateInstance(progress) : null;
        }

        Type map = typeof(Dictionary<,>).MakeGenericType(arguments);
        if (!map.IsAssignableTo(type))
            return null;
        var made = (IDictionary)Activator.CreateInstance(map)!;
        made.Add(Of(arguments[0], depth), Of(arguments[1], depth));
        return made;
    }

    private static object Derived(Type type, int depth)
    {
        foreach (Type own in type.Assembly.GetExportedTypes().Where(each =>
            each.IsSubclassOf(type) && each is { IsAbstract: false, ContainsGenericParameters: false }))
        {
            try
            {
                return Of(own, depth);
            }
            catch (NotMadeException)
            {
                // Another may be made.
            }
        }

        throw new NotMadeException(type);
    }

    private static Delegate Function(Type type, int depth)
    {
        MethodInfo invoke = type.GetMethod("Invoke")!;
        ParameterExpression[] parameters = [.. invoke.GetParameters().Select(each => Expression.Parameter(each.ParameterType))];
        Type result = invoke.ReturnType;
        Expression body = result == typeof(void) ? Expression.Empty()
            : result.IsByRefLike ? Expression.Default(result)
            : Expression.Constant(Of(result, depth), result);
        return Expression.Lambda(type, body, parameters).Compile();
    }

    private static Model Network() => new Model(new Gru(2), new Dense(1)).Build(new Shape(3, 2), seed: 1);

    private static ArraySamples Samples() => new([(new float[12], new Shape(3, 2))], [(new float[2], new Shape(1))]);

    private static FileSamples OfFile()
    {
        string path = Path.GetTempFileName();
        FileSamples.Write(path, new SampleMap<float>().Input(new Shape(1), x => [x]), [1f, 2f]);
        var samples = new FileSamples(path);
        File.Delete(path);
        return samples;
    }

    private static SequenceDecoder Decoder()
    {
        Node token = Node.Input(new Shape(1)), state = Node.Input(new Shape(2));
        Node next = new Gru(2) { ReturnState = true }.Apply(new Embedding(4, 2).Apply(token), state);
        Model step = new Model([token, state], [new Dense(4).Apply(next), new Dense(2).Apply(next)]).Build(seed: 1);
        return new SequenceDecoder(step, 1) { Begin = 1, End = 2, MostTokens = 3 };
    }

    private static OnnxModel Graph()
    {
        using var file = new MemoryStream();
        Onnx.Save(Network(), file);
        file.Position = 0;
        return OnnxModel.Load(file);
    }

    private static TimeSeries Table()
    {
        var random = new Random(3);
        return new TimeSeries("table", [.. Enumerable.Range(0, 200).Select(row => new DateTime(2020, 1, 1).AddDays(row))],
            ("value", [.. Enumerable.Range(0, 200).Select(_ => 10 + random.NextDouble())]));
    }
}

/// <summary>A callback that does nothing.</summary>
internal sealed class Idle : TrainingCallback;

/// <summary>Nothing makes an argument of this type.</summary>
internal sealed class NotMadeException(Type type, Exception? inner = null)
    : Exception(inner is null ? type.Name : $"{type.Name}: {inner.Message}");
