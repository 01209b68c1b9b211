using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>What networks say of one target in the H rows after some origins, in units of what they were trained on.</summary>
/// <param name="Corrections">The point forecast of what the linear model leaves, [count, H]: the mean output, or the
/// median of the head.</param>
/// <param name="Quantiles">Those of <see cref="Heads.Levels"/>, [count, H, Q]; null without a head.</param>
internal sealed record HeadOutputs(float[] Corrections, double[]? Quantiles)
{
    /// <summary>
    /// What all networks say together, of each of K targets. The quantile of several distributions is the mean of their quantiles of that
    /// level (Vincent's average; Lichtendahl, Grushka-Cockayne and Winkler 2013): of normal distributions again a normal one, of the mean
    /// of their means and of their deviations. It stays in order, and is not as wide as the mixture of the distributions, which would count
    /// it as spread where the networks differ in the middle alone.
    /// </summary>
    /// <param name="head">Of the networks.</param>
    /// <param name="networks">Their outputs are [step][target][outputs of the head]; without any nothing is corrected.</param>
    /// <param name="samples">Of which the inputs are read.</param>
    /// <param name="targets">K.</param>
    public static HeadOutputs[] Of(ForecastHead head, IReadOnlyList<Model> networks, ISamples samples, int targets)
    {
        if (head == ForecastHead.None)
        {
            var mean = new float[samples.Count * samples.TargetShape.Size];
            foreach (Model network in networks)
                TensorPrimitives.Add(mean, network.Predict(samples), mean);
            TensorPrimitives.Divide(mean, Math.Max(1, networks.Count), mean);
            return [.. Enumerable.Range(0, targets).Select(k => new HeadOutputs(OfTarget(mean, k, targets, 1), null))];
        }

        int each = Heads.Levels.Length;
        var all = new double[samples.Count * samples.TargetShape.Size * each];
        foreach (Model network in networks)
        {
            double[] quantiles = Heads.Quantiles(head, network.Predict(samples));
            for (int i = 0; i < all.Length; i++)
                all[i] += quantiles[i] / networks.Count;
        }

        return [.. Enumerable.Range(0, targets).Select(k => WithMedians(OfTarget(all, k, targets, each)))];
    }

    /// <summary>
    /// The quantiles around point forecasts, in the target's units: as far from these as the head's quantiles are from its median. The
    /// inverse of scale and transform increases, so that it maps quantiles to quantiles; where the forecast is the head's alone these are
    /// they, and in a blend each part is seen with the head's spread, whose quantiles are then averaged as those of the networks are.
    /// </summary>
    /// <param name="points">[count][steps], steps at most H.</param>
    /// <param name="frame">The rows.</param>
    /// <param name="linear">What the networks correct.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="scales">What the networks' targets were divided by, [H].</param>
    public HorizonQuantiles? QuantilesAround(double[][] points, InputFrame frame, RidgeWeights linear, int first, double[] scales)
    {
        if (Quantiles is null)
            return null;
        int each = Heads.Levels.Length, steps = points[0].Length;
        var ahead = new double[points.Length][];
        for (int i = 0; i < points.Length; i++)
        {
            double[] straight = linear.Predict(frame, first + i);
            ahead[i] = new double[steps * each];
            for (int h = 0; h < steps; h++)
            {
                Span<double> destination = ahead[i].AsSpan(h * each, each);
                WriteAround(points[i][h], (i * linear.Plan.Steps) + h, frame, first + i, h + 1, straight[h], scales[h], destination);
            }
        }

        return new HorizonQuantiles(steps, ahead);
    }

    /// <summary>Writes the quantiles around one point forecast; see <see cref="QuantilesAround"/>.</summary>
    /// <param name="point">In the target's units.</param>
    /// <param name="index">Of the row among all of <see cref="Quantiles"/>.</param>
    /// <param name="frame">The rows.</param>
    /// <param name="origin">From which the row is predicted.</param>
    /// <param name="step">Which row after it that is.</param>
    /// <param name="straight">The linear forecast, in units of the plan.</param>
    /// <param name="scale">What the networks' targets were divided by.</param>
    /// <param name="destination">[Q], in the target's units.</param>
    public void WriteAround(double point, int index, InputFrame frame, int origin, int step, double straight, double scale,
        Span<double> destination)
    {
        ReadOnlySpan<double> quantiles = Quantiles.AsSpan(index * Heads.Levels.Length, Heads.Levels.Length);
        double median = frame.Inverse(origin, step, straight + (scale * quantiles[Heads.Median]));
        for (int i = 0; i < quantiles.Length; i++)
            destination[i] = point + (frame.Inverse(origin, step, straight + (scale * quantiles[i])) - median);
    }

    private static HeadOutputs WithMedians(double[] quantiles)
    {
        int each = Heads.Levels.Length;
        var medians = new float[quantiles.Length / each];
        for (int i = 0; i < medians.Length; i++)
            medians[i] = (float)quantiles[(i * each) + Heads.Median];
        return new HeadOutputs(medians, quantiles);
    }

    /// <summary>Of [rows, K, each] the numbers of one target, [rows, each].</summary>
    private static T[] OfTarget<T>(T[] all, int target, int targets, int each)
    {
        if (targets == 1)
            return all;
        var own = new T[all.Length / targets];
        for (int i = 0; i < own.Length; i += each)
            all.AsSpan((i * targets) + (target * each), each).CopyTo(own.AsSpan(i, each));
        return own;
    }
}
