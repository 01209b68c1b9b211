using System.Buffers.Binary;
using System.Globalization;
using Unroll.Exchange.TensorFiles;
using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>Files of Unroll: models, checkpoints and forecasters.</summary>
internal static class UnrollContents
{
    private const string Format = "Unroll";

    private const int SignatureLength = 8;

    /// <summary>The model of a file; of a forecaster that is one network that network, whose inputs and outputs are told.</summary>
    /// <exception cref="UnrollException">The file cannot be read, or holds a forecaster that is more than a network.</exception>
    public static Model Load(string path, Action<string>? notes = null)
    {
        if (ForecasterOf(path) is not { } forecaster)
            return Model.Load(path);
        if (NetworkWords.Of(forecaster) is not { } words)
            throw new UnrollException($"{path} holds a forecaster, {forecaster.Name}, which is more than a network. Write it whole as "
                + ".onnx, or forecast with it.");
        foreach (string sentence in words)
            notes?.Invoke(sentence);
        return forecaster.Networks[0];
    }

    /// <summary>The forecaster that a file holds; null for a model alone.</summary>
    /// <exception cref="UnrollException">The file is missing or damaged.</exception>
    public static PartsForecaster? ForecasterOf(string path)
    {
        byte[] file = FileBytes.Of(path).Bytes;
        if (ForecastFile.IsForecaster(file))
            return ForecastFile.Read(file, path);
        return ModelFile.FromBytes(file, path).Metadata.ContainsKey(TutorialFile.Key) ? ForecastFile.Read(file, path) : null;
    }

    public static FileContents Of(string path)
    {
        byte[] file = FileBytes.Of(path).Bytes;
        if (ForecasterOf(path) is { } forecaster)
            return ForecasterContents.Of(path, Format, VersionOf(file), forecaster);
        (Model model, IReadOnlyDictionary<string, string> metadata) = ModelFile.FromBytes(file, path);
        return FileContents.Of(path, Format, VersionOf(file), model) with
        {
            Metadata = metadata,
            Tensors = [.. model.Parameters.Select(
                parameter => new ContentsTensor(parameter.Name, "Float32", [.. parameter.Shape.ToArray().Select(extent => (long)extent)]))],
        };
    }

    /// <summary>The version of the format, which all of these files have behind their signature.</summary>
    private static string VersionOf(ReadOnlySpan<byte> file) =>
        string.Create(CultureInfo.InvariantCulture, $"format {BinaryPrimitives.ReadInt32LittleEndian(file[SignatureLength..])}");
}
