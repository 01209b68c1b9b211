namespace Unroll.Forecasting;

/// <summary>
/// Several target columns of a table over the same training and test rows. Each target is a <see cref="ForecastSplit"/> of its own, with
/// the other targets among its past columns, so that it is judged as it would be alone.
/// </summary>
public sealed class JointSplit
{
    private readonly ForecastSplit[] _splits;

    /// <param name="series">The table; no target may have a missing value between the first training and the last test row.</param>
    /// <param name="targets">The columns to predict, at least one.</param>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="test">The rows to predict; must begin after <paramref name="train"/> ends.</param>
    /// <param name="window">T, how many rows before a row its prediction may look at.</param>
    /// <param name="inputs">What forecasters may look at beside the targets; null for nothing.</param>
    /// <exception cref="UnrollException">
    /// No target, one that is named twice or is an input too, or what <see cref="ForecastSplit"/> refuses.
    /// </exception>
    public JointSplit(TimeSeries series, IReadOnlyList<string> targets, DateRange train, DateRange test, int window = 60, ForecastInputs? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(targets);
        inputs ??= ForecastInputs.TargetOnly;
        string[] names = [.. targets.Select(target => series[target].Name)];
        if (names.Length == 0)
            throw new UnrollException($"No column of {series.Name} is to be predicted. Name at least one target.");
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UnrollException($"{twice.Key} is named twice as a target. Name each column once.");
        if (inputs.Columns.Select(column => series[column].Name).Intersect(names).FirstOrDefault() is { } both)
            throw new UnrollException($"{both} is a target and an input at once. Leave it out of the inputs: the past of each target is an input of the others anyway.");

        // In the order of the table, so that a target looks at the same columns in the same order as it would alone.
        string[] Past(string own) =>
            names.Length == 1 ? [.. inputs.Past] : [.. series.ColumnNames.Intersect(inputs.Past.Select(column => series[column].Name).Concat(names)).Where(name => name != own)];
        Targets = Array.AsReadOnly(names);
        _splits = Array.ConvertAll(names, name => new ForecastSplit(series, name, train, test, window, inputs with { Past = Past(name) }));
    }

    /// <summary>The target columns, as the file spells them, in the order given.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>The training and test rows of one target.</summary>
    /// <exception cref="UnrollException">It is no target of this split.</exception>
    public ForecastSplit this[string target]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(target);
            return Array.Find(_splits, split => split.Target == target)
                ?? throw new UnrollException($"{target} is no target of this split. Choose one of {NameList.Of(Targets)}.");
        }
    }

    /// <summary>One a target, in their order.</summary>
    public IReadOnlyList<ForecastSplit> Splits => _splits.AsReadOnly();
}
