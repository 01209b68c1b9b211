namespace Unroll.Forecasting;

/// <summary>
/// The recursive forecast of an ensemble: its blended prediction one row ahead takes the place of the value, and so on. All that follows
/// from the target (lags, differences, level, seasons, what a baseline last saw) follows from the predictions then; calendar and known
/// columns are those of the rows themselves, and volatility stays as it was at the origin.
/// </summary>
internal static class Recursion
{
    /// <summary>As many origins go through the networks together, fewer where their rows would take more than so many numbers.</summary>
    private const int MostOrigins = 256, MostNumbers = 8_000_000;

    /// <summary>The forecasts [count][steps] from origins that follow one another, in the target's units.</summary>
    /// <param name="state">Its plan is for one row ahead and has no past columns.</param>
    /// <param name="frame">The rows, with what is known of <paramref name="steps"/> rows after the last origin.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins.</param>
    /// <param name="steps">How many rows ahead.</param>
    /// <exception cref="UnrollException">A prediction leaves the range of the transform.</exception>
    public static double[][] Ahead(EnsembleState state, InputFrame frame, int first, int count, int steps)
    {
        double[][] ahead = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        int together = Math.Clamp(MostNumbers / Math.Max(1, frame.Rows), 1, MostOrigins);
        for (int i = 0; i < count; i += together)
            Fill(state, frame, first + i, ahead.AsSpan(i, Math.Min(together, count - i)));
        return ahead;
    }

    private static void Fill(EnsembleState state, InputFrame frame, int first, Span<double[]> ahead)
    {
        int steps = ahead[0].Length;
        var continued = new InputFrame[ahead.Length];
        for (int i = 0; i < continued.Length; i++)
            continued[i] = frame.Continued(first + i, steps);
        Func<double?, double>?[][] baselines = [.. continued.Select(own => state.Parts.Select(part => part.Forecaster?.After(own.TargetDates, own.Values)).ToArray())];
        bool isCorrected = state.Parts.Any(part => part.Corrected);
        for (int h = 0; h < steps; h++)
        {
            float[]? corrections = isCorrected
                ? EnsembleState.Corrections(state.Networks, new JoinedSamples([.. continued.Select(own => new OriginSamples(own, state.Plan, own.Rows - 1, 1, null))]))
                : null;
            for (int i = 0; i < continued.Length; i++)
            {
                InputFrame own = continued[i];
                double linear = state.Linear.Predict(own, own.Rows - 1)[0];
                double next = 0;
                for (int k = 0; k < state.Parts.Count; k++)
                {
                    BlendPart part = state.Parts[k];
                    double said = baselines[i][k] is { } baseline
                        ? baseline(h == 0 ? null : ahead[i][h - 1])
                        : own.Inverse(own.Rows - 1, linear + (part.Corrected ? state.CorrectionScales[0] * corrections![i] : 0));
                    next += part.Weights[0] == 0 ? 0 : part.Weights[0] * said;
                }

                ahead[i][h] = next;
            }

            for (int i = 0; h + 1 < steps && i < continued.Length; i++)
                continued[i].Append(ahead[i][h]);
        }
    }
}
