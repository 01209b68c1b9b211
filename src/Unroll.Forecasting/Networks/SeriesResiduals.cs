namespace Unroll.Forecasting;

/// <summary>
/// What stands before the networks in one series: rows and least squares of each target, and samples of what these leave.
/// </summary>
/// <param name="Inputs">What the networks look at.</param>
/// <param name="Frames">[K].</param>
/// <param name="Linear">[K].</param>
/// <param name="Scales">[K][H], what the targets of the samples were divided by.</param>
/// <param name="Samples">Of the rows that the linear models are fitted to.</param>
internal sealed record SeriesResiduals(JointInputs Inputs, InputFrame[] Frames, RidgeWeights[] Linear, double[][] Scales,
    SideBySideSamples Samples)
{
    /// <param name="frames">One a target.</param>
    /// <param name="linear">Fitted to the rows before <paramref name="end"/>.</param>
    /// <param name="end">The first row that is not learnt from.</param>
    public static SeriesResiduals Of(InputFrame[] frames, RidgeWeights[] linear, int end)
    {
        var inputs = JointInputs.Of([.. linear.Select(stage => stage.Plan)]);
        (float[] Targets, double[] Scales)[] own = [.. frames.Select((frame, k) => TargetsOf(frame, linear[k], end))];

        // Origins that are early enough for one target may be too early for another.
        int first = frames.Max(frame => FirstOrigin(frame, end));
        int steps = inputs.Lead.Steps, count = end - steps - first;
        var samples = new SideBySideSamples(inputs, frames, first, count, Array.ConvertAll(own, each => each.Targets[^(count * steps)..]));
        return new SeriesResiduals(inputs, frames, linear, Array.ConvertAll(own, each => each.Scales), samples);
    }

    /// <summary>Samples of other origins of the same rows.</summary>
    public SideBySideSamples From(int first, int count) =>
        new(Inputs, Frames, first, count, [.. Frames.Select((frame, k) => Residuals(frame, Linear[k], first, count, Scales[k]))]);

    /// <summary>
    /// The targets of the rows before <paramref name="end"/>, of deviation 1 at each step, and what that is in units of the plan.
    /// </summary>
    public static (float[] Targets, double[] Scales) TargetsOf(InputFrame frame, RidgeWeights linear, int end)
    {
        int steps = linear.Plan.Steps, first = FirstOrigin(frame, end), count = end - steps - first;
        var scales = new double[steps];
        Array.Fill(scales, 1);
        float[] targets = Residuals(frame, linear, first, count, scales);
        for (int h = 0; h < steps; h++)
        {
            double squares = 0;
            for (int i = h; i < targets.Length; i += steps)
                squares += (double)targets[i] * targets[i];
            scales[h] = squares > 0 ? Math.Sqrt(squares / count) : 1;
            for (int i = h; i < targets.Length; i += steps)
                targets[i] = (float)(targets[i] / scales[h]);
        }

        return (targets, scales);
    }

    /// <summary>The first row from which a network sees a whole window.</summary>
    private static int FirstOrigin(InputFrame frame, int end) => Math.Max(frame.FirstOrigin, RidgeWeights.FirstOrigin(frame.Plan, end));

    /// <summary>What the linear forecast leaves of the rows after each origin, [count, H], each step divided by its scale.</summary>
    private static float[] Residuals(InputFrame frame, RidgeWeights linear, int first, int count, double[] scales)
    {
        int steps = linear.Plan.Steps;
        var targets = new float[count * steps];
        for (int i = 0; i < count; i++)
        {
            double[] ahead = linear.Predict(frame, first + i);
            for (int h = 0; h < steps; h++)
                targets[(i * steps) + h] = (float)((frame.TargetOf(first + i, first + i + h + 1) - ahead[h]) / scales[h]);
        }

        return targets;
    }
}
