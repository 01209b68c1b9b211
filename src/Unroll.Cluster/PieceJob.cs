namespace Unroll.Cluster;

/// <summary>All that a worker needs to compute a piece.</summary>
/// <param name="Study">The name of the study.</param>
/// <param name="Kind">What kind of work it is (<see cref="StudyOrder.Kind"/>).</param>
/// <param name="Setup">What results depend on besides (<see cref="StudyOrder.Setup"/>).</param>
/// <param name="Words">The command line, without the files.</param>
/// <param name="Inputs">Where the files of the study lie on this machine, in the order of <see cref="StudyOrder.Inputs"/>;
/// to be read only.</param>
/// <param name="Piece">The piece.</param>
public sealed record PieceJob(
    string Study, string Kind, string Setup, IReadOnlyList<string> Words, IReadOnlyList<string> Inputs, Piece Piece);
