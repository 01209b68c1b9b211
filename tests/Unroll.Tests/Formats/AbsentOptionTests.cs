using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Unroll.Formats;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Formats;

/// <summary>A file may be older than an option: what it leaves out has its usual value, and what it says to be null is refused.</summary>
public class AbsentOptionTests
{
    public static TheoryData<string> Models => [.. LayerModels.Names];

    /// <summary>Each activation and initialiser of each layer of the library, left out alone.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void What_is_left_out_has_a_value(string name)
    {
        foreach (Layer layer in LayerModels.Make(name, threads: 1).Layers)
        {
            foreach (PropertyInfo option in layer.GetType().GetProperties().Where(IsPart))
            {
                Layer read = Read(layer, header => header.Remove(NameOf(option)));
                Assert.NotNull(option.GetValue(read));
                Assert.NotNull(option.GetValue(Read(layer, _ => { })));
            }
        }
    }

    [Fact]
    public void It_is_the_usual_value()
    {
        var other = new Lstm(3)
        {
            Activation = Activation.Relu,
            RecurrentActivation = Activation.HardSigmoid,
            RecurrentInitializer = Initializer.Ones
        };
        Layer read = Read(other, header =>
        {
            header.Remove("activation");
            header.Remove("recurrentActivation");
            header.Remove("recurrentInitializer");
        });
        Assert.Equal(new Lstm(3), read);
    }

    [Fact]
    public void Null_is_refused_in_a_file_and_in_a_program()
    {
        Assert.Throws<System.Text.Json.JsonException>(() => Read(new Lstm(3), header => header["activation"] = null));
        Assert.Throws<ArgumentNullException>(() => new Lstm(3) { Activation = null! });
        _ = Read(new Lstm(3), header => header.Remove("activation"));
        Assert.Throws<ArgumentNullException>(() => new Lstm(3) { RecurrentActivation = null! });
    }

    public static TheoryData<string> Named =>
        [.. s_roots.SelectMany(root => root.GetCustomAttributes<JsonDerivedTypeAttribute>()).Select(kind => kind.DerivedType.Name)];

    /// <summary>
    /// Each option of each kind of the library, numbers and switches too, left out alone and all together; some are words.
    /// </summary>
    [Theory]
    [MemberData(nameof(Named))]
    public void Each_option_of_each_kind_has_its_usual_value(string name)
    {
        (Type root, Type type) =
            s_roots.SelectMany(root => root.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => (root, kind.DerivedType)))
            .Single(pair => pair.DerivedType.Name == name);
        object usual = Make(type);
        if (Written(root, usual) is not JsonObject whole)
            return;
        JsonObject all = whole.DeepClone().AsObject();
        string[] given = [.. ConstructorOf(type).GetParameters().Select(parameter => parameter.Name!)];
        foreach (string option in whole.Select(option => option.Key).Where(option => whole.IndexOf(option) > 0))
        {
            JsonObject without = whole.DeepClone().AsObject();
            without.Remove(option);
            if (given.Contains(option, StringComparer.OrdinalIgnoreCase))
            {
                if (ConstructorOf(type).GetParameters()
                    .Single(parameter => string.Equals(parameter.Name, option, StringComparison.OrdinalIgnoreCase)).HasDefaultValue)
                    continue;
                Assert.Contains($"has no {option}", Assert.Throws<JsonException>(() => Read(root, without)).Message,
                    StringComparison.Ordinal);
                continue;
            }

            all.Remove(option);
            Assert.Equal(whole.ToJsonString(), Written(root, Read(root, without)).ToJsonString());
        }

