using System.Reflection;
using System.Text.Json.Nodes;
using Unroll.Formats;
using Unroll.Tests.Layers;
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
        var other = new Lstm(3) { Activation = Activation.Relu, RecurrentActivation = Activation.HardSigmoid, RecurrentInitializer = Initializer.Ones };
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

    private static bool IsPart(PropertyInfo property) =>
        property.CanWrite && (property.PropertyType == typeof(Activation) || property.PropertyType == typeof(Initializer)) && property.DeclaringType != typeof(Activate);

    private static string NameOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    private static Layer Read(Layer layer, Action<JsonObject> edit)
    {
        JsonObject header = JsonNode.Parse(ModelJson.Kinds.ToBytes(layer))!.AsObject();
        edit(header);
        return ModelJson.Kinds.FromBytes<Layer>(System.Text.Encoding.UTF8.GetBytes(header.ToJsonString()))!;
    }
}
