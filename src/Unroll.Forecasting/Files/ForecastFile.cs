using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>
/// The one door for files of forecasters: 8 bytes of signature, the format version and the length of the body (4 bytes each,
/// little-endian), a body of JSON in which networks stand as whole model files, and the SHA-256 of all that precedes. The same forecaster
/// gives the same bytes. A single network of the tutorial's recipe is a model file (<see cref="ModelFile"/>), which
/// <see cref="Model.Load(string)"/> reads too.
/// </summary>
public static partial class ForecastFile
{
    /// <summary>The newest version that this library reads, and the one it writes.</summary>
    public const int Version = 1;

    private const int SignatureLength = 8, PrefixLength = SignatureLength + 8;

    private static ReadOnlySpan<byte> Signature => "UNROLLF\n"u8;

    /// <summary>Writes all that forecasting needs to one file, which appears whole or not at all.</summary>
    /// <exception cref="InvalidOperationException">The forecaster is not fitted yet.</exception>
    /// <exception cref="UnrollException">The file cannot be written, or something in the forecaster is of a kind of your own that
    /// <see cref="ForecastKinds"/> does not know.</exception>
    public static void Save(PartsForecaster forecaster, string path)
    {
        AtomicFile.Write(path, ToBytes(forecaster, path));
    }

    /// <summary>Reads what <see cref="Save(PartsForecaster, string)"/> wrote.</summary>
    /// <exception cref="UnrollException">The file is missing, damaged, of a newer version, or holds something else, or something of a kind
    /// that <see cref="ForecastKinds"/> does not know.</exception>
    public static PartsForecaster Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Read(ModelFile.ReadAll(path), path);
    }

    /// <summary>
    /// Whether the bytes of a file begin as those of a forecaster; a single network of the tutorial's recipe is a model file.
    /// </summary>
    internal static bool IsForecaster(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>The forecaster in the bytes of a file.</summary>
    internal static PartsForecaster Read(byte[] file, string path) =>
        IsForecaster(file) ? FromBytes(file, path) : TutorialFile.Read(file, path);

    /// <param name="forecaster">What is saved.</param>
    /// <param name="path">What errors call the place.</param>
    private static byte[] ToBytes(PartsForecaster forecaster, string path)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        _ = forecaster.Facts;
        try
        {
            return TutorialFile.Fits(forecaster)
                ? TutorialFile.ToBytes((NetworkForecaster)forecaster)
                : Seal(ForecastFileJson.Kinds.ToBytes(ForecasterContents.Of(forecaster, true)));
        }
        catch (UnknownKindException unknown)
        {
            throw unknown.Writing(path);
        }
    }

    /// <summary>A content with what stands around it.</summary>
    private static byte[] Seal(byte[] body)
    {
        var file = new byte[PrefixLength + body.Length + SHA256.HashSizeInBytes];
        Signature.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SignatureLength), Version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SignatureLength + 4), body.Length);
        body.CopyTo(file, PrefixLength);
        SHA256.HashData(file.AsSpan(..^SHA256.HashSizeInBytes), file.AsSpan(^SHA256.HashSizeInBytes..));
        return file;
    }

    private static PartsForecaster FromBytes(byte[] file, string path)
    {
        if (file.Length < PrefixLength + SHA256.HashSizeInBytes)
            throw Damaged(path, $"it ends after {file.Length} bytes");
        int version = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(SignatureLength));
        if (version > Version)
            throw new UnrollException($"{path} has format version {version}, newer than the {Version} that this Unroll reads. Update "
                + "Unroll, or train it again with this version.");
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(file.AsSpan(..^sum.Length), sum);
        if (!sum.SequenceEqual(file.AsSpan(^sum.Length..)))
            throw Damaged(path, "its checksum does not fit its contents");
        try
        {
            ReadOnlyMemory<byte> body = file.AsMemory(PrefixLength..^SHA256.HashSizeInBytes);
            ForecasterContent content = ForecastFileJson.Kinds.FromBytes<ForecasterContent>(body) ?? throw new JsonException("it is empty");
            return ForecasterContents.ToForecaster(content, path);
        }
        catch (UnrollException failure) when (failure.UnknownKind is not null)
        {
            // Of a network inside, the message has the path already.
            throw failure.InnerException is UnrollException
                ? failure
                : new UnrollException($"{path} {failure.Message}", failure) { UnknownKind = failure.UnknownKind };
        }
        catch (UnknownKindException unknown)
        {
            throw unknown.Reading(path);
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or NullReferenceException or ArgumentException
            or UnrollException or InvalidOperationException or IndexOutOfRangeException or InvalidCastException or OverflowException)
        {
            throw Damaged(path, failure.Message.ReplaceLineEndings(" ").TrimEnd('.'), failure);
        }
    }

    private static UnrollException Damaged(string path, string how, Exception? failure = null)
    {
        string message = $"{path} is damaged: {how}. Train it again.";
        return failure is null ? new UnrollException(message) : new UnrollException(message, failure);
    }
}

