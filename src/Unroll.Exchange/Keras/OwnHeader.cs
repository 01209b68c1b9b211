using System.Buffers.Binary;
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
    private const int VersionAt = 8, LengthAt = 12, JsonAt = 16;

    public static OwnHeader Of(Model model)
    {
        byte[] file = ModelFile.ToBytes(model);
        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(LengthAt));
        return new OwnHeader(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(VersionAt)),
            Encoding.UTF8.GetString(file.AsSpan(JsonAt, length)));
    }

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
    public Model ToModel(string path, int weights)
    {
        byte[] json = Encoding.UTF8.GetBytes(Json);
        var file = new byte[checked(JsonAt + json.Length + (weights * sizeof(float)) + SHA256.HashSizeInBytes)];
        "UNROLL\r\n"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(LengthAt), json.Length);
        json.CopyTo(file.AsSpan(JsonAt));
        SHA256.HashData(file.AsSpan(0, file.Length - SHA256.HashSizeInBytes), file.AsSpan(file.Length - SHA256.HashSizeInBytes));
        return ModelFile.FromBytes(file, path).Model;
    }
}
