using System.Runtime.InteropServices;

namespace Unroll.Benchmarks;

/// <summary>
/// Lets libtorch keep the memory that it frees. It allocates every step's tensors anew, and glibc by default hands large blocks
/// back to the kernel and fetches them again, page fault by page fault, more and more as the heap fragments: its LSTM then
/// takes up to twice as long, and four times as long for one window. Unroll allocates once and does not mind either way.
/// </summary>
internal static partial class NativeHeap
{
    // malloc.h
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3, MapMax = -4;
    private const int Megabyte = 1 << 20;

    /// <summary>Returns false where the C library has no such setting.</summary>
    public static bool KeepFreed()
    {
        try
        {
            return SetOption(MapThreshold, 32 * Megabyte) != 0 && SetOption(MapMax, 0) != 0
                && SetOption(TrimThreshold, int.MaxValue) != 0 && SetOption(TopPad, 64 * Megabyte) != 0;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
