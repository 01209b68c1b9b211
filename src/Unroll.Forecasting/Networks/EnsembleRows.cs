namespace Unroll.Forecasting;

/// <summary>
/// The newest training rows of all series of an ensemble, as its networks and the least squares beneath them forecast them in one stage of
/// the fit.
/// </summary>
/// <param name="recipe">How the forecaster is made.</param>
/// <param name="series">What is learnt from.</param>
/// <param name="stages">Of each series what stands before the networks, over training rows alone.</param>
/// <param name="isLearnt">Whether the networks learn from these rows.</param>
/// <param name="models">Models of the targets of a series, by its number, with some networks and what they say of each row.</param>
internal sealed class EnsembleRows(
    EnsembleRecipe recipe, TrainingSeries[] series, SeriesResiduals[] stages, bool isLearnt,
    Func<int, IReadOnlyList<Model>, ForecastHead, EnsembleModel[]> models) : NetworkRows
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Part, Looked> _looked = [];

    public override IReadOnlyList<Part> Parts { get; } =
        [.. series.SelectMany(each => each.Targets.Select(split => new Part(each.Name ?? "", split.Target)))];

    public override NetworkForecast Of(Model network, Part part)
    {
        // One after the other: what is the same for all networks is made once.
        lock (_lock)
        {
            int at = Parts.Index().First(each => each.Item == part).Index, targets = series[0].Targets.Count, s = at / targets;
            if (!_looked.TryGetValue(part, out Looked? rows))
                _looked.Add(part, rows = Rows(part, s, at % targets));
            return new NetworkForecast(rows, Ahead(models(s, [network], recipe.Head), s, rows.First)[at % targets].Within(rows.Limits));
        }
    }

    private Looked Rows(Part part, int s, int k)
    {
        SeriesResiduals stage = stages[s];
        ForecastSplit split = series[s].Targets[k];
        TimeSeries table = stage.Frames[k].Table;
        int first = table.Rows - recipe.ValidationRows(split) - 1, origins = table.Rows - first - recipe.Steps;
        EnsembleModel[] straight = models(s, [], ForecastHead.None);
        IntervalLimits limits = straight[k].Facts.Limits;
        var inputs = new SideBySideSamples(stage.Inputs, stage.Frames, first, origins, null);
        return new Looked(part, table, first, limits)
        {
            IsLearnt = isLearnt,
            Steps = recipe.Steps,
            InputRowsAhead = stage.Inputs.Lead.HasKnown ? stage.Inputs.Lead.Steps : 0,
            Linear = Looked.Of(part, table, first, limits, Ahead(straight, s, first)[k].Within(limits).Values, null),
            InputNames = [.. stage.Inputs.Plans.SelectMany(InputNumbers.Of).SelectMany(group => group.ChannelNames)],
            InputAt = origin =>
            {
                var input = new float[inputs.InputShape.Size];
                inputs.CopyInput(origin, input);
                return input;
            },
        };
    }

    /// <summary>The forecasts of all targets of a series from the first origin on, as far as the rows reach.</summary>
    private RawForecast[] Ahead(EnsembleModel[] own, int s, int first) =>
        own[0].Ahead(stages[s].Frames, first, stages[s].Frames[0].Table.Rows - first - recipe.Steps, recipe.Steps);
}
