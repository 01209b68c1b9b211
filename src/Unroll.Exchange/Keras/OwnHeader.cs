using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Unroll.Formats;

namespace Unroll.Exchange.KerasFiles;

/// <summary>The header of a .unroll file, which Unroll puts beside Keras' description of a model, so that all of it comes back.</summary>
/// <param name="Version">Of the format of .unroll files.</param>
/// <param name="Json">The header.</param>
internal sealed record OwnHeader(int Version, string Json)
{
    public static OwnHeader Of(Model model) =>
        new(ModelFile.VersionOf(model), Encoding.UTF8.GetString(ModelFile.HeaderOf(model)));

    /// <summary>
    /// Reads what <see cref="KerasWriting"/> put into a file; null where it is not there, or the file's own description is another.
    /// </summary>
    public static OwnHeader? Of(JsonElement? own, ReadOnlySpan<byte> config) =>
        own?.Find("config_sha256") is { ValueKind: JsonValueKind.String } sum
            && sum.GetString() == Convert.ToHexStringLower(SHA256.HashData(config))
        && own?.Find("version") is { ValueKind: JsonValueKind.Number } version && version.TryGetInt32(out int number)
        && own?.Find("header") is { ValueKind: JsonValueKind.Object } header
            ? new OwnHeader(number, header.GetRawText())
            : null;

    /// <summary>The model, with weights that are all 0.</summary>
    /// <param name="path">What errors call the file.</param>
    /// <param name="weights">How many weights the file has.</param>
    public Model ToModel(string path, int weights) => ModelFile.FromHeader(Encoding.UTF8.GetBytes(Json), Version, weights, path);
}
