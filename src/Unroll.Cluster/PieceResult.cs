namespace Unroll.Cluster;

/// <summary>What came of a piece.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Content">What was computed: the same bits whoever computed it.</param>
/// <param name="Measured">What differs from run to run, such as times; not compared.</param>
/// <param name="Worker">The worker that computed it.</param>
/// <param name="Took">How long it computed.</param>
public sealed record PieceResult(Piece Piece, byte[] Content, byte[] Measured, string Worker, TimeSpan Took);
