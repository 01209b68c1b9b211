using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Runs a network over windows of rows.</summary>
/// <param name="windows">[n, T, F], scaled.</param>
/// <param name="outputs">[n, outputs], all to be written.</param>
public delegate void WindowFunction(ReadOnlySpan<float> windows, Span<float> outputs);

/// <summary>
/// A network that was trained elsewhere, as it is: nothing of it is learnt anew. It is judged beside the naive forecast and the other
/// baselines like all forecasters, each test row forecast from the T rows before it. Scalers that were not given are fitted on training
/// rows. It has no intervals: what it forecast of rows that it may have learnt from says nothing of its errors.
/// </summary>
/// <remarks>
/// Further ahead than the network goes, its forecasts take the place of the rows that are not known yet, where it sees the target alone or
/// forecasts all of its columns; otherwise that is refused.
/// </remarks>
/// <example><code>
/// var options = new PretrainedOptions { Columns = ["Close", "Volume"], TrainedOn = "..2020" };
/// var pretrained = new PretrainedForecaster(Model.Load("network.unroll"), options);
/// var task = new ForecastTask(prices, pretrained.AsNeeded(new TaskOptions { Targets = ["Close"] }));
/// pretrained.Fit(task);
/// var comparison = new Comparison(task);
/// Console.WriteLine(comparison.Verdict(comparison.Add(pretrained)));
/// </code></example>
public sealed class PretrainedForecaster : PartsForecaster
{
    private readonly WindowFunction _run;
    private readonly PretrainedLayout _layout;

    /// <param name="model">Of one input (T, F), or (T), and one output: one number, K numbers, or one a row.</param>
    /// <param name="options">What the model does not say; null for windows of the target, minmax, and the next value.</param>
    /// <exception cref="UnrollException">The model has other inputs or outputs, the columns do not fit, or its outputs can be read
    /// in two ways.</exception>
    public PretrainedForecaster(Model model, PretrainedOptions? options = null)
        : this(CountParameters(model, options), model.InputShape, model.OutputShape, (windows, outputs) => model.Predict(windows, outputs),
            options) =>
        Network = model;

    /// <summary>A network that is not one of Unroll's, as a function.</summary>
    /// <param name="input">Of one window: (T, F).</param>
    /// <param name="output">For one window.</param>
    /// <param name="run">Called from several threads.</param>
    /// <param name="options">As for a model.</param>
    /// <exception cref="UnrollException">As for a model.</exception>
    public PretrainedForecaster(Shape input, Shape output, WindowFunction run, PretrainedOptions? options = null)
        : this(0, input, output, run, options)
    {
    }

