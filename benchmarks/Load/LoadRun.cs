using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Unroll.Benchmarks.Load;

/// <summary>What a time of load came to.</summary>
/// <param name="Seconds">How long it was measured.</param>
/// <param name="Milliseconds">From the time when a request was due to its whole answer, of those that were answered with 200;
/// sorted.</param>
/// <param name="Refused">How many were answered with 429 or 503.</param>
/// <param name="Failed">How many were answered otherwise, or not at all.</param>
internal sealed record LoadFigures(double Seconds, double[] Milliseconds, int Refused, int Failed)
{
    /// <summary>Answers a second.</summary>
    public double Rate => Milliseconds.Length / Seconds;

    public double Percentile(double share) => Milliseconds.Length == 0
        ? double.NaN
        : Milliseconds[Math.Min(Milliseconds.Length - 1, (int)(share * Milliseconds.Length))];
}

/// <summary>Puts a server under load.</summary>
/// <param name="Server">Where it listens.</param>
/// <param name="Request">The bytes of every request.</param>
internal sealed record LoadRun(IPEndPoint Server, ReadOnlyMemory<byte> Request)
{
    /// <summary>Each connection sends its next request when the one before is answered.</summary>
    public Task<LoadFigures> Closed(int connections, double seconds, double warmUp) => Run(connections, seconds, warmUp, null);

    /// <summary>
    /// Requests become due at a steady rate whatever the server does, and what waits for a connection waits on the clock of its request: a
    /// server that falls behind cannot slow down the measurement.
    /// </summary>
    public Task<LoadFigures> Open(int connections, double rate, double seconds, double warmUp) => Run(connections, seconds, warmUp, rate);

    private async Task<LoadFigures> Run(int connections, double seconds, double warmUp, double? rate)
    {
        var times = new ConcurrentBag<List<double>>();
        int refused = 0, failed = 0;
        long start = Stopwatch.GetTimestamp(), sent = -1;
        double Now() => Stopwatch.GetElapsedTime(start).TotalSeconds;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            using var connection = new Connection(Server);
            while (true)
            {
                double due = Now();
                if (rate is { } perSecond)
                {
                    due = Interlocked.Increment(ref sent) / perSecond;
                    if (due - Now() is > 0.0005 and double wait)
                        await Task.Delay(TimeSpan.FromSeconds(wait));
                }

                if (due >= warmUp + seconds)
                    break;
                int status = await connection.Send(Request, CancellationToken.None);
                if (due < warmUp)
                    continue;
                if (status == 200)
                    own.Add(1000 * (Now() - due));
                else if (status is 429 or 503)
                    Interlocked.Increment(ref refused);
                else
                    Interlocked.Increment(ref failed);
            }

            times.Add(own);
        })));
        double[] all = [.. times.SelectMany(own => own)];
        Array.Sort(all);

        // What was due within the time may have been answered after it.
        return new LoadFigures(Math.Max(seconds, Now() - warmUp), all, refused, failed);
    }
}
