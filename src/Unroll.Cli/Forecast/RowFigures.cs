using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Training or test rows of all series together.</summary>
/// <param name="From">The first date of any.</param>
/// <param name="To">The last date of any.</param>
/// <param name="Rows">A row of a series counts once, however many targets there are.</param>
/// <param name="Windows">Pairs of window and target; null for test rows.</param>
/// <param name="Origins">Rows that every part is judged from; null for training rows.</param>
internal sealed record RowFigures(
    string From,
    string To,
    int Rows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Windows = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Origins = null)
{
    public static RowFigures Train(ForecastTask task) =>
        Of(task, split => split.Train) with { Windows = Sum(task, split => split.TrainWindowCount) };

    public static RowFigures Test(ForecastTask task) => Of(task, split => split.Test) with { Origins = task.Origins };

    private static RowFigures Of(ForecastTask task, Func<ForecastSplit, Series> rows)
    {
        Series[] all = [.. task.Parts.Select(part => rows(task[part]))];
        TimeSeries table = task[task.Parts[0]].Table;
        string from = table.Format(all.Min(each => each.Dates[0])), to = table.Format(all.Max(each => each.Dates[^1]));
        return new RowFigures(from, to, Sum(task, split => rows(split).Count));
    }

    private static int Sum(ForecastTask task, Func<ForecastSplit, int> count) =>
        task.Parts.GroupBy(part => part.Series).Sum(series => series.Max(part => count(task[part])));
}
