namespace Unroll.Forecasting;

/// <summary>
/// The tutorial's forecaster: a recurrent network that predicts the next value of one column from the T values before it, one network for
/// every part. The scaler is fitted on training rows only. Further than one row ahead predictions take the place of the values that are not
/// known yet.
/// </summary>
public sealed class NetworkForecaster : PartsForecaster
{
    private History? _history;
    private Model? _shown;

    /// <param name="recipe">How the network is made and trained.</param>
    /// <exception cref="UnrollException">The recipe has no training or no scaler.</exception>
    public NetworkForecaster(NetworkRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.RequireParts();
        (Recipe, Name, Key) = (recipe, recipe.Name, recipe.Key);
    }

    /// <summary>One that was loaded.</summary>
    internal NetworkForecaster(string name, string scaler, FittedFacts facts, IReadOnlyList<NetworkModel> models)
    {
        (Recipe, Name, Key) = (new NetworkRecipe { Scaler = scaler }, name, NetworkRecipe.KeyOf(name));
        if (!Enum.GetValues<CellKind>().Any(cell => new NetworkRecipe { Cell = cell }.Name == name))
            Recipe = Recipe with { Label = name, Body = _ => [.. models[0].Network.Layers.SkipLast(1)] };
        Keep(facts, models);
    }

    public override string Name { get; }

    public override string Key { get; }

    public override ForecasterKind Kind => ForecasterKind.Network;

    /// <summary>How the network was asked for; of a loaded network only the scaler is known, and layers of your own.</summary>
    public NetworkRecipe Recipe { get; }

    public override History? History => _history;

    private protected override bool GoesFurther => true;

    public override IReadOnlyList<Model> Networks => Models.Count == 0
        ? (_shown is null ? [] : [_shown])
        : [.. Models.Values.Select(model => ((NetworkModel)model).Network)];

    public override long Parameters => Networks.Sum(network => (long)network.ParameterCount);

    /// <inheritdoc/>
    public override Model Show(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _shown = Create(task.Window);
    }

    /// <inheritdoc/>
    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run)
    {
        var models = new List<NetworkModel>();
        _history = null;
        foreach ((int i, Part part) in task.Parts.Index())
        {
            ForecastSplit split = task[part];
            FitRun own = run.Within(Name, i / (double)task.Parts.Count, (i + 1.0) / task.Parts.Count);
            Scaler scaler = Scaler.Create(Recipe.Scaler);
            scaler.Fit(split.Train);
            Model network = Create(split.Window);
            var facts = PartFacts.WithStatedLimits(split, task.Options);
            var model = new NetworkModel(network, scaler, Recipe.Training.Seed) { Part = part, Facts = facts };
            models.Add(model);
            GradientRecorder? recorder = Recipe.Training.Gradients?.For(part.ToString());
            var rows = new WindowRows(task, split, Recipe.Training, model);
            TrainingEvent last = default;
            NetworkEpoch EpochOf(TrainingEvent moment) => new(network, moment, rows, recorder, run.Clock) { IsFinal = true };
            try
            {
                History history = network.Fit(
                    split.TrainWindows(scaler), Recipe.Training with { Gradients = recorder },
                    moment =>
                    {
                        bool isEpoch = moment.Kind == TrainingEventKind.EpochEnded;
                        if (isEpoch)
                            last = moment;
                        own.Tell(moment, isEpoch ? EpochOf(moment) : null);
                    },
                    run.Cancellation);
                if (history.KeptEpoch > 0)
                    own.Tell(last with { Kind = TrainingEventKind.StepEnded }, null, EpochOf(NetworkEpoch.KeptOf(history, last)));
                _history ??= history;
            }
            catch (TrainingCanceledException stopped)
            {
                // The network has the best weights so far and can be saved.
                _history ??= stopped.History;
                if (stopped.History.KeptEpoch > 0)
                    Keep(FittedFacts.Of(task), models);
                throw new OperationCanceledException(stopped.Message, stopped, run.Cancellation);
            }
            catch (TrainingDivergedException diverged)
            {
                // The network has the last good weights and can be saved.
                _history ??= diverged.History;
                Keep(FittedFacts.Of(task), models);
                throw;
            }
        }

        return models;
    }

    private Model Create(int window)
    {
        var input = new Shape(window, 1);
        return Recipe.CreateModel(input).Build(input, Recipe.Training.Seed);
    }

    /// <inheritdoc/>
    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        // The nearest thing to a network of its own: that of the first part, in the scale of the new series.
        var first = (NetworkModel)Models.Values.First();
        Scaler scaler = Scaler.Create(Recipe.Scaler);
        scaler.Fit(table[part.Target]);
        return new NetworkModel(first.Network, scaler, first.Seed)
        {
            Part = part,
            Facts = first.Facts with { TrainedFrom = table.FirstDate, TrainedTo = table.LastDate }
        };
    }
}

/// <summary>A network of one part.</summary>
internal sealed class NetworkModel(Model network, Scaler scaler, int seed) : PartModel
{
    public Model Network => network;

    public Scaler Scaler => scaler;

    public int Seed => seed;

    public override int NeededRows => Facts.Window;

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
    {
        int window = Facts.Window, start = first + 1 - window;
        ReadOnlySpan<double> values = table[Part.Target].Values[start..(first + count)];
        int missing = values.IndexOf(double.NaN);
        if (missing >= 0)
            throw new UnrollException($"{table.Name} has no {Part.Target} on {table.Format(table.Dates[start + missing])}, within the rows "
                + "that the network looks at. Choose how to treat missing values, or complete the file.")
            { Subject = "missing" };
        double[] scaled = scaler.Transform(values);
        var inputs = new float[count * window];
        for (int i = 0; i < count; i++)
        {
            for (int t = 0; t < window; t++)
                inputs[(i * window) + t] = (float)scaled[i + t];
        }

        double[][] ahead = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        for (int h = 0; h < steps; h++)
        {
            float[] next = network.Predict(inputs);
            for (int i = 0; i < count; i++)
            {
                ahead[i][h] = scaler.InverseTransform((double)next[i]);
                Span<float> input = inputs.AsSpan(i * window, window);
                input[1..].CopyTo(input);
                input[^1] = next[i];
            }
        }

        return new RawForecast(ahead, null);
    }

    /// <summary>From the newest value on all is the network's.</summary>
    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps) => ContributionRows.WithRest(
        ContributionRows.Of([.. Enumerable.Repeat(table[Part.Target][origin], steps)], Contribution.Level),
        Ahead(table, first, origin - first + 1, steps).Values[^1],
        Contribution.Networks);
}