    private PretrainedForecaster(long parameters, Shape input, Shape output, WindowFunction run, PretrainedOptions? options)
    {
        ArgumentNullException.ThrowIfNull(run);
        Options = options ?? new PretrainedOptions();
        Options.Validate();
        if (Options.Columns.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UnrollException($"The column {twice.Key} is named twice. Name each column once.") { Subject = "inputs" };
        (Parameters, _run, _layout) = (parameters, run, PretrainedLayout.Of(input, output, Options));
    }

    /// <summary>One that was loaded.</summary>
    internal PretrainedForecaster(
        Model model, PretrainedOptions options, FittedFacts facts, IEnumerable<(Part Part, PartFacts Facts, Scaler[] Scalers)> parts)
        : this(model, options)
    {
        Keep(facts, [.. parts.Select(part => ModelOf(part.Part, part.Facts, part.Scalers))]);
    }

    public override string Name => Options.Name;

    public override ForecasterKind Kind => ForecasterKind.Network;

    /// <summary>What was said of the network.</summary>
    public PretrainedOptions Options { get; }

    public override long Parameters { get; }

    /// <summary>Nothing: it was trained elsewhere.</summary>
    public override TimeSpan FitTime => TimeSpan.Zero;

    /// <summary>How many rows ahead the network itself gives; further rows are made of its own forecasts.</summary>
    public int RowsAhead => _layout.Rows;

    /// <summary>How the outputs are read; never <see cref="PretrainedOutputs.Found"/>.</summary>
    public PretrainedOutputs Outputs => _layout.Reads;

    public override IReadOnlyList<Model> Networks => Network is null ? [] : [Network];

    public override IReadOnlyList<string> Notes => Models.Count == 0
        ? []
        : [InWords(), .. Caveat is { } caveat ? [caveat] : Array.Empty<string>()];

    /// <summary>Null for a function.</summary>
    internal Model? Network { get; }

    /// <summary>The columns that have a scaler: those of a window and, where it is none of them, the target.</summary>
    internal IEnumerable<string> ScaledColumns => Options.Columns.Count == 0 ? Targets : ScaledBeside(Targets[0]);

    /// <summary>Where and until when the network was trained, in words, as <see cref="PretrainedOptions.TrainedOn"/> says.</summary>
    public string TrainingInWords => Options.TrainedOn?.ToString() is not { } range ? "trained elsewhere, until when is not known"
        : range.StartsWith("..", StringComparison.Ordinal) ? $"trained elsewhere, until {range[2..]} as given"
        : $"trained elsewhere, on rows of {range} as given";

    /// <summary>
    /// That it may have seen the rows that it is judged on; null where <see cref="PretrainedOptions.TrainedOn"/> is known.
    /// </summary>
    public string? Caveat => Options.TrainedOn is not null ? null
        : $"Up to which row {Name} was trained is not known: it may have seen the rows that it is judged on, and then its error here is "
            + "lower than in use.";

    private protected override bool GoesFurther => FeedsBack(Targets[0]);

    /// <summary>A task as the network needs it: its window, its columns, and test rows after those it was trained on.</summary>
    /// <param name="options">What else is asked, one target among it; the calendar is an input for others, not for the network.</param>
    public TaskOptions OptionsFor(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] others = [.. Options.Columns.Where(name => !options.Targets.Any(target => Same(name, target)))];
        ForecastInputs inputs = options.Inputs ?? new ForecastInputs { Calendar = true };
        return options with
        {
            Window = _layout.Window,
            Inputs = inputs with
            {
                Past =
                [.. inputs.Past.Union(others.Except(inputs.Known, StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase)]
            },
            Needed = [.. options.Needed.Union(others, StringComparer.OrdinalIgnoreCase)],
            Train = options.Train ?? Options.TrainedOn,
        };
    }

    /// <inheritdoc/>
    public override void Require(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Targets.Count > 1 && Options.Columns.Count > 0)
            throw new UnrollException($"{Name} reads {Options.Columns.Count} columns and forecasts one target, but {task.Targets.Count} "
                + "are asked for. Name one.")
            { Subject = "target" };
        string target = task.Targets[0];
        if (_layout.Reads == PretrainedOutputs.Columns && !Columns(target).Any(column => Same(column, target)))
            throw new UnrollException($"{Name} forecasts its own columns, of which {target} is none. Name one of them as the target.")
            { Subject = "target" };
        if (task.Horizon > _layout.Rows && !FeedsBack(target))
            throw new UnrollException($"{Name} forecasts {(_layout.Rows == 1 ? "1 row" : $"{_layout.Rows} rows")} ahead, and for "
                + $"{task.Horizon} nothing would take the place of its other columns. Ask for fewer rows.")
            { Subject = "horizon" };
        foreach (Part part in task.Parts)
        {
            ForecastSplit split = task[part];
            if (split.Window != _layout.Window && split.Train.Count < _layout.Window)
                throw new UnrollException($"{part} has {split.Train.Count} training rows, but {Name} looks at windows of "
                    + $"{_layout.Window}. Use a longer training range.")
                { Subject = "train" };
            if (split.Test.Count > 0 && Options.TrainedOn is { } trained && !trained.For(split.Table, "trained-until")
                .EndsBefore(split.TestRange))
                throw new UnrollException($"The test range {split.TestRange} begins before the rows {trained} end that {Name} was "
                    + "trained on. Judge it on rows after them.")
                { Subject = "test" };
            foreach (string column in Columns(target)
                .Where(column => !Same(column, target) && !split.Inputs.Columns.Contains(column, StringComparer.OrdinalIgnoreCase)))
                throw new UnrollException($"{Name} reads {column}, which is not among the inputs of the task. Add it to the past columns.")
                { Subject = "inputs" };
        }
    }

