using System.Security.Cryptography;
using System.Text;
using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Formats;

/// <summary>Small files that ask for much: refused with the documented exception before memory is taken for what they ask.</summary>
public class HostileFileTests
{
    private static readonly string s_manyLayers = string.Join(",", Enumerable.Repeat("""{"layer":"flatten"}""", 200_000));

    private static readonly Dictionary<string, (string Header, int Body)> s_files = new()
    {
        ["a null layer"] = ("""{"input":[4],"layers":[null],"parameters":[],"metadata":{}}""", 0),
        ["a dense layer of 36 million weights"] =
            ("""{"input":[6000],"layers":[{"layer":"dense","units":6000}],"parameters":[],"metadata":{}}""", 4),
        ["a recurrent layer of gigabytes"] =
            ("""{"input":[9,9],"layers":[{"layer":"lstm","units":20000}],"parameters":[],"metadata":{}}""", 0),
        ["an embedding of gigabytes"] =
            ("""{"input":[9],"layers":[{"layer":"embedding","inputs":16777216,"units":100}],"parameters":[],"metadata":{}}""", 0),
        ["200,000 layers"] = ($$$"""{"input":[1],"layers":[{{{s_manyLayers}}}],"parameters":[],"metadata":{}}""", 0),
        ["200,000 layers in a stack"] = (
            $$$"""{"input":[1],"layers":[{"layer":"stacked-recurrent","layers":[{{{s_manyLayers}}}]}],"parameters":[],"metadata":{}}""", 0),
        ["a window of 2³¹ steps"] =
            ("""{"input":[9,1],"layers":[{"layer":"max-pooling1d","poolSize":2147483647,"padding":"Same"}],"parameters":[],"metadata":{}}""", 0),
        ["windows of a billion places"] =
            ("""{"input":[60000,1],"layers":[{"layer":"max-pooling1d","poolSize":30000,"stride":1}],"parameters":[],"metadata":{}}""", 0),
        ["a window beyond int"] =
            ("""{"input":[9,1],"layers":[{"layer":"max-pooling1d","poolSize":2147483648}],"parameters":[],"metadata":{}}""", 0),
        ["a reach beyond int"] =
            ("""{"input":[9,1],"layers":[{"layer":"conv1d","filters":1,"kernelSize":70000,"dilation":70000,"padding":"Same"}],"parameters":[],"metadata":{}}""", 0),
        ["a shape that overflows"] = ("""{"input":[65536,65536],"layers":[{"layer":"flatten"}],"parameters":[],"metadata":{}}""", 0),
        ["a shape of many extents"] =
            ($$$"""{"input":[{{{string.Join(",", Enumerable.Repeat("2", 100_000))}}}],"layers":[{"layer":"flatten"}],"parameters":[],"metadata":{}}""", 0),
        ["an output that overflows"] =
            ("""{"input":[9],"layers":[{"layer":"repeat-vector","count":2147483647}],"parameters":[],"metadata":{}}""", 0),
        ["units that overflow"] = ("""{"input":[9,3],"layers":[{"layer":"lstm","units":2147483647}],"parameters":[],"metadata":{}}""", 0),
        ["directions that overflow"] =
            ("""{"input":[9,3],"layers":[{"layer":"bidirectional","inner":{"layer":"gru","units":2147483647}}],"parameters":[],"metadata":{}}""", 0),
        ["no filters"] =
            ("""{"input":[9,9,1],"layers":[{"layer":"conv2d","filters":0,"height":1,"width":1}],"parameters":[],"metadata":{}}""", 0),
        ["a negative stride"] =
            ("""{"input":[9,1],"layers":[{"layer":"average-pooling1d","poolSize":2,"stride":-1}],"parameters":[],"metadata":{}}""", 0),
        ["an unknown activation"] = ("""{"input":[9],"layers":[{"layer":"activate","activation":99}],"parameters":[],"metadata":{}}""", 0),
        ["dropout of everything"] = ("""{"input":[9],"layers":[{"layer":"dropout","rate":1}],"parameters":[],"metadata":{}}""", 0),
        ["a number that is none"] = ("""{"input":[9,1],"layers":[{"layer":"masking","value":"NaN"}],"parameters":[],"metadata":{}}""", 0),
        ["a number beyond double"] = ("""{"input":[9,1],"layers":[{"layer":"masking","value":1e999}],"parameters":[],"metadata":{}}""", 0),
        ["two layers of one name"] =
            ("""{"input":[9],"layers":[{"layer":"flatten","name":"a"},{"layer":"flatten","name":"a"}],"parameters":[],"metadata":{}}""", 0),
        ["an empty name"] = ("""{"input":[9],"layers":[{"layer":"flatten","name":""}],"parameters":[],"metadata":{}}""", 0),
        ["metadata of null"] = ("""{"input":[1],"layers":[{"layer":"flatten"}],"parameters":[],"metadata":{"forecast":null}}""", 0),
        ["a name that is no text"] = ("""{"input":[1],"layers":[{"layer":"flatten","na\ud800me":"x"}],"parameters":[],"metadata":{}}""", 0),
        ["a value that is no text"] =
            ("""{"input":[1],"layers":[{"layer":"flatten","name":"x\udc00"}],"parameters":[],"metadata":{"a":"\ud800"}}""", 0),
        ["input twice"] = ("""{"input":[9],"input":[8],"layers":[{"layer":"flatten"}],"parameters":[],"metadata":{}}""", 0),
        ["a parameter twice"] =
            ("""{"input":[1],"layers":[{"layer":"dense","units":1,"useBias":false}],"parameters":[{"name":"dense_1/kernel","shape":[1,1]},{"name":"dense_1/kernel","shape":[1,1]}],"metadata":{}}""", 4),
        ["bytes behind the weights"] =
            ("""{"input":[1],"layers":[{"layer":"dense","units":1,"useBias":false}],"parameters":[{"name":"dense_1/kernel","shape":[1,1]}],"metadata":{}}""", 5),
        ["a stack of other layers"] =
            ("""{"input":[9,1],"layers":[{"layer":"bidirectional","inner":{"layer":"dense","units":1}}],"parameters":[],"metadata":{}}""", 0),
        ["layers in layers"] = ("{\"input\":[9,1],\"layers\":["
            + string.Concat(Enumerable.Repeat("{\"layer\":\"time-distributed\",\"inner\":", 1000)) + "1", 0),
        ["a name of a million letters"] =
            ($$$"""{"input":[9,1],"layers":[{"layer":"{{{new string('x', 1_000_000)}}}"}],"parameters":[],"metadata":{}}""", 0),
    };

