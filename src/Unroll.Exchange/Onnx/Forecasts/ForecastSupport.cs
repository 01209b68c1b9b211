using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>The series, targets and columns of a forecaster's graph, in their order.</summary>
/// <param name="IsTable">Whether the forecaster learnt from a plain table, whose only series has no name.</param>
/// <param name="Series">The series, "" for a plain table.</param>
/// <param name="Targets">What is forecast.</param>
/// <param name="Past">Columns known up to the newest row.</param>
/// <param name="Known">Columns known of rows to come too.</param>
internal sealed record ForecastColumns(bool IsTable, string[] Series, string[] Targets, string[] Past, string[] Known)
{
    /// <exception cref="UnrollException">The forecaster has no series of a name that is asked for.</exception>
    public static ForecastColumns Of(PartsForecaster forecaster, IReadOnlyList<string>? series)
    {
        string[] all = [.. forecaster.Parts.Select(part => part.Series).Distinct()], asked = series is null ? all : [.. series];
        foreach (string key in asked)
        {
            if (!all.Contains(key))
                throw new UnrollException($"The forecaster has no series {CellText.Show(key)}. "
                    + (forecaster.SeriesColumn.Length == 0 ? "It is of a single table: leave the series out."
                        : $"Choose some of {NameList.Of(all)}."));
        }

        ForecastInputs needed = forecaster.Needed;
        string[] targets = [.. forecaster.Targets];
        string[] Others(IEnumerable<string> names) => [.. names.Where(name => !targets.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return new ForecastColumns(forecaster.SeriesColumn.Length == 0, asked, targets, Others(needed.Past), Others(needed.Known));
    }
}

/// <summary>What of a forecaster cannot be written as a graph.</summary>
internal static class ForecastSupport
{
    /// <summary>All reasons, in the order of the parts.</summary>
    public static IEnumerable<string> Reasons(PartsForecaster forecaster, ForecastColumns columns)
    {
        if (columns.Series.Length == 0)
            yield return "no series";
        bool isNumbered = forecaster.Facts.IsNumbered;
        (DateTime first, DateTime last) = forecaster.TrainedOn;
        if (!IsWhole(first, isNumbered) || !IsWhole(last, isNumbered))
            yield return isNumbered ? "running numbers that are not whole" : "dates with parts of a millisecond";
        foreach (string reason in columns.Series.SelectMany(key =>
            columns.Targets.SelectMany(target => Of(forecaster.Models[new Part(key, target)]))))
            yield return reason;
    }

    private static bool IsWhole(DateTime date, bool isNumbered) => isNumbered
        ? RowNumbers.ToNumber(date) is var number && number == Math.Floor(number)
        : date.Ticks % TimeSpan.TicksPerMillisecond == 0;

    private static IEnumerable<string> Of(PartModel model) => model switch
    {
        BlendModel blend => blend.UsedMembers.SelectMany(Of),
        BaselineModel baseline => Of(baseline.Rule),
        SimpleModel simple => simple.Rules.SelectMany(Of),
        RidgeModel ridge => Of(ridge.Linear.Plan),
        EnsembleModel ensemble => [.. ensemble.Siblings.SelectMany(each => Of(each.Linear.Plan)),
            .. ensemble.Networks.SelectMany(NetworkGraph.Unsupported)],
        NetworkModel network => NetworkGraph.Unsupported(network.Network),
        _ => [$"a model of {model.Part} of the kind {model.GetType().Name}"],
    };

    private static IEnumerable<string> Of(BaselineRule rule) =>
        RuleGraph.Has(rule) ? [] : [$"the forecaster {rule.Name}, which is your own code"];

    private static IEnumerable<string> Of(InputPlan plan)
    {
        TargetTransform[] builtIn = [TargetTransform.None, TargetTransform.Difference, TargetTransform.LogReturn, TargetTransform.Relative];
        if (!builtIn.Contains(plan.Mapping))
            yield return $"the transform {plan.Transform} of {plan.Target}, which is your own code";
        foreach (OwnInput own in plan.Own ?? [])
            yield return $"the input {own.Input.Name}, which is your own code";
    }
}
