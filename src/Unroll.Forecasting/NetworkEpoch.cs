namespace Unroll.Forecasting;

/// <summary>
/// One epoch of one network that a forecaster trains, as <see cref="ForecastEvent.Network"/> tells of it: whose it is, how far it is, and
/// on demand what it forecasts by now. Nothing is computed unless it is asked for, and looking changes no bit of the training.
/// </summary>
/// <example><code>
/// sealed class Watcher(Part part) : IProgress&lt;ForecastEvent&gt;
/// {
///     public void Report(ForecastEvent value)
///     {
///         if (value.Network is not { } epoch)
///             return;
///         NetworkForecast rows = epoch.Forecast(part);
///         Console.WriteLine($"{value.Forecaster} {epoch.Member} of {epoch.Members}, epoch {epoch.Moment.Epoch}: RMSE a row ahead "
///             + $"{rows.Network.RmseByStep()[0]}, ridge {rows.Linear?.RmseByStep()[0]}, naive {rows.Naive.RmseByStep()[0]}");
///     }
/// }
///
/// blend.Fit(task, new Watcher(task.Parts[0]));
/// </code></example>
public sealed class NetworkEpoch
{
    private readonly NetworkRows _rows;
    private readonly GradientRecorder? _recorder;
    private readonly BudgetClock? _clock;
    private volatile bool _isOver;

    /// <param name="model">The network, with the weights that the epoch is judged by.</param>
    /// <param name="moment">Of its own training.</param>
    /// <param name="rows">What it is looked at on.</param>
    /// <param name="recorder">Of this network alone; null where nobody records.</param>
    /// <param name="clock">Stands still while somebody looks; null for none.</param>
    internal NetworkEpoch(Model model, TrainingEvent moment, NetworkRows rows, GradientRecorder? recorder, BudgetClock? clock) =>
        (Model, Moment, _rows, _recorder, _clock) = (model, moment, rows, recorder, clock);

    /// <summary>Which of the networks of its forecaster it is, from 1.</summary>
    public int Member { get; internal init; } = 1;

    /// <summary>How many networks the forecaster trains, all alike but for their seeds.</summary>
    public int Members { get; internal init; } = 1;

    /// <summary>
    /// False while epochs are chosen: the network learns from the rows before the validation rows. True in the last fit, to all training
    /// rows, and in a fit to more rows.
    /// </summary>
    public bool IsFinal { get; internal init; }

    /// <summary>The end of the epoch, in the training of this network alone.</summary>
    public TrainingEvent Moment { get; }

    /// <summary>
    /// The network. Any thread may predict and <see cref="Model.Trace"/> with it at any time; after this moment it trains on.
    /// </summary>
    public Model Model { get; }

    /// <summary>What the network forecasts: targets of series.</summary>
    public IReadOnlyList<Part> Parts => _rows.Parts;

    /// <summary>
    /// How gradients flowed back in this network so far, the newest record last; empty unless the recipe has a recorder in
    /// <see cref="TrainingOptions.Gradients"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The moment is over.</exception>
    public IReadOnlyList<GradientRecord> Gradients
    {
        get
        {
            RequireNow();
            return _recorder is null ? [] : [.. _recorder.Records];
        }
    }

    /// <summary>
    /// What this network alone forecasts by now of the newest training rows, and beside it what least squares and the naive forecast say of
    /// the same. No test row is looked at. The time that it takes does not count towards a <see cref="TimeBudget"/>.
    /// </summary>
    /// <param name="part">One of <see cref="Parts"/>.</param>
    /// <exception cref="InvalidOperationException">The moment is over: training goes on when Report has ended.</exception>
    /// <exception cref="UnrollException">The network does not forecast the part, or there are too few training rows for a forecast as far
    /// ahead.</exception>
    public NetworkForecast Forecast(Part part)
    {
        RequireNow();
        if (!Parts.Contains(part))
        {
            string parts = NameList.Of([.. Parts.Select(each => each.ToString())]);
            throw new UnrollException($"The network does not forecast {part}. Ask for one of its Parts: {parts}.");
        }

        using IDisposable? pause = _clock?.Pause();
        return _rows.Of(Model, part);
    }

    /// <summary>The moment of the epoch whose weights a network keeps, out of that of its last one.</summary>
    internal static TrainingEvent KeptOf(History history, TrainingEvent last)
    {
        EpochRecord kept = history.Epochs[history.KeptEpoch - 1];
        return last with
        {
            Epoch = kept.Epoch,
            Loss = kept.Loss,
            ValidationLoss = kept.ValidationLoss,
            OutputLosses = kept.OutputLosses,
            Metrics = kept.Metrics,
            ValidationOutputLosses = kept.ValidationOutputLosses,
            ValidationMetrics = kept.ValidationMetrics,
            LearningRate = kept.LearningRate,
            IsLast = kept.Epoch == last.Epoch,
        };
    }

    /// <summary>Says that training goes on.</summary>
    internal void End() => _isOver = true;

    private void RequireNow()
    {
        if (_isOver)
        {
            throw new InvalidOperationException(
                "The epoch is over, and the network trains on. Look at it within the call of Report that tells of it.");
        }
    }
}

/// <summary>The newest training rows, which the networks of one stage of a fit are looked at on.</summary>
internal abstract class NetworkRows
{
    public abstract IReadOnlyList<Part> Parts { get; }

    /// <summary>What a network says of them with the weights that it has.</summary>
    public abstract NetworkForecast Of(Model network, Part part);
}
