namespace Unroll.Cluster;

/// <summary>A study as it stands at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What kind of work it is.</param>
/// <param name="State">Where it stands.</param>
/// <param name="HandedIn">How many pieces were handed in by now.</param>
/// <param name="UnderWay">How many pieces live workers compute at the moment.</param>
/// <param name="Done">How many pieces have a result.</param>
/// <param name="Created">When it was begun.</param>
/// <param name="LastResult">When the newest result came; null where there is none.</param>
/// <param name="Error">Why it failed, in one line; null where it did not.</param>
/// <param name="Group">The workers that compute it: their version and instruction set, with a slash between.</param>
/// <param name="Seconds">How many seconds its results took to compute, added up over workers.</param>
public sealed record StudyStatus(
    string Name,
    string Kind,
    StudyState State,
    int HandedIn,
    int UnderWay,
    int Done,
    DateTimeOffset Created,
    DateTimeOffset? LastResult,
    string? Error,
    string Group,
    double Seconds);
