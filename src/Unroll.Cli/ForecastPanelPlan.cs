using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// All that a forecast of several series needs before training begins. What can be wrong with data and options is found here, before
/// anything is printed or written.
/// </summary>
internal sealed class ForecastPanelPlan
{
    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public ForecastPanelPlan(PanelRequest request)
    {
        (Request, ForecastRequest forecast) = (request, request.Forecast);
        Panel = forecast.Data.ReadPanel(request.SeriesColumn, request.Statics);
        string target = TargetOf(Panel, forecast);
        TimeSeries longest = Panel.Keys.Select(key => Panel[key]).MaxBy(series => series.Rows)!;
        Choice = SplitChoice.Choose(longest, forecast.Data.Sample, forecast.Train, forecast.Test);
        string column = longest[target].Name;
        int window = forecast.WindowFor(longest.Slice(Choice.Train).Rows);
        Split = new PanelSplit(Panel, column, Choice.Train, Choice.Test, window, forecast.Recipe.InputsOf(longest, column), request.Recipe.Steps, forecast.Missing);
        Comparison = new PanelComparison(Split, request.Recipe.Steps, request.Recipe.Network.Threads);
        Network = new PanelForecaster(request.Recipe);
    }

    public PanelRequest Request { get; }

    public Panel Panel { get; }

    public SplitChoice Choice { get; }

    public PanelSplit Split { get; }

    public PanelComparison Comparison { get; }

    /// <summary>Not yet trained.</summary>
    public PanelForecaster Network { get; }

    /// <summary>What files call the network: lstm.</summary>
    public string Key => Network.Recipe.Key;

    public string ModelName => Key + ".panel.unroll";

    private static string TargetOf(Panel panel, ForecastRequest request)
    {
        if (TargetColumn.AreSeveral(panel.ColumnNames, request))
            throw new UnrollException($"--target names several columns, {request.Target}, but of several series one column is forecast at a time. Name one --target, and run it once for each.");
        bool isMissing = !panel.ColumnNames.Contains(request.Target, StringComparer.OrdinalIgnoreCase);
        return !isMissing || request.TargetIsGiven ? request.Target
            : panel.ColumnNames.Count == 1 ? panel.ColumnNames[0]
            : throw new UnrollException($"{panel.Name} has no column {request.Target}, the default target. Choose one of {string.Join(", ", panel.ColumnNames)} with --target.");
    }
}
