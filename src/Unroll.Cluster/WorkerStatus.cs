namespace Unroll.Cluster;

/// <summary>A worker as it stands at one moment.</summary>
/// <param name="Instance">Its name, which no other has or had.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="Version">The version of Unroll that it computes with.</param>
/// <param name="InstructionSet">The instruction set that it computes with.</param>
/// <param name="Slots">How many pieces it computes at once.</param>
/// <param name="IsAlive">True where it has checked in lately.</param>
/// <param name="LastCheckIn">When it last checked in; of one that is gone, when it was last heard of.</param>
/// <param name="PiecesDone">How many results of the studies that are there are its own.</param>
/// <param name="WorkingOn">The pieces that it computes at the moment, each as STUDY/NUMBER.</param>
public sealed record WorkerStatus(
    string Instance,
    string Host,
    string Version,
    string InstructionSet,
    int Slots,
    bool IsAlive,
    DateTimeOffset LastCheckIn,
    int PiecesDone,
    IReadOnlyList<string> WorkingOn)
{
    /// <summary>Which studies it computes: those of its version and instruction set, with a slash between.</summary>
    public string Group => ThisProgram.Group(Version, InstructionSet);
}
