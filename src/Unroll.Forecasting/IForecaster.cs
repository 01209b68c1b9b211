namespace Unroll.Forecasting;

/// <summary>
/// Something that forecasts the parts of a task. Baselines, ridge regression, networks and the blend of them share this contract: they are
/// fitted alike, judged alike (<see cref="Comparison"/>), saved and loaded alike (<see cref="ForecastFile"/>).
/// </summary>
public interface IForecaster
{
    /// <summary>What tables and charts call it: LSTM, seasonal naive.</summary>
    string Name { get; }

    /// <summary>What files and options call it: lstm, seasonal-naive.</summary>
    string Key => Name.ToLowerInvariant().Replace(' ', '-');

    /// <summary>What it is made of.</summary>
    ForecasterKind Kind => ForecasterKind.Baseline;

    /// <summary>How many numbers training set, all networks together; 0 where that says nothing.</summary>
    long Parameters => 0;

    /// <summary>How long the last fit took, with the time of what an earlier run or another machine did of it.</summary>
    TimeSpan FitTime => TimeSpan.Zero;

    /// <summary>What was found in fitting, in sentences: inputs, transforms, shares.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>Learns from the training rows of every part and from nothing else.</summary>
    /// <param name="task">What is asked.</param>
    /// <param name="progress">Told how far it is, by one thread at a time.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the forecaster is as it was before the call.</exception>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    void Fit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Fits again to the training rows of a task that has more of them, with the choices (inputs, epochs, shares) that <see cref="Fit"/>
    /// made. What it forecasts of the new rows before it learns from them is what intervals are made of from then on.
    /// </summary>
    /// <param name="task">Usually <see cref="ForecastTask.Whole"/>.</param>
    /// <param name="progress">As for <see cref="Fit"/>.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the forecaster is as it was before the call.</exception>
    void Refit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default) =>
        Fit(task, progress, cancellationToken);

    /// <summary>
    /// Forecasts of the test rows of every part, H rows ahead, from every row that is followed by H test rows; the first origin is the row
    /// before the test rows. Each sees rows up to its origin only; what was fitted stays as it is.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">There are fewer than H test rows, or too few rows before them.</exception>
    Forecast Predict(ForecastTask task);

    /// <summary>
    /// Forecasts of the rows to come: of every series of <paramref name="data"/> and every target, <paramref name="steps"/> rows after the
    /// newest row that has a value of the target. Rows after it give dates and known columns.
    /// </summary>
    /// <param name="data">One or many series; a <see cref="TimeSeries"/> is a set of one.</param>
    /// <param name="steps">H, at most what it was fitted for.</param>
    /// <param name="missing">What to do with missing values of the target before its newest value; null for what was
    /// done in training.</param>
    /// <exception cref="InvalidOperationException"><see cref="Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">A column is not there, or too few of its newest values are.</exception>
    Forecast Predict(SeriesSet data, int steps, MissingPolicy? missing = null);
}