/// <summary>The model file of a single network of the tutorial's recipe, with what it needs to forecast beside it.</summary>
internal static class TutorialFile
{
    /// <summary>The metadata that a model file has it in.</summary>
    internal const string Key = "forecast";

    /// <summary>What older versions wrote beside a network, which this one does not read.</summary>
    private static readonly string[] s_older = ["ensemble", "targets", "panel"];

    /// <summary>Whether such a file holds all of it: one network, one row ahead, no limits.</summary>
    public static bool Fits(PartsForecaster forecaster) => forecaster is NetworkForecaster { Parts: [{ Series: "" }], Horizon: 1 }
        && forecaster.Models.Values.All(model => model.Facts.Limits == IntervalLimits.None);

    public static byte[] ToBytes(NetworkForecaster forecaster)
    {
        var model = (NetworkModel)forecaster.Models.Values.Single();
        ForecastKinds.Scalers.Require(model.Scaler.Kind);
        var about = new ForecastMetadata
        {
            Model = forecaster.Name,
            Target = model.Part.Target,
            Window = model.Facts.Window,
            Scaler = model.Scaler.State,
            TrainedFrom = model.Facts.TrainedFrom,
            TrainedTo = model.Facts.TrainedTo,
            Seed = model.Seed,
        };
        return ModelFile.ToBytes(
            model.Network,
            new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(about, ForecastJson.Default.ForecastMetadata) });
    }

    /// <exception cref="UnrollException">The file is no model file, damaged, or holds a model without the data
    /// to forecast with.</exception>
    public static NetworkForecaster Read(byte[] file, string path)
    {
        (Model network, IReadOnlyDictionary<string, string> metadata) = ModelFile.FromBytes(file, path);
        if (!metadata.TryGetValue(Key, out string? json))
        {
            throw new UnrollException(s_older.Any(metadata.ContainsKey)
                ? $"{path} was written by an older version of Unroll, whose forecasts this one does not read. Train it again "
                    + "with unroll forecast."
                : $"{path} holds a model, but not the scaler, window and target that a forecast needs. Give a file that unroll forecast or "
                    + "ForecastFile.Save wrote.");
        }

        ForecastMetadata? about;
        try
        {
            about = JsonSerializer.Deserialize(json, ForecastJson.Default.ForecastMetadata);
        }
        catch (JsonException failure)
        {
            throw new UnrollException($"{path} is damaged: its forecast data cannot be read: {failure.Message.ReplaceLineEndings(" ")} "
                + "Train the network again.", failure);
        }

        if (about is null || about.Window < 1 || network.InputShape != new Shape(about.Window, 1) || network.OutputShape != new Shape(1))
            throw new UnrollException($"{path} is damaged: its forecast data do not fit its network. Train the network again.");
        var part = new Part("", about.Target);
        var facts = new FittedFacts
        {
            Parts = [part],
            Horizon = 1,
            Window = about.Window,
            Targets = [about.Target],
            Inputs = ForecastInputs.TargetOnly,
            SeriesColumn = "",
            Statics = [],
            Frequency = "",
        };
        var model = new NetworkModel(network, ScalerOf(about, path), about.Seed)
        {
            Part = part,
            Facts = new PartFacts(about.TrainedFrom, about.TrainedTo, IntervalLimits.None, about.Window),
        };
        return new NetworkForecaster(about.Model, about.Scaler.Kind, facts, [model]);
    }

    private static Scaler ScalerOf(ForecastMetadata about, string path)
    {
        try
        {
            return Scaler.Restore(about.Scaler);
        }
        catch (UnknownKindException unknown)
        {
            throw unknown.Reading(path);
        }
        catch (Exception failure) when (failure is UnrollException or ArgumentException or NullReferenceException)
        {
            string how = failure.Message.ReplaceLineEndings(" ");
            throw new UnrollException($"{path} is damaged: its scaler cannot be read: {how} Train the network again.", failure);
        }
    }
}

/// <summary>What a model file carries beside the network.</summary>
internal sealed record ForecastMetadata
{
    /// <summary>The network's name, for example LSTM.</summary>
    public required string Model { get; init; }

    public required string Target { get; init; }

    public required int Window { get; init; }

    public required ScalerState Scaler { get; init; }

    public required DateTime TrainedFrom { get; init; }

    public required DateTime TrainedTo { get; init; }

    public required int Seed { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ForecastMetadata))]
internal sealed partial class ForecastJson : JsonSerializerContext;
