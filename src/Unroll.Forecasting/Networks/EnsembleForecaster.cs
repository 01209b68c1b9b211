namespace Unroll.Forecasting;

/// <summary>
/// The default recipe: least squares on all inputs, an ensemble of recurrent networks trained on what that leaves, and the weights that
/// these and the simple baselines deserve on the newest training rows. All of it is then fitted anew to all training rows.
/// </summary>
/// <remarks>
/// Each network reads the T rows before the predicted ones and, where something is known of the rows to come (the calendar, known
/// columns), those H rows too, and corrects the linear forecast of each of the H. The correction starts from 0, so that a network that
/// finds nothing leaves the linear forecast as it is. Networks on the residuals of a linear model: Zhang (2003), the other way round
/// than usual only in that both see all inputs.
/// </remarks>
public sealed class EnsembleForecaster : INetworkForecaster
{
    /// <summary>Errors on more rows after training than this tell no more of the next one.</summary>
    private const int MostObserved = 250;

    private readonly EnsembleRecipe _recipe;
    private EnsembleState? _state;
    private Model? _shown;

    public EnsembleForecaster(EnsembleRecipe recipe)
    {
        EnsembleRecipe.Check(recipe);
        _ = Heads.LossOf(recipe.Head);
        _recipe = recipe;
        Name = recipe.Network.Name;
    }

    internal EnsembleForecaster(EnsembleState state)
        : this(EnsembleRecipe.Of(state)) => _state = state;

    /// <summary>One that was trained as a part of something larger.</summary>
    internal EnsembleForecaster(EnsembleState state, EnsembleRecipe recipe, History? history, TimeSpan took)
        : this(recipe) => (_state, History, TrainingTime) = (state, history, took);

    public string Name { get; }

    public NetworkRecipe Recipe => _recipe.Network;

    public Action<TrainingEvent>? OnEvent { get; set; }

    public History? History { get; private set; }

    public TimeSpan TrainingTime { get; private set; }

    public int Members => _recipe.Members;

    /// <summary>What its networks say of each row.</summary>
    public ForecastHead Head => _recipe.Head;

    public ForecastInputs Inputs => new()
    {
        Past = [.. State.Columns.Except(State.Plan.Known.Select(column => column.Name))],
        Known = [.. State.Plan.Known.Select(column => column.Name)],
        Calendar = State.Plan.Calendar is not null || State.Plan.Memory || State.Plan.Seasons.Count > 0,
    };

    /// <summary>H, how many rows ahead it predicts.</summary>
    public int Steps => _recipe.Steps;

    /// <summary>Whether each row ahead has its own output, or predictions are fed back.</summary>
    public Strategy Strategy => _recipe.Strategy;

    public Model Model => _state?.Networks[0] ?? _shown ?? throw NotFitted();

    public string Target => State.Plan.Target;

    public int Window => State.Plan.Window;

    public (DateTime First, DateTime Last) TrainedOn => (State.TrainedFrom, State.TrainedTo);

