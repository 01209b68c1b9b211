using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Formats;

namespace Unroll.Exchange.KerasFiles;

/// <summary>The header of a .unroll file, which Unroll puts beside Keras' description of a model, so that all of it comes back.</summary>
/// <param name="Version">Of the format of .unroll files.</param>
/// <param name="Json">The header.</param>
/// <param name="IsCurrent">False: Keras' description is another now.</param>
internal sealed record OwnHeader(int Version, string Json, bool IsCurrent)
{
    private const string ConfigSum = "config_sha256", VersionNumber = "version", Header = "header", Sum = "sha256";

    /// <summary>
    /// What Keras has no place for: which names were given, which weights are frozen, options of Unroll alone. It holds as long as Keras'
    /// own description is the one that it was written with.
    /// </summary>
    public static JsonObject Of(Model model, byte[] config)
    {
        int version = ModelFile.VersionOf(model);
        JsonNode header = JsonNode.Parse(Encoding.UTF8.GetString(ModelFile.HeaderOf(model)))!;
        string config256 = SumOf(config);
        return new JsonObject
        {
            [ConfigSum] = config256,
            [VersionNumber] = version,
            [Sum] = SumOf(config256, version, header.ToJsonString()),
            [Header] = header,
        };
    }

    /// <summary>Reads what <see cref="Of"/> gave.</summary>
    /// <param name="own">What stands in its place.</param>
    /// <param name="config">Keras' description.</param>
    /// <param name="path">What errors call the file.</param>
    /// <exception cref="UnrollException">Some of it is missing or was changed.</exception>
    public static OwnHeader Read(JsonElement own, ReadOnlySpan<byte> config, string path) =>
        own.Find(ConfigSum) is { ValueKind: JsonValueKind.String } written && written.GetString() is { } config256
        && own.Find(VersionNumber) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int version)
        && own.Find(Header) is { ValueKind: JsonValueKind.Object } header
        && own.Find(Sum) is { ValueKind: JsonValueKind.String } sum && sum.GetString() == SumOf(config256, version, header.GetRawText())
            ? new OwnHeader(version, header.GetRawText(), config256 == SumOf(config))
            : throw CarriedText.Changed(path);

    /// <summary>The model, with weights that are all 0.</summary>
    /// <param name="path">What errors call the file.</param>
    /// <param name="weights">How many weights the file has.</param>
    public Model ToModel(string path, int weights) => ModelFile.FromHeader(Encoding.UTF8.GetBytes(Json), Version, weights, path);

    private static string SumOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string SumOf(string config, int version, string header) => CarriedText.SumOf(
    [
        new(ConfigSum, config), new(VersionNumber, version.ToString(CultureInfo.InvariantCulture)), new(Header, header),
    ]);
}
