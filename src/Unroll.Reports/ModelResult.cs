using Unroll.Forecasting;

namespace Unroll.Reports;

/// <summary>One trained network and how it did on the test range.</summary>
public sealed record ModelResult
{
    /// <summary>The name shown everywhere, for example <c>LSTM</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How many numbers the network learnt.</summary>
    public required long Parameters { get; init; }

    /// <summary>How many epochs it was trained for.</summary>
    public required int Epochs { get; init; }

    /// <summary>The training loss of the last epoch; NaN or infinite when training broke down.</summary>
    public required double FinalLoss { get; init; }

    /// <summary>Training time in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The seed of the initial weights, shuffles and dropout masks.</summary>
    public required long Seed { get; init; }

    /// <summary>Root mean squared error over the test range, in the target's units.</summary>
    public required double Rmse { get; init; }

    /// <summary>Mean absolute error over the test range, in the target's units.</summary>
    public required double Mae { get; init; }

    /// <summary>Mean absolute percentage error over the test range, in percent (1.25 means 1.25 %).</summary>
    public required double Mape { get; init; }

    /// <summary>1 − RMSE / naive RMSE: above 0 the network beats the naive forecast.</summary>
    public required double Skill { get; init; }

    /// <summary>The forecast for each of <see cref="ForecastReport.TestDates"/>; NaN where there is none.</summary>
    public required IReadOnlyList<double> Predictions { get; init; }

    /// <summary>The training loss of each epoch, from the first.</summary>
    public required IReadOnlyList<double> LossByEpoch { get; init; }

    /// <summary>The validation loss of each epoch, when there was a validation split.</summary>
    public IReadOnlyList<double>? ValidationLossByEpoch { get; init; }

    /// <summary>The layers as a table in a fixed-width font.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The forecast for the first value after the series, when it was made.</summary>
    public double? NextPrediction { get; init; }

    internal static ModelResult Of(NetworkForecaster network, ForecastScore score, TimeSeries series)
    {
        History history = network.History ?? throw new ArgumentException($"The {network.Name} was loaded, not trained: there is no training to report.", nameof(network));
        return new ModelResult
        {
            Name = network.Name,
            Parameters = network.Model.ParameterCount,
            Epochs = history.Epochs.Count,
            FinalLoss = history.FinalLoss,
            Seconds = history.Duration.TotalSeconds,
            Seed = network.Recipe.Training.Seed,
            Rmse = score.Rmse,
            Mae = score.Mae,
            Mape = score.Mape ?? double.NaN,
            Skill = score.Skill,
            Predictions = score.Predictions,
            LossByEpoch = [.. history.Epochs.Select(epoch => epoch.Loss)],
            Summary = network.Model.Summary().ToString(),
            NextPrediction = Next(network, series),
        };
    }

    /// <summary>Null where a missing value among the newest leaves nothing to predict from.</summary>
    private static double? Next(NetworkForecaster network, TimeSeries series) =>
        series[network.Target].Values[^network.Window..].Contains(double.NaN) ? null : network.PredictNext(series);
}
