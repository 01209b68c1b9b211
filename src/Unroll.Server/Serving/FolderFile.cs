using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Unroll.Extensions;

namespace Unroll.Server.Serving;

/// <summary>A file of the folder and the newest version of it that could be loaded.</summary>
internal sealed class FolderFile : ServedFile<ServedContent>
{
    private readonly ServeOptions _options;
    private readonly ServeMetrics _metrics;

    public FolderFile(string name, string path, ServeOptions options, ServeMetrics metrics, ILogger log, TimeProvider clock)
        : base(name, WatchOptions(path), check: null, log, clock) => (_options, _metrics) = (options, metrics);

    internal override string What => "model";

    private protected override bool LoadsWhenChanged => true;

    /// <summary>What answers now.</summary>
    /// <exception cref="RequestException">No version of the file could be loaded.</exception>
    public ServedContent Content => IsLoaded
        ? Current
        : throw new RequestException(
            503, $"{base.Name} could not be loaded: {Problems.Sentence(LastError?.Message ?? "it is being loaded.")}")
        {
            RetryAfter = 5,
        };

    /// <summary>Why the last attempt to load failed, as others may see it; null where it did not.</summary>
    public string? Error => LastError is { } error
        ? Problems.Of(error) is { Status: < 500, Detail: var detail }
            ? detail : "The file could not be read; the log of the server says why."
        : null;

    private protected override ServedContent Read(FileStream stream) =>
        ServedContent.Read(Path, VersionOf(stream), _options, _metrics) switch
        {
            NetworkContent network => WithName(network),
            ServedContent other => other,
        };

    private protected override string VersionOf(FileStream stream)
    {
        if (Path.EndsWith(".unroll", StringComparison.OrdinalIgnoreCase) && stream.Length >= SHA256.HashSizeInBytes)
            return base.VersionOf(stream);
        stream.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The network by the name that metrics know it by.</summary>
    private NetworkContent WithName(NetworkContent network)
    {
        network.Model.Name = base.Name;
        return network;
    }

    private static FolderFileOptions WatchOptions(string path) => new() { Path = path, ReloadInterval = Timeout.InfiniteTimeSpan };

    private sealed class FolderFileOptions : ServedFileOptions;
}
