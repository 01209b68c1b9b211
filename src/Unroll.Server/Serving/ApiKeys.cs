using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>The keys of those who may ask. Only their hashes are kept, and all are compared, each in constant time.</summary>
internal sealed class ApiKeys
{
    private const int Shortest = 16, Longest = 512;
    private const string Bearer = "Bearer ";

    private readonly byte[][] _hashes;

    public ApiKeys(IReadOnlyList<string> keys) =>
        _hashes = [.. keys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];

    /// <summary>Whether no key is needed.</summary>
    public bool IsOpen => _hashes.Length == 0;

    /// <summary>The keys of a file, one a line; empty lines and those that begin with # are left out.</summary>
    /// <exception cref="UnrollException">The file cannot be read, has no key, or one that is too short. No message shows a key.</exception>
    public static IReadOnlyList<string> ReadFile(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"The file of keys {path} cannot be read: {failure.Message}", failure);
        }

        var keys = new List<string>();
        for (int i = 0; i < lines.Length; i++)
        {
            string key = lines[i].Trim();
            if (key.Length == 0 || key[0] == '#')
                continue;
            if (key.Length is < Shortest or > Longest || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                throw new UnrollException(
                    $"Line {i + 1} of {path} is no key: a key has {Shortest} to {Longest} letters, digits and signs of ASCII without "
                        + $"blanks. "
                    + "Make one with: openssl rand -hex 32");
            }

            keys.Add(key);
        }

        return keys.Count > 0 ? keys : throw new UnrollException(
            $"{path} has no key. Write one in each line, or serve without a file of keys.");
    }

    /// <summary>Which key a request has; −1 for none of them.</summary>
    public int Find(HttpRequest request)
    {
        string given = request.Headers.Authorization.ToString() is { Length: > 0 } authorization
            ? authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : ""
            : request.Headers["X-Api-Key"].ToString();
        if (given.Length is 0 or > Longest)
            return -1;
        Span<byte> text = stackalloc byte[4 * Longest], hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(given, text)], hash);
        int found = -1;
        for (int i = 0; i < _hashes.Length; i++)
            found = CryptographicOperations.FixedTimeEquals(hash, _hashes[i]) ? i : found;
        return found;
    }
}
