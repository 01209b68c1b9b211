namespace Unroll.Exchange;

/// <summary>
/// All formats of networks in one place, chosen by the ending of a file's name. Each format has a class of its own (<see cref="Keras"/>,
/// <see cref="Torch"/>, <see cref="Safetensors"/>, <see cref="Npz"/>, <see cref="Onnx"/>) with all that it can do.
/// </summary>
/// <example>
/// <code>
/// Model model = ExchangeFormats.Load("lstm_model.keras");
/// ExchangeFormats.Save(model, "lstm_model.onnx");
/// Console.WriteLine(ExchangeFormats.Inspect("checkpoint.pt"));
/// </code>
/// </example>
public static class ExchangeFormats
{
    /// <summary>Every format there is.</summary>
    public static IReadOnlyList<ExchangeFormat> All { get; } =
    [
        new("Unroll", UnrollContents.Of, ".unroll")
        {
            HasLayers = true,
            Read = (path, options) => UnrollContents.Load(path, options.Notes),
            TakeWeights = (model, path, options) => model.CopyWeights(UnrollContents.Load(path), options.Torch.Missing),
            Write = (model, path, options) => model.Save(path, options.Torch.Metadata),
        },
        new("Keras 3", KerasContents.Of, ".keras")
        {
            HasLayers = true,
            Read = (path, options) => Keras.Load(path, options.ReadingKeras),
            TakeWeights = (model, path, options) => Keras.LoadWeights(model, path, options.Keras),
            Write = (model, path, _) => Keras.Save(model, path),
        },
        new("Keras weights", KerasContents.Of, ".weights.h5")
        {
            TakeWeights = (model, path, options) => Keras.LoadWeights(model, path, options.Keras),
            Write = (model, path, _) => Keras.Save(model, path),
        },
        new("Keras HDF5", KerasContents.Of, ".h5", ".hdf5")
        {
            HasLayers = true,
            Read = (path, options) => Keras.Load(path, options.ReadingKeras),
            TakeWeights = (model, path, options) => Keras.LoadWeights(model, path, options.Keras),
            Write = (model, path, _) => Keras.Save(model, path),
        },
        new("PyTorch", path => TensorContents.Of(path, "PyTorch", file => Torch.Read(file)), ".pt", ".pth", ".tar", ".ckpt")
        {
            Read = (path, _) => Torch.Load(path),
            TakeWeights = (model, path, options) => Torch.LoadWeights(model, path, options.Torch),
            Write = (model, path, options) => Torch.Save(model, path, options.Torch),
        },
        new("safetensors", path => TensorContents.Of(path, "safetensors", Safetensors.Read), ".safetensors")
        {
            Read = (path, _) => Safetensors.Load(path),
            TakeWeights = (model, path, options) => Safetensors.LoadWeights(model, path, options.Torch),
            Write = (model, path, options) => Safetensors.Save(model, path, options.Torch),
        },
        new("NumPy", path => TensorContents.Of(path, "NumPy", Npz.Read), ".npz")
        {
            Read = (path, _) => Npz.Load(path),
            TakeWeights = (model, path, options) => Npz.LoadWeights(model, path, options.Torch),
            Write = (model, path, options) => Npz.Save(model, path, options.Torch),
        },
        new("NumPy array", path => TensorContents.Of(path, "NumPy array", Npz.Read), ".npy")
        {
            TakeWeights = (model, path, options) => Npz.LoadWeights(model, path, options.Torch),
        },
        new("ONNX", OnnxContents.Of, ".onnx")
        {
            HasLayers = true,
            Read = (path, options) => Onnx.Load(path, new OnnxLoadOptions { Steps = options.Steps, Notes = options.Notes }),
            Write = (model, path, options) => Onnx.Save(model, path, options.Onnx),
        },
    ];

    /// <summary>The format of a file by the ending of its name.</summary>
    /// <exception cref="UnrollException">No format has this ending.</exception>
    public static ExchangeFormat Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        // The longest ending counts: weights.h5 is not h5.
        ExchangeFormat? found = null;
        int longest = 0;
        foreach (ExchangeFormat format in All)
        {
            foreach (string extension in format.Extensions.Where(
                extension => extension.Length > longest && path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
                (found, longest) = (format, extension.Length);
        }

        return found ?? throw new UnrollException($"The ending of {path} says no format. Name the file with one of "
            + $"{string.Join(", ", All.SelectMany(format => format.Extensions))}.");
    }

    /// <summary>Reads a model: layers and weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What it leaves open.</param>
    /// <exception cref="UnsupportedModelException">It uses what Unroll does not have.</exception>
    /// <exception cref="UnrollException">The file is missing, damaged or has weights alone.</exception>
    public static Model Load(string path, ExchangeOptions? options = null)
    {
        ExchangeFormat format = Existing(path);
        return format.Read is { } read
            ? read(path, options ?? new ExchangeOptions())
            : throw new UnrollException($"{path} has weights alone and does not say of which layers. Build the model with Unroll's "
                + "layers, and load its weights into it.")
            { Subject = "into" };
    }

    /// <summary>Takes the weights of a file into a model that is built.</summary>
    /// <param name="model">Takes the weights; its layers are those of the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What it leaves open.</param>
    /// <exception cref="UnrollException">The file is missing or damaged, does not fit, or its format keeps no weights apart; then no weight
    /// is changed.</exception>
    public static void LoadWeights(Model model, string path, ExchangeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ExchangeFormat format = Existing(path);
        Action<Model, string, ExchangeOptions> take = format.TakeWeights
            ?? throw new UnrollException($"Weights alone are not read from {format.Name} files. Load {path} as a model.");
        take(model, path, options ?? new ExchangeOptions());
    }

    /// <summary>Writes a model, whole or not at all.</summary>
    /// <param name="model">A model that is built.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="options">How names are written.</param>
    /// <exception cref="UnsupportedModelException">The format does not have all that the model uses.</exception>
    /// <exception cref="UnrollException">The file cannot be written, or Unroll does not write the format.</exception>
    public static void Save(Model model, string path, ExchangeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ExchangeFormat format = Of(path);
        Action<Model, string, ExchangeOptions> write = format.Write
            ?? throw new UnrollException($"{format.Name} files are not written. Choose one of "
                + $"{string.Join(", ", All.Where(each => each.Write is not null).Select(each => each.Extensions[0]))}.");
        write(model, path, options ?? new ExchangeOptions());
    }

    /// <summary>
    /// What is in a file, whether or not Unroll can use it: layers or nodes, tensors, metadata, and all that is not supported at once.
    /// </summary>
    /// <exception cref="UnrollException">The file is missing, damaged, or of no format.</exception>
    public static FileContents Inspect(string path) => Existing(path).Inspect(path);

    /// <summary>The format of a file that is there: what each format says of one that is not differs.</summary>
    private static ExchangeFormat Existing(string path)
    {
        ExchangeFormat format = Of(path);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UnrollException($"There is no file {path}. Check the path.");
        FirstBytes.Require(path, format);
        return format;
    }
}
