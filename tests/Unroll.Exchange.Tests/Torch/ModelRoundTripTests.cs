using Unroll.Formats;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>A model goes out in every format and comes back as the same .unroll file, byte by byte.</summary>
public class ModelRoundTripTests
{
    private static readonly string[] s_formats = [".pt", ".npz", ".safetensors"];

    public static TheoryData<string, string> Models =>
        [.. from name in LayerModels.Names from format in s_formats select new TheoryDataRow<string, string>(name, format)];

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryLayerComesBackToTheBit(string name, string format)
    {
        Model model = LayerModels.Make(name, 1);
        model.Freeze(model.Parameters[1].Name);
        var bits = new RandomSource(11, 3);
        foreach (Parameter parameter in model.Parameters)
        {
            // Any bits at all: NaNs with payloads, infinities, −0.
            float[] values = model.GetWeights(parameter.Name);
            for (int i = 0; i < values.Length; i++)
                values[i] = i % 5 == 0 ? -0f : BitConverter.UInt32BitsToSingle(
                    (uint)(bits.NextDouble() * uint.MaxValue) | (i % 3 == 0 ? 0x7F800000u : 0));
            model.SetWeights(parameter.Name, values);
        }

        var metadata = new Dictionary<string, string> { ["author"] = "Zoë", ["note"] = "a\nb" };
        byte[] before = ModelFile.ToBytes(model, metadata);
        (Model again, IReadOnlyDictionary<string, string> texts) = FileTests.Read(format,
            Saved(model, format, new TorchOptions { OwnLayouts = true, Metadata = metadata })).ToModel();
        Assert.Equal(before, ModelFile.ToBytes(again, texts));
    }

    [Theory]
    [InlineData(".pt")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void NamesOfYourOwnAreKeptInTheFile(string format)
    {
        Model model = new Model(new Gru(3), new Dense(2)).Build(new Shape(4, 2), seed: 3);
        var options = new TorchOptions { Prefix = "net.", Names = { ["gru_1"] = "rnn#2", ["dense_1.weight"] = "head" } };
        byte[] bytes = Saved(model, format, options);
        Assert.Equal(["net.rnn.weight_ih_l2", "net.rnn.weight_hh_l2", "net.rnn.bias_ih_l2", "net.rnn.bias_hh_l2", "net.head",
            "net.dense_1.bias"],
            FileTests.Read(format, bytes).Tensors.Select(tensor => tensor.Name));
        Assert.Equal(ModelFile.ToBytes(model), ModelFile.ToBytes(FileTests.Read(format, bytes).ToModel().Model));
    }

    [Fact]
    public void FilesOnDiskAreLoadedByOneCall()
    {
        Model model = new Model(new Lstm(3), new Dense(2)).Build(new Shape(4, 2), seed: 3);
        string folder = Directory.CreateTempSubdirectory("unroll-exchange").FullName;
        try
        {
            byte[] expected = ModelFile.ToBytes(model);
            Torch.Save(model, Path.Combine(folder, "m.pt"));
            Safetensors.Save(model, Path.Combine(folder, "m.safetensors"));
            Npz.Save(model, Path.Combine(folder, "m.npz"));
            Assert.Equal(expected, ModelFile.ToBytes(Torch.Load(Path.Combine(folder, "m.pt"))));
            Assert.Equal(expected, ModelFile.ToBytes(Safetensors.Load(Path.Combine(folder, "m.safetensors"))));
            Assert.Equal(expected, ModelFile.ToBytes(Npz.Load(Path.Combine(folder, "m.npz"))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void WithoutADescriptionThereAreWeightsAlone()
    {
        Model model = new Model(new Lstm(3), new Dense(2)).Build(new Shape(4, 2), seed: 3);
        TensorFile file = Torch.StateOf(model, new TorchOptions { WithModel = false });
        string message = Assert.Throws<UnrollException>(() => file.ToModel()).Message;
        Assert.Contains("has weights alone (6 tensors: lstm_1.weight_ih_l0, lstm_1.weight_hh_l0, ", message, StringComparison.Ordinal);
        Assert.Contains("load its weights into it.", message, StringComparison.Ordinal);
        Model other = new Model(new Lstm(3), new Dense(2)).Build(new Shape(4, 2), seed: 4);
        Torch.LoadWeights(other, file);
        Assert.Equal(ModelFile.ToBytes(model), ModelFile.ToBytes(other));
    }

    [Fact]
    public void ADescriptionThatWasChangedIsRefused()
    {
        TensorFile file = Torch.StateOf(new Model(new Dense(2)).Build(new Shape(3)));
        var changed = new Dictionary<string, string>(file.Metadata);
        changed["unroll.model"] = changed["unroll.model"].Replace("\"input\":[3]", "\"input\":[4]", StringComparison.Ordinal);
        Assert.NotEqual(file.Metadata["unroll.model"], changed["unroll.model"]);
        string message = Assert.Throws<UnrollException>(() => new TensorFile(file.Tensors, changed).ToModel()).Message;
        Assert.Contains("the check sum of its description of the model does not fit", message, StringComparison.Ordinal);
    }

    private static byte[] Saved(Model model, string format, TorchOptions options)
    {
        using var stream = new MemoryStream();
        switch (format)
        {
            case ".pt":
                Torch.Save(model, stream, options);
                break;
            case ".npz":
                Npz.Save(model, stream, options);
                break;
            default:
                Safetensors.Save(model, stream, options);
                break;
        }

        return stream.ToArray();
    }
}
