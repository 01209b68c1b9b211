using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Unroll.Formats;
using Unroll.Layers;
using Unroll.Tests.Layers;
using Unroll.Tests.Training;
using Xunit;

namespace Unroll.Tests.Formats;

public sealed class ModelFileTests : IDisposable
{
    private const int Checksum = 32, Prefix = 16;
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-test-").FullName;

    private static readonly Dictionary<string, Layer[]> s_models = new()
    {
        ["simple rnn"] = [new SimpleRnn(3) { Activation = Activation.Relu, UseBias = false, ReturnSequences = true, GoBackwards = true,
            ReturnState = true }],
        ["lstm"] = [new Lstm(3) { RecurrentActivation = Activation.HardSigmoid, UnitForgetBias = false, Dropout = 0.125,
            RecurrentDropout = 0.3, Stateful = true, Name = "größe \"7\"" }],
        ["gru"] = [new Gru(17) { ResetAfter = false, KernelInitializer = Initializer.HeNormal,
            RecurrentInitializer = Initializer.LecunUniform, BiasInitializer = Initializer.RandomNormal }],
        ["initialisers with numbers"] =
            [new Gru(3) { KernelInitializer = Initializer.VarianceScaling(0.3, Fan.Out, WeightDistribution.Normal),
            RecurrentInitializer = new OrthogonalInitializer(0.9), BiasInitializer = Initializer.Uniform(-1.0 / 3, 2) },
            new Dense(2) { KernelInitializer = Initializer.TruncatedNormal(0.1, 0.2), BiasInitializer = Initializer.Constant(0.7) },
            new Dense(2) { KernelInitializer = Initializer.Identity(1e-3), BiasInitializer = Initializer.Normal(5, 6) }],
        ["regularised"] = [new Gru(3) { KernelRegularizer = new L1L2(0.1), RecurrentRegularizer = new L1L2(0, 1e-300),
            BiasRegularizer = new L1L2(1.0 / 3, 5) }],
        ["last steps"] = [new Gru(3) { ReturnSequences = true }, new LastSteps(2) { Name = "ahead" }, new Dense(1)],
        ["convolutions"] =
        [
            new Conv1D(3, 2) { Stride = 2, Padding = Padding.Same, Activation = Activation.Tanh, UseBias = false,
                KernelInitializer = Initializer.HeNormal, KernelRegularizer = new L1L2(0.5) },
            new Conv1D(4, 3) { Dilation = 2, Padding = Padding.Causal, BiasInitializer = Initializer.Ones, BiasRegularizer = new L1L2(1),
                Name = "past" },
            new MaxPooling1D(2) { Stride = 1, Padding = Padding.Same }, new AveragePooling1D(2), new GlobalAveragePooling(),
        ],
        ["everything else"] =
        [
            new Masking { Value = -1.5 }, new Dropout(0.2), new Activate(Activation.Selu), new Lstm(4),
            new Dense(3) { Activation = Activation.Elu, UseBias = false, KernelInitializer = Initializer.Orthogonal,
                KernelRegularizer = new L1L2(0.5, 0.25) },
            new Dense(2) { BiasInitializer = Initializer.Ones, BiasRegularizer = new L1L2(1) },
        ],
    };

