namespace Unroll.Forecasting;

/// <summary>A forecaster that also predicts several rows ahead, h = 1..H, from what is known at one row, its origin.</summary>
public interface IHorizonForecaster : IForecaster
{
    /// <summary>The target in each of the <paramref name="steps"/> rows after the last row of <paramref name="series"/>, in its units.</summary>
    /// <returns>H values, the nearest first.</returns>
    /// <exception cref="InvalidOperationException"><see cref="IForecaster.Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">The target is not among the columns, or too few of its newest values are there.</exception>
    double[] PredictAhead(TimeSeries series, int steps);

    /// <summary>
    /// Predictions for the test rows from every row that is followed by H test rows; the first origin is the row before the test
    /// range. Each sees the rows up to its origin only; what was fitted in training stays as it is.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="IForecaster.Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">There are fewer than H test rows.</exception>
    HorizonForecast PredictAhead(ForecastSplit split, int steps);
}
