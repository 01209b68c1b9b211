namespace Unroll.Forecasting;

/// <summary>
/// The recursive forecast of the targets of a series: the corrected predictions one row ahead take the place of the values, and so on. All
/// that follows from a target (lags, differences, level, seasons, its past in the inputs of other targets)
/// follows from the predictions then; calendar and known columns are those of the rows themselves, and volatility stays
/// as it was at the origin.
/// </summary>
internal static class Recursion
{
    /// <summary>As many origins go through the networks together, fewer where their rows would take more than so many numbers.</summary>
    private const int MostOrigins = 256, MostNumbers = 8_000_000;

    /// <summary>
    /// The forecasts [count][steps] of each target from origins that follow one another, in the target's units. With a head what is fed
    /// back are the point forecasts, and the quantiles of a row are the head's around its point forecast.
    /// </summary>
    /// <param name="models">One a target; their plans are for one row ahead and have no past columns but the other targets.</param>
    /// <param name="frames">The rows of each target, with what is known of <paramref name="steps"/> rows after the last origin.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins.</param>
    /// <param name="steps">How many rows ahead.</param>
    /// <exception cref="UnrollException">A prediction leaves the range of the transform.</exception>
    public static RawForecast[] Ahead(IReadOnlyList<EnsembleModel> models, InputFrame[] frames, int first, int count, int steps)
    {
        var run = new Run(models, steps);
        int together = OriginsTogether(frames);
        for (int i = 0; i < count; i += together)
            run.Add([.. Enumerable.Range(first + i, Math.Min(together, count - i))
                .Select(origin => Array.ConvertAll(frames, frame => frame.Continue(origin, steps)))]);
        return run.Result();
    }

    /// <summary>The same from the last row of each of [origins][K] frames, which take up the predictions.</summary>
    public static RawForecast[] Ahead(IReadOnlyList<EnsembleModel> models, InputFrame[][] continued, int steps)
    {
        var run = new Run(models, steps);
        run.Add(continued);
        return run.Result();
    }

    /// <summary>How many origins of such frames are looked at together.</summary>
    public static int OriginsTogether(InputFrame[] frames) =>
        Math.Clamp(MostNumbers / Math.Max(1, frames.Sum(frame => frame.Rows)), 1, MostOrigins);

    /// <summary>Adds a prediction of each target to the rows of all.</summary>
    public static void Append(IReadOnlyList<EnsembleModel> models, InputFrame[] frames, double[] next)
    {
        Dictionary<string, double>? others = models.Count == 1
            ? null
            : Enumerable.Range(0, models.Count).ToDictionary(k => models[k].Linear.Plan.Target, k => next[k]);
        for (int k = 0; k < frames.Length; k++)
            frames[k].Append(next[k], others);
    }

    /// <summary>The forecasts from the origins so far.</summary>
    private sealed class Run(IReadOnlyList<EnsembleModel> models, int steps)
    {
        private readonly List<double[]>[] _values = [.. models.Select(_ => new List<double[]>())];
        private readonly List<double[]>[] _quantiles = [.. models.Select(_ => new List<double[]>())];
        private readonly bool _hasHead = models[0].Head != ForecastHead.None;

        public RawForecast[] Result() =>
            [.. models.Select((_, k) =>
                new RawForecast([.. _values[k]], _hasHead ? new HorizonQuantiles(steps, [.. _quantiles[k]]) : null))];

        /// <param name="continued">[origins][K], which take up the predictions.</param>
        public void Add(InputFrame[][] continued)
        {
            int each = Heads.Levels.Length, start = _values[0].Count;
            for (int k = 0; k < models.Count; k++)
            {
                _values[k].AddRange(continued.Select(_ => new double[steps]));
                _quantiles[k].AddRange(continued.Select(_ => new double[_hasHead ? steps * each : 0]));
            }

            for (int h = 0; h < steps; h++)
            {
                HeadOutputs[] outputs = Outputs(continued);
                for (int i = 0; i < continued.Length; i++)
                {
                    for (int k = 0; k < models.Count; k++)
                    {
                        InputFrame own = continued[i][k];
                        int origin = own.Rows - 1;
                        double linear = models[k].Linear.Predict(own, origin)[0], scale = models[k].Scales[0];
                        double value = own.Inverse(origin, 1, linear + (scale * outputs[k].Corrections[i]));
                        _values[k][start + i][h] = value;
                        if (_hasHead)
                            outputs[k].WriteAround(
                                value, i, own, origin, 1, linear, scale, _quantiles[k][start + i].AsSpan(h * each, each));
                    }

                    if (h + 1 < steps)
                        Append(models, continued[i], Array.ConvertAll(_values, values => values[start + i][h]));
                }
            }
        }

        private HeadOutputs[] Outputs(InputFrame[][] continued)
        {
            JointInputs inputs = models[0].Inputs;
            ISamples[] samples = Array.ConvertAll(
                continued, frames => (ISamples)new SideBySideSamples(inputs, frames, frames[0].Rows - 1, 1, null));
            return HeadOutputs.Of(models[0].Head, models[0].Networks, new JoinedSamples(samples), models.Count);
        }
    }
}
