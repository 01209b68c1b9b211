namespace Unroll.Forecasting;

/// <summary>What networks say of the H rows after some origins, in units of their targets.</summary>
/// <param name="Corrections">The point forecast of what the linear model leaves, [count, H]: the mean output, or the median of the head.</param>
/// <param name="Quantiles">Those of <see cref="Heads.Levels"/>, [count, H, K]; null without a head.</param>
internal sealed record HeadOutputs(float[] Corrections, double[]? Quantiles)
{
    /// <summary>
    /// What all networks say together. The quantile of several distributions is the mean of their quantiles of that level (Vincent's
    /// average; Lichtendahl, Grushka-Cockayne and Winkler 2013): of normal distributions again a normal one, of the mean of their means and
    /// of their deviations. It stays in order, and is not as wide as the mixture of the distributions, which would count it as spread
    /// where the networks differ in the middle alone.
    /// </summary>
    public static HeadOutputs Of(ForecastHead head, IReadOnlyList<Model> networks, InputFrame frame, InputPlan plan, int first, int count)
    {
        if (head == ForecastHead.None)
            return new HeadOutputs(EnsembleState.Corrections(networks, frame, plan, first, count), null);
        var samples = new OriginSamples(frame, plan, first, count, null);
        int each = Heads.Levels.Length;
        var mean = new double[count * plan.Steps * each];
        foreach (Model network in networks)
        {
            double[] quantiles = Heads.Quantiles(head, network.Predict(samples));
            for (int i = 0; i < mean.Length; i++)
                mean[i] += quantiles[i] / networks.Count;
        }

        var medians = new float[count * plan.Steps];
        for (int i = 0; i < medians.Length; i++)
            medians[i] = (float)mean[(i * each) + Heads.Median];
        return new HeadOutputs(medians, mean);
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
    public HorizonQuantiles? Around(double[][] points, InputFrame frame, LinearStage linear, int first, double[] scales)
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
                ReadOnlySpan<double> said = Quantiles.AsSpan(((i * linear.Plan.Steps) + h) * each, each);
                double Inverse(double residual) => frame.Inverse(first + i, straight[h] + (scales[h] * residual));
                double median = Inverse(said[Heads.Median]);
                for (int k = 0; k < each; k++)
                    ahead[i][(h * each) + k] = points[i][h] + (Inverse(said[k]) - median);
            }
        }

        return new HorizonQuantiles(steps, ahead);
    }
}
