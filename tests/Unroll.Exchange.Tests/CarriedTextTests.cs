using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Formats;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>What carries a model to the bit in files of other programs' formats: whole, or refused, or told.</summary>
public class CarriedTextTests
{
    private static readonly TorchOptions s_torch = new()
    {
        OwnLayouts = true,
        Prefix = "net.",
        ChannelsFirst = false,
        Names = new Dictionary<string, string> { ["head"] = "last" },
    };

    public static TheoryData<string> Formats => [".onnx", ".keras", ".h5", ".pt", ".safetensors", ".npz"];

    private static Model Made(int seed = 1)
    {
        Model model = new Model(new Conv1D(3, 2) { Name = "first" }, new Flatten(), new Dense(2) { Name = "head" })
            .Build(new Shape(5, 2), seed);
        model.Freeze("first");
        return model;
    }

    /// <summary>
    /// Every text removed, cut, made longer or changed in one character, and every subset of them removed: the same model, or a refusal in
    /// one line. Where all of them are gone the file is another program's.
    /// </summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void TextsThatWereCutOrChangedAreRefused(string format)
    {
        byte[] whole = ModelFile.ToBytes(Made()), file = Saved(format, Made());
        IReadOnlyList<KeyValuePair<string, string>> texts = TextsOf(format, file);
        Assert.True(texts.Count >= 4);
        Assert.Equal(whole, ModelFile.ToBytes(Loaded(format, With(format, file, texts), out List<string> notes)));
        Assert.Empty(notes);
        foreach (KeyValuePair<string, string>[] edited in Edits(format, texts, new Random(1)).Concat(Subsets(texts)))
        {
            string message = Assert.Throws<UnrollException>(() => Loaded(format, With(format, file, edited), out _)).Message;
            Assert.DoesNotContain('\n', message);
            Assert.Contains("is damaged", message, StringComparison.Ordinal);
        }
    }

