using System.Globalization;
using System.Security.Cryptography;
using Unroll.Cluster;

namespace Unroll.Benchmarks.Clusters;

/// <summary>
/// Pieces that keep a core busy for as long as their key says: so many rounds of SHA-256, and the last hash is their content.
/// </summary>
internal sealed class TimedWork : IPieceWork
{
    public PieceOutput Run(PieceJob job, CancellationToken cancellation) => new(Compute(job.Piece.Key, cancellation), []);

    /// <summary>What a piece of this key comes to.</summary>
    public static byte[] Compute(string key, CancellationToken cancellation)
    {
        int rounds = int.Parse(key.Split(' ')[0], CultureInfo.InvariantCulture);
        byte[] hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
        for (int round = 0; round < rounds; round++)
        {
            SHA256.HashData(hash, hash);
            if (round % 1000 == 0)
                cancellation.ThrowIfCancellationRequested();
        }

        return hash;
    }

    /// <summary>How many rounds take a second on one core of this machine.</summary>
    public static int RoundsPerSecond()
    {
        Compute("100000 warm-up", CancellationToken.None);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Compute("2000000 measured", CancellationToken.None);
        return (int)(2_000_000 / System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