        Assert.Equal(whole.ToJsonString(), Written(root, Read(root, all)).ToJsonString());
    }

    /// <summary>Metadata are the user's, whatever they look like.</summary>
    [Fact]
    public void Metadata_are_not_filled()
    {
        Model model = new Model(new Dense(1)).Build(new Shape(2));
        byte[] file = ModelFile.ToBytes(model, new Dictionary<string, string> { ["layer"] = "dense" });
        Assert.Equal(["layer"], ModelFile.FromBytes(file, "m.unroll").Metadata.Keys);
    }

    private static readonly Type[] s_roots =
        [typeof(Layer), typeof(Loss), typeof(Optimizer), typeof(Schedule), typeof(Activation), typeof(Initializer), typeof(Regularizer)];

    private static ConstructorInfo ConstructorOf(Type type)
    {
        ConstructorInfo[] all = type.GetConstructors();
        return all.SingleOrDefault(each => each.GetCustomAttribute<JsonConstructorAttribute>() is not null)
            ?? all.Single(each => all.Length == 1 || each.GetParameters().Length == 0);
    }

    private static object Make(Type type)
    {
        ConstructorInfo constructor = ConstructorOf(type);
        return constructor.Invoke([.. constructor.GetParameters().Select(
            parameter => parameter.HasDefaultValue ? parameter.DefaultValue : Argument(parameter.ParameterType, parameter.Position))]);
    }

    private static object Argument(Type type, int position) =>
        type == typeof(int) ? 2
        : type == typeof(double) ? 0.5 + 0.1 * position
        : type == typeof(Layer) ? new Lstm(2)
        : type == typeof(IReadOnlyList<Recurrent>) ? (Recurrent[])[new Lstm(2)]
        : type == typeof(Activation) ? Activation.Tanh
        : type == typeof(Shape) ? new Shape(2)
        : type == typeof(IReadOnlyList<double>) ? (double[])[0.1, 0.5]
        : type == typeof(IReadOnlyList<int>) || type == typeof(int[]) ? (int[])[1, 2]
        : type == typeof(IReadOnlyList<OutputLoss>) ? (OutputLoss[])[new OutputLoss(new Huber())]
        : type == typeof(Schedule) ? new CosineSchedule()
        : throw new NotSupportedException($"Say what a {type} is.");

    /// <summary>Losses, optimisers and schedules stand in other files than layers.</summary>
    private static KindJson JsonOf(Type root) => root == typeof(Loss) || root == typeof(Optimizer) || root == typeof(Schedule)
        ? TrainingJson.Kinds : ModelJson.Kinds;

    private static JsonNode Written(Type root, object part) => JsonNode.Parse((byte[])Call(nameof(KindJson.ToBytes), root, part))!;

    private static object Read(Type root, JsonObject json) => root switch
    {
        _ when root == typeof(Layer) => ModelJson.Kinds.FromBytes<Layer>(Bytes(json))!,
        _ when root == typeof(Loss) => TrainingJson.Kinds.FromBytes<Loss>(Bytes(json))!,
        _ when root == typeof(Optimizer) => TrainingJson.Kinds.FromBytes<Optimizer>(Bytes(json))!,
        _ when root == typeof(Schedule) => TrainingJson.Kinds.FromBytes<Schedule>(Bytes(json))!,
        _ when root == typeof(Activation) => ModelJson.Kinds.FromBytes<Activation>(Bytes(json))!,
        _ when root == typeof(Initializer) => ModelJson.Kinds.FromBytes<Initializer>(Bytes(json))!,
        _ => ModelJson.Kinds.FromBytes<Regularizer>(Bytes(json))!,
    };

    private static byte[] Bytes(JsonObject json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());

    private static object Call(string method, Type root, object part) =>
        typeof(KindJson).GetMethod(method)!.MakeGenericMethod(root).Invoke(JsonOf(root), [part])!;

    private static bool IsPart(PropertyInfo property) =>
        property.CanWrite && (property.PropertyType == typeof(Activation) || property.PropertyType == typeof(Initializer))
            && property.DeclaringType != typeof(Activate);

    private static string NameOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    private static Layer Read(Layer layer, Action<JsonObject> edit)
    {
        JsonObject header = JsonNode.Parse(ModelJson.Kinds.ToBytes(layer))!.AsObject();
        edit(header);
        return ModelJson.Kinds.FromBytes<Layer>(System.Text.Encoding.UTF8.GetBytes(header.ToJsonString()))!;
    }
}
