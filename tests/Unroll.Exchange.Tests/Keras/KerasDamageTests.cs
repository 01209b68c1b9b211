using System.IO.Compression;
using System.Text.Json.Nodes;
using Unroll.Exchange.Hdf5;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Damaged files and files made to do harm: the documented exception, and memory in proportion to the file.</summary>
public class KerasDamageTests
{
    private const long MostMemory = 100_000_000;

    public static TheoryData<string> Files => ["keras", "h5", "weights", "tf210.h5", "tf210-chunks.h5", "tf210-latest.h5",
        "big-endian.weights.h5"];

    [Theory]
    [MemberData(nameof(Files))]
    public void MutatedFilesAreReadOrRefused(string name)
    {
        byte[] file = FileOf(name);
        RequireSafe(name, file, seed => Mutate(file, seed));
    }

    [Theory]
    [InlineData("h5")]
    [InlineData("tf210.h5")]
    public void MutatedDescriptionsAreReadOrRefused(string name)
    {
        byte[] file = FileOf(name);
        string config = Hdf5File.Read(file, "a.h5").Text("model_config")!;
        RequireSafe(name, [], seed =>
        {
            var random = new RandomSource(seed, 9);
            JsonNode json = JsonNode.Parse(config)!;
            for (int i = 0; i < 1 + Below(2, ref random); i++)
                Change(json, ref random);
            Hdf5Output output = Copy(Hdf5File.Read(file, "a.h5"));
            output.Attributes.Clear();
            output.AddText("keras_version", "2.4.0");
            output.AddText("model_config", json.ToJsonString().Replace("\"half\"", "\"\\ud800\"", StringComparison.Ordinal));
            return Hdf5Writer.ToBytes(output);
        });
    }

    /// <summary>Puts something else in the place of one value of a description.</summary>
    private static void Change(JsonNode json, ref RandomSource random)
    {
        var all = new List<(JsonNode Parent, string? Name, int Index)>();
        void Add(JsonNode? node)
        {
            if (node is JsonObject members)
            {
                foreach ((string name, JsonNode? member) in members)
                {
                    all.Add((members, name, 0));
                    Add(member);
                }
            }
            else if (node is JsonArray list)
            {
                for (int i = 0; i < list.Count; i++)
                {
                    all.Add((list, null, i));
                    Add(list[i]);
                }
            }
        }

        Add(json);
        (JsonNode parent, string? key, int index) = all[Below(all.Count, ref random)];
        string[] others = ["null", "-1", "0", "1", "3", "1e9", "2147483647", "1e300", "0.5", "\"x\"", "\"half\"", "[]", "{}",
            "[[1,2],[3]]", "true", "[null,1000000,1000000]", "\"LSTM\"", "\"Sequential\""];
        JsonNode? other = JsonNode.Parse(others[Below(others.Length, ref random)]);
        if (key is null)
            ((JsonArray)parent)[index] = other;
        else
            ((JsonObject)parent)[key] = other;
    }

    private static Hdf5Output Copy(Hdf5Group group)
    {
        var output = new Hdf5Output();
        foreach (string name in group.Attributes.Keys)
            output.AddTexts(name, group.Texts(name)!);
        foreach ((string name, Hdf5Object member) in group.Members)
        {
            if (member is Hdf5Group inner)
                output.Groups.Add(name, Copy(inner));
            else if (member is Hdf5Dataset data)
                output.Add(name, [.. data.Shape.Select(extent => (int)extent)], data.ToTensor(name).ToFloats());
        }

        return output;
    }

