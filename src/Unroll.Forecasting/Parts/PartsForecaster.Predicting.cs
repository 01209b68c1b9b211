namespace Unroll.Forecasting;

/// <content>How test rows and rows to come are forecast, those of new series among them.</content>
public abstract partial class PartsForecaster
{
    /// <inheritdoc/>
    public Forecast Predict(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        RequireSteps(task.Horizon);
        Facts.RequireSameRows(task.Data);
        int steps = task.Horizon;
        using var watch = new ForecastWatch("predict", Key, task.Parts.Count);
        var forecast = new Forecast([.. task.Parts.Select(part =>
        {
            ForecastSplit split = task[part];
            split.RequireTestRows(steps);
            PartModel model = ModelOf(part, split.Table);
            RawForecast raw = Raw(model, split, steps);
            double[] actual = split.Test.ToArray();
            HorizonQuantiles? quantiles = model.Track is { } track
                ? new HorizonQuantiles(steps, track.Calibrate(raw, actual, model.Facts.Limits)) : null;
            return new PartForecast(part, PartRows.TestDates(split, steps), raw.Values, quantiles, actual, split.Table, model.Facts.Limits)
            {
                Note = model.NoteOn(split.Table),
            };
        })]);
        watch.Succeed();
        return forecast;
    }

    /// <inheritdoc/>
    public Forecast Predict(SeriesSet data, int steps, MissingPolicy? missing = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var watch = new ForecastWatch("predict", Key, data.Count);
        (IReadOnlyList<PartForecast> parts, IReadOnlyList<LeftOut> leftOut) =
            OfEach(data, steps, missing, (part, table) => Next(part, data, table, steps));
        watch.Succeed();
        return new Forecast(parts, leftOut);
    }

    /// <summary>Does something with every target of every series that can be forecast.</summary>
    /// <exception cref="UnrollException">There is none.</exception>
    private (IReadOnlyList<T> Parts, IReadOnlyList<LeftOut> LeftOut) OfEach<T>(
        SeriesSet data, int steps, MissingPolicy? missing, Func<Part, TimeSeries, T> make)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireSteps(steps);
        FittedFacts facts = Facts;
        facts.RequireSameRows(data);
        string[] targets = [.. facts.Targets];
        TimeSeries any = data[data.Keys[0]];
        ForecastInputs inputs = TaskTargets.Inputs(any, [.. targets.Select(target => any[target].Name)], Needed);
        var tables = new SeriesTables(data, targets, inputs, missing ?? facts.Missing, [.. inputs.Past], null);
        var made = new List<T>();
        var leftOut = new List<LeftOut>();
        UnrollException? first = null;
        foreach (string key in data.Keys)
        {
            try
            {
                TimeSeries table = tables.Table(key, null);
                made.AddRange([.. targets.Select(target => make(new Part(key, target), tables.Of(table, target)))]);
            }
            catch (UnrollException reason)
            {
                first ??= reason;
                leftOut.Add(new LeftOut(key, reason.Message));
            }
        }

