using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// Ridge regression on all inputs, corrected by an ensemble of recurrent networks that learn what it leaves: of one or many series, of one
/// or many targets at once.
/// </summary>
/// <remarks>
/// Each network reads the T rows before the predicted ones and, where something is known of the rows to come (the calendar, known
/// columns), those H rows too, and corrects the linear forecast of each of the H. The correction starts from 0, so that a network that
/// finds nothing leaves the linear forecast as it is. Networks on the residuals of a linear model: Zhang (2003), the other way round
/// than usual only in that both see all inputs. The series share transform, inputs and networks, and the order of the series does not
/// matter; least squares is fitted to each series or to all at once, whichever has the lower error on the newest training rows. Global
/// models: Salinas, Flunkert, Gasthaus and Januschowski (2020); Montero-Manso and Hyndman (2021). Inputs and epochs are chosen on the
/// newest training rows, then all is fitted anew to all of them.
/// </remarks>
public sealed class EnsembleForecaster : PartsForecaster
{
    private History? _history;
    private Model? _shown;

    /// <summary>The only network that is trained; null for all.</summary>
    private int? _only;

    /// <param name="recipe">How networks are made; horizon and validation share are those of the task.</param>
    public EnsembleForecaster(EnsembleRecipe recipe)
    {
        EnsembleRecipe.Check(recipe);
        _ = Heads.LossOf(recipe.Head);
        Recipe = recipe;
        (Name, Key) = (recipe.Network.Name, recipe.Network.Key);
    }

    /// <summary>One that was loaded.</summary>
    internal EnsembleForecaster(EnsembleRecipe recipe, FittedFacts facts, IReadOnlyList<PartModel> models, StaticInputs statics,
        EnsembleTraining.Choice chosen)
        : this(recipe)
    {
        (StaticInputs, Chosen) = (statics, chosen);
        Keep(facts, models);
    }

    public override string Name { get; }

    public override string Key { get; }

    public override ForecasterKind Kind => ForecasterKind.Network;

    /// <summary>How the networks are made.</summary>
    public EnsembleRecipe Recipe { get; }

    public override History? History => _history;

    public override IReadOnlyList<Model> Networks => Models.Count > 0
        ? Models.Values.OfType<EnsembleModel>().First().Networks
        : _shown is null ? [] : [_shown];

    public override long Parameters => Networks.Sum(network => (long)network.ParameterCount);

    public override IReadOnlyList<string> Notes => Models.Count == 0 ? [] : [.. PlanNotes.Of(Targets, Inputs, Chosen!.Choices)];

    /// <summary>
    /// Whether all is known that a fit to more rows needs; of a loaded one a part of a kind without a name in files (<see cref="Kinds"/>)
    /// is not.
    /// </summary>
    internal bool CanRefit { get; init; } = true;

    internal StaticInputs StaticInputs { get; private set; } = new([]);

    /// <summary>Inputs and epochs that were found.</summary>
    internal EnsembleTraining.Choice? Chosen { get; private set; }

    /// <inheritdoc/>
    /// <remarks>Inputs are chosen for that.</remarks>
    public override Model Show(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _shown = new EnsembleTraining(RecipeFor(task), task, SeriesSplits.Statics(task), null, new FitRun(Name, null, default))
            .Build();
    }

    /// <inheritdoc/>
    public override void Require(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        EnsembleRecipe recipe = RecipeFor(task);
        recipe.Require(task);
        recipe.RequireInputs([.. task.Targets.Select(target => task[new Part(task.Parts[0].Series, target)])]);
    }

    internal override bool CanLearn(ForecastTask task, Part part) => Recipe.CanLearn(task, part);

