namespace Unroll.Forecasting;

/// <summary>
/// The recursive forecast of the targets of a series: the blended predictions one row ahead take the place of the values, and so on. All
/// that follows from a target (lags, differences, level, seasons, what a baseline last saw, its past in the inputs of other targets)
/// follows from the predictions then; calendar and known columns are those of the rows themselves, and volatility stays as it was at the
/// origin.
/// </summary>
internal static class Recursion
{
    /// <summary>As many origins go through the networks together, fewer where their rows would take more than so many numbers.</summary>
    private const int MostOrigins = 256, MostNumbers = 8_000_000;

    /// <summary>
    /// The forecasts [count][steps] of each target from origins that follow one another, in the target's units. With a head what is fed
    /// back are the point forecasts, and the quantiles of a row are the head's around its point forecast.
    /// </summary>
    /// <param name="states">One a target; their plans are for one row ahead and have no past columns but the other targets.</param>
    /// <param name="frames">The rows of each target, with what is known of <paramref name="steps"/> rows after the last origin.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins.</param>
    /// <param name="steps">How many rows ahead.</param>
    /// <param name="withQuantiles">Whether the head's quantiles are wanted, where there is a head.</param>
    /// <exception cref="UnrollException">A prediction leaves the range of the transform.</exception>
    public static (double[][] Values, HorizonQuantiles? Quantiles)[] Ahead(
        IReadOnlyList<EnsembleState> states, InputFrame[] frames, int first, int count, int steps, bool withQuantiles)
    {
        var run = new Run(states, steps, withQuantiles && states[0].Head != ForecastHead.None);
        int together = Math.Clamp(MostNumbers / Math.Max(1, frames.Sum(frame => frame.Rows)), 1, MostOrigins);
        for (int i = 0; i < count; i += together)
            run.Add([.. Enumerable.Range(first + i, Math.Min(together, count - i)).Select(origin => Array.ConvertAll(frames, frame => frame.Continued(origin, steps)))]);
        return run.Result();
    }

    /// <summary>The forecasts from the origins so far.</summary>
    private sealed class Run(IReadOnlyList<EnsembleState> states, int steps, bool withQuantiles)
    {
        private readonly List<double[]>[] _values = [.. states.Select(_ => new List<double[]>())];
        private readonly List<double[]>[] _quantiles = [.. states.Select(_ => new List<double[]>())];
        private readonly bool _isHeard = withQuantiles || states.Any(state => state.Parts.Any(part => part.Corrected));

        public (double[][] Values, HorizonQuantiles? Quantiles)[] Result() =>
            [.. states.Select((_, k) => (_values[k].ToArray(), withQuantiles ? new HorizonQuantiles(steps, [.. _quantiles[k]]) : null))];

        /// <param name="continued">[origins][K], which take up the predictions.</param>
        public void Add(InputFrame[][] continued)
        {
            int each = Heads.Levels.Length, start = _values[0].Count;
            Func<double?, double>?[][][] baselines = Array.ConvertAll(continued, frames => frames.Select((own, k) =>
                states[k].Parts.Select(part => part.Forecaster?.After(own.TargetDates, own.Values)).ToArray()).ToArray());
            for (int k = 0; k < states.Count; k++)
            {
                _values[k].AddRange(continued.Select(_ => new double[steps]));
                _quantiles[k].AddRange(continued.Select(_ => new double[withQuantiles ? steps * each : 0]));
            }

            for (int h = 0; h < steps; h++)
            {
                HeadOutputs[]? said = _isHeard ? Said(continued) : null;
                for (int i = 0; i < continued.Length; i++)
                {
                    for (int k = 0; k < states.Count; k++)
                    {
                        double[] values = _values[k][start + i];
                        InputFrame own = continued[i][k];
                        int origin = own.Rows - 1;
                        double linear = states[k].Linear.Predict(own, origin)[0];
                        values[h] = Blended(states[k], own, linear, said?[k].Corrections[i] ?? 0, baselines[i][k], h == 0 ? null : values[h - 1]);
                        if (withQuantiles)
                            said![k].WriteAround(values[h], i, own, origin, linear, states[k].CorrectionScales[0], _quantiles[k][start + i].AsSpan(h * each, each));
                    }

                    if (h + 1 < steps)
                        Append(continued[i], start + i, h);
                }
            }
        }

        private HeadOutputs[] Said(InputFrame[][] continued)
        {
            JointInputs inputs = states[0].Inputs;
            ISamples[] samples = Array.ConvertAll(continued, frames => (ISamples)new SideBySideSamples(inputs, frames, frames[0].Rows - 1, 1, null));
            return HeadOutputs.Of(states[0].Head, states[0].Networks, new JoinedSamples(samples), states.Count);
        }

        private static double Blended(EnsembleState state, InputFrame own, double linear, float correction, Func<double?, double>?[] baselines, double? before)
        {
            double next = 0;
            for (int i = 0; i < state.Parts.Count; i++)
            {
                BlendPart part = state.Parts[i];
                double ahead = baselines[i] is { } baseline
                    ? baseline(before)
                    : own.Inverse(own.Rows - 1, linear + (part.Corrected ? state.CorrectionScales[0] * correction : 0));
                next += part.Weights[0] == 0 ? 0 : part.Weights[0] * ahead;
            }

            return next;
        }

        private void Append(InputFrame[] frames, int index, int h)
        {
            Dictionary<string, double>? others = states.Count == 1 ? null : Enumerable.Range(0, states.Count).ToDictionary(k => states[k].Plan.Target, k => _values[k][index][h]);
            for (int k = 0; k < frames.Length; k++)
                frames[k].Append(_values[k][index][h], others);
        }
    }
}
