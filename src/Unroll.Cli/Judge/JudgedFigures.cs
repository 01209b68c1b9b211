using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The network that was judged, in metrics.json.</summary>
/// <param name="Name">The name of its file; its figures stand under it among the forecasters.</param>
/// <param name="Columns">Of a window, in their order.</param>
/// <param name="RowsAhead">That the network gives in one run.</param>
/// <param name="IsTrainingKnown">Whether test rows are known to come after those that it was trained on.</param>
/// <param name="Scales">Of the first series by column: scaled = (value − offset) / scale.</param>
/// <param name="Doubts">What says that it is not used as it was trained, a sentence each.</param>
internal sealed record JudgedFigures(
    string Name, string[] Columns, int RowsAhead, bool IsTrainingKnown, Dictionary<string, ScaleFigures> Scales, string[] Doubts)
{
    public static JudgedFigures Of(JudgeRun run) => new(
        run.Forecaster.Name,
        [.. run.Forecaster.Options.Columns.DefaultIfEmpty(run.Task.Targets[0])],
        run.Forecaster.RowsAhead,
        run.Request.TrainedOn is not null,
        run.Forecaster.ScalesOf(run.Task.Parts[0])
            .ToDictionary(scale => scale.Key, scale => new ScaleFigures(scale.Value.Offset, scale.Value.Scale)),
        [.. run.Doubts]);
}

internal sealed record ScaleFigures(double Offset, double Scale);
