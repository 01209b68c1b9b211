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

    /// <summary>The forecasts for the rows after the series, the nearest first; empty when none were made.</summary>
    public IReadOnlyList<NextValue> Next { get; init; } = [];

    /// <summary>RMSE 1..H rows ahead; empty where one row ahead is all that was judged.</summary>
    public IReadOnlyList<double> RmseByStep { get; init; } = [];

    /// <summary>Intervals and how they held; those one row ahead of the lowest level are the band in the chart.</summary>
    public IReadOnlyList<IntervalScore> Intervals { get; init; } = [];

    /// <summary>CRPS one row ahead and H rows ahead; empty where nothing calibrates intervals.</summary>
    public IReadOnlyList<CrpsScore> Crps { get; init; } = [];

    /// <summary>The intervals that the chart shows, one a test date; null for none.</summary>
    internal IReadOnlyList<PredictionInterval>? Band => Intervals.FirstOrDefault(score => score.Step == 1)?.Intervals;

    internal static ModelResult Of(INetworkForecaster network, ForecastScore score, TimeSeries series, int steps)
    {
        History history = network.History ?? throw new ArgumentException($"The {network.Name} was loaded, not trained: there is no training to report.", nameof(network));
        return new ModelResult
        {
            Name = network.Name,
            Parameters = (long)network.Members * network.Model.ParameterCount,
            Epochs = history.Epochs.Count,
            FinalLoss = history.FinalLoss,
            Seconds = network.TrainingTime.TotalSeconds,
            Seed = network.Recipe.Training.Seed,
            Rmse = score.Rmse,
            Mae = score.Mae,
            Mape = score.Mape ?? double.NaN,
            Skill = score.Skill,
            Predictions = score.Predictions,
            LossByEpoch = [.. history.Epochs.Select(epoch => epoch.Loss)],
            ValidationLossByEpoch = history.Epochs.Any(epoch => epoch.ValidationLoss is not null) ? [.. history.Epochs.Select(epoch => epoch.ValidationLoss ?? double.NaN)] : null,
            Summary = (network.Members > 1 ? $"{network.Members} networks like this one\n\n" : "") + network.Model.Summary(),
            Next = NextValues(network, series, steps),
            RmseByStep = score.RmseByStep,
            Intervals = score.Intervals,
            Crps = score.Crps,
        };
    }

    /// <summary>None where a missing value among the newest leaves nothing to predict from.</summary>
    private static NextValue[] NextValues(INetworkForecaster network, TimeSeries series, int steps)
    {
        try
        {
            IReadOnlyList<DateTime> dates = series.NextDates(steps);
            if (network is not EnsembleForecaster ensemble)
                return [.. network.PredictAhead(series, steps).Select((value, i) => new NextValue(dates[i], value, null))];
            (double[] values, PredictionInterval[][] intervals) = ensemble.PredictAhead(series, steps, [0.8]);
            return [.. values.Select((value, i) => new NextValue(dates[i], value, intervals[0][i]))];
        }
        catch (UnrollException)
        {
            return [];
        }
    }
}

/// <summary>A forecast for a row that is not there yet.</summary>
/// <param name="Date">When it is to be expected.</param>
/// <param name="Value">In the target's units.</param>
/// <param name="Interval">Where it is likely to lie; null where nothing says so.</param>
public readonly record struct NextValue(DateTime Date, double Value, PredictionInterval? Interval);
