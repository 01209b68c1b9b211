using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange;

/// <summary>
/// The texts with which files of other programs' formats carry a model of Unroll to the bit. One check sum stands for all of them, so that
/// a file in which one of them is missing, cut or changed is refused, and not read as a file of another program.
/// </summary>
internal static class CarriedText
{
    /// <summary>What the names of these texts begin with.</summary>
    public const string Prefix = "unroll.";

    /// <summary>SHA-256 of names and texts, in the order of the names.</summary>
    public static string SumOf(IEnumerable<KeyValuePair<string, string>> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, string text) in texts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name);
            Add(text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }

    /// <summary>What is said of a file whose texts do not fit their check sum.</summary>
    /// <param name="file">What errors call it.</param>
    public static UnrollException Changed(string file) =>
        FileBytes.Damaged(file, "the check sum of its description of the model does not fit: some of what Unroll wrote there is missing "
            + "or was changed");

    /// <summary>What is said of a model that is read from the other program's description, since that was changed.</summary>
    /// <param name="what">Whose description: a part of a sentence.</param>
    public static string ChangeWords(string what) =>
        $"{what} was changed after Unroll wrote the file, so the model is made of it, and not of "
        + "Unroll's own description: names, frozen weights and options that it has no place for are lost.";
}
