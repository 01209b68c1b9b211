namespace Unroll.Forecasting;

/// <summary>
/// The parts of a task as networks and ridge regression learn from them: series in the order of their names, each with its targets.
/// </summary>
internal static class SeriesSplits
{
    /// <param name="task">What is asked.</param>
    /// <param name="statics">How static columns become constants.</param>
    public static TrainingSeries[] Of(ForecastTask task, StaticInputs statics) =>
    [
        .. task.Keys.Order(StringComparer.Ordinal).Select(key => new TrainingSeries(
            [.. task.Targets.Select(target => task[new Part(key, target)])],
            task.Data.IsTable ? null : key,
            task.Data.IsTable ? null : statics.Of(task.Data, key))),
    ];

    /// <summary>How the static columns of a task become inputs.</summary>
    public static StaticInputs Statics(ForecastTask task) => StaticInputs.Fit(task.Data, [.. task.Keys.Order(StringComparer.Ordinal)]);

    /// <summary>Models of series in the order of <see cref="Of"/> as a list of parts in the order of the task.</summary>
    public static IReadOnlyList<PartModel> InOrder(ForecastTask task, IEnumerable<PartModel> models)
    {
        Dictionary<Part, PartModel> all = models.ToDictionary(model => model.Part);
        return [.. task.Parts.Select(part => all[part])];
    }
}

/// <summary>Rows and least squares of the targets of one series.</summary>
/// <param name="Frames">[K].</param>
/// <param name="Linear">[K].</param>
internal sealed record LinearFit(InputFrame[] Frames, RidgeWeights[] Linear)
{
    /// <summary>
    /// Fits least squares to every target of every series, or one set of weights for a target to all series, as was chosen.
    /// </summary>
    /// <param name="choices">One a target.</param>
    /// <param name="tables">[series][K].</param>
    /// <param name="end">The first row of a series that is not learnt from.</param>
    /// <param name="loop">Over the series.</param>
    /// <param name="fitted">Called, from any thread, for each series that is fitted.</param>
    public static LinearFit[] Of(PlanChoice[] choices, TimeSeries[][] tables, Func<int, int> end, SeriesLoop loop, Action? fitted = null)
    {
        var frames = new InputFrame[tables.Length][];
        InputPlan[][] plans =
            [.. tables.Select((own, s) => own.Select((table, k) => FitSeason(choices[k].Plans[s], table, end(s))).ToArray())];
        loop.Run(frames.Length, s => frames[s] = [.. tables[s].Select((table, k) => new InputFrame(table, plans[s][k]))]);
        double[][]?[] shared = [.. choices.Select((choice, k) => choice.IsPooled
            ? PooledLinear.Fit([.. frames.Select((own, s) => new PooledLinear.Part(own[k], plans[s][k], end(s)))], choice.Penalties[0])
            : null)];
        var fits = new LinearFit[tables.Length];
        loop.Run(fits.Length, s =>
        {
            fits[s] = new LinearFit(frames[s], [.. choices.Select((choice, k) => shared[k] is { } weights
                ? new RidgeWeights(plans[s][k], choice.Penalties[s], weights)
                : RidgeWeights.Fit(frames[s][k], plans[s][k], choice.Penalties[s], end(s)))]);
            fitted?.Invoke();
        });
        return fits;
    }

    /// <summary>A plan with the season of the rows that are learnt from, where it takes that away.</summary>
    private static InputPlan FitSeason(InputPlan plan, TimeSeries table, int end) => plan.Indices is not { } indices ? plan : plan with
    {
        Indices = SeasonalIndices.Of(table[plan.Target].Values[..end], indices.Period, table.Dates[0]) ?? indices,
    };
}