    /// <summary>
    /// What the forecast <paramref name="step"/> rows ahead is made of, by name, with weights above 0 that sum to 1: least squares with the
    /// networks' corrections (under the name of their cell) and without (ridge), and baselines. The same for every step where predictions
    /// are fed back.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, double>> Weights(int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, Steps);
        return
        [
            .. from part in State.Parts
               let weight = part.Weights[Strategy == Strategy.Recursive ? 0 : step - 1]
               where weight > 0
               select KeyValuePair.Create(part.Forecaster?.Name ?? (part.Corrected ? Name : LinearForecaster.DefaultName), weight),
        ];
    }

    /// <summary>The newest training rows as they were predicted without having been learnt from: what intervals are calibrated on.</summary>
    public HorizonForecast Calibration => State.Calibration;

    /// <summary>The inputs that were chosen, in words.</summary>
    public string InputsInWords => State.Plan.InWords();

    /// <summary>The calibration rows with the head's quantiles.</summary>
    internal Foreseen Calibrating => new(State.Calibration, State.CalibrationQuantiles);

    internal EnsembleState State => _state ?? throw NotFitted();

    /// <inheritdoc/>
    public Model Build(ForecastSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return _shown = EnsembleTraining.Build(_recipe, [new TrainingSeries([split])]);
    }

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is kept.</exception>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var training = new EnsembleTraining(_recipe, [new TrainingSeries([split])], moment => OnEvent?.Invoke(moment), cancellationToken);
        _state = training.Run()[0][0];
        (History, TrainingTime) = (training.History, training.Elapsed);
    }

    public double[] Predict(ForecastSplit split) => PredictAhead(split, 1).Predicted(1);

    public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

    /// <inheritdoc/>
    /// <remarks>Rows at the end of <paramref name="series"/> that have no target value yet may hold the values of known columns.</remarks>
    public double[] PredictAhead(TimeSeries series, int steps) => Next(Framed(series, steps), series, steps, false).Values;

    /// <inheritdoc/>
    public HorizonForecast PredictAhead(ForecastSplit split, int steps) => Foresee(split, steps, false).Values;

    /// <summary>The same, with the quantiles of the head.</summary>
    internal Foreseen Foresee(ForecastSplit split, int steps) => Foresee(split, steps, true);

    /// <summary>The rows after the last one, and [H, K] quantiles of them where the networks have a head.</summary>
    internal (double[] Values, double[]? Quantiles) Foresee(TimeSeries series, int steps)
    {
        (double[] values, HorizonQuantiles? quantiles) = Next(Framed(series, steps), series, steps, true);
        return (values, quantiles?.Ahead[0]);
    }

    private Foreseen Foresee(ForecastSplit split, int steps, bool withQuantiles)
    {
        ArgumentNullException.ThrowIfNull(split);
        EnsembleState state = Checked(steps);
        split.RequireTestRows(steps);
        var frame = new InputFrame(split.Table, state.Plan);
        int first = split.Table.Rows - split.Test.Count - 1;
        if (first < frame.FirstOrigin)
            throw new UnrollException($"Only {first + 1} rows come before the test range {split.TestRange}, but the {Name} looks at {frame.FirstOrigin + 1}. Use a longer --train range.");
        (double[][] ahead, HorizonQuantiles? quantiles) = state.Ahead(frame, first, split.Test.Count - steps + 1, steps, Baseline, withQuantiles);
        return new Foreseen(new HorizonForecast(split.Test.Values, ahead), quantiles);

        double[][] Baseline(BaselineForecaster part)
        {
            HorizonForecast forecast = part.PredictAhead(split, steps);
            return [.. Enumerable.Range(0, forecast.Origins).Select(origin => forecast.From(origin).ToArray())];
        }
    }

    /// <summary>
    /// The rows after the last one of <paramref name="series"/> with intervals: calibrated on the newest training rows, then led by the
    /// errors on rows after them as far as the series has any (<see cref="AdaptiveConformal"/>). Where the networks have a head they are its
    /// quantiles, calibrated so (<see cref="AdaptiveConformalQuantiles"/>).
    /// </summary>
    /// <returns>[steps] predictions, and for each nominal level [steps] intervals around them.</returns>
    /// <exception cref="UnrollException">As <see cref="PredictAhead(TimeSeries, int)"/>; a level is not between 0 and 1.</exception>
    public (double[] Values, PredictionInterval[][] Intervals) PredictAhead(TimeSeries series, int steps, IReadOnlyList<double> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        InputFrame frame = Framed(series, steps);
        EnsembleState state = State;
        (double[] ahead, HorizonQuantiles? said) = Next(frame, series, steps, true);
        int after = Math.Max(frame.FirstOrigin, Math.Max(series.CountBefore(state.TrainedTo), frame.Rows - 1 - MostObserved));
        int count = frame.Rows - 1 - after;
        (double[][] since, HorizonQuantiles? saidSince) = count > 0
            ? state.Ahead(frame, after, count, Steps, part => [.. Enumerable.Range(after + 1, count).Select(rows => part.PredictAhead(series.Head(rows), Steps))], true)
            : ([], null);
        if (said is not null)
        {
            var all = new HorizonQuantiles(Steps, [.. saidSince?.Ahead ?? [], said.Ahead[0]]);
            PredictionInterval[][] bySteps = [.. Enumerable.Range(1, steps).Select(h => Foreseen.Next(Calibrating, Known(h), all, h, levels))];
            return (ahead, [.. Enumerable.Range(0, levels.Count).Select(k => Array.ConvertAll(bySteps, row => row[k]))]);
        }

        return (ahead, [.. levels.Select(level => Enumerable.Range(1, steps).Select(step => Around(step, level)).ToArray())]);

        PredictionInterval Around(int h, double level)
        {
            var conformal = new AdaptiveConformal(state.Calibration.Actual(h), state.Calibration.Predicted(h), level, h);
            double[] known = Known(h);
            if (known.Length > 0)
                conformal.Over(known, [.. since[..known.Length].Select(values => values[h - 1])]);
            return conformal.Around(ahead[h - 1]);
        }

        // What came h rows after each of the origins.
        double[] Known(int h) => [.. Enumerable.Range(after + h, Math.Max(0, count - h + 1)).Select(frame.Value)];
    }

    public void Save(string path) => EnsembleFile.Write(path, State);

    /// <summary>The rows of a table as inputs, once it is sure that they are enough to predict from.</summary>
    private InputFrame Framed(TimeSeries series, int steps)
    {
        ArgumentNullException.ThrowIfNull(series);
        EnsembleState state = Checked(steps);
        var frame = new InputFrame(series.Select([state.Plan.Target, .. state.Columns]), state.Plan, Steps);
        if (frame.Rows <= frame.FirstOrigin)
            throw new UnrollException($"{series.Name} has {frame.Rows} rows with a {Target}, but the {Name} looks at the newest {frame.FirstOrigin + 1} to predict the next {Target}. Give it at least {frame.FirstOrigin + 1} rows.");
        frame.RequireKnown(series, steps);
        return frame;
    }

    private (double[] Values, HorizonQuantiles? Quantiles) Next(InputFrame frame, TimeSeries series, int steps, bool withQuantiles)
    {
        (double[][] values, HorizonQuantiles? quantiles) = State.Ahead(frame, frame.Rows - 1, 1, steps, part => [part.PredictAhead(series.Head(frame.Rows), steps)], withQuantiles);
        return (values[0], quantiles);
    }

    private EnsembleState Checked(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return steps <= Steps ? State : throw new UnrollException($"The {Name} was trained to predict {Steps} {(Steps == 1 ? "row" : "rows")} ahead, not {steps}. Train it with --horizon {steps}.");
    }

    private InvalidOperationException NotFitted() => new($"The {Name} forecaster is not fitted yet. Call Fit first.");
}
