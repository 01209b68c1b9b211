using Unroll.Cluster;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Pieces whose results are finished work: the run of one machine that finds them ends as if it had done them.</summary>
/// <param name="setup">All that results depend on.</param>
/// <param name="name">What one is called, in the plural.</param>
/// <param name="keys">What there is to do, the longest first.</param>
/// <param name="compute">Does one, and keeps it in the work that it is given.</param>
/// <param name="work">Where results are kept; null at a worker.</param>
internal sealed class KeptPieces(
    string setup, string name, IReadOnlyList<string> keys, Action<string, FinishedWork, CancellationToken> compute,
        FinishedWork? work = null)
    : IPieces
{
    private readonly HashSet<int> _taken = [];

    public string Setup => setup;

    public int Count => keys.Count;

    public string Name => name;

    public IReadOnlyList<Piece> Next() =>
        [.. keys.Select((key, number) => new Piece(number, key)).Where(piece => !_taken.Contains(piece.Number))];

    public void Take(PieceResult result)
    {
        work!.Unpack(result.Content, result.Measured);
        _taken.Add(result.Piece.Number);
    }

    public PieceOutput Compute(string key, CancellationToken cancellation)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-piece-");
        try
        {
            string? failed = null;
            var own = FinishedWork.Open(folder.FullName, setup, reason => failed = reason);
            compute(key, own, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (failed is not null)
                throw new IOException(failed);
            byte[] content = own.Pack(out byte[] measured);
            return new PieceOutput(content, measured);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