        if (made.Count == 0)
            throw data.Count == 1 ? first! : new UnrollException($"No series of {data.Name} can be forecast. The first, "
                + $"{leftOut[0].Series}: {leftOut[0].Reason}")
            { Subject = first!.Subject };
        return (made, leftOut);
    }

    /// <summary>The test rows of a part as its model forecasts them, before intervals are made.</summary>
    internal RawForecast Raw(PartModel model, ForecastSplit split, int steps)
    {
        int first = split.Table.Rows - split.Test.Count - 1;
        if (first + 1 < model.NeededRows)
            throw new UnrollException($"Only {first + 1} rows of {model.Part} come before the test range {split.TestRange}, but the {Name} "
                + $"looks at {model.NeededRows}. Use a longer training range.")
            { Subject = "train" };
        return model.Ahead(split.Table, first, split.Test.Count - steps + 1, steps).Within(model.Facts.Limits);
    }

    /// <summary>A model for a series that was not there in training.</summary>
    /// <param name="part">The new part.</param>
    /// <param name="table">Its rows, up to the newest value.</param>
    /// <exception cref="UnrollException">It has too few rows.</exception>
    internal abstract PartModel Adapt(Part part, TimeSeries table);

    /// <summary>Whether a series that was not there in training has enough rows for <see cref="Adapt"/>.</summary>
    internal virtual bool CanAdapt(Part part, TimeSeries table) => true;

    /// <summary>The model of a part as a file of series describes it, static columns among them.</summary>
    private protected virtual PartModel Describe(PartModel model, SeriesSet data) => model;

    /// <summary>For a blend of this and others.</summary>
    internal PartModel DescribedBy(PartModel model, SeriesSet data) => Describe(model, data);

    /// <summary>
    /// What is forecast of the newest rows of a series that was not there in training, by a model that knows those before; null where they
    /// are too few.
    /// </summary>
    /// <param name="part">The new part.</param>
    /// <param name="table">Its rows.</param>
    /// <param name="adapt">Makes a model from rows.</param>
    private protected TrackRecord? TryOut(Part part, TimeSeries table, Func<TimeSeries, PartModel> adapt)
    {
        TimeSeries known = table.Head(table[part.Target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        int newest = new EnsembleRecipe { Steps = Horizon }.ValidationRows(known.Rows), before = known.Rows - newest;
        if (newest < Horizon || before < 1)
            return null;
        try
        {
            PartModel model = adapt(known.Head(before));
            if (before < model.NeededRows)
                return null;
            RawForecast raw = model.Ahead(known, before - 1, newest - Horizon + 1, Horizon).Within(model.Facts.Limits);
            return Array.TrueForAll(raw.Values, ahead => Array.TrueForAll(ahead, double.IsFinite))
                ? new TrackRecord(new HorizonForecast(known[part.Target].Values[before..], raw.Values), raw.Head)
                : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>The columns beside the target that models look at.</summary>
    internal static IReadOnlySet<string> ColumnsOf(IEnumerable<PartModel> models) => models.SelectMany(model => model.Columns)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private PartForecast Next(Part part, SeriesSet data, TimeSeries table, int steps)
    {
        int rows = table[part.Target].Values.LastIndexOfAnyExcept(double.NaN) + 1;
        TimeSeries known = table.Head(rows);
        PartModel model = Describe(ModelOf(part, known), data);
        int origin = RequireNeeded(model, table, rows, steps), wanted = steps;
        steps = Math.Max(wanted, IsKnown(model, table, origin, Horizon) ? Horizon : wanted);
        int trained = known.CountBefore(model.Facts.TrainedTo), after = FirstObserved(model, known), since = origin - after;
        RawForecast all = model.Ahead(table, after, since + 1, steps).Within(model.Facts.Limits);
        double[][] last = [all.Values[^1]];
        DateTime[] dates = PartRows.DatesFrom(table, origin, steps);
        if (Array.Exists(last[0], value => !double.IsFinite(value)))
            throw new UnrollException(
                $"The {Name} predicts no finite number for {part}: its training went wrong. Train it again with a smaller learning rate.");
        bool goesOn = after == trained && known.Dates[after] == model.Facts.TrainedTo;
        HorizonQuantiles? quantiles = (goesOn ? model.Track : model.Track?.WithoutLater()) is { } track
            ? new HorizonQuantiles(steps, track.Calibrate(all, known[part.Target].Values[(after + 1)..], model.Facts.Limits)[^1..])
            : null;
        return new PartForecast(part, dates[..(wanted + 1)], [last[0][..wanted]], quantiles?.First(wanted), [], table, model.Facts.Limits)
        {
            Note = model.NoteOn(known),
        };
    }

    /// <summary>The row from which forecasts are looked at that lead up to the newest row.</summary>
    private static int FirstObserved(PartModel model, TimeSeries known)
    {
        int origin = known.Rows - 1;
        return Math.Min(origin, Math.Max(model.NeededRows - 1, Math.Max(known.CountBefore(model.Facts.TrainedTo), origin - MostObserved)));
    }

    /// <summary>Whether the table says what is needed of the rows to come.</summary>
    private static bool IsKnown(PartModel model, TimeSeries table, int origin, int steps)
    {
        try
        {
            model.RequireKnown(table, origin, steps);
            return true;
        }
        catch (UnrollException)
        {
            return false;
        }
    }

    private PartModel ModelOf(Part part, TimeSeries table) => _models.TryGetValue(part, out PartModel? model) ? model : Adapt(part, table);

    /// <summary>Whether it can forecast further ahead than it was fitted for, from its own predictions.</summary>
    private protected virtual bool GoesFurther => false;

    private void RequireSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (steps > Horizon && !GoesFurther)
            throw new UnrollException($"The {Name} was fitted to forecast {Horizon} {(Horizon == 1 ? "row" : "rows")} ahead, not {steps}. "
                + "Fit it with a longer horizon.")
            { Subject = "horizon" };
    }
}