    /// <summary>The scales of one part by column: those of the columns and, where it is none of them, that of the target.</summary>
    /// <exception cref="InvalidOperationException"><see cref="PartsForecaster.Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">It was not fitted to the part.</exception>
    public IReadOnlyDictionary<string, ScalerState> ScalesOf(Part part)
    {
        _ = Facts;
        if (!Models.TryGetValue(part, out PartModel? known))
            throw new UnrollException($"{Name} was not fitted to {part}. Fit it to a task that has it.");
        var model = (PretrainedModel)known;
        return model.Names.Append(part.Target).Zip(model.Scalers)
            .ToDictionary(each => each.First, each => each.Second.State, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// What says that columns, scale or outputs are not those of the training, on the test rows of a task, a sentence each; none where
    /// nothing does.
    /// </summary>
    /// <param name="task">That it was fitted to.</param>
    /// <exception cref="InvalidOperationException"><see cref="PartsForecaster.Fit"/> has not been called.</exception>
    public IReadOnlyList<string> Doubts(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _ = Facts;
        foreach (Part part in task.Parts.Where(Models.ContainsKey))
        {
            var model = (PretrainedModel)Models[part];
            ForecastSplit split = task[part];
            double[] predicted = [.. Raw(model, split, 1).Values.Select(ahead => ahead[0])];
            string[] found = [.. PretrainedDoubts.Of(Name, model, split, _layout.Window, predicted)];
            if (found.Length > 0)
                return found;
        }

        return [];
    }

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run)
    {
        Require(task);
        Scaler[] ScalersOf(Part part) => FitScalers(task[part].Table.Head(task[part].Train.Count), part.Target);
        return [.. task.Parts.Select(part => ModelOf(part, PartFacts.WithStatedLimits(task[part], task.Options), ScalersOf(part)))];
    }

    /// <summary>Scalers belong to the network: those of known parts stay.</summary>
    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run)
    {
        Require(task);
        return [.. task.Parts.Select(part => ModelOf(
            part,
            PartFacts.WithStatedLimits(task[part], task.Options),
            Models.TryGetValue(part, out PartModel? known)
                ? ((PretrainedModel)known).Scalers
                : FitScalers(task[part].Table.Head(task[part].Train.Count), part.Target)))];
    }

    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        PartFacts facts = Models.Values.First().Facts with { TrainedFrom = table.FirstDate, TrainedTo = table.LastDate };
        return ModelOf(part, facts, FitScalers(table, part.Target));
    }

    /// <summary>Whether its forecasts can take the place of rows that are not known yet.</summary>
    private bool FeedsBack(string target) => _layout.Reads == PretrainedOutputs.Columns
        || (Columns(target) is [var only] && Same(only, target));

    private PretrainedModel ModelOf(Part part, PartFacts facts, Scaler[] scalers) =>
        new(_run, _layout, Columns(part.Target), scalers, Options.Gives, Name)
        {
            Part = part,
            Facts = facts with { Window = _layout.Window }
        };

    private IReadOnlyList<string> Columns(string target) => Options.Columns.Count == 0 ? [target] : Options.Columns;

    /// <summary>The scalers of the columns, and that of the target where it is none of them.</summary>
    private Scaler[] FitScalers(TimeSeries table, string target) => [.. ScaledBeside(target).Select(column => FitScalers(column, table))];

    private IEnumerable<string> ScaledBeside(string target)
    {
        IReadOnlyList<string> columns = Columns(target);
        return columns.Any(column => Same(column, target)) ? columns : columns.Append(target);
    }

    private Scaler FitScalers(string column, TimeSeries table)
    {
        Scaler scaler = Options.Scaling(column) ?? throw new ArgumentException($"The scaling of {Name} gives no scaler for {column}.");
        if (scaler.IsFitted)
            return scaler;
        double[] known = [.. table[column].Values.ToArray().Where(double.IsFinite)];
        if (known.Length == 0)
            throw new UnrollException($"{column} has no value in the training rows, so no scale can be fitted to it. Give its scale, or "
                + "use a longer training range.")
            { Subject = "scaler" };
        scaler.Fit(known);
        return scaler;
    }

    private string InWords()
    {
        var first = (PretrainedModel)Models.Values.First();
        string target = first.Part.Target;
        string[] columns = [.. first.Names.Select(name => Same(name, target) ? target : name)];
        string rows = _layout.Window == 1
            ? "the newest row"
            : string.Create(CultureInfo.InvariantCulture, $"windows of {_layout.Window:N0} rows");
        string listed = columns.Length == 1 ? columns[0] : $"{columns.Length} columns ({string.Join(", ", columns)})";
        string what = Options.Gives.Name == TargetTransform.None.Name ? "the value"
            : Options.Gives.Name == TargetTransform.Difference.Name ? "the difference to the newest value" : $"the {Options.Gives.Name} "
                + "change";
        string gives = _layout.Reads switch
        {
            PretrainedOutputs.Columns => $"all columns of the next row, {target} among them",
            PretrainedOutputs.EachStep => $"{what} of {target} after each row, of which the last counts",
            _ when _layout.Rows > 1 => $"{what} of {target} in the next {_layout.Rows} rows",
            _ => $"{what} of {target} in the next row",
        };
        return $"{Name} reads {rows} of {listed} and gives {gives}.";
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>How many parameters a model has that reads and gives one thing each.</summary>
    private static long CountParameters(Model model, PretrainedOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = options?.Name ?? new PretrainedOptions().Name;
        if (model.Inputs.Count != 1 || model.Outputs.Count != 1)
            throw new UnrollException($"{name} has {model.Inputs.Count} inputs and {model.Outputs.Count} outputs; what is judged has "
                + "one of each. Make a model of one input and one output of it.");
        return model.ParameterCount;
    }
}
