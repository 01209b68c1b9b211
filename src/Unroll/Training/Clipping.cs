using System.Numerics;

namespace Unroll;

/// <summary>How gradients that have grown too large are cut back before a step.</summary>
public enum ClipMode
{
    /// <summary>Every value to [−limit, limit].</summary>
    Value,

    /// <summary>Each parameter's gradient to a Euclidean norm of at most the limit.</summary>
    Norm,

    /// <summary>All gradients together, as one vector, to a norm of at most the limit (Pascanu et al. 2013).</summary>
    GlobalNorm,
}

/// <summary>Gradient clipping.</summary>
/// <param name="Mode">By value, by norm, or by the norm of all gradients together.</param>
/// <param name="Limit">The largest value or norm; above 0.</param>
public sealed record Clipping(ClipMode Mode, double Limit)
{
    /// <summary>Beyond so many values, adding up one square after the other takes a good part of a step.</summary>
    private const int Large = 65_536;

    private const int Block = 4096;

    internal void Validate()
    {
        if (!(Limit > 0))
            throw new UnrollException($"The clipping limit is {Limit}; it must be above 0.");
    }

    internal void Apply<T>(ParameterStore<T> store, Kernels.Kernels<T> kernels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> gradients = store.Gradients;
        switch (Mode)
        {
            case ClipMode.Value:
                T limit = T.CreateChecked(Limit);
                for (int i = 0; i < gradients.Length; i++)
                    gradients[i] = T.Clamp(gradients[i], -limit, limit);
                break;
            case ClipMode.Norm:
                for (int i = 0; i < store.Parameters.Count; i++)
                    Shrink(gradients[store.Parameters[i].Range], kernels);
                break;
            case ClipMode.GlobalNorm:
                Shrink(gradients, kernels);
                break;
        }
    }

    private void Shrink<T>(Span<T> gradients, Kernels.Kernels<T> kernels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = gradients.Length > Large ? SumOfBlocks(gradients, kernels) : double.PositiveInfinity;
        if (!double.IsFinite(sum))
            sum = SumOfSquares(gradients);
        double norm = Math.Sqrt(sum);
        if (norm > Limit)
            kernels.Scale(gradients, T.CreateChecked(Limit / norm));
    }

    /// <summary>In double, one after the other.</summary>
    internal static double SumOfSquares<T>(ReadOnlySpan<T> gradients)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T gradient in gradients)
            sum += double.CreateTruncating(gradient) * double.CreateTruncating(gradient);
        return sum;
    }

    /// <summary>The same by vectors, infinite where a square is too large for <typeparamref name="T"/>.</summary>
    private static double SumOfBlocks<T>(ReadOnlySpan<T> gradients, Kernels.Kernels<T> kernels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int from = 0; from < gradients.Length; from += Block)
        {
            ReadOnlySpan<T> block = gradients.Slice(from, Math.Min(Block, gradients.Length - from));
            sum += double.CreateTruncating(kernels.Dot(block, block));
        }

        return sum;
    }
}
