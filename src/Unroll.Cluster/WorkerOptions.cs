namespace Unroll.Cluster;

/// <summary>What a worker is told.</summary>
public sealed record WorkerOptions
{
    /// <summary>
    /// How to reach the database, as Npgsql reads it: <c>Host=db;Port=5432;Database=unroll;Username=unroll;Password=...</c>.
    /// </summary>
    public required string Connection { get; init; }

    /// <summary>How many pieces to compute at once, each on one thread; by default one a core.</summary>
    public int Slots { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Where to keep the files of studies, by their hash; null for a folder of this user's. Several workers can share one.
    /// </summary>
    public string? BlobFolder { get; init; }

    /// <summary>The version of Unroll that computes; by default the one of this program. Studies of others are left alone.</summary>
    public string Version { get; init; } = ThisProgram.Version;

    /// <summary>
    /// The instruction set that computes (<see cref="Model.InstructionSet"/>); by default the one of this machine. Studies of others are
    /// left alone.
    /// </summary>
    public string InstructionSet { get; init; } = ThisProgram.InstructionSet;

    /// <summary>Gets one line at a time for a person; null for nobody. Called from any thread.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Where the engine writes its log, line by line, behind what is there; null for nowhere.</summary>
    public string? LogFile { get; init; }

    /// <summary>
    /// How long pieces may go on, once the worker is told to end, before it ends without them and others begin them again.
    /// </summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How the engine checks in and looks for work.</summary>
    internal EnginePace Pace { get; init; } = EnginePace.Usual;

    /// <summary>The options without the connection, which has a password in it.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{nameof(WorkerOptions)} {{ {nameof(Slots)} = {Slots}, {nameof(Version)} = {Version}, ")
        + $"{nameof(InstructionSet)} = {InstructionSet}, {nameof(BlobFolder)} = {BlobFolder}, {nameof(LogFile)} = {LogFile} }}";

    /// <exception cref="UnrollException">A value is missing or too small.</exception>
    internal void Validate()
    {
        Required.Texts("The worker",
            (nameof(Connection), Connection), (nameof(Version), Version), (nameof(InstructionSet), InstructionSet));
        if (Slots < 1)
            throw new UnrollException($"The worker has {Slots} slots; it must have at least 1.") { Subject = "slots" };
        if (Farewell < TimeSpan.Zero)
            throw new UnrollException($"The worker's farewell is {Farewell}; it must be zero or more.");
    }
}
