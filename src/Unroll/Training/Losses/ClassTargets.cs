using System.Globalization;
using System.Numerics;

namespace Unroll.Training;

/// <summary>How losses of classes read their targets: what counts, and what is none.</summary>
internal static class ClassTargets
{
    /// <summary>
    /// By how much the sum of the targets of a choice may differ from 1: more than rounding in single precision, less
    /// than a forgotten class.
    /// </summary>
    private const double Tolerance = 1e-3;

    /// <summary>Probabilities of yes; one below 0 does not count.</summary>
    public static double CountOfYes<T>(in LossRow<T> row, double positiveWeight)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        int each = row.Targets.Length / row.Positions;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double y = double.CreateTruncating(row.Targets[i]);
            sum += y < 0 ? 0 : double.CreateTruncating(row.WeightOf(i / each)) * (positiveWeight == 1 ? 1 : positiveWeight * y + 1 - y);
        }

        return sum;
    }

    public static string? FaultOfYes<T>(in LossRow<T> row, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int each = row.Targets.Length / row.Positions;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            if (!(row.Targets[i] <= T.One) && row.WeightOf(i / each) != T.Zero)
                return $"A target of the {name} is {row.Targets[i]}; it must be a probability, 0 to 1. Below 0 means: does not count.";
        }

        return null;
    }

    /// <summary>C probabilities for each choice; one without any does not count.</summary>
    public static double CountOfChoices<T>(in LossRow<T> row, ClassWeights? weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double count = 0;
        for (int i = 0; i < row.Positions; i++)
        {
            ReadOnlySpan<T> targets = row.Targets.Slice(i * row.Features, row.Features);
            if (targets.ContainsAnyExcept(T.Zero))
                count += double.CreateTruncating(row.WeightOf(i)) * (weights is null ? 1 : Weigh(targets, weights));
        }

        return count;
    }

    public static string? FaultOfChoices<T>(in LossRow<T> row, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < row.Positions; i++)
        {
            double sum = 0;
            bool any = false;
            if (row.WeightOf(i) == T.Zero)
                continue;
            foreach (T target in row.Targets.Slice(i * row.Features, row.Features))
            {
                if (target < T.Zero)
                    return $"A target of the {name} is {target}; targets are probabilities, at least 0. "
                        + "A choice that does not count has zeros only.";
                sum += double.CreateTruncating(target);
                any |= target != T.Zero;
            }

            if (any && !(Math.Abs(sum - 1) <= Tolerance))
                return string.Create(CultureInfo.InvariantCulture, $"The targets of a choice add up to {sum:0.######}; ")
                    + $"for the {name} they are probabilities, which add up to 1. "
                    + "Use weights of samples to have choices count more or less.";
        }

        return null;
    }

    /// <summary>Σ weight·y of a choice.</summary>
    public static double Weigh<T>(ReadOnlySpan<T> targets, ClassWeights? weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int c = 0; c < targets.Length; c++)
            sum += double.CreateTruncating(targets[c]) * (weights?.Weights[c] ?? 1);
        return sum;
    }
}
