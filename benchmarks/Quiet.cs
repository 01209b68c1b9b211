using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>
/// Tells runs that had the processor to themselves from those that other work disturbed: seconds in which a thread of this
/// process was ready but had to wait for a processor (Linux's schedstat), and seconds that a hypervisor took away. The result
/// of a run plays no part in it. Elsewhere than on Linux every run counts as quiet.
/// </summary>
internal sealed class Quiet
{
    private const double Share = 0.03;
    private readonly Dictionary<string, long> _waited = [];
    private double _stolen;

    /// <summary>Marks the beginning of a run.</summary>
    public void Begin()
    {
        _waited.Clear();
        foreach ((string thread, long nanoseconds) in Waiting())
            _waited[thread] = nanoseconds;
        _stolen = Stolen();
    }

    /// <summary>
    /// Whether the threads waited for less than 3 % of the <paramref name="seconds"/> that the run took, summed over threads.
    /// </summary>
    public bool WasQuiet(double seconds)
    {
        long waited = 0;
        foreach ((string thread, long nanoseconds) in Waiting())
            waited += nanoseconds - _waited.GetValueOrDefault(thread);
        return waited * 1e-9 + (Stolen() - _stolen) < Share * seconds;
    }

    private static IEnumerable<(string Thread, long Nanoseconds)> Waiting()
    {
        if (!Directory.Exists("/proc/self/task"))
            yield break;
        foreach (string folder in Directory.EnumerateDirectories("/proc/self/task"))
        {
            long waited = 0;
            try
            {
                waited = long.Parse(File.ReadAllText(folder + "/schedstat").Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread has ended, or the kernel does not count.
            }

            yield return (folder, waited);
        }
    }

    private static double Stolen() => File.Exists("/proc/stat")
        ? long.Parse(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[8],
            CultureInfo.InvariantCulture) / 100.0
        : 0;
}
