using System.Globalization;
using Unroll.Exchange.TensorFiles;
using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>Files of Unroll: models, checkpoints and forecasters.</summary>
internal static class UnrollContents
{
    private const string Format = "Unroll";

    /// <exception cref="UnrollException">The file cannot be read, or holds a forecaster of more than one network.</exception>
    public static Model Load(string path)
    {
        if (ForecasterOf(path) is not { } forecaster)
            return Model.Load(path);
        return forecaster.Networks.Count == 1
            ? forecaster.Networks[0]
            : throw new UnrollException($"{path} holds a forecaster, {forecaster.Name}, which is more than a network. Write it whole as "
                + ".onnx, or forecast with it.");
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
        if (ForecasterOf(path) is { } forecaster)
            return Of(path, forecaster);
        (Model model, IReadOnlyDictionary<string, string> metadata) = ModelFile.FromBytes(FileBytes.Of(path).Bytes, path);
        return FileContents.Of(path, Format, "", model) with
        {
            Metadata = metadata,
            Tensors = [.. model.Parameters.Select(parameter => new ContentsTensor(parameter.Name, "Float32", [.. parameter.Shape.ToArray().Select(extent => (long)extent)]))],
        };
    }

    private static FileContents Of(string path, PartsForecaster forecaster)
    {
        IEnumerable<string> inputs = forecaster.Inputs.Past.Concat(forecaster.Inputs.Known).Concat(forecaster.Inputs.Calendar ? ["the calendar"] : []);
        (DateTime first, DateTime last) = forecaster.TrainedOn;
        string members = forecaster is BlendForecaster blend ? $" of {string.Join(", ", blend.Members.Select(member => member.Name))}" : "";
        string fitted = forecaster is PretrainedForecaster ? "Scaling fitted" : "Fitted";
        return new FileContents
        {
            Path = path,
            Format = Format,
            Kind = FileKind.Forecaster,
            Parameters = forecaster.Parameters,
            Inputs = [.. inputs.Select(name => new ContentsValue(name, ""))],
            Outputs = [.. forecaster.Targets.Select(target => new ContentsValue(target, ""))],
            Layers = forecaster.Networks.Count > 0 ? forecaster.Networks[0].Summary().Layers : [],
            Notes =
            [
                string.Create(CultureInfo.InvariantCulture, $"{forecaster.Name}{members}, {forecaster.Horizon:N0} "
                    + $"{(forecaster.Horizon == 1 ? "row" : "rows")} ahead from windows of {forecaster.Window:N0}, of "
                    + $"{forecaster.Parts.Count:N0} {(forecaster.Parts.Count == 1 ? "series" : "series and targets")}."),
                string.Create(CultureInfo.InvariantCulture, $"{fitted} to rows from {first:yyyy-MM-dd} to "
                    + $"{last:yyyy-MM-dd}{(forecaster.FrequencyName.Length > 0 ? $", {forecaster.FrequencyName}" : "")}."),
                .. forecaster is PretrainedForecaster pretrained ? [$"The network was {pretrained.TrainingInWords}."] : Array.Empty<string>(),
                .. forecaster.Networks.Count > 1 ? [string.Create(CultureInfo.InvariantCulture, $"It has {forecaster.Networks.Count:N0} "
                    + $"networks; the layers are those of the first.")] : Array.Empty<string>(),
            ],
        };
    }
}
