using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The training and the layers of a forecaster that has networks.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Key">What files call it.</param>
/// <param name="Parameters">How many numbers training set, all networks together.</param>
/// <param name="Seconds">How long the fit took.</param>
/// <param name="Training">The training loss of each epoch of the first network; empty where it was loaded and not trained.</param>
/// <param name="Validation">The validation loss; null where there was none.</param>
/// <param name="Summary">The layers as a table in a fixed-width font.</param>
internal sealed record ReportedNetwork(
    string Name, string Key, long Parameters, double Seconds, IReadOnlyList<double> Training, IReadOnlyList<double>? Validation,
        string Summary)
{
    public static ReportedNetwork Of(PartsForecaster forecaster)
    {
        IReadOnlyList<EpochRecord> epochs = forecaster.History?.Epochs ?? [];
        int members = forecaster.Networks.Count;
        return new ReportedNetwork(
            forecaster.Name,
            ((IForecaster)forecaster).Key,
            forecaster.Parameters,
            forecaster.FitTime.TotalSeconds,
            [.. epochs.Select(epoch => epoch.Loss)],
            epochs.Any(epoch => epoch.ValidationLoss is not null) ? [.. epochs.Select(epoch => epoch.ValidationLoss ?? double.NaN)] : null,
            (members > 1 ? $"{members} networks like this one\n\n" : "") + forecaster.Networks[0].Summary());
    }
}