    private static void RequireSafe(string name, byte[] file, Func<ulong, byte[]> mutate)
    {
        int mutants = int.TryParse(Environment.GetEnvironmentVariable("UNROLL_MUTANTS"), out int wanted) ? wanted : 300;
        int read = 0;
        long most = 0, longest = 0;
        for (int seed = 0; seed < mutants; seed++)
        {
            byte[] mutant = mutate((ulong)seed);
            long started = Environment.TickCount64;
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Take(mutant, name);
                read++;
            }
            catch (UnrollException)
            {
                // What is documented.
            }
            catch (Exception failure)
            {
                Assert.Fail($"mutant {seed} of {name}: {failure}");
            }

            longest = Math.Max(longest, Environment.TickCount64 - started);
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, taken);
            Assert.True(taken < MostMemory, $"mutant {seed} of {name} took {taken} bytes");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {file.Length} bytes, {read} of {mutants} mutants were read, at most "
            + $"{most} bytes and {longest} ms");
        Assert.True(read < mutants);
    }

    [Fact]
    public void EveryCutIsRefusedOrRead()
    {
        byte[] file = FileOf("h5");
        for (int length = 0; length < file.Length; length += 7)
        {
            try
            {
                Take(file[..length], "h5");
            }
            catch (UnrollException)
            {
                // What is documented.
            }
        }
    }

    [Fact]
    public void GroupsThatContainThemselvesAreRefused()
    {
        var root = new Hdf5Output();
        root.Group("layers/gru/vars").AddText("name", "gru");
        byte[] file = Hdf5Writer.ToBytes(root);
        ulong top = BitConverter.ToUInt64(file, 64);
        for (int at = 96; at < file.Length - 48; at++)
        {
            // Every entry of a symbol table points to the root.
            if (file.AsSpan(at).StartsWith("SNOD"u8))
                BitConverter.TryWriteBytes(file.AsSpan(at + 16), top);
        }

        Assert.Contains("contains itself", Assert.Throws<UnrollException>(() => Hdf5File.Read(file, "a.h5")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ZipsThatUnpackToMuchMoreAreRefused()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in (string[])["config.json", "model.weights.h5"])
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                var zeros = new byte[1 << 20];
                for (int i = 0; i < (name == "config.json" ? 1 : 200); i++)
                    entry.Write(zeros);
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("is damaged", Assert.Throws<UnrollException>(() =>
            Keras.Load(new MemoryStream(stream.ToArray()), "a.keras")).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostMemory);
    }

    [Fact]
    public void FilesOfOthersAreNamed()
    {
        Assert.Contains("neither", Assert.Throws<UnrollException>(() =>
            Keras.Load(new MemoryStream("hello"u8.ToArray()), "a")).Message, StringComparison.Ordinal);
        var other = new Hdf5Output();
        other.Add("numbers", [2], [1, 2]);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Environment.ProcessId}-other.h5");
        try
        {
            File.WriteAllBytes(path, Hdf5Writer.ToBytes(other));
            Model model = new Model(new Dense(1)).Build(new Shape(1));
            Assert.Contains(
                "neither the groups", Assert.Throws<UnrollException>(() => Keras.LoadWeights(model, path)).Message,
                    StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Take(byte[] file, string name)
    {
        if (!name.Contains("weights", StringComparison.Ordinal))
        {
            Keras.Load(new MemoryStream(file), "a");
            return;
        }

        foreach (Hdf5Dataset dataset in Hdf5File.Read(file, "a").Datasets())
            dataset.ToTensor("it").ToFloats();
    }

    private static byte[] FileOf(string name)
    {
        Model model = new Model(new Lstm(3) { ReturnSequences = true }, new Bidirectional(new Gru(2)), new Dense(1)).Build(new Shape(5, 2));
        return name switch
        {
            "keras" => KerasRoundTripTests.Bytes(model, KerasFormat.Keras),
            "h5" => KerasRoundTripTests.Bytes(model, KerasFormat.Hdf5),
            "weights" => KerasRoundTripTests.Bytes(model, KerasFormat.Weights),
            _ => File.ReadAllBytes(KerasFileTests.PathOf(name)),
        };
    }

    private static int Below(int limit, ref RandomSource random) => (int)(random.NextDouble() * limit);

    /// <summary>
    /// Some bytes, or some numbers of 8 bytes, become others: those at the ends of their range, or what stands elsewhere.
    /// </summary>
    private static byte[] Mutate(byte[] file, ulong seed)
    {
        var random = new RandomSource(seed, 7);
        byte[] mutant = (byte[])file.Clone();
        int changes = 1 + Below(3, ref random);
        for (int i = 0; i < changes; i++)
        {
            int at = Below(mutant.Length - 8, ref random);
            switch (Below(5, ref random))
            {
                case 0:
                    mutant[at] = (byte)Below(256, ref random);
                    break;
                case 1:
                    mutant[at] ^= (byte)(1 << Below(8, ref random));
                    break;
                case 2:
                    BitConverter.TryWriteBytes(mutant.AsSpan(at & ~7), (long)Below(mutant.Length, ref random) & ~7L);
                    break;
                case 3:
                    BitConverter.TryWriteBytes(mutant.AsSpan(at & ~1), Below(2, ref random) == 0 ? int.MaxValue : -1);
                    break;
                default:
                    mutant.AsSpan(Below(mutant.Length - 8, ref random), 8).CopyTo(mutant.AsSpan(at));
                    break;
            }
        }

        return mutant;
    }
}
