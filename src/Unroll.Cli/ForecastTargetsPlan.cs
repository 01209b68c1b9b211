using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// All that a forecast of several targets needs before training begins. What can be wrong with data and options is found here, before
/// anything is printed or written.
/// </summary>
internal sealed class ForecastTargetsPlan
{
    /// <param name="request">What was asked for.</param>
    /// <param name="series">The table that it names.</param>
    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public ForecastTargetsPlan(ForecastRequest request, TimeSeries series)
    {
        (Request, Series) = (request, series);
        IReadOnlyList<string> targets = TargetColumn.ChooseSeveral(Series, request);
        if (!request.Recipe.IsDefault)
            throw new UnrollException($"--recipe tutorial predicts one column from its own past, but --target names {string.Join(", ", targets)}. Leave --recipe out, or run it once for each target.");
        if (request.Recipe.Strategy == Strategy.Recursive)
            throw new UnrollException($"--strategy recursive predicts one column, but --target names {string.Join(", ", targets)}. Leave it out, or run it once for each target.");
        if (request.Recipe.Head != ForecastHead.None)
            throw new UnrollException($"--head is for one column, but --target names {string.Join(", ", targets)}. Leave it out, or run it once for each target.");
        Choice = SplitChoice.Choose(Series, request.Data.Sample, request.Train, request.Test);
        (Table, ForecastInputs inputs, InputNotes) = InputColumns.Complete(Series, targets, request.Missing, request.Recipe.InputsOf(Series, targets), request.Recipe.Features ?? [], Choice.Train.From, Choice.Test.From);
        // In the order of the file, so that each target looks at its columns in the order in which it would alone.
        TimeSeries known = InputColumns.Told(Table, targets).Select([.. Series.ColumnNames.Intersect(Table.ColumnNames)]);
        Split = new JointSplit(known, targets, Choice.Train, Choice.Test, request.WindowFor(known.Slice(Choice.Train).Rows), inputs);
        Networks = [.. request.Recipes.Select(recipe => new JointForecaster(request.Ensemble(recipe)))];
        foreach (JointForecaster network in Networks)
            network.Build(Split);
        Plans = [.. Split.Splits.Select(split => new ForecastPlan(this, split))];
    }

    public ForecastRequest Request { get; }

    /// <summary>The table as it was read.</summary>
    public TimeSeries Series { get; }

    public SplitChoice Choice { get; }

    /// <summary>Targets and inputs, missing values treated; rows at the end may have no targets yet.</summary>
    public TimeSeries Table { get; }

    /// <summary>What was done to columns on the way, a sentence each.</summary>
    public IReadOnlyList<string> InputNotes { get; }

    public JointSplit Split { get; }

    /// <summary>Built, not yet trained.</summary>
    public IReadOnlyList<JointForecaster> Networks { get; }

    /// <summary>One a target: its baselines, and its part of the networks once these are trained.</summary>
    public IReadOnlyList<ForecastPlan> Plans { get; }

    /// <summary>The name of a network's file.</summary>
    public static string ModelName(JointForecaster network) => network.Recipe.Key + ".unroll";
}
