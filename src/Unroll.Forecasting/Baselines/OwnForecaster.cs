namespace Unroll.Forecasting;

/// <summary>
/// A forecaster of your own, in about the lines that its equations have: what it learns from the rows of one part, as numbers, and what it
/// says of the rows to come. All else is the library's: it is fitted to every part, judged on rows that it has not learnt from, given
/// intervals that are made of its errors there, fitted again, compared, backtested, blended, and written to files.
/// </summary>
/// <remarks>
/// <para>Intervals are honest because <see cref="Learn"/> is called once more on the rows before the newest training rows, and
/// <see cref="Predict"/> can only see rows up to an origin. Both must depend on nothing but what they are given: they are called from
/// several threads.</para>
/// <para>To save one, and to load it, <see cref="ForecastKinds"/> must know it by its name. A forecaster that learns nothing is a function:
/// see <see cref="FunctionForecaster"/>. One that does everything otherwise implements <see cref="IForecaster"/>.</para>
/// </remarks>
/// <example>
/// <code>
/// sealed class HalfWayBack() : OwnForecaster("half way back")
/// {
///     protected override int NeededRows => 1;
///
///     protected override double[] Learn(PastRows rows, CancellationToken cancellation) => [rows.Values.ToArray().Average()];
///
///     protected override void Predict(PastRows rows, ReadOnlySpan&lt;double&gt; learnt, Span&lt;double&gt; ahead)
///     {
///         for (int h = 0; h &lt; ahead.Length; h++)
///             ahead[h] = learnt[0] + ((rows.Values[^1] - learnt[0]) * Math.Pow(0.5, h + 1));
///     }
/// }
///
/// ForecastKinds.Register(() => new HalfWayBack());
/// var blend = new BlendForecaster([new HalfWayBack(), new RidgeForecaster(), new NaiveForecaster()]);
/// </code>
/// </example>
public abstract class OwnForecaster : BaselineForecaster
{
    /// <param name="name">What tables, charts and files call it.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
#pragma warning disable RS0022 // What the base classes share with each other stays closed: none of it is protected.
    protected OwnForecaster(string name)
#pragma warning restore RS0022
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    public sealed override string Name { get; }

    /// <summary>
    /// What it is judged as: a baseline, that others are measured against, unless you say otherwise.
    /// </summary>
    public override ForecasterKind Kind => ForecasterKind.Baseline;

    /// <summary>The columns that it reads beside the target, each of which is an input of the task.</summary>
    public virtual IReadOnlyList<string> Columns => [];

    /// <summary>How many rows up to an origin <see cref="Predict"/> needs; at least 1.</summary>
    protected abstract int NeededRows { get; }

    /// <summary>What is learnt from the training rows of one part, as numbers that files keep; nothing by default.</summary>
    /// <param name="rows">The training rows, as they are known at the last of them.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UnrollException">There are too few rows, or none that it can learn from.</exception>
    protected virtual double[] Learn(PastRows rows, CancellationToken cancellation) => [];

    /// <summary>Forecasts of the rows after an origin.</summary>
    /// <param name="rows">What is known at the origin; at least <see cref="NeededRows"/> rows.</param>
    /// <param name="learnt">What <see cref="Learn"/> returned for the part.</param>
    /// <param name="ahead">H values, the nearest first, all to be written, in the target's units.</param>
    protected abstract void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead);

    private protected sealed override BaselineRule CreateRule() => new OwnRule(this);

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run)
    {
        Asked = (task.Horizon, InputsOf(task.Inputs));
        return base.FitParts(task, run);
    }

    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run)
    {
        Asked = (task.Horizon, InputsOf(task.Inputs));
        return base.RefitParts(task, run);
    }

    private protected override ForecastInputs AdaptedInputs => Asked.Inputs;

    /// <summary>What the fit asks, or the one that was loaded did.</summary>
    internal (int Horizon, ForecastInputs Inputs) Asked { get; set; } = (1, ForecastInputs.TargetOnly);

    internal int RowsNeeded => Math.Max(1, NeededRows);

    internal double[] LearnFrom(PastRows rows, CancellationToken cancellation) => Learn(rows, cancellation) ?? [];

    internal void PredictFrom(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead)
    {
        // What is not written is no forecast of 0.
        ahead.Fill(double.NaN);
        Predict(rows, learnt, ahead);
    }

    /// <summary>The inputs of a task that it reads.</summary>
    /// <exception cref="UnrollException">A column is not among them.</exception>
    internal ForecastInputs InputsOf(ForecastInputs inputs)
    {
        string[] Read(IReadOnlyList<string> columns) =>
            [.. columns.Where(name => Columns.Contains(name, StringComparer.OrdinalIgnoreCase))];
        var read = new ForecastInputs { Past = Read(inputs.Past), Known = Read(inputs.Known) };
        return Columns.FirstOrDefault(name => !read.Columns.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } missing
            ? throw new UnrollException(
                $"The {Name} forecast reads {missing}, which is not among the inputs of the task. "
                + "Add it to the past or the known columns.")
            { Subject = "features,known" }
            : read;
    }
}

/// <summary>What a forecaster of the user's own has learnt of one part.</summary>
/// <param name="owner">Whose equations count.</param>
/// <param name="learnt">Null where nothing was learnt yet.</param>
internal sealed class OwnRule(OwnForecaster owner, double[]? learnt = null) : BaselineRule
{
    private double[]? _learnt = learnt;

    public override string Name => owner.Name;

    public override int NeededRows => owner.RowsNeeded;

    public override BaselineState State => new(Name, Weights: _learnt);

    public override IEnumerable<string> Columns => owner.Columns;

    public override double[][] Ahead(TimeSeries table, int first, int count, int steps)
    {
        _ = Start(table, first, count);
        double[][] ahead = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        for (int i = 0; i < count; i++)
            owner.PredictFrom(new PastRows(table, Target, first + i, steps, owner.Asked.Inputs.Known), _learnt, ahead[i]);
        return ahead;
    }

    public override void RequireKnown(TimeSeries table, int origin, int steps)
    {
        foreach (string name in owner.Asked.Inputs.Known)
            KnownColumns.Require(table, name, Target, origin, steps);
    }

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        (int horizon, ForecastInputs inputs) = owner.Asked;
        _learnt = owner.LearnFrom(new PastRows(split.Table, split.Target, split.Train.Count - 1, horizon, inputs.Known), cancellationToken);
    }

    private protected override int FirstRow(ReadOnlySpan<DateTime> dates) => 0;
}
