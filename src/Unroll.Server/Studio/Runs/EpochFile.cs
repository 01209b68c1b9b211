using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Server;

/// <summary>
/// The epochs of a run, a line of JSON each, in the order in which they ended. A line that a process did not end before it was killed does
/// not count.
/// </summary>
internal sealed class EpochFile(string path) : IDisposable
{
    /// <summary>What only one epoch is asked for.</summary>
    private const string Fan = "fan";

    private FileStream? _file;

    /// <summary>Adds an epoch; one thread at a time. Where the disk is full it is not kept, and training goes on.</summary>
    public void Add(EpochView epoch)
    {
        try
        {
            _file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            _file.Write([.. StudioJson.Bytes(epoch), (byte)'\n']);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Pages that listen see it; the result tells of a full disk.
        }
    }

    /// <summary>All epochs so far, without the forecasts of each.</summary>
    public IReadOnlyList<JsonNode> All()
    {
        var all = new List<JsonNode>();
        foreach (JsonObject epoch in Lines())
        {
            epoch.Remove(Fan);
            all.Add(epoch);
        }

        return all;
    }

    /// <summary>An epoch of a network with its forecasts, as it was told last; null where there is none.</summary>
    public JsonNode? Find(int epoch, int network) => Lines().LastOrDefault(each =>
        (int?)each["epoch"] == epoch && (int?)each["network"]?["index"] == network);

    public void Dispose() => _file?.Dispose();

    private IEnumerable<JsonObject> Lines()
    {
        if (!File.Exists(path))
            yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            JsonObject? epoch;
            try
            {
                epoch = JsonNode.Parse(line) as JsonObject;
            }
            catch (JsonException)
            {
                continue;
            }

            if (epoch is not null)
                yield return epoch;
        }
    }
}
