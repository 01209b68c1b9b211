namespace Unroll.Server;

/// <summary>What a run is at.</summary>
internal enum RunState
{
    /// <summary>Another run trains.</summary>
    Waiting,
    Training,
    Paused,
    Judging,
    Done,

    /// <summary>Training was ended early; what there was is judged.</summary>
    Stopped,
    Failed,

    /// <summary>The studio ended while it trained.</summary>
    Interrupted,
}

/// <summary>A run in the list of all. Errors are of the test rows, by ErrorName, and null until these are judged.</summary>
/// <param name="Data">The number of the data.</param>
/// <param name="Seconds">How long it ran, pauses left out.</param>
/// <param name="Epoch">How many epochs have ended, of all networks and fits together.</param>
/// <param name="Epochs">How many there are at the most.</param>
/// <param name="Message">What a reader must know of the state; null for nothing.</param>
internal sealed record RunRow(
    string Id,
    string Name,
    string Data,
    string DataName,
    string[] Targets,
    int Horizon,
    string State,
    DateTimeOffset? Started,
    double Seconds,
    int Epoch,
    int Epochs,
    string? ErrorName,
    double? Error,
    double? Naive,
    NamedError? BestBaseline,
    double? Ridge,
    string? Verdict,
    string? Message);

internal sealed record NamedError(string Name, double Error);

/// <summary>What is kept of a run in run.json.</summary>
/// <param name="Given">What was asked.</param>
/// <param name="Settings">The same with all defaults.</param>
internal sealed record RunFacts(RunRow Row, RunSettings Given, RunSettings Settings);
