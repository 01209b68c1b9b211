namespace Unroll.Cluster;

/// <summary>Who a worker is.</summary>
/// <param name="Instance">Its name, which no other has or had.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="Version">The version of Unroll that it computes with.</param>
/// <param name="InstructionSet">The instruction set that it computes with.</param>
/// <param name="Slots">How many pieces it computes at once.</param>
internal sealed record WorkerIdentity(string Instance, string Host, string Version, string InstructionSet, int Slots)
{
    /// <summary>A name that no other member of the cluster has or had: machine, process, and when the process began to use it.</summary>
    public static string NewInstance(string host) => FormattableString.Invariant($"{host}-{Environment.ProcessId}-{Next():x}");

    private static long s_last;

    private static long Next()
    {
        while (true)
        {
            long last = Volatile.Read(ref s_last), next = Math.Max(last + 1, DateTime.UtcNow.Ticks);
            if (Interlocked.CompareExchange(ref s_last, next, last) == last)
                return next;
        }
    }
}
