namespace Unroll;

/// <summary>
/// What the windows of a convolution or pooling do at the ends of their input. Padding is no value: it adds nothing to a sum, is never a
/// maximum and does not count in an average.
/// </summary>
public enum Padding
{
    /// <summary>Windows lie inside the input: ⌊(T − reach)/stride⌋ + 1 of them, where reach = (size − 1)·dilation + 1.</summary>
    Valid,

    /// <summary>⌈T/stride⌉ windows; what they lack is put at both ends, the odd one at the far end, as in Keras.</summary>
    Same,

    /// <summary>
    /// ⌈T/stride⌉ windows, each ending at its own step, so that no output sees a later input. Convolution of sequences only.
    /// </summary>
    Causal,
}
