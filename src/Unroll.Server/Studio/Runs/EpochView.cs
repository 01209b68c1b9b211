namespace Unroll.Server;

/// <summary>An epoch of a network; names are a contract with the page.</summary>
/// <param name="Number">Of all epochs of the run, from 1, one after the other: who misses one can ask for it.</param>
/// <param name="Epoch">From 1, of this fit of this network.</param>
/// <param name="Seconds">Since training began, pauses left out.</param>
/// <param name="Series">Of the part that errors and forecast are of: the first.</param>
/// <param name="Parts">How many series and targets the network forecasts in all.</param>
/// <param name="Unit">What the errors are.</param>
/// <param name="IsLearnt">Whether the network learns from the rows that the errors are of: they then say how well it fits alone.</param>
/// <param name="Validation">Errors of the validation rows, the newest training rows; never of test rows. Null where they were not
/// measured: that takes time, and only so much of it that training is not held up.</param>
/// <param name="BeatenByRidge">Whether ridge regression has the smaller error.</param>
/// <param name="Gradients">The norm of dL/dh at each step of the window, the oldest first; null where it was not measured.</param>
/// <param name="IsKept">Whether the network is trained, and this is the epoch whose weights it keeps, told once more.</param>
/// <param name="Fan">The forecast as it is now; null where it was not made.</param>
internal sealed record EpochView(
    int Number,
    NetworkView Network,
    int Epoch,
    int Epochs,
    double Loss,
    double? ValidationLoss,
    double LearningRate,
    double Seconds,
    string Series,
    string Target,
    int Parts,
    string Unit,
    bool IsLearnt,
    ValidationView? Validation,
    bool? BeatenByRidge,
    double[]? Gradients,
    bool IsKept,
    FanView? Fan);

/// <param name="Index">From 0, of all fits of all networks of the run.</param>
/// <param name="Member">From 1, of those that are averaged.</param>
/// <param name="Fitting">choosing (validation rows held back), final (all training rows) or again (all rows).</param>
internal sealed record NetworkView(int Index, string Name, int Member, int Members, string Fitting);

/// <summary>Errors of the same rows.</summary>
/// <param name="Ridge">Of least squares, which the network corrects; null where it corrects nothing.</param>
internal sealed record ValidationView(double Network, double? Ridge, double Naive, ByStepView ByStep);

internal sealed record ByStepView(double[] Network, double[] Ridge, double[] Naive);

/// <summary>A forecast from the newest validation origin.</summary>
internal sealed record FanView(string[] Dates, double[] Actual, double[] Value, IntervalView[] Intervals, HistoryView History);

internal sealed record IntervalView(double Level, double[] Lower, double[] Upper);

internal sealed record HistoryView(string[] Dates, double[] Values);

/// <summary>How far a run is.</summary>
/// <param name="Stage">choosing, fitting, training, judging or done.</param>
/// <param name="Share">Of the whole run, 0 to 1.</param>
/// <param name="LeftSeconds">An estimate; null where nothing is done yet.</param>
internal sealed record ProgressView(string Stage, string Forecaster, int Done, int Count, double Share, double? LeftSeconds);
