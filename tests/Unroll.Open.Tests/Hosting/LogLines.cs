using Microsoft.Extensions.Logging;

namespace Unroll.Open.Tests.Hosting;

/// <summary>A logger that keeps what it is told.</summary>
internal sealed class LogLines(LogLevel least = LogLevel.Trace) : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, int Id, string Text, Dictionary<string, object?> Values)> _lines = [];

    public IReadOnlyList<(LogLevel Level, int Id, string Text, Dictionary<string, object?> Values)> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var values = ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(pair => pair.Key, pair => pair.Value);
        lock (_lines)
            _lines.Add((logLevel, eventId.Id, formatter(state, exception), values));
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }
}
