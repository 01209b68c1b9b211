using System.Numerics;

namespace Unroll.Training;

/// <summary>Cross-entropies of outputs that are probabilities already, as Keras has them.</summary>
internal static class Probabilities
{
    private const double Epsilon = 1e-7;

    /// <summary>A probability from ε to 1 − ε; a NaN stays one.</summary>
    public static double Cut(double p) => Math.Clamp(p, Epsilon, 1 - Epsilon);

    /// <summary>
    /// −Σ t·ln p of one choice, where p is the outputs divided by their sum, and cut; gradients take the place of the outputs.
    /// </summary>
    public static double CrossEntropy<T>(Span<T> outputs, ReadOnlySpan<double> targets, double scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double total = 0, loss = 0, drawn = 0;
        foreach (T output in outputs)
            total += double.CreateTruncating(output);

        // With p = x/S: dL/dxⱼ = (gⱼ − Σ g·p)/S, where g = −t/p, or 0 where p is cut.
        for (int c = 0; c < outputs.Length; c++)
        {
            double p = double.CreateTruncating(outputs[c]) / total, cut = Cut(p);
            loss -= targets[c] * Math.Log(cut);
            drawn -= p == cut ? targets[c] : 0;
        }

        for (int c = 0; c < outputs.Length; c++)
        {
            double p = double.CreateTruncating(outputs[c]) / total, slope = p == Cut(p) ? -targets[c] / p : 0;
            outputs[c] = T.CreateTruncating(scale * (slope - drawn) / total);
        }

        return loss;
    }
}
