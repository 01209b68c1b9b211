// What every package must have, and must not: dotnet run eng/package/inspect.cs -- FOLDER BUILT-IN
// Ends with 1 and a line for each fault.
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

string folder = args[0], builtIn = args[1];
var faults = new List<string>();
string[] packages = [.. Directory.GetFiles(folder, "*nupkg").Order(StringComparer.Ordinal)];
if (packages.Length == 0)
    faults.Add($"there is no package in {folder}");
foreach (string package in packages)
{
    using ZipArchive zip = ZipFile.OpenRead(package);
    string name = Path.GetFileName(package);
    if (name.EndsWith(".nupkg", StringComparison.Ordinal))
        Described(name, zip);
    foreach (ZipArchiveEntry entry in zip.Entries)
    {
        // A file of symbols has the names of sources in pieces, which no search for text finds. Those of other libraries are theirs.
        byte[] bytes = Bytes(entry);
        string file = $"{name}, {entry.FullName}";
        bool isOurs = entry.Name.StartsWith("Unroll", StringComparison.Ordinal);
        if (Holds(bytes, Encoding.UTF8.GetBytes(builtIn)) || Holds(bytes, Encoding.Unicode.GetBytes(builtIn)))
            faults.Add($"{file} holds the folder that it was built in");
        foreach (string source in isOurs ? Sources(file, bytes).Where(IsForeign).Take(3) : [])
            faults.Add($"{file} names the source {source}, a path of the machine that built it");
    }
}

foreach (string fault in faults)
    Console.Error.WriteLine(fault);
if (faults.Count == 0)
    Console.WriteLine($"{packages.Length} packages: each has README, icon, tags and licence, none has a path of this machine");
return faults.Count == 0 ? 0 : 1;

void Described(string name, ZipArchive zip)
{
    ZipArchiveEntry manifest = zip.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal));
    XElement metadata;
    using (Stream stream = manifest.Open())
        metadata = XDocument.Load(stream).Root!.Elements().First(element => element.Name.LocalName == "metadata");
    foreach (string wanted in new[] { "description", "tags", "license", "readme", "icon" })
    {
        string? value = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == wanted)?.Value;
        if (string.IsNullOrWhiteSpace(value))
            faults.Add($"{name} has no {wanted}");
        else if (wanted is "readme" or "icon" && (zip.GetEntry(value)?.Length ?? 0) == 0)
            faults.Add($"{name} has no file {value}");
    }
}

static bool IsForeign(string source) => !source.StartsWith("/_", StringComparison.Ordinal);

static IEnumerable<string> Sources(string file, byte[] bytes)
{
    if (file.EndsWith(".pdb", StringComparison.Ordinal))
    {
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(bytes));
        return Documents(symbols.GetMetadataReader());
    }

    if (!file.EndsWith(".dll", StringComparison.Ordinal))
        return [];
    using var image = new PEReader(new MemoryStream(bytes));
    foreach (DebugDirectoryEntry entry in image.HasMetadata ? image.ReadDebugDirectory() : [])
    {
        if (entry.Type != DebugDirectoryEntryType.EmbeddedPortablePdb)
            continue;
        using MetadataReaderProvider symbols = image.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        return Documents(symbols.GetMetadataReader());
    }

    return [];
}

static string[] Documents(MetadataReader reader) =>
    [.. reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name))];

static bool Holds(byte[] bytes, byte[] text) => bytes.AsSpan().IndexOf(text) >= 0;

static byte[] Bytes(ZipArchiveEntry entry)
{
    using Stream stream = entry.Open();
    using var memory = new MemoryStream();
    stream.CopyTo(memory);
    return memory.ToArray();
}
