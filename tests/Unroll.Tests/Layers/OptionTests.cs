using System.Reflection;
using Unroll.Fuzz;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>
/// Every option of every layer at extreme values: the layer is built and runs, or one documented exception names the option or the layer.
/// </summary>
public class OptionTests
{
    private static readonly int[] s_integers = [int.MinValue, -1, 0, 1, int.MaxValue];
    private static readonly double[] s_numbers =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, -1e-300, 0, double.Epsilon, 0.999, 1, 1e308];

    public static TheoryData<string> Kinds =>
        [.. Corpus.Models().SelectMany(model => model.Layers).Where(layer => Variants(layer).Any()).Select(layer => layer.Kind).Distinct()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Extreme_values_act_or_are_refused(string kind)
    {
        int tried = 0;
        foreach (LayerUse use in Corpus.Models().SelectMany(model => model.Graph.Uses).Where(use => use.Layer.Kind == kind))
        {
            foreach ((string option, object? value, Func<Layer> make) in Variants(use.Layer))
            {
                tried++;
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    Node[] inputs = [.. use.Inputs.Select(node => Node.Input(node.Shape))];
                    Model model = new Model(inputs, [make().Apply(inputs)]) { Threads = 1 }.Build(seed: 1);
                    Assert.Single(model.PredictEach([.. inputs.Select(node => new float[2 * node.Shape.Size])]));
                }
                catch (Exception refusal) when (refusal is ArgumentException or UnrollException)
                {
                    Assert.True(
                        refusal.Message.Contains(option, StringComparison.OrdinalIgnoreCase)
                            || refusal.Message.Contains(kind, StringComparison.OrdinalIgnoreCase),
                        $"{use.Layer} with {option} {value}: {refusal.Message}");
                    Assert.True(value is not (true or false), $"{use.Layer} with {option} {value}: {refusal.Message}");
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
            }
        }

        Assert.InRange(tried, 1, 1000);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1e-9)]
    [InlineData(double.NaN, 0)]
    [InlineData(0, double.PositiveInfinity)]
    public void A_penalty_is_finite_and_not_negative(double l1, double l2)
    {
        Assert.Contains(l1 == 0 ? "L2" : "L1", Assert.Throws<ArgumentOutOfRangeException>(() => new L1L2(l1, l2)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new L1L2() with { L1 = l1, L2 = l2 });
    }

    [Fact]
    public void Names_that_cannot_be_told_apart_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Dense(1) { Name = "" });
        Assert.Throws<ArgumentException>(() => new Dense(1) { Name = " " });
        Is("Two layers are named a. Give each layer a name of its own, or none.", new Dense(1) { Name = "a" }, new Dense(1) { Name = "a" });
        Is("Two layers are named dense_2. Give each layer a name of its own, or none.", new Dense(1) { Name = "dense_2" }, new Dense(1));
        Is("The layers a and a/forward have names of which one looks like a part of the other. Give one of them another name.",
            new Bidirectional(new Gru(1)) { Name = "a" }, new Dense(1) { Name = "a/forward" });
        Assert.Equal("a/b/kernel", new Model(new Dense(1) { Name = "a/b" }, new Dense(1) { Name = "c" })
            .Build(new Shape(1)).Parameters[0].Name);

        static void Is(string message, params Layer[] layers) => Assert.Equal(message,
            Assert.Throws<UnrollException>(() => new Model(layers).Build(layers[0] is Dense ? new Shape(1) : new Shape(2, 1))).Message);
    }

    [Fact]
    public void What_would_do_nothing_is_refused()
    {
        Assert.Contains("ReturnState", Assert.Throws<UnrollException>(() => new TimeDistributed(new Lstm(2) { ReturnState = true })
            .Apply(Node.Input(new Shape(2, 3, 1)))).Message, StringComparison.Ordinal);
        Assert.Contains("Stateful", Assert.Throws<UnrollException>(() => new TimeDistributed(new Lstm(2) { Stateful = true })
            .Apply(Node.Input(new Shape(2, 3, 1)))).Message, StringComparison.Ordinal);
        Assert.Contains("Dense", Assert.Throws<ArgumentException>(() => new Bidirectional(new Dense(2))).Message, StringComparison.Ordinal);
        Assert.Contains("GoBackwards", Assert.Throws<ArgumentException>(
            () => new Bidirectional(new StackedRecurrent(new Gru(2) { GoBackwards = true }))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new Bidirectional(null!));
        Assert.Throws<ArgumentNullException>(() => new TimeDistributed(null!));
        Assert.Throws<ArgumentException>(() => new StackedRecurrent(new Gru(2), null!));
    }

    private static IEnumerable<(string Option, object? Value, Func<Layer> Make)> Variants(Layer layer)
    {
        foreach (PropertyInfo property in layer.GetType().GetProperties()
            .Where(property => property.SetMethod is not null && property.Name != "Name"))
        {
            foreach (object value in ValuesOf(property.PropertyType))
                yield return (property.Name, value, () => With(layer, property, value));
        }

        foreach (ConstructorInfo constructor in layer.GetType().GetConstructors())
        {
            ParameterInfo[] parameters = constructor.GetParameters();
            object?[] own = [.. parameters.Select(parameter => layer.GetType().GetProperties()
                .FirstOrDefault(property => property.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase))?.GetValue(layer))];
            for (int i = 0; i < parameters.Length; i++)
            {
                int at = i;
                foreach (object value in ValuesOf(parameters[i].ParameterType))
                    yield return (parameters[at].Name!, value,
                        () => (Layer)Unwrapped(() => constructor.Invoke([.. own.Select((each, n) => n == at ? value : each)]))!);
            }
        }
    }

    private static IEnumerable<object> ValuesOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(int) ? s_integers.Cast<object>()
            : type == typeof(double) ? s_numbers.Cast<object>()
            : type == typeof(bool) ? [true, false]
            : type.IsEnum ? Enum.GetValues(type).Cast<object>().Append(Enum.ToObject(type, 99)).Append(Enum.ToObject(type, -1))
            : [];
    }

    private static Layer With(Layer layer, PropertyInfo property, object value)
    {
        var copy = (Layer)layer.GetType().GetMethod("<Clone>$")!.Invoke(layer, null)!;
        Unwrapped(() =>
        {
            property.SetValue(copy, value);
            return null;
        });
        return copy;
    }

    private static object? Unwrapped(Func<object?> call)
    {
        try
        {
            return call();
        }
        catch (TargetInvocationException failure)
        {
            throw failure.InnerException!;
        }
    }
}
