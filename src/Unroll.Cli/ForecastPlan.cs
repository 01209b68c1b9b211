using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// All that a forecast needs before training begins. Everything that can be wrong with data and options is found here, before
/// anything is printed or written.
/// </summary>
internal sealed class ForecastPlan
{
    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public ForecastPlan(ForecastRequest request)
    {
        Request = request;
        Series = request.Data.Read();
        string target = TargetColumn.Choose(Series, request);
        Choice = SplitChoice.Choose(Series, request.Data.Sample, request.Train, request.Test);
        Column = TargetColumn.Complete(Series, target, request.Missing, Choice.Train.From, Choice.Test.From);
        Split = new ForecastSplit(Column, target, Choice.Train, Choice.Test, request.Window);
        Networks = [.. request.Recipes.Select(recipe => new NetworkForecaster(recipe))];
        foreach (NetworkForecaster network in Networks)
            network.Build(Split.Window);
        Comparison = new Comparison(Split);
    }

    public ForecastRequest Request { get; }

    /// <summary>The table as it was read.</summary>
    public TimeSeries Series { get; }

    public SplitChoice Choice { get; }

    /// <summary>The target alone, missing values treated.</summary>
    public TimeSeries Column { get; }

    public ForecastSplit Split { get; }

    public Comparison Comparison { get; }

    /// <summary>Built, not yet trained.</summary>
    public IReadOnlyList<NetworkForecaster> Networks { get; }

    public int StepsPerEpoch
    {
        get
        {
            int batch = Request.Recipes[0].Training.BatchSize;
            return (Split.TrainWindowCount + batch - 1) / batch;
        }
    }
}