    public static TheoryData<string> Models => [.. s_models.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_comes_back_with_its_layers_its_weights_and_its_predictions(string name) => RoundTrip(s_models[name]);

    [Fact]
    public void Bidirectional_models_come_back_in_every_merge_mode()
    {
        foreach (MergeMode mode in Enum.GetValues<MergeMode>())
        {
            var sequences = new Lstm(3) { ReturnSequences = true, Activation = Activation.Softsign };
            RoundTrip([new Bidirectional(sequences) { MergeMode = mode, Name = "both" },
                new Bidirectional(new Gru(2) { ResetAfter = false }) { MergeMode = mode }]);
            RoundTrip([new Bidirectional(new SimpleRnn(2) { GoBackwards = true }) { MergeMode = mode }]);
        }
    }

    [Fact]
    public void Models_of_images_come_back() => RoundTrip(
        [
            new Conv2D(5, 2, 3) { StrideHeight = 2, DilationWidth = 2, Padding = Padding.Same, Activation = Activation.Tanh },
            new MaxPooling2D(2, 1) { StrideHeight = 1, Padding = Padding.Same },
            new Conv2D(3, 1, 2) { StrideWidth = 2, DilationHeight = 3, UseBias = false }, new AveragePooling2D(1, 2) { StrideWidth = 1 },
            new GlobalMaxPooling() { Name = "top" },
        ],
        new Shape(5, 6, 1));

    private void RoundTrip(Layer[] layers, Shape? shape = null)
    {
        Shape input = shape ?? new Shape(5, 2);
        string path = File("model"), again = File("again");
        Model model = new Model(layers).Build(input, seed: 9);
        var metadata = new Dictionary<string, string> { ["z"] = "", ["scaler"] = "{\"min\": 1.5}", ["größe"] = "naïve\nline ✓" };
        model.Save(path, metadata);
        (Model loaded, IReadOnlyDictionary<string, string> kept) = ModelFile.Read(path);
        Assert.Equal(layers, loaded.Layers);
        Assert.Equal((model.InputShape, model.OutputShape), (loaded.InputShape, loaded.OutputShape));
        Assert.Equal(model.Parameters.Select(p => (p.Name, p.Shape)), loaded.Parameters.Select(p => (p.Name, p.Shape)));
        Assert.Equal(TestSamples.Weights(model), TestSamples.Weights(loaded));
        Assert.Equal(metadata.OrderBy(pair => pair.Key), kept.OrderBy(pair => pair.Key));
        float[] inputs = TestData.Single(13 * input.Size, 3), expected = model.Predict(inputs);
        Assert.Equal(expected, loaded.Predict(inputs));
        Assert.True(expected.Distinct().Count() > expected.Length / 3);

        // The same model gives the same bytes, whatever the order of the metadata and even after a round trip.
        loaded.Save(again, metadata.Reverse().ToDictionary());
        Assert.Equal(Bytes(path), Bytes(again));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Model plain = Model.Load(path);
        Assert.Equal(expected, plain.Predict(inputs));
    }

    [Fact]
    public void A_loaded_model_can_be_trained_on_as_the_saved_one()
    {
        ArraySamples samples = TestSamples.Curves(20);
        Model model = new Model(new Lstm(4) { KernelRegularizer = new L1L2(0.01, 0.02) }, new Dense(1)).Build(samples.InputShape, 3);
        model.Save(File("model"));
        Model loaded = Model.Load(File("model"));
        History one = model.Fit(samples, new TrainingOptions { Epochs = 2 }), two = loaded.Fit(samples, new TrainingOptions { Epochs = 2 });
        Assert.Equal(one.Epochs.Select(epoch => epoch.Loss), two.Epochs.Select(epoch => epoch.Loss));
        Assert.Equal(TestSamples.Weights(model), TestSamples.Weights(loaded));
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        Model model = new Model(new Dense(2) { Name = "out" }).Build(new Shape(3), 1);
        model.SetWeights("out/kernel", [1, 2, 3, 4, 5, 6]);
        model.SetWeights("out/bias", [-1, 0.5f]);
        byte[] file = Saved(model);
        Assert.Equal("UNROLL\r\n"u8.ToArray(), file[..8]);
        Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(8)));
        int header = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12));
        Assert.Equal(
            """{"input":[3],"layers":[{"layer":"dense","units":2,"activation":"Linear","useBias":true,"kernelInitializer":"GlorotUniform","biasInitializer":"Zeros","name":"out"}],"parameters":[{"name":"out/kernel","shape":[3,2]},{"name":"out/bias","shape":[2]}],"metadata":{}}""",
            Encoding.UTF8.GetString(file, Prefix, header));
        Assert.Equal([1, 2, 3, 4, 5, 6, -1, 0.5f],
            Enumerable.Range(0, 8).Select(i => BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(Prefix + header + 4 * i))));
        Assert.Equal(SHA256.HashData(file.AsSpan(0, file.Length - Checksum)), file[^Checksum..]);
        Assert.Equal(Prefix + header + 8 * 4 + Checksum, file.Length);
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused_at_any_length()
    {
        byte[] file = Saved(new Model(new Lstm(2), new Dense(1)).Build(new Shape(3, 1)));
        int header = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12));
        int[] lengths = [0, 1, 7, 8, 11, 12, 15, 16, 17, 47, 48, 49, Prefix + header - 1, Prefix + header, Prefix + header + 1,
            file.Length - Checksum - 1, file.Length - Checksum, file.Length - Checksum + 1, file.Length - 4, file.Length - 1];
        foreach (int length in lengths)
        {
            string path = Write($"cut {length}", file[..length]);
            string expected = length switch
            {
                < 8 => $"{path} is no Unroll model file. Give the file that a forecast or Model.Save wrote.",
                < 48 => $"{path} is damaged: it ends after {length} bytes. Train the model again or restore the file from a copy.",
                _ => Damaged(path, "its checksum does not fit its contents"),
            };
            Assert.Equal(expected, Message(path));
        }

        string longer = Write("longer", [.. file, 0]);
        Assert.Equal(Damaged(longer, "its checksum does not fit its contents"), Message(longer));
    }

    [Fact]
    public void One_flipped_bit_is_noticed_wherever_it_is()
    {
        byte[] file = Saved(new Model(new Gru(2), new Dense(1)).Build(new Shape(3, 1)));
        for (int at = 0; at < file.Length; at += at < 20 ? 1 : 7)
        {
            byte[] altered = [.. file];
            altered[at] ^= (byte)(1 << (at % 8));
            string path = Write($"altered {at}", altered), message = Message(path);
            if (at < 8)
                Assert.Equal($"{path} is no Unroll model file. Give the file that a forecast or Model.Save wrote.", message);
            else if (at < 12 && BinaryPrimitives.ReadInt32LittleEndian(altered.AsSpan(8)) > 4)
                Assert.Equal(Newer(path, BinaryPrimitives.ReadInt32LittleEndian(altered.AsSpan(8))), message);
            else
                Assert.Equal(Damaged(path, "its checksum does not fit its contents"), message);
        }
    }

    [Fact]
    public void A_newer_version_is_said_to_be_newer()
    {
        byte[] file = Saved(new Model(new Dense(1)).Build(new Shape(1)));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), 5);
        string path = Write("newer", Sign(file));
        Assert.Equal(Newer(path, 5), Message(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_version_that_never_was_is_damage(int version)
    {
        byte[] file = Saved(new Model(new Dense(1)).Build(new Shape(1)));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), version);
        string path = Write("older", Sign(file));
        Assert.Equal(Damaged(path, $"its header cannot be read: it has format version {version}, which there is not"), Message(path));
    }

    [Fact]
    public void A_header_that_contradicts_itself_is_refused()
    {
        byte[] file = Saved(new Model(new Dense(2)).Build(new Shape(3)));
        Refused("its weights do not fit its layers", "\"units\":2", "\"units\":3");
        Refused("its weights do not fit its layers", "dense_1/bias", "dense_1/bios");
        Refused("its weights do not fit its layers", "\"shape\":[2]", "\"shape\":[9]");
        Refused("Every extent of a shape is at least 1, but (0) was given.", "\"input\":[3]", "\"input\":[0]");
        Refused("A dense layer needs at least 1 unit.", "\"units\":2", "\"units\":0");
        Refused("", "\"metadata\"", "\"metadato\"");
        Refused("", "{\"input\"", "[\"input\"");

        foreach (int length in (int[])[-1, int.MaxValue, 1])
        {
            byte[] altered = [.. file];
            BinaryPrimitives.WriteInt32LittleEndian(altered.AsSpan(12), length);
            string path = Write("header length", Sign(altered));
            Assert.StartsWith($"{path} is damaged: its header cannot be read: ", Message(path), StringComparison.Ordinal);
        }

        string shorter = Write("fewer weights", Sign([.. file.AsSpan(0, file.Length - Checksum - 4), .. new byte[Checksum]]));
        Assert.Equal(Damaged(shorter, "its header cannot be read: its weights do not fit its layers"), Message(shorter));

        void Refused(string why, string before, string after)
        {
            string text = Encoding.Latin1.GetString(file);
            Assert.Contains(before, text);
            string path = Write("contradiction", Sign(Encoding.Latin1.GetBytes(text.Replace(before, after, StringComparison.Ordinal)))),
                message = Message(path);
            Assert.StartsWith($"{path} is damaged: its header cannot be read: {why}", message, StringComparison.Ordinal);
            Assert.EndsWith(". Train the model again or restore the file from a copy.", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    /// <summary>Whatever of a header is null, the file is refused or what was left out is the default; nothing else is thrown.</summary>
    [Fact]
    public void A_header_with_null_in_any_place_is_refused_or_read()
    {
        Node input = Node.Input(new Shape(4, 2), "x");
        Node both = new Bidirectional(new Gru(2) { KernelRegularizer = new L1L2(0.5) }) { Name = "both" }.Apply(input);
        var graph = new Model([input], [new Dense(1).Apply(both), new Dense(2).Apply(new Add().Apply(both, both))]).Build(0);
        int nulls = 0, refused = 0;
        Model[] models = [graph, .. s_models.Values.Select(layers => new Model(layers).Build(new Shape(9, 3)))];
        foreach (Model model in models)
        {
            byte[] file = Saved(model);
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12));
            string text = Encoding.UTF8.GetString(file, Prefix, length);
            for (int at = 0; ; at++)
            {
                JsonNode root = JsonNode.Parse(text)!;
                JsonNode[] nodes = [.. Below(root)];
                if (at == nodes.Length)
                    break;
                if (nodes[at].Parent is JsonArray list)
                    list[list.IndexOf(nodes[at])] = null;
                else
                    nodes[at].Parent![nodes[at].GetPropertyName()] = null;
                byte[] json = Encoding.UTF8.GetBytes(root.ToJsonString()), prefix = file[..Prefix];
                BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(12), json.Length);
                nulls++;
                try
                {
                    ModelFile.FromBytes(Sign([.. prefix, .. json, .. file[(Prefix + length)..]]), "model");
                }
                catch (UnrollException failure)
                {
                    refused++;
                    Assert.StartsWith("model is damaged: its header cannot be read: ", failure.Message, StringComparison.Ordinal);
                }
            }
        }

        Assert.InRange(refused, nulls / 2, nulls);

        static IEnumerable<JsonNode> Below(JsonNode node)
        {
            IEnumerable<JsonNode?> children = node switch
            {
                JsonObject members => members.Select(member => member.Value),
                JsonArray list => list,
                _ => [],
            };
            return children.OfType<JsonNode>().SelectMany(child => Below(child).Prepend(child));
        }
    }

    /// <summary>Layers that need more weights than the file has are refused before memory is taken for them.</summary>
    [Fact]
    public void A_header_that_asks_for_gigabytes_is_refused_at_once()
    {
        string text = Encoding.Latin1.GetString(Saved(new Model(new Dense(2)).Build(new Shape(3))));
        foreach (string units in (string[])["20000000", "2147483647"])
        {
            string altered = text.Replace("\"units\":2,", $"\"units\":{units},", StringComparison.Ordinal);
            Assert.NotEqual(text, altered);
            byte[] bytes = Encoding.Latin1.GetBytes(altered);
            BinaryPrimitives.WriteInt32LittleEndian(
                bytes.AsSpan(12), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)) + altered.Length - text.Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            UnrollException failure = Assert.Throws<UnrollException>(() => ModelFile.FromBytes(Sign(bytes), "model"));
            Assert.Contains("damaged", failure.Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        }
    }

    [Fact]
    public void Layers_that_cannot_follow_each_other_are_refused_with_the_files_name()
    {
        byte[] file = Saved(new Model(new Lstm(2) { ReturnSequences = true }, new Lstm(1)).Build(new Shape(3, 1)));
        string text = Encoding.Latin1.GetString(file), path = Write("stack", []);
        byte[] altered = Encoding.Latin1.GetBytes(
            text.Replace("\"returnSequences\":true", "\"returnSequences\":null", StringComparison.Ordinal));
        System.IO.File.WriteAllBytes(path, Sign(altered));
        Assert.StartsWith($"{path} is damaged: ", Message(path), StringComparison.Ordinal);
        altered = Encoding.Latin1.GetBytes(text.Replace("\"input\":[3,1]", "\"input\":[3  ]", StringComparison.Ordinal));
        System.IO.File.WriteAllBytes(path, Sign(altered));
        Assert.StartsWith($"{path} is damaged: its header cannot be read: lstm takes sequences of shape (time steps, features), but its "
            + "input has shape (3). Set", Message(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_and_missing_files()
    {
        string other = Write("prices.csv", "Date,High\n2020-01-01,5\n"u8.ToArray());
        Assert.Equal($"{other} is no Unroll model file. Give the file that a forecast or Model.Save wrote.", Message(other));
        string missing = File("missing.unroll"), nowhere = Path.Combine(_folder, "no", "where.unroll");
        Assert.Equal($"There is no model file {missing}. Check the path; a forecast writes one for each network into its report folder.",
            Message(missing));
        Assert.Equal($"There is no model file {nowhere}. Check the path; a forecast writes one for each network into its report folder.",
            Message(nowhere));
        Assert.Equal($"{_folder} is a folder. Give the path of a model file, for example forecast-report/forecast.unroll.",
            Message(_folder));
    }

    [Fact]
    public void A_place_that_cannot_be_written_to_is_named_and_nothing_is_left_behind()
    {
        Model model = new Model(new Dense(1)).Build(new Shape(1));
        string file = Write("a file", "here before"u8.ToArray()), below = Path.Combine(file, "model.unroll");
        string message = Assert.Throws<UnrollException>(() => model.Save(below)).Message;
        Assert.Matches("^.*model\\.unroll cannot be written: [^\n]*[^.\n]\\. Choose a folder that you may write to\\.$", message);
        Assert.StartsWith($"{below} cannot be written: ", message, StringComparison.Ordinal);
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "taken")).FullName;
        Assert.StartsWith($"{folder} cannot be written: ", Assert.Throws<UnrollException>(() => model.Save(folder)).Message,
            StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.Equal("here before", System.IO.File.ReadAllText(file));
    }

    [Fact]
    public void Saving_makes_missing_folders_and_replaces_an_older_file_whole()
    {
        string path = Path.Combine(_folder, "a", "b", "model.unroll");
        new Model(new Dense(50)).Build(new Shape(50)).Save(path);
        Model small = new Model(new Dense(1)).Build(new Shape(1), 3);
        small.Save(path);
        Assert.Equal(TestSamples.Weights(small), TestSamples.Weights(Model.Load(path)));
        Assert.Equal([path], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    private static string Damaged(string path, string what) =>
        $"{path} is damaged: {what}. Train the model again or restore the file from a copy.";

    private static string Newer(string path, int version) =>
        $"{path} has format version {version}, newer than the 4 that this Unroll reads. Update Unroll, or save the model again with this "
            + "version.";

    private static string Message(string path) => Assert.Throws<UnrollException>(() => ModelFile.Read(path)).Message;

    private string File(string name) => Path.Combine(_folder, name);

    private static byte[] Bytes(string path) => System.IO.File.ReadAllBytes(path);

    private string Write(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    private byte[] Saved(Model model)
    {
        model.Save(File("saved"));
        return Bytes(File("saved"));
    }

    private static byte[] Sign(byte[] file)
    {
        SHA256.HashData(file.AsSpan(0, file.Length - Checksum), file.AsSpan(file.Length - Checksum));
        return file;
    }
}
