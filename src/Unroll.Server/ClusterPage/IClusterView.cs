namespace Unroll.Server;

/// <summary>What the page of a cluster shows and does; the cluster itself is elsewhere.</summary>
internal interface IClusterView
{
    /// <summary>All that the page shows at once.</summary>
    Task<ClusterLook> LookAsync(CancellationToken cancellation);

    /// <summary>The newest pieces of a study.</summary>
    Task<IReadOnlyList<PieceLook>> PiecesAsync(string study, CancellationToken cancellation);

    /// <summary>Pauses, resumes, cancels or removes a study.</summary>
    /// <exception cref="UnrollException">There is no such study.</exception>
    Task ActAsync(string study, StudyAct act, CancellationToken cancellation);
}

/// <summary>What the page can do to a study.</summary>
internal enum StudyAct
{
    Pause,
    Resume,
    Cancel,
    Remove,
}

/// <param name="Place">Which database, without secrets.</param>
/// <param name="Throughput">The minutes of the last hour, the oldest first.</param>
internal sealed record ClusterLook(
    string Place, IReadOnlyList<StudyLook> Studies, IReadOnlyList<WorkerLook> Workers, IReadOnlyList<MinuteLook> Throughput);

/// <param name="Seconds">What its results took, added up over workers.</param>
internal sealed record StudyLook(
    string Name,
    string Kind,
    string State,
    int Pieces,
    int Done,
    int UnderWay,
    double Seconds,
    DateTimeOffset Created,
    DateTimeOffset? LastResult,
    string? Error,
    string Group);

internal sealed record WorkerLook(
    string Instance, string Group, int Slots, bool IsAlive, DateTimeOffset LastCheckIn, int Done, IReadOnlyList<string> WorkingOn);

/// <param name="At">When it began, in seconds since 1970 in UTC.</param>
/// <param name="Done">How many pieces were done in it.</param>
internal sealed record MinuteLook(long At, int Done);

/// <param name="Since">When its worker began it; null where it was done before anybody looked.</param>
/// <param name="Made">When it was done; null while it is under way.</param>
internal sealed record PieceLook(int Number, string Key, string? Worker, DateTimeOffset? Since, DateTimeOffset? Made, double Seconds);
