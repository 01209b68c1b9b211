using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Unroll.Kernels;

/// <summary>Hints to the processor that belong to no element type.</summary>
internal static class Processor
{
    /// <summary>
    /// One pause while waiting in a loop. <see cref="Thread.SpinWait"/> pauses longer than a wait between two steps often lasts.
    /// </summary>
    public static void Pause()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else if (ArmBase.IsSupported)
            ArmBase.Yield();
        else
            Thread.SpinWait(1);
    }
}