    public static TheoryData<string> Names => [.. s_files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused_and_takes_no_memory(string name)
    {
        (string header, int body) = s_files[name];
        byte[] file = Sealed(header, body);

        // The first of all is compiled.
        Assert.Throws<UnrollException>(() => ModelFile.FromBytes(file, "m.unroll"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        UnrollException refusal = Assert.Throws<UnrollException>(() => ModelFile.FromBytes(file, "m.unroll"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_000_000);
        Assert.StartsWith("m.unroll is damaged: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    /// <summary>A layer that makes a table or memory while it runs has none before.</summary>
    [Theory]
    [InlineData("""{"input":[9000,1],"layers":[{"layer":"max-pooling1d","poolSize":4500,"stride":1}],"parameters":[],"metadata":{}}""")]
    [InlineData("""{"input":[10000000,1],"layers":[{"layer":"global-max-pooling"}],"parameters":[],"metadata":{}}""")]
    public void What_can_be_takes_no_memory_before_it_runs(string header)
    {
        byte[] file = Sealed(header, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(0, ModelFile.FromBytes(file, "m.unroll").Model.ParameterCount);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_000_000);
    }

    /// <summary>
    /// Before version 3 the states that a Bidirectional returned were no values of the graph, so that others had lower numbers.
    /// </summary>
    [Fact]
    public void A_graph_of_version_2_has_no_states_of_bidirectional_layers()
    {
        Node x = Node.Input(new Shape(3, 2));
        Model model = new Model([x], [new Dense(1).Apply(new Bidirectional(new Lstm(2) { ReturnState = true }).Apply(x))]).Build(seed: 4);
        byte[] file = ModelFile.ToBytes(model);
        Assert.Equal(3, file[8]);
        string text = Encoding.Latin1.GetString(file);
        Assert.Contains("\"outputs\":[6]", text, StringComparison.Ordinal);
        byte[] older = Encoding.Latin1.GetBytes(text.Replace("\"outputs\":[6]", "\"outputs\":[2]", StringComparison.Ordinal));
        older[8] = 2;
        SHA256.HashData(older.AsSpan(..^32), older.AsSpan(^32..));
        float[] values = [1, 2, 3, 4, 5, 6];
        Assert.Equal(model.Predict(values), ModelFile.FromBytes(older, "older").Model.Predict(values));
        Assert.Equal(model.Predict(values), ModelFile.FromBytes(file, "newer").Model.Predict(values));
    }

    private static byte[] Sealed(string header, int body)
    {
        byte[] json = Encoding.UTF8.GetBytes(header),
            file = [.. "UNROLL\r\n"u8, .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(json.Length), .. json, .. new byte[body]];
        return [.. file, .. SHA256.HashData(file)];
    }
}
