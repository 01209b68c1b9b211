using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Unroll.Exchange;
using Unroll.Extensions;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.App.Tests.Arguments;

/// <summary>A constructor, method or setter that a user of the libraries can call.</summary>
internal sealed class PublicCall
{
    private static readonly Assembly[] s_assemblies =
        [typeof(Model).Assembly, typeof(TimeSeries).Assembly, typeof(Onnx).Assembly, typeof(Chart).Assembly, typeof(UnrollModel).Assembly];

    private readonly MethodBase _method;
    private readonly ParameterInfo[] _parameters;

    private PublicCall(MethodBase method) => (_method, _parameters) = (method, method.GetParameters());

    /// <summary>Every public call of the libraries that takes arguments, but for those that the compiler writes.</summary>
    public static IEnumerable<PublicCall> All() =>
        from assembly in s_assemblies
        from type in assembly.GetExportedTypes()
        where !type.IsInterface && !type.IsSubclassOf(typeof(Delegate)) && !type.IsEnum
        from call in Of(type.IsGenericTypeDefinition ? Closed(type) : type)
        select call;

    /// <summary>
    /// For each argument that may not be null: the call with null there. What comes out is null where it is refused as it should be.
    /// </summary>
    public IEnumerable<(string Name, Func<string?> Run)> WithNulls()
    {
        var nullability = new NullabilityInfoContext();
        for (int i = 0; i < _parameters.Length; i++)
        {
            ParameterInfo parameter = _parameters[i];
            Type type = parameter.ParameterType;
            // An exception is made while another fault is told, and takes what it gets.
            if (type.IsValueType || type.IsByRef || _method.DeclaringType!.IsSubclassOf(typeof(Exception)))
                continue;
            if (nullability.Create(parameter).WriteState != NullabilityState.NotNull || IsCarried(parameter))
                continue;
            int at = i;
            yield return ($"{this}, {parameter.Name} null", () => Failure(at, null) switch
            {
                ArgumentNullException refused when Names(refused, parameter) => null,
                NotMadeException missing => "not made: " + missing.Message,
                null => "is taken",
                var failure => $"{failure.GetType().Name}: {failure.Message}",
            });
        }
    }

    /// <summary>For each number: the call with numbers that are too small and too large.</summary>
    public IEnumerable<(string Name, Func<string?> Run)> WithNumbers()
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            Type type = Nullable.GetUnderlyingType(_parameters[i].ParameterType) ?? _parameters[i].ParameterType;
            if (type != typeof(int) && type != typeof(long))
                continue;
            foreach (int number in (int[])[-1, 0, int.MaxValue])
            {
                int at = i;
                object value = type == typeof(int) ? (object)number : (long)number;
                yield return ($"{this}, {_parameters[i].Name} {number}", () => Failure(at, value) switch
                {
                    null or ArgumentException or UnrollException or InvalidOperationException or NotSupportedException => null,
                    NotMadeException missing => "not made: " + missing.Message,
                    var failure => $"{failure.GetType().Name}: {failure.Message}",
                });
            }
        }
    }

    public override string ToString()
    {
        string type = _method.DeclaringType!.Name, name = _method.IsConstructor ? "new" : _method.Name;
        return $"{type}.{name}({string.Join(", ", _parameters.Select(parameter => parameter.ParameterType.Name))})";
    }

    /// <summary>
    /// A property of a record, set by its name or by the constructor that the compiler writes: the record carries it unseen, and what takes
    /// the record looks at it (<see cref="OptionCall"/>). Classes of options of the hosting libraries do the same.
    /// </summary>
    private bool IsCarried(ParameterInfo parameter)
    {
        Type owner = _method.DeclaringType!;
        bool isRecord = owner.GetMethod("<Clone>$") is not null || owner.Name.EndsWith("Options", StringComparison.Ordinal)
            || (owner.IsValueType && owner.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);
        return isRecord && (_method.Name.StartsWith("set_", StringComparison.Ordinal)
            || (_method.IsConstructor && owner.GetProperty(parameter.Name!) is not null));
    }

    private static bool Names(ArgumentNullException refused, ParameterInfo parameter) =>
        refused.ParamName == parameter.Name || (parameter.Name == "value" && parameter.Member.Name == $"set_{refused.ParamName}");

    private static IEnumerable<PublicCall> Of(Type type)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<MethodBase> methods = [.. type.IsAbstract ? [] : type.GetConstructors(), .. type.GetMethods(Public)];
        foreach (MethodBase method in methods)
        {
            if (method.GetParameters().Length == 0 || method.IsAbstract || method.IsDefined(typeof(CompilerGeneratedAttribute))
                && !method.Name.StartsWith("set_", StringComparison.Ordinal)) continue;
            if (method.Name is "Equals" or "Deconstruct" or "GetHashCode" or "<Clone>$")
                continue;
            yield return new PublicCall(method is MethodInfo { IsGenericMethodDefinition: true } open ? Closed(open) : method);
        }
    }

    private static Type Closed(Type type) => type.MakeGenericType([.. type.GetGenericArguments().Select(Makers.ArgumentFor)]);

    private static MethodInfo Closed(MethodInfo method) =>
        method.MakeGenericMethod([.. method.GetGenericArguments().Select(Makers.ArgumentFor)]);

    /// <summary>What the call throws with a value at one place and ordinary ones at the others; null where it returns.</summary>
    private Exception? Failure(int at, object? value)
    {
        Action call;
        try
        {
            call = Compiled(at, value);
        }
        catch (NotMadeException failure)
        {
            return failure;
        }

        try
        {
            call();
            return null;
        }
#pragma warning disable CA1031
        catch (Exception failure)
        {
            return failure;
        }
#pragma warning restore CA1031
    }

    private Action Compiled(int at, object? value)
    {
        Type owner = _method.DeclaringType!;
        if (owner.IsByRefLike)
            throw new NotMadeException(owner);
        Expression[] given = [.. _parameters.Select((parameter, i) =>
            i == at ? Expression.Constant(value, parameter.ParameterType) : Makers.For(parameter))];
        Expression call = _method is ConstructorInfo constructor ? Expression.New(constructor, given)
            : Expression.Call(_method.IsStatic ? null : Expression.Constant(Makers.Of(owner), owner), (MethodInfo)_method, given);
        if (call.Type == typeof(void) || call.Type.IsByRef || call.Type.IsByRefLike)
            return Expression.Lambda<Action>(call).Compile();
        Func<object?> run = Expression.Lambda<Func<object?>>(Expression.Convert(call, typeof(object))).Compile();
        return () => Await(run());
    }

    private static void Await(object? result)
    {
        if (result is Task task)
            task.GetAwaiter().GetResult();
        else if (result is IAsyncEnumerable<TrainingEvent> events)
            events.GetAsyncEnumerator().MoveNextAsync().AsTask().GetAwaiter().GetResult();
        else if (result is IEnumerable each and not (ICollection or string))
            each.GetEnumerator().MoveNext();
    }
}
