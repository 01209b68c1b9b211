using Unroll.Exchange.KerasFiles;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>
/// Models of Keras, in and out: <c>.keras</c> of Keras 3, whole <c>.h5</c> models of Keras 2, tf.keras and Keras 3, and weights alone.
/// </summary>
/// <remarks>
/// Sequential and Functional models, several inputs and outputs, shared layers, models in models (which become part of the one graph). A
/// model is read if its outputs are the same in Unroll; what Unroll does not have, custom classes and Lambda layers among it, is refused,
/// all at once, and code is never run. A file is data that may be damaged or made to do harm: whatever is wrong with it is an
/// <see cref="UnrollException"/>, and reading takes memory and time in proportion to its length.
/// </remarks>
/// <example>
/// <code>
/// Model model = Keras.Load("lstm_model.keras");
/// float[] next = model.Predict(window);
/// model.Fit(samples, options);
/// Keras.Save(model, "tuned.keras");
/// </code>
/// </example>
public static class Keras
{
    /// <summary>Reads architecture and weights: a <c>.keras</c> file, or an <c>.h5</c> file of a whole model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file leaves open.</param>
    /// <exception cref="UnrollException">The file is missing, damaged, none of Keras, or has weights alone.</exception>
    /// <exception cref="UnsupportedModelException">It uses what Unroll does not have.</exception>
    public static Model Load(string path, KerasOptions? options = null) => Load(FileBytes.Of(path), options ?? new KerasOptions());

    /// <summary>The same from a stream, from where it is to its end.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">What the file leaves open.</param>
    /// <exception cref="UnrollException">The file is damaged, none of Keras, or has weights alone.</exception>
    /// <exception cref="UnsupportedModelException">It uses what Unroll does not have.</exception>
    public static Model Load(Stream stream, string? name = null, KerasOptions? options = null) =>
        Load(FileBytes.Of(stream, name), options ?? new KerasOptions());

    /// <summary>
    /// Reads weights into a model that is built already: <c>.weights.h5</c>, <c>.h5</c> and <c>.hdf5</c> of any version, or the weights
    /// of a
    /// <c>.keras</c> file. The weights of CuDNNLSTM and CuDNNGRU are told by their biases, and put into Lstm and Gru.
    /// </summary>
    /// <param name="model">Takes the weights. Its options are not in such a file: what activations the file's model had, for example
    /// (Keras 2 used a hard sigmoid for gates, tf.keras 2 a sigmoid), is not looked at.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">In order or by name.</param>
    /// <returns>The names of the layers that stay as they were.</returns>
    /// <exception cref="UnrollException">The file is missing, damaged, none of Keras, or does not fit the model; then no
    /// weight is changed.</exception>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public static IReadOnlyList<string> LoadWeights(Model model, string path, KerasOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.IsBuilt)
            throw new InvalidOperationException("The model has no weights to replace. Build it with the shape of its input first.");
        options ??= new KerasOptions();
        var file = new WeightFile(KerasFile.Read(FileBytes.Of(path)));
        if (options.ByName)
            return file.FillByName(model, LayerPlace.Of(model), options.Missing);
        file.FillAll(model, LayerPlace.Of(model));
        return [];
    }

    /// <summary>
    /// Writes a model, whole or not at all; the extension says how: <c>.keras</c>, <c>.h5</c> or <c>.hdf5</c>, <c>.weights.h5</c>.
    /// </summary>
    /// <param name="model">A model that is built.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="UnsupportedModelException">Keras does not have all that the model uses.</exception>
    /// <exception cref="UnrollException">The extension is none of these, or the file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public static void Save(Model model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(path);
        KerasFormat? format = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".KERAS" => KerasFormat.Keras,
            ".H5" when path.EndsWith(".weights.h5", StringComparison.OrdinalIgnoreCase) => KerasFormat.Weights,
            ".H5" or ".HDF5" => KerasFormat.Hdf5,
            _ => null,
        };
        AtomicFile.Write(path, KerasWriting.ToBytes(model, format ?? throw new UnrollException(
            $"Keras reads .keras, .h5, .hdf5 and .weights.h5, but {path} was given. Choose one of these extensions.")));
    }

    /// <summary>The same into a stream.</summary>
    /// <param name="model">A model that is built.</param>
    /// <param name="stream">Takes the file.</param>
    /// <param name="format">Which file.</param>
    /// <exception cref="UnsupportedModelException">Keras does not have all that the model uses.</exception>
    public static void Save(Model model, Stream stream, KerasFormat format)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format.");
        FileBytes.Write(stream, KerasWriting.ToBytes(model, format));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="options">Of the caller.</param>
    /// <param name="usesOwn">False: Unroll's own description is not looked at, so that Keras' one is read.</param>
    internal static Model Load(FileBytes bytes, KerasOptions options, bool usesOwn = true)
    {
        string path = bytes.Name;
        var file = KerasFile.Read(bytes);
        if (file.Config is null)
            throw new UnrollException($"{path} has weights alone. Build the model as it was in Keras, and load its weights into it.")
            {
                Subject = "into"
            };
        var weights = new WeightFile(file);
        OwnHeader? own = usesOwn && file.Own is { } given ? OwnHeader.Read(given, file.Config, path) : null;
        if (own is { IsCurrent: true })
        {
            Model known = own.ToModel(path, weights.Count);
            weights.FillAll(known, LayerPlace.Of(known));
            return known;
        }

        var reading = new KerasReading(path, KerasReading.MajorOf(file.Version), options);
        reading.RequireKnownVersion();
        if (own is not null)
            reading.Note(CarriedText.ChangeWords("Keras' description of the model"));
        try
        {
            return Restore(reading, file.Config, weights);
        }
        catch (InvalidOperationException failure)
        {
            // A text of JSON whose characters are halves of others cannot be read as one.
            throw reading.Damaged($"its description has a text that is none ({failure.Message.TrimEnd('.')})");
        }
        catch (OverflowException)
        {
            throw reading.Damaged("its layers have more weights than memory");
        }
    }

    private static Model Restore(KerasReading reading, byte[] config, WeightFile weights)
    {
        KerasModel described = KerasModel.Read(reading, KerasFile.Parse(config, reading.Path, "its description of the model"));
        reading.RequireSupported();
        (Model model, Shape input) = KerasGraph.Join(reading, described);
        int added = described.Layers.SelectMany(layer => layer.Leaves)
            .Sum(leaf => leaf.First is null ? 0 : checked(leaf.Fixed.Count * leaf.First.Outputs[0].Shape.Features));
        try
        {
            model.BuildEmpty(input, checked(weights.Count + added));
        }
        catch (UnrollException failure)
        {
            throw new UnrollException($"{reading.Path} describes a model that cannot be built: {failure.Message}", failure);
        }

        weights.FillAll(model, LayerPlace.Of(described, model));
        Freeze(model, described);
        return model;
    }

    private static void Freeze(Model model, KerasModel described)
    {
        foreach (KerasLayer leaf in described.Layers.SelectMany(layer => layer.Leaves).Where(leaf => leaf.First is not null))
        {
            string name = leaf.First!.Layer.Name!;
            foreach ((string weight, float value) in leaf.Fixed)
            {
                string parameter = $"{name}/{weight}";
                model.SetWeights(parameter, [.. Enumerable.Repeat(value, model.Parameters.First(each => each.Name == parameter).Length)]);
                model.Freeze(parameter);
            }

            if (!leaf.IsTrainable && model.Parameters.Any(parameter => parameter.IsOf(name)))
                model.Freeze(name);
        }
    }
}