    /// <summary>Trains one of the networks alone, and keeps it with the others that are finished.</summary>
    /// <param name="member">Which, from 0.</param>
    /// <param name="task">What is learnt from.</param>
    /// <param name="refits">Whether it is trained again on all rows then.</param>
    /// <param name="run">What ends it.</param>
    internal void FitMember(int member, ForecastTask task, bool refits, FitRun run)
    {
        _only = member;
        try
        {
            FitIn(task, run);
            if (refits)
                WithShort(task.Whole(), RefitParts, run);
        }
        finally
        {
            _only = null;
        }
    }

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run) => FitParts(task, run, Work);

    private IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run, FinishedWork? work)
    {
        StaticInputs = SeriesSplits.Statics(task);
        EnsembleTraining training = Training(task, run, work);
        (IReadOnlyList<EnsembleModel> models, Chosen) = training.Run();
        _history = training.History;
        training.End();
        return SeriesSplits.InOrder(task, models);
    }

    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run)
    {
        if (!CanRefit)
            throw new UnrollException($"The {Name} was trained with a schedule, a loss or an optimiser that its file does not hold, so it "
                + "cannot be fitted on. Fit it anew.");
        if (!task.Parts.SequenceEqual(Learnt))
        {
            // Other series: what was chosen for each of them does not fit, nor do networks that are kept.
            return FitParts(task, run, Work?.Within(MemberTraining.Again));
        }

        EnsembleTraining training = Training(task, run, Work);
        IReadOnlyList<EnsembleModel> models = training.Rerun(Chosen!, Networks);
        training.End();
        return SeriesSplits.InOrder(task, models);
    }

    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        EnsembleModel model = AdaptModel(part, table);
        model.Track = TryOut(part, table, rows => AdaptModel(part, rows));
        return model;
    }

    /// <summary>All targets of a series are forecast together.</summary>
    internal override bool CanAdapt(Part part, TimeSeries table) => Known.All(model => NewSeries.HasRows(this, model.Linear.Plan, table));

    /// <summary>The models of a series that was there in training, one a target.</summary>
    private IReadOnlyList<EnsembleModel> Known => Models.Values.OfType<EnsembleModel>().First().Siblings;

    private EnsembleModel AdaptModel(Part part, TimeSeries table)
    {
        IReadOnlyList<EnsembleModel> known = Known;
        bool[] pooled = [.. Chosen!.Choices.Select(choice => choice.IsPooled)];
        EnsembleModel[] models = EnsembleModel.Together(
            [.. known.Select((model, k) => AdaptModel(new Part(part.Series, model.Part.Target), model, pooled[k], table))]);
        return models.First(model => model.Part == part);
    }

    private protected override PartModel Describe(PartModel model, SeriesSet data) =>
        model is EnsembleModel own && StaticInputs.AreIn(data) ? own.WithConstants(StaticInputs.Of(data, model.Part.Series)) : model;

    /// <summary>
    /// A series that was not there in training: its own scale, weights that all share or its own, and the shared networks.
    /// </summary>
    private EnsembleModel AdaptModel(Part part, EnsembleModel model, bool isPooled, TimeSeries table)
    {
        var series = NewSeries.Of(this, part.Target, table, model.Linear, isPooled);
        (_, double[] scales) = SeriesResiduals.TargetsOf(series.Frame, series.Linear, series.Split.Train.Count);
        return new EnsembleModel
        {
            Part = part,
            Facts = series.FactsWith(model.Facts.Limits),
            Linear = series.Linear,
            Networks = model.Networks,
            Scales = scales,
            Strategy = model.Strategy,
            Head = model.Head,
            Horizon = model.Horizon,
        };
    }

    private EnsembleTraining Training(ForecastTask task, FitRun run, FinishedWork? work) =>
        new(RecipeFor(task), task, StaticInputs, work, run, _only);

    private EnsembleRecipe RecipeFor(ForecastTask task) =>
        Recipe with { Steps = task.Horizon, Validation = task.Options.Validation, Metric = task.Metric };
}

/// <summary>What was found for inputs and least squares, in sentences.</summary>
internal static class PlanNotes
{
    /// <param name="targets">The columns that are forecast.</param>
    /// <param name="wanted">What could be looked at beside them.</param>
    /// <param name="choices">What was found, one a target.</param>
    public static IEnumerable<string> Of(IReadOnlyList<string> targets, ForecastInputs wanted, PlanChoice[] choices)
    {
        for (int k = 0; k < choices.Length; k++)
        {
            PlanChoice choice = choices[k];
            string of = targets.Count == 1 ? "" : $" for {targets[k]}";
            yield return $"Inputs found best on the newest training rows{of}: "
                + $"{choice.Plans[0].InWords()}{LeftOut(wanted, choice.Plans[0])}.";
            if (choice.PooledError is not { } pooled)
                continue;
            (string kept, string other) = choice.IsPooled
                ? ("to all series at once", "to each by itself")
                : ("to each series by itself", "to all at once");
            (double best, double worse) = choice.IsPooled ? (pooled, choice.OwnError) : (choice.OwnError, pooled);
            double less = worse > 0 ? 100 * (1 - (best / worse)) : 0;
            yield return string.Create(CultureInfo.InvariantCulture, $"Ridge regression{of} is fitted {kept}: on the newest training rows "
                + $"its error was {less:0.0} % below that of a fit {other}.");
        }
    }

    /// <summary>What was tried and did not make the forecast better.</summary>
    private static string LeftOut(ForecastInputs wanted, InputPlan plan)
    {
        bool hasCalendar = plan.Calendar is not null || plan.Seasons.Count > 0 || plan.Memory;
        string[] names =
        [
            .. wanted.Columns.Except(plan.Columns),
            .. wanted.Calendar && !hasCalendar ? ["the calendar"] : Array.Empty<string>(),
            .. wanted.Holidays is { } country && plan.Holidays is null ? [$"the holidays of {country}"] : Array.Empty<string>(),
            .. wanted.Own.Where(input => !(plan.Own?.Any(own => own.Input == input) ?? false)).Select(input => input.Name),
        ];
        return names.Length == 0 ? "" : $"; tried and left out: {NameList.Of(names)}";
    }
}
