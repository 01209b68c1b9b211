using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Unroll.Open.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Files that somebody edited, with a checksum that fits again.</summary>
internal static class Sealed
{
    public static byte[] Replace(byte[] file, string text, string with)
    {
        if (text.Length != with.Length)
            throw new ArgumentException("The texts have different lengths, so the lengths in the file would be wrong.", nameof(with));
        string bytes = Encoding.Latin1.GetString(file, 0, file.Length - SHA256.HashSizeInBytes);
        byte[] edited = Encoding.Latin1.GetBytes(new Regex(Regex.Escape(text)).Replace(bytes, with, 1));
        return [.. edited, .. SHA256.HashData(edited)];
    }
}
