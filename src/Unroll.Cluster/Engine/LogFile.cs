using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Unroll.Cluster;

/// <summary>Where the engine's log goes: a file, or nowhere. Never the terminal.</summary>
internal sealed class LogFile : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly StreamWriter? _writer;

    /// <param name="path">The file, which is continued; null for nowhere.</param>
    /// <exception cref="UnrollException">It cannot be written.</exception>
    public LogFile(string? path)
    {
        if (path is null)
            return;
        try
        {
            _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UnrollException($"Cannot write the log {path}: {failure.Message}", failure) { Subject = "log" };
        }
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        lock (_lock)
            _writer?.Dispose();
    }

    private void Write(LogLevel level, string category, string text, Exception? exception)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:O} {level} {category}: {text}");
        lock (_lock)
        {
            try
            {
                _writer!.WriteLine(exception is null ? line : $"{line}\n{exception}");
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException)
            {
                // A log that cannot be written is no reason to end the work.
            }
        }
    }

    private sealed class Category(LogFile file, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => file._writer is not null && logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                file.Write(logLevel, name, formatter(state, exception), exception);
        }
    }
}
