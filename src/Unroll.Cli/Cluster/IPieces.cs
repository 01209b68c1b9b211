using Unroll.Cluster;

namespace Unroll.Cli;

/// <summary>
/// The work of a verb in pieces that do not depend on each other: what a worker does with one, and what becomes of it at whoever asked.
/// </summary>
internal interface IPieces
{
    /// <summary>A hash of all that results depend on: data, options, this build, .NET, the platform and the instruction set.</summary>
    string Setup { get; }

    /// <summary>How many pieces there are in all, where none diverges.</summary>
    int Count { get; }

    /// <summary>What one is called, in the plural.</summary>
    string Name { get; }

    /// <summary>The pieces that come next; none when all is there. Numbers and keys are the same whoever asks.</summary>
    IReadOnlyList<Piece> Next();

    /// <summary>Keeps a result.</summary>
    /// <exception cref="UnrollException">It is damaged, or cannot be kept.</exception>
    void Take(PieceResult result);

    /// <summary>Computes a piece on the thread that calls, the same bits on every machine of the same <see cref="Setup"/>.</summary>
    /// <exception cref="UnrollException">It cannot be computed, here or anywhere.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    PieceOutput Compute(string key, CancellationToken cancellation);
}
