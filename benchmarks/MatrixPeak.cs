using Unroll.Kernels;
using Unroll.Training;

namespace Unroll.Benchmarks;

/// <summary>
/// The fastest that the library's own matrix product gets on this machine: tiles of 8 rows with all operands in the first-level
/// cache, on every thread at once. What a layer reaches is a share of it.
/// </summary>
internal sealed class MatrixPeak
{
    public const int Rows = 8, Depth = 128, Columns = 48;
    private const int Products = 10_000;
    private readonly Timed _timed;

    public MatrixPeak(int threads)
    {
        Threads = threads;
        var team = new WorkerTeam(threads);
        Operands[] operands = [.. Enumerable.Range(0, threads).Select(_ => new Operands())];
        // A piece each, whichever thread takes it: they all last the same.
        _timed = new Timed(() => team.Run(threads, (piece, _) => operands[piece].Multiply(Products)));
    }

    public int Threads { get; }

    /// <summary>10⁹ operations a second, of all threads together.</summary>
    public double Gigaflops => Gigaflop * Threads / _timed.Timings.Median;

    private static double Gigaflop => 2e-9 * Products * Rows * Depth * Columns;

    public void Run() => _timed.Run();

    /// <summary>One thread's matrices; zeros multiply as fast as other numbers.</summary>
    private sealed class Operands
    {
        private readonly AlignedBuffer<float> _a = new(Rows * Depth), _c = new(Rows * Columns);
        private readonly Kernels<float> _kernels = Kernels<float>.Best;
        private readonly PackedMatrix<float> _b = new(Depth, Columns, Kernels<float>.Best.PanelColumns);

        public void Multiply(int times)
        {
            Rows<float> a = new(_a.Span, Depth), c = new(_c.Span, Columns);
            for (int i = 0; i < times; i++)
                _kernels.Multiply(Rows, a, _b, c, ProductStart.Zero);
        }
    }
}
