using System.Diagnostics;
using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>
/// How much to measure: every row <paramref name="Fewest"/> pairs of runs, then more of those that lack <paramref name="Quiet"/>
/// quiet ones, until <paramref name="Seconds"/> are over. On a busy machine time may end it after one pair each.
/// </summary>
internal sealed record Effort(int Fewest, int Quiet, double Seconds)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs all rows pass by pass, so that every row sees the machine at different times.</summary>
    /// <param name="rows">What to measure.</param>
    /// <param name="timing">A row's two sides.</param>
    /// <param name="beforePass">Called at the beginning of a pass.</param>
    /// <param name="beforeRow">Called before each pair of runs.</param>
    public void Run<T>(IReadOnlyList<T> rows, Func<T, SideBySide> timing, Action? beforePass = null, Action<T>? beforeRow = null)
    {
        bool Lacks(T row) => timing(row).QuietPairs < Quiet;
        for (int pass = 1; pass == 1 || (_clock.Elapsed.TotalSeconds < Seconds && (pass <= Fewest || rows.Any(Lacks))); pass++)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Pass {pass}, {_clock.Elapsed.TotalSeconds:F0} s"));
            beforePass?.Invoke();
            foreach (T row in rows.Where(row => pass <= Fewest || Lacks(row)))
            {
                beforeRow?.Invoke(row);
                timing(row).RunPair();
            }
        }
    }
}
