namespace Unroll.Forecasting;

/// <summary>What a forecaster is at.</summary>
public enum ForecastStage
{
    /// <summary>It tries inputs on the newest training rows; counted are those that it has tried.</summary>
    Choosing,

    /// <summary>It fits series; counted are series and targets.</summary>
    Fitting,

    /// <summary>It trains networks; counted are epochs, those that early stopping leaves out among them.</summary>
    Training,

    /// <summary>It forecasts rows that it has not learnt from; counted are series and targets, or forecasters.</summary>
    Judging,

    /// <summary>All is done: the last event of every call.</summary>
    Done,
}

/// <summary>
/// One moment of a fit, or of judging: who is at work on what, and how far the whole call is. Events come one after the other, never from
/// two threads at once, and end with <see cref="ForecastStage.Done"/>.
/// </summary>
/// <remarks>
/// The call waits until Report has ended, so that Report can let it pause. To the time of a <see cref="TimeBudget"/> this counts, unless
/// it is held meanwhile: <see cref="TimeBudget.Pause"/>.
/// </remarks>
/// <example><code>
/// sealed class Printed : IProgress&lt;ForecastEvent&gt;
/// {
///     public void Report(ForecastEvent value) =>
///         Console.WriteLine($"{value.Share:P0}  {value.Forecaster}: {value.Done} of {value.Count}, {value.Left} left");
/// }
///
/// blend.Fit(task, new Printed());
/// </code></example>
public readonly record struct ForecastEvent
{
    /// <summary>The name of the forecaster that is at work; of a blend the member.</summary>
    public string Forecaster { get; init; }

    /// <summary>What it is at.</summary>
    public ForecastStage Stage { get; init; }

    /// <summary>How much of the stage is done, of <see cref="Count"/>; 0 where a stage begins.</summary>
    public int Done { get; init; }

    /// <summary>How much there is to do in the stage.</summary>
    public int Count { get; init; }

    /// <summary>
    /// The share of the whole call that is done, 0 to 1, by what each stage usually takes: never below that of an
    /// event before, 1 at the end.
    /// </summary>
    public double Share { get; init; }

    /// <summary>Since the call began, without the time that was taken by whoever is told.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>How long the call may still take, an estimate from <see cref="Share"/>; null where nothing is done yet.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>
    /// With <see cref="ForecastStage.Training"/>, but for its first event: how far the networks are, all of a
    /// forecaster as one long training.
    /// </summary>
    public TrainingEvent? Training { get; init; }

    /// <summary>
    /// Where an epoch of a network ended: that network, and what it forecasts by now; otherwise null. To be looked at within
    /// <see cref="IProgress{T}.Report"/>, which the training waits for: a <see cref="Progress{T}"/> reports too late.
    /// </summary>
    public NetworkEpoch? Network { get; init; }

    /// <summary>
    /// Where the training of a network ended: that network with the weights that it keeps, at the epoch that they are of, which need not be
    /// the last; otherwise null. It is looked at as <see cref="Network"/> is.
    /// </summary>
    public NetworkEpoch? Kept { get; init; }
}
