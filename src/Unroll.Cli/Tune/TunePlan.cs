using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>All that a search needs before it begins. Everything that can be wrong with data and options is found here.</summary>
internal sealed class TunePlan
{
    /// <summary>T of ridge regression, as of a forecast for which none is given.</summary>
    private const int LongestWindow = 60, WindowShare = 5;

    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public TunePlan(TuneRequest request)
    {
        Request = request;
        ForecastRequest forecast = request.Forecast;
        Data = forecast.ReadData();
        Task = new ForecastTask(Data, forecast.TaskFor(Data));
        Notes =
        [
            .. forecast.Targets.Count == 0 && forecast.Data.Sample is null
                ? [$"Tuning the forecast of {Task.Targets[0]}, the only column of numbers."] : Array.Empty<string>(),
            .. request.Recipe.LeftOut(Data[Data.Keys[0]], Task.Targets),
            .. Task.Notes,
        ];
        Objective = request.Recipe.IsDefault
            ? ValidationObjective.OfEnsembles(
                Task, ForecastOptions.DefaultRecipe(request.Recipe, forecast.Horizon, forecast.Seed) with { Head = request.Recipe.Head })
            : new ValidationObjective(Task, ForecastOptions.TutorialRecipe(forecast.Seed));
        Tuner = new Tuner(Objective, request.Search);
    }

    public TuneRequest Request { get; }

    /// <summary>The rows as they were read.</summary>
    public SeriesSet Data { get; }

    /// <summary>The forecast that is tuned; the search is given its training rows alone.</summary>
    public ForecastTask Task { get; }

    /// <summary>What was chosen and done before, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    public ValidationObjective Objective { get; }

    public Tuner Tuner { get; }

    /// <summary>The window that ridge regression has on the same rows where none is given.</summary>
    public int RidgeWindow =>
        Math.Clamp(Objective.Task.Parts.Max(part => Objective.Task[part].Train.Count) / WindowShare, 1, LongestWindow);

    /// <summary>
    /// The error on the validation rows of ridge regression on the same inputs; null for the tutorial's recipe, which has none, and where
    /// it cannot be fitted.
    /// </summary>
    public double? RidgeError()
    {
        try
        {
            return Objective.RidgeError(RidgeWindow);
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>The command line that trains with these settings on all training rows and judges on the test rows.</summary>
    public string ForecastCommandLine(TrialRun run)
    {
        ForecastRequest forecast = Request.Forecast;
        static string[] Option(string option, object? value) => value is null ? [] : [option, FormattableString.Invariant($"{value}")];
        string[] words =
        [
            "unroll", "forecast", .. forecast.Data.CommandWords,
            .. forecast.Data.Sample is null ? Option("--series", forecast.SeriesColumn) : [],
            .. (forecast.Statics ?? []).SelectMany(name => new[] { "--static", name }),
            "--recipe", Request.Recipe.IsDefault ? RecipeOptions.Default : RecipeOptions.Tutorial,
            .. Task.Targets.SelectMany(target => new[] { "--target", target }),
            .. Option("--train", forecast.Train),
            .. Option("--test", forecast.Test),
            .. forecast.Missing == MissingPolicy.Error ? [] : Option("--missing", MissingOption.Word(forecast.Missing)),
            .. OfDefaultRecipe(),
            .. Hyperparameter.All.SelectMany(setting => new[] { TuneTable.Option(setting), setting.Text(run.Settings) }),
            .. Option("--epochs", run.Epochs),
            .. Option("--seed", forecast.Seed),
        ];
        return string.Join(' ', words.Select(ShellWord.Quote));
    }

    /// <summary>The options of the default recipe that are not as they are without being given.</summary>
    private IEnumerable<string> OfDefaultRecipe()
    {
        RecipeRequest recipe = Request.Recipe;
        if (!recipe.IsDefault)
            return [];
        return
        [
            .. Request.Forecast.Horizon > 1
                ? ["--horizon", Request.Forecast.Horizon.ToString(CultureInfo.InvariantCulture)]
                : Array.Empty<string>(),
            .. (recipe.Features ?? []).SelectMany(feature => new[] { "--features", feature }),
            .. recipe.Known.SelectMany(known => new[] { "--known", known }),
            .. recipe.Holidays is { } country ? ["--holidays", country] : Array.Empty<string>(),
            .. recipe.Metric is { } metric ? ["--metric", MetricOption.Word(metric)] : Array.Empty<string>(),
            .. recipe.Transform is { } transform ? ["--transform", transform.Name] : Array.Empty<string>(),
            .. recipe.Strategy == Strategy.Recursive ? ["--strategy", "recursive"] : Array.Empty<string>(),
            .. recipe.Head == ForecastHead.None ? Array.Empty<string>() : ["--head", RecipeOptions.WordOf(recipe.Head)],
            .. Request.MembersAreGiven ? ["--ensemble", recipe.Members.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. recipe.Validation == new EnsembleRecipe().Validation
                ? Array.Empty<string>()
                : ["--validation", recipe.Validation.ToString(CultureInfo.InvariantCulture)],
        ];
    }
}
