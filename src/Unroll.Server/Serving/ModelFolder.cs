using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Exchange;
using Unroll.Extensions;

namespace Unroll.Server.Serving;

/// <summary>
/// The files of models in a folder, each under its name without the ending. They are looked at again and again: files that are added,
/// changed and removed are seen. A name in a request is looked up among them and never becomes a path.
/// </summary>
internal sealed class ModelFolder(ServeOptions options, ServeMetrics metrics, ILogger<ModelFolder> logger, TimeProvider clock)
    : IHostedService, IDisposable
{
    private const int LongestName = 200;

    private static readonly SearchValues<char> s_notInNames =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), .. "/\\?#%\x7f"]);

    private readonly ConcurrentDictionary<string, FolderFile> _files = new(StringComparer.Ordinal);
    private readonly string _folder = Path.GetFullPath(options.Folder);
    private readonly Lock _looking = new();
    private Dictionary<string, string> _refused = [];
    private ITimer? _timer;

    /// <summary>Whether the folder has been read.</summary>
    public bool IsReady { get; private set; }

    /// <summary>All files of models, by name.</summary>
    public IReadOnlyList<FolderFile> All => [.. _files.Values.OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <summary>Files that are not served, with the reason.</summary>
    public IReadOnlyDictionary<string, string> Refused => _refused;

    /// <exception cref="RequestException">There is no model of this name.</exception>
    public FolderFile this[string name] => _files.TryGetValue(name, out FolderFile? file)
        ? file
        : throw new RequestException(404, "There is no model of this name. GET /models lists those that there are.");

    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            Look();
            IsReady = true;
            _timer = clock.CreateTimer(_ => Look(), null, options.LookInterval, options.LookInterval);
        },
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        foreach (FolderFile file in _files.Values)
            file.Dispose();
    }

    /// <summary>Looks at the folder now; where another thread does so already, nothing is done.</summary>
    public void Look()
    {
        if (!_looking.TryEnter())
            return;
        try
        {
            var refused = new SortedDictionary<string, string>(StringComparer.Ordinal);
            Dictionary<string, string> found = Find(refused);
            foreach (FolderFile file in _files.Values)
            {
                bool isThere = found.Remove(file.Name, out string? path);
                if (isThere && path == file.Path)
                {
                    if (FileStamp.HasContents(path))
                        file.Look();
                    continue;
                }

                _files.TryRemove(file.Name, out _);
                file.Dispose();
                if (isThere)
                    found[file.Name] = path!;
            }

            Parallel.ForEach(found, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, each =>
            {
                var file = new FolderFile(each.Key, each.Value, options, metrics, logger, clock);
                file.TryLoadOnce();
                _files[each.Key] = file;
            });
            _refused = new Dictionary<string, string>(refused);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be read at this moment: what is loaded goes on to answer.
            ServeLog.FolderUnreadable(logger, failure.Message);
        }
        finally
        {
            _looking.Exit();
        }
    }

    /// <summary>The files that have the ending of a format, by name.</summary>
    private Dictionary<string, string> Find(SortedDictionary<string, string> refused)
    {
        string root = Resolve(new DirectoryInfo(_folder));
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (file.Name.StartsWith('.') || EndingOf(file.Name) is not { } ending)
                continue;
            string name = file.Name[..^ending.Length];
            if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAny(s_notInNames))
                refused[file.Name] = "Its name cannot stand in an address. Rename it.";
            else if (file.LinkTarget is not null
                && !Resolve(file).StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                refused[file.Name] = "It is a link that leads out of the folder. Put the file itself into the folder.";
            else if (!FileStamp.HasContents(file.FullName) && !_files.ContainsKey(name))
                refused[file.Name] = "It is empty, or no ordinary file. Put the file of a model in its place.";
            else if (_files.TryGetValue(name, out FolderFile? first) && first.Path != file.FullName && File.Exists(first.Path))
                refused[file.Name] = $"{Path.GetFileName(first.Path)} has the same name. Rename one of them.";
            else if (!found.TryAdd(name, file.FullName))
                refused[file.Name] = $"{Path.GetFileName(found[name])} has the same name. Rename one of them.";
        }

        return found;
    }

    private static string? EndingOf(string file) => ExchangeFormats.All.SelectMany(format => format.Extensions)
        .Where(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase)).MaxBy(extension => extension.Length);

    /// <summary>Where a file is when all links are followed; a link in the middle of the path is followed too.</summary>
    private static string Resolve(FileSystemInfo file)
    {
        string path = file.FullName;
        for (int links = 0; links < 40; links++)
        {
            if (FirstLink(path) is not { } next)
                return path;
            path = next;
        }

        return Path.GetPathRoot(path)!;
    }

    /// <summary>The path with its first link replaced by what that leads to; null where there is no link.</summary>
    private static string? FirstLink(string path)
    {
        string root = Path.GetPathRoot(path)!, at = root;
        string[] parts = path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            string here = Path.Combine(at, parts[i]);
            if (new FileInfo(here).LinkTarget is { } target)
                return Path.GetFullPath(Path.Combine([Path.Combine(at, target), .. parts[(i + 1)..]]));
            at = here;
        }

        return null;
    }
}
