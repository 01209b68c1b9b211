using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>All that a search needs before it begins. Everything that can be wrong with data and options is found here.</summary>
internal sealed class TunePlan
{
    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public TunePlan(TuneRequest request)
    {
        Request = request;
        Series = request.Data.Read();
        string target = TargetColumn.Choose(Series, request);
        Choice = SplitChoice.Choose(Series, request.Data.Sample, request.Train, request.Test);
        (TimeSeries complete, ForecastInputs inputs, IReadOnlyList<string> notes) = InputColumns.Complete(Series, [target], request.Missing, request.Recipe.InputsOf(Series, target), request.Recipe.Features ?? [], Choice.Train.From, Choice.Test.From);
        Column = InputColumns.Told(complete, target);
        Notes = [.. notes, .. request.Recipe.LeftOut(Series, target)];
        // So that the forecast at the end has rows to be judged on; the search is given the training range alone.
        Split = new ForecastSplit(Column, target, Choice.Train, Choice.Test, 1, inputs);
        Split.RequireTestRows(request.Horizon);
        Objective = request.Recipe.IsDefault
            ? ValidationObjective.OfEnsembles(Column, target, Choice.Train, ForecastOptions.DefaultRecipe(request.Recipe, request.Horizon, request.Seed), inputs)
            : new ValidationObjective(Column, target, Choice.Train, ForecastOptions.TutorialRecipe(request.Seed));
        Tuner = new Tuner(Objective, request.Search);
    }

    public TuneRequest Request { get; }

    /// <summary>The table as it was read.</summary>
    public TimeSeries Series { get; }

    public SplitChoice Choice { get; }

    /// <summary>Target and inputs, missing values treated.</summary>
    public TimeSeries Column { get; }

    /// <summary>What was done to columns on the way, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The training and the test rows.</summary>
    public ForecastSplit Split { get; }

    public ValidationObjective Objective { get; }

    public Tuner Tuner { get; }

    /// <summary>
    /// The RMSE on the validation rows, in the target's units, of least squares on the same inputs, with the window that a forecast has
    /// unless told otherwise; null for the tutorial's recipe, which has none, and where it cannot be fitted.
    /// </summary>
    public double? RidgeRmse()
    {
        if (!Request.Recipe.IsDefault)
            return null;
        try
        {
            var split = new ForecastSplit(Column, Objective.Target, Objective.TrainRange, Objective.ValidationRange, ForecastRequest.DefaultWindowFor(Objective.TrainRows), Split.Inputs);
            var ridge = new LinearForecaster(ForecastOptions.DefaultRecipe(Request.Recipe, Request.Horizon, Request.Seed));
            ridge.Fit(split);
            HorizonForecast ahead = ridge.PredictAhead(split, Request.Horizon);
            int[] steps = [.. Enumerable.Range(1, Request.Horizon)];
            double[] actual = [.. steps.SelectMany(ahead.Actual)], predicted = [.. steps.SelectMany(ahead.Predicted)];
            return Metrics.Rmse(actual, predicted);
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>The command line that trains with these settings on all training rows and judges on the test rows.</summary>
    public string ForecastCommandLine(TrialRun run)
    {
        List<string> words = ["unroll", "forecast", .. Request.Data.Sample is { } sample ? ["--sample", sample.Name] : new[] { Request.Data.Path }, "--recipe", Request.Recipe.IsDefault ? RecipeOptions.Default : RecipeOptions.Tutorial];
        words.AddRange(["--target", Objective.Target, "--train", $"{Choice.Train}", "--test", $"{Choice.Test}"]);
        if (Request.Missing != MissingPolicy.Error)
            words.AddRange(["--missing", TargetColumn.Word(Request.Missing)]);
        words.AddRange(OfDefaultRecipe());
        foreach (Hyperparameter setting in Hyperparameter.All)
            words.AddRange([setting.Option, setting.Text(run.Settings)]);
        words.AddRange(["--epochs", run.Epochs.ToString(CultureInfo.InvariantCulture), "--seed", Request.Seed.ToString(CultureInfo.InvariantCulture)]);
        return string.Join(' ', words.Select(Terminal.Quoted));
    }

    /// <summary>The options of the default recipe that are not as they are without being given.</summary>
    private IEnumerable<string> OfDefaultRecipe()
    {
        RecipeRequest recipe = Request.Recipe;
        if (!recipe.IsDefault)
            return [];
        return
        [
            .. Request.Horizon > 1 ? ["--horizon", Request.Horizon.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. (recipe.Features ?? []).SelectMany(feature => new[] { "--features", feature }),
            .. recipe.Known.SelectMany(known => new[] { "--known", known }),
            .. recipe.Transform is { } transform ? ["--transform", transform.Name] : Array.Empty<string>(),
            .. recipe.Strategy == Strategy.Recursive ? ["--strategy", "recursive"] : Array.Empty<string>(),
            .. Request.MembersAreGiven ? ["--ensemble", recipe.Members.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. recipe.Validation == new EnsembleRecipe().Validation ? Array.Empty<string>() : ["--validation", recipe.Validation.ToString(CultureInfo.InvariantCulture)],
        ];
    }
}
