using Microsoft.Extensions.Logging;

namespace Unroll.Server.Serving;

/// <summary>What serving tells the log.</summary>
internal static partial class ServeLog
{
    [LoggerMessage(101, LogLevel.Warning, "The folder of models cannot be read: {Reason} What is loaded goes on to answer.")]
    public static partial void FolderUnreadable(ILogger logger, string reason);

    [LoggerMessage(102, LogLevel.Warning, "The states of sequences could not be written: {Reason}")]
    public static partial void SnapshotFailed(ILogger logger, string reason);

    [LoggerMessage(103, LogLevel.Warning, "The states of sequences in {File} could not be read and were put aside as {Aside}: {Reason}")]
    public static partial void SnapshotDamaged(ILogger logger, string file, string aside, string reason);
}
