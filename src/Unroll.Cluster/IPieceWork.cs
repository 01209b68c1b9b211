namespace Unroll.Cluster;

/// <summary>Computes pieces. The command that began a study computes with the same function where it has no cluster.</summary>
public interface IPieceWork
{
    /// <summary>Computes a piece, on a thread of its own; several threads call it at once.</summary>
    /// <param name="job">The piece and what it needs.</param>
    /// <param name="cancellation">Ends the piece early: its study was cancelled or has failed, or the worker ends.</param>
    /// <exception cref="UnrollException">It failed and would again: the study fails with this message. Anything else is
    /// tried three times.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    PieceOutput Run(PieceJob job, CancellationToken cancellation);
}
