using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Unroll.Extensions;

/// <summary>
/// What a file holds, shared by all threads of a service, and replaced when the file changes. The old one answers until the new one is
/// loaded, and calls that are running end with the one that they began with. A file that is half written, damaged, or refused by
/// the check of its options is told to the log, and the old one stays.
/// </summary>
/// <typeparam name="T">What it holds.</typeparam>
public abstract class ServedFile<T> : ServedFile
    where T : class
{
    private readonly Action<T>? _check;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Lock _loading = new();
    private readonly ITimer? _timer;
    private volatile Loaded? _loaded;
    private volatile Exception? _error;
    private FileStamp? _seen, _refused;
    private int _looksToSkip, _looksSkipped;
    private bool _isDisposed;

    private protected ServedFile(string name, ServedFileOptions options, Action<T>? check, ILogger logger, TimeProvider clock)
        : base(name, options.Path)
    {
        options.Validate();
        (_check, _logger, _clock) = (check, logger, clock);
        if (options.ReloadInterval != Timeout.InfiniteTimeSpan)
            _timer = clock.CreateTimer(_ => Look(), null, options.ReloadInterval, options.ReloadInterval);
    }

    /// <summary>
    /// The newest one. Take it once a request: two calls may give two versions. Where nothing is loaded yet, it is loaded now.
    /// </summary>
    /// <exception cref="UnrollException">The file is missing, damaged or refused, and there is none from before.</exception>
    public T Current => (_loaded ?? Load(isFirst: true)).Value;

    public override DateTimeOffset? LoadedAt => _loaded?.At;

    public override string? Version => _loaded?.Version;

    public override Exception? LastError => _error;

    /// <summary>Raised after another one has taken the place of the one before, on the thread that loaded it.</summary>
    public event Action<T>? Reloaded;

    public override void Reload() => Load(isFirst: false);

    internal override void LoadOnce() => _ = Current;

    protected override void Dispose(bool isDisposing)
    {
        _isDisposed = true;
        if (isDisposing)
            _timer?.Dispose();
    }

    /// <summary>Reads one from a stream.</summary>
    private protected abstract T Read(FileStream stream);

    /// <summary>By what a version of the file is known: the checksum that it ends with, which was found right when it was read.</summary>
    private protected virtual string VersionOf(FileStream stream)
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        stream.Position = stream.Length - sum.Length;
        stream.ReadExactly(sum);
        return Convert.ToHexStringLower(sum);
    }

    /// <summary>Whether a file that could not be loaded at first is loaded once it has changed, or when it is asked for.</summary>
    private protected virtual bool LoadsWhenChanged => false;

    /// <summary>
    /// Loads the file where it is another than the one loaded and has been the same at two looks in a row. A failure is tried again later
    /// and later, but told once for each state of the file.
    /// </summary>
    internal void Look()
    {
        if (_isDisposed || !_loading.TryEnter())
            return;
        try
        {
            Loaded? loaded = _loaded;
            if (loaded is null && !LoadsWhenChanged)
                return;
            FileStamp? now = FileStamp.Of(Path);
            bool isSettled = now == _seen;
            _seen = now;
            if (now is { } same && same == loaded?.Stamp)
            {
                (_error, _refused) = (null, null);
                return;
            }

            bool isRefused = _refused is { } refused && refused == (now ?? default);
            if (!isSettled || (isRefused && ++_looksSkipped < _looksToSkip))
                return;
            TryLoad(now, isRefused);
        }
        finally
        {
            _loading.Exit();
        }
    }

    /// <summary>Loads the file for the first time; a failure is told to the log, and stays until the file changes.</summary>
    internal void TryLoadOnce()
    {
        lock (_loading)
        {
            if (_loaded is null)
                TryLoad(FileStamp.Of(Path), isRefused: false);
        }
    }

    private void TryLoad(FileStamp? now, bool isRefused)
    {
        bool isFirst = _loaded is null;
        try
        {
            Load(isFirst: false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _looksToSkip = isRefused ? Math.Min(64, 2 * _looksToSkip) : 1;
            (_refused, _looksSkipped) = (now ?? default(FileStamp), 0);
            if (!isRefused && isFirst)
                Log.LoadFailed(_logger, What, Path, failure.Message);
            else if (!isRefused)
                Log.ReloadFailed(_logger, What, Path, failure.Message);
        }
    }

    private Loaded Load(bool isFirst)
    {
        T value;
        Loaded loaded;
        lock (_loading)
        {
            if (isFirst && _loaded is { } already)
                return already;
            try
            {
                using FileStream stream = Open(Path);
                FileStamp stamp = FileStamp.Of(stream.SafeFileHandle);
                value = Read(stream);
                _check?.Invoke(value);
                loaded = new Loaded(value, _clock.GetUtcNow(), VersionOf(stream), stamp);
            }
            catch (Exception failure)
            {
                _error = failure;
                throw;
            }

            bool isReloaded = _loaded is not null;
            (_loaded, _error, _refused, _seen) = (loaded, null, null, loaded.Stamp);
            Log.Loaded(_logger, What, Path, loaded.Version);
            if (!isReloaded)
                return loaded;
        }

        Reloaded?.Invoke(value);
        return loaded;
    }

    private static FileStream Open(string path)
    {
        if (File.Exists(path) && !FileStamp.HasContents(path))
            throw new UnrollException($"{path} is empty, or no ordinary file. Put a file that Unroll wrote in its place.");
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException(
                $"{path} cannot be read: {failure.Message} Check the path, which is looked for from "
                + $"{Environment.CurrentDirectory}.", failure);
        }
    }

    private sealed record Loaded(T Value, DateTimeOffset At, string Version, FileStamp Stamp);
}
