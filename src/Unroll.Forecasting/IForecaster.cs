namespace Unroll.Forecasting;

/// <summary>Something that predicts the next value of one column. Networks and simple rules share this contract and are judged alike.</summary>
public interface IForecaster
{
    /// <summary>What tables and charts call it.</summary>
    string Name { get; }

    /// <summary>Learns from <see cref="ForecastSplit.Train"/> and nothing else.</summary>
    void Fit(ForecastSplit split, CancellationToken cancellationToken = default);

    /// <summary>One value a test row, in the target's units, each from rows before that row only.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Fit"/> has not been called.</exception>
    double[] Predict(ForecastSplit split);

    /// <summary>The value of the target after the last row of <paramref name="series"/>, in its units.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">The target is not among the columns, or too few of its newest values are there.</exception>
    double PredictNext(TimeSeries series);
}
