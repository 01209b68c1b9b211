using Unroll.Exchange;

namespace Unroll.Fuzz;

/// <summary>A small file of a format, and how it is loaded.</summary>
/// <param name="Name">The format, and which of its files.</param>
/// <param name="File">As the writer made it.</param>
/// <param name="Load">Reads an edited one; throws what is documented, or nothing.</param>
internal sealed record ExchangeFile(string Name, byte[] File, Action<byte[]> Load);

/// <summary>
/// The files of other programs' formats that are edited: small models in every format, made by the writers, and foreign ones.
/// </summary>
internal static class ExchangeCorpus
{
    private const int Inputs = 2, Steps = 12;

    /// <param name="folder">Of which small files are edited too; null for none.</param>
    public static IReadOnlyList<ExchangeFile> All(string? folder = null) =>
    [
        .. Models().Select((model, i) => Of(model, i)).SelectMany(files => files),
        .. ForeignFiles.Make(),
        .. folder is null ? [] : ForeignFiles.Of(folder),
    ];

    private static IEnumerable<ExchangeFile> Of(Model model, int number)
    {
        var own = new TorchOptions { OwnLayouts = true };
        var plain = new TorchOptions { OwnLayouts = true, WithModel = false };
        yield return File(".keras", stream => Keras.Save(model, stream, KerasFormat.Keras),
            file => Keras.Load(new MemoryStream(file), "edited"));
        yield return File(".h5", stream => Keras.Save(model, stream, KerasFormat.Hdf5),
            file => Keras.Load(new MemoryStream(file), "edited"));
        yield return File(".weights.h5", stream => Keras.Save(model, stream, KerasFormat.Weights),
            file => FromDisk(file, ".weights.h5", path => Keras.LoadWeights(model, path)));
        yield return File(".pt", stream => Torch.Save(model, stream, own), file => Torch.Load(new MemoryStream(file)));
        yield return File(".pt weights", stream => Torch.Save(model, stream, plain),
            file => Torch.LoadWeights(model, Torch.Read(new MemoryStream(file)), own));
        yield return File(".safetensors", stream => Safetensors.Save(model, stream, own), file => Safetensors.Load(new MemoryStream(file)));
        yield return File(".safetensors weights", stream => Safetensors.Save(model, stream, plain),
            file => Torch.LoadWeights(model, Safetensors.Read(new MemoryStream(file)), own));
        yield return File(".npz", stream => Npz.Save(model, stream, own), file => Npz.Load(new MemoryStream(file)));
        yield return File(".npz weights", stream => Npz.Save(model, stream, plain),
            file => Torch.LoadWeights(model, Npz.Read(new MemoryStream(file)), own));
        yield return File(".onnx", stream => Onnx.Save(model, stream), file => Onnx.Load(new MemoryStream(file)));
        yield return File(".onnx with its check sum put right", stream => Onnx.Save(model, stream),
            file => Onnx.Load(new MemoryStream(Sealed.Onnx(file))));
        yield return File(".safetensors with its check sum put right", stream => Safetensors.Save(model, stream, own),
            file => Sealed.Tensors(Safetensors.Read(new MemoryStream(file))).ToModel());
        yield return File(".onnx graph", stream => Onnx.Save(model, stream), file => OnnxModel.Load(new MemoryStream(file)));

        ExchangeFile File(string format, Action<Stream> write, Action<byte[]> load)
        {
            using var stream = new MemoryStream();
            write(stream);
            return new ExchangeFile($"{format} {number}", stream.ToArray(), load);
        }
    }

    private static IEnumerable<Model> Models()
    {
        yield return new Model(new Lstm(2) { ReturnSequences = true, Name = "first" }, new Dropout(0.1), new Gru(2), new Dense(1))
        {
            Threads = 1
        }.Build(new Shape(Steps, Inputs), 1);
        yield return new Model(new Conv1D(3, 2), new BatchNorm(), new MaxPooling1D(2), new Bidirectional(new Gru(2)), new LayerNorm(),
            new Dense(2))
        { Threads = 1 }.Build(new Shape(Steps, Inputs), 2);
        Node words = Node.Input(new Shape(5), "words"), more = Node.Input(new Shape(5), "more");
        Node table = new Embedding(7, 3).Apply(words), other = table.Again(more);
        Node read = new Lstm(2) { ReturnSequences = true }.Apply(new Add().Apply(table, other));
        yield return new Model([words, more], [new Dense(1).Apply(new Flatten().Apply(read)), new SimpleRnn(2).Apply(read)]) { Threads = 1 }
            .Build(3);
    }

    /// <summary>Loads a file that is on the disk meanwhile.</summary>
    public static void FromDisk(byte[] file, string extension, Action<string> load)
    {
        string path = Path.Combine(
            Path.GetTempPath(), $"unroll-fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}{extension}");
        System.IO.File.WriteAllBytes(path, file);
        try
        {
            load(path);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }
}
