using System.IO.Compression;

namespace Unroll.Server;

/// <summary>
/// The CMU Pronouncing Dictionary, as samples/pronounce.cs reads it: words of letters alone, sounds without their stress.
/// </summary>
internal sealed class PronouncingDictionary
{
    private static readonly Lazy<PronouncingDictionary> s_shipped = new(() => new PronouncingDictionary(DataPath));
    private readonly Dictionary<string, List<string[]>> _said = [];

    private PronouncingDictionary(string path)
    {
        // A word and its sounds a line, "READ  R EH1 D", and further pronunciations of it as "READ(1)  R IY1 D".
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string word = parts[0].Split('(')[0];
            if (!word.All(char.IsAsciiLetterUpper))
                continue;
            string[] sounds = [.. parts[1..].Select(sound => string.Intern(sound.TrimEnd('0', '1', '2')))];
            if (!_said.TryGetValue(word, out List<string[]>? known))
                _said.Add(word, known = []);
            if (!known.Any(sounds.SequenceEqual))
                known.Add(sounds);
        }
    }

    /// <summary>The file that ships with the tool.</summary>
    public static string DataPath => ShippedFile.PathOf("cmudict.txt.gz");

    /// <summary>The dictionary that ships with the tool; read at the first use. <see cref="DataPath"/> must be there.</summary>
    public static PronouncingDictionary Shipped => s_shipped.Value;

    /// <summary>Its words, in capitals, in the order of the alphabet.</summary>
    public string[] Words => [.. _said.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How a word is pronounced, each way as its sounds; none where it is not in the dictionary.</summary>
    /// <param name="word">In capitals.</param>
    public IReadOnlyList<string[]> this[string word] => _said.TryGetValue(word, out List<string[]>? known) ? known : [];
}
