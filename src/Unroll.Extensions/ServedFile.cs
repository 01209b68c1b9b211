namespace Unroll.Extensions;

/// <summary>A file that a service answers from, whatever it holds: what health checks ask of it.</summary>
public abstract class ServedFile : IDisposable
{
    private protected ServedFile(string name, string path) => (Name, Path) = (name, path);

    /// <summary>The key that it was registered with; "" for none.</summary>
    public string Name { get; }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>Whether one is loaded.</summary>
    public bool IsLoaded => LoadedAt is not null;

    /// <summary>When the current one was loaded; null where none is.</summary>
    public abstract DateTimeOffset? LoadedAt { get; }

    /// <summary>The SHA-256 that the file of the current one ends with, 64 hexadecimal digits; null where none is loaded.</summary>
    public abstract string? Version { get; }

    /// <summary>Why the last attempt to load failed; null where it did not.</summary>
    public abstract Exception? LastError { get; }

    /// <summary>What messages call it: model or forecaster.</summary>
    internal abstract string What { get; }

    /// <summary>Loads the file now, changed or not.</summary>
    /// <exception cref="UnrollException">The file is missing, damaged or refused. The one before stays, if there is one.</exception>
    public abstract void Reload();

    /// <summary>Loads the file where nothing is loaded yet.</summary>
    internal abstract void LoadOnce();

    /// <summary>Ends the watching of the file; the current one goes on to answer.</summary>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the watching of the file.</summary>
    protected abstract void Dispose(bool isDisposing);
}
