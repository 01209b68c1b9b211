namespace Unroll.Forecasting;

/// <summary>
/// Quantiles and intervals from the outputs of a network that was trained with a <see cref="QuantileLoss"/>, a
/// <see cref="GaussianLoss"/> or a <see cref="StudentTLoss"/>.
/// </summary>
/// <remarks>
/// All is in the units that the network was trained in. Quantiles go through a scaler, or any other increasing function, as values
/// do: the quantile of the price is the price of the quantile. Means and deviations do not.
/// </remarks>
internal static class DistributionOutputs
{
    /// <summary>The values that each target stays below with given probabilities; level 0.5 is the median, a point forecast.</summary>
    /// <param name="loss">What the network was trained with.</param>
    /// <param name="outputs">Its outputs for n targets: n times <see cref="Loss.OutputsPerTarget"/>.</param>
    /// <param name="levels">K probabilities, each between 0 and 1.</param>
    /// <returns>[n, K], row-major; never decreasing where the levels increase.</returns>
    /// <exception cref="UnrollException">The loss predicts values only, or quantiles but none of a level.</exception>
    /// <exception cref="ArgumentException">The outputs are no whole number of targets.</exception>
    public static double[] Quantiles(Loss loss, ReadOnlySpan<float> outputs, params ReadOnlySpan<double> levels)
    {
        ArgumentNullException.ThrowIfNull(loss);
        foreach (double level in levels)
            Metrics.CheckLevel(level);
        return loss switch
        {
            QuantileLoss quantile => Select(quantile, outputs, levels),
            GaussianLoss gaussian => Normal(gaussian.Parameters(outputs), levels),
            StudentTLoss student => StudentT(student.Parameters(outputs), levels),
            _ => throw new UnrollException($"A network trained with {loss} predicts values, not how sure they are. Train it with a "
                + "quantile, Gaussian or Student-t loss."),
        };
    }

    /// <summary>The central interval of each target: from the quantile of (1 − level)/2 to that of (1 + level)/2.</summary>
    /// <param name="loss">What the network was trained with.</param>
    /// <param name="outputs">Its outputs for n targets: n times <see cref="Loss.OutputsPerTarget"/>.</param>
    /// <param name="level">The share of the targets that the intervals are to hold, between 0 and 1: 0.8 asks for the
    /// quantiles 0.1 and 0.9.</param>
    /// <returns>n intervals.</returns>
    /// <inheritdoc cref="Quantiles"/>
    public static PredictionInterval[] Intervals(Loss loss, ReadOnlySpan<float> outputs, double level)
    {
        Metrics.CheckLevel(level);
        double[] ends = Quantiles(loss, outputs, (1 - level) / 2, (1 + level) / 2);
        var intervals = new PredictionInterval[ends.Length / 2];
        for (int i = 0; i < intervals.Length; i++)
            intervals[i] = new PredictionInterval(ends[2 * i], ends[(2 * i) + 1], level);
        return intervals;
    }

    private static double[] Select(QuantileLoss loss, ReadOnlySpan<float> outputs, ReadOnlySpan<double> levels)
    {
        // (1 − 0.8)/2 is not exactly 0.1.
        const double Rounding = 1e-9;
        double[] sorted = loss.Rearrange(outputs);
        double[] quantiles = [.. loss.Quantiles];
        var selected = new double[sorted.Length / quantiles.Length * levels.Length];
        for (int k = 0; k < levels.Length; k++)
        {
            double level = levels[k];
            int at = Array.FindIndex(quantiles, quantile => Math.Abs(quantile - level) < Rounding);
            if (at < 0)
                throw new UnrollException($"The network predicts the quantiles {string.Join(", ", quantiles)}, but {Math.Round(level, 9)} "
                    + "is asked for. Ask for one of these, or train it with that one too.");
            for (int i = 0; i * levels.Length < selected.Length; i++)
                selected[(i * levels.Length) + k] = sorted[(i * quantiles.Length) + at];
        }

        return selected;
    }

    private static double[] Normal(GaussianParameters[] parameters, ReadOnlySpan<double> levels)
    {
        var quantiles = new double[parameters.Length * levels.Length];
        for (int k = 0; k < levels.Length; k++)
        {
            double z = Distributions.NormalQuantile(levels[k]);
            for (int i = 0; i < parameters.Length; i++)
                quantiles[(i * levels.Length) + k] = parameters[i].Mean + (z * parameters[i].Deviation);
        }

        return quantiles;
    }

    private static double[] StudentT(StudentTParameters[] parameters, ReadOnlySpan<double> levels)
    {
        var quantiles = new double[parameters.Length * levels.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            for (int k = 0; k < levels.Length; k++)
                quantiles[(i * levels.Length) + k] = parameters[i].Location
                    + (parameters[i].Scale * Distributions.StudentTQuantile(levels[k], parameters[i].DegreesOfFreedom));
        }

        return quantiles;
    }
}
