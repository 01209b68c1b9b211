namespace Unroll.Forecasting;

/// <summary>What a baseline was asked for, so that one from a file fits a series that was not there in training as it did before.</summary>
/// <param name="Period">m, where it was given.</param>
/// <param name="Periods">Those of STL, where they were given.</param>
/// <param name="Order">The model of ARIMA, where it was given.</param>
/// <param name="Models">How many models of ARIMA are fitted at most.</param>
/// <param name="IsCorrected">Whether Croston's forecast is corrected for its bias.</param>
/// <param name="Share">α of intermittent demand, where it was given.</param>
/// <param name="Ets">The model of exponential smoothing, where it was given.</param>
/// <param name="Lags">L of least squares, where it was given.</param>
/// <param name="Ridge">λ of least squares.</param>
internal sealed record BaselineOptions(
    int? Period = null,
    int[]? Periods = null,
    ArimaOrder? Order = null,
    int Models = ArimaSearch.ModelsAtMost,
    bool IsCorrected = true,
    double? Share = null,
    EtsModel? Ets = null,
    int? Lags = null,
    double Ridge = 0);