    /// <summary>Without any of the texts it is a file of another program, and no word is said.</summary>
    [Theory]
    [InlineData(".onnx")]
    [InlineData(".keras")]
    public void WithoutAllOfThemItIsAFileOfAnotherProgram(string format)
    {
        byte[] file = Saved(format, Made());
        Model model = Loaded(format, With(format, file, []), out List<string> notes);
        Assert.Empty(notes);
        Assert.All(Made().Predict(s_input).Zip(model.Predict(s_input)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.NotEqual(ModelFile.ToBytes(Made()), ModelFile.ToBytes(model));
    }

    /// <summary>A program that rewrites the graph and leaves the metadata alone.</summary>
    [Fact]
    public void AChangedGraphIsReadAndTold()
    {
        var proto = ModelProto.Parser.ParseFrom(Saved(".onnx", Made()));
        proto.Graph.Node[0].Name = "renamed";
        Model model = Loaded(".onnx", proto.ToByteArray(), out List<string> notes);
        Assert.StartsWith("Its graph was changed after Unroll wrote the file", Assert.Single(notes), StringComparison.Ordinal);
        Assert.All(Made().Predict(s_input).Zip(model.Predict(s_input)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    /// <summary>The same of Keras' description.</summary>
    [Fact]
    public void AChangedDescriptionIsReadAndTold()
    {
        byte[] file = WithRecord(
            Saved(".keras", Made()), "config.json", json => json.Replace("\"head\"", "\"tail\"", StringComparison.Ordinal));
        Model model = Loaded(".keras", file, out List<string> notes);
        Assert.StartsWith("Keras' description of the model was changed after Unroll wrote the file", Assert.Single(notes),
            StringComparison.Ordinal);
        Assert.Equal("tail", model.Layers[^1].Name);
    }

    /// <summary>Weights that are taken into layers go where the file says that they lie.</summary>
    [Fact]
    public void WeightsOfAFileWithChannelsLastAreTakenSo()
    {
        var options = new TorchOptions { ChannelsFirst = false };
        TensorFile file = Torch.StateOf(Made(), options);
        Model other = Made(2);
        Torch.LoadWeights(other, file);
        Assert.Equal(ModelFile.ToBytes(Made()), ModelFile.ToBytes(other));
        var changed = new Dictionary<string, string>(file.Metadata);
        Assert.True(changed.Remove("unroll.channels"));
        Assert.Throws<UnrollException>(() => Torch.LoadWeights(Made(2), new TensorFile(file.Tensors, changed)));
    }

    private static readonly float[] s_input = [.. Enumerable.Range(0, 10).Select(i => (i / 5f) - 1)];

    private static IEnumerable<KeyValuePair<string, string>[]> Edits(string format, IReadOnlyList<KeyValuePair<string, string>> texts,
        Random random)
    {
        for (int which = 0; which < texts.Count; which++)
        {
            (string name, string text) = texts[which];
            for (int edit = 0; edit < 12; edit++)
            {
                int at = random.Next(text.Length);
                yield return Replaced(which, text[..at]);
                yield return Replaced(which, text[..at] + (char)(text[at] ^ 1) + text[(at + 1)..]);
                yield return Replaced(which, text[..at] + text[(at + 1)..]);
            }

            yield return [.. texts.Select((each, i) => i == which ? new(name + "x", text) : each)];
            if (format is ".onnx")
                yield return [.. texts, texts[which]];
        }

        KeyValuePair<string, string>[] Replaced(int which, string text) =>
            [.. texts.Select((each, i) => i == which ? new KeyValuePair<string, string>(each.Key, text) : each)];
    }

    /// <summary>Some of the texts, but not all and not none.</summary>
    private static IEnumerable<KeyValuePair<string, string>[]> Subsets(IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        for (int set = 1; set < (1 << texts.Count) - 1; set++)
            yield return [.. texts.Where((_, i) => (set & (1 << i)) != 0)];
    }

    private static byte[] Saved(string format, Model model)
    {
        using var stream = new MemoryStream();
        switch (format)
        {
            case ".onnx": Onnx.Save(model, stream); break;
            case ".keras": Keras.Save(model, stream, KerasFormat.Keras); break;
            case ".h5": Keras.Save(model, stream, KerasFormat.Hdf5); break;
            default: return Written(format, Torch.StateOf(model, s_torch));
        }

        return stream.ToArray();
    }

    private static Model Loaded(string format, byte[] file, out List<string> notes)
    {
        notes = [];
        using var stream = new MemoryStream(file);
        return format switch
        {
            ".onnx" => Onnx.Load(stream, new OnnxLoadOptions { Notes = notes.Add }),
            ".keras" or ".h5" => Keras.Load(stream, "edited", new KerasOptions { Notes = notes.Add }),
            ".pt" => Torch.Load(stream),
            ".npz" => Npz.Load(stream),
            _ => Safetensors.Load(stream),
        };
    }

    private static IReadOnlyList<KeyValuePair<string, string>> TextsOf(string format, byte[] file) => format switch
    {
        ".onnx" => [.. ModelProto.Parser.ParseFrom(file).MetadataProps.Select(
            entry => new KeyValuePair<string, string>(entry.Key, entry.Value))],
        ".keras" => [.. JsonNode.Parse(Record(file, "metadata.json"))!["unroll"]!.AsObject().Select(Raw)],
        ".h5" => [.. JsonNode.Parse(OwnText(file))!.AsObject().Select(Raw)],
        _ => [.. Read(format, file).Metadata],
    };

    private static KeyValuePair<string, string> Raw(KeyValuePair<string, JsonNode?> member) =>
        new(member.Key, member.Value!.ToJsonString());

    /// <summary>The file with other texts.</summary>
    private static byte[] With(string format, byte[] file, IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        string json = "{" + string.Join(",", texts.Select(text => $"\"{text.Key}\":{text.Value}")) + "}";
        switch (format)
        {
            case ".onnx":
                var proto = ModelProto.Parser.ParseFrom(file);
                proto.MetadataProps.Clear();
                proto.MetadataProps.Add(texts.Select(text => new StringStringEntryProto { Key = text.Key, Value = text.Value }));
                return proto.ToByteArray();
            case ".keras":
                string own = JsonNode.Parse(Record(file, "metadata.json"))!["unroll"]!.ToJsonString();
                return WithRecord(file, "metadata.json", metadata => texts.Count > 0
                    ? metadata.Replace(own, json, StringComparison.Ordinal)
                    : metadata.Replace(",\"unroll\":" + own, "", StringComparison.Ordinal));
            case ".h5":
                // In its place, and as long as it was; of longer ones the end is cut.
                string before = OwnText(file), after = json.PadRight(before.Length)[..before.Length];
                return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace(before, after, StringComparison.Ordinal));
            default:
                return Written(format, new TensorFile(Read(format, file).Tensors, texts.ToDictionary()));
        }
    }

    private static string OwnText(byte[] file)
    {
        string all = Encoding.Latin1.GetString(file);
        int from = all.IndexOf("{\"config_sha256\"", StringComparison.Ordinal);
        return all[from..all.IndexOf('\0', from)];
    }

    private static TensorFile Read(string format, byte[] file)
    {
        using var stream = new MemoryStream(file);
        return format switch { ".pt" => Torch.Read(stream), ".npz" => Npz.Read(stream), _ => Safetensors.Read(stream) };
    }

    private static byte[] Written(string format, TensorFile tensors)
    {
        using var stream = new MemoryStream();
        switch (format)
        {
            case ".pt": Torch.Write(stream, tensors); break;
            case ".npz": Npz.Write(stream, tensors); break;
            default: Safetensors.Write(stream, tensors); break;
        }

        return stream.ToArray();
    }

    private static string Record(byte[] zip, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        using var reader = new StreamReader(archive.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static byte[] WithRecord(byte[] zip, string name, Func<string, string> edit)
    {
        string edited = edit(Record(zip, name));
        using var stream = new MemoryStream();
        stream.Write(zip);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry(name)!.Delete();
            using var writer = new StreamWriter(archive.CreateEntry(name, CompressionLevel.NoCompression).Open());
            writer.Write(edited);
        }

        return stream.ToArray();
    }
}
