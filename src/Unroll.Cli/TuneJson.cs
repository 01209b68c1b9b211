using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>tune.json. Names and order are a contract.</summary>
/// <param name="Command">The command line that uses the best settings.</param>
/// <param name="Recipe">Whose settings they are, where it is not the tutorial's.</param>
/// <param name="Horizon">How many rows ahead trials were judged, together; where the recipe is not the tutorial's.</param>
/// <param name="RidgeRmse">Of least squares on the same inputs, on the same rows; where the recipe is not the tutorial's.</param>
internal sealed record TuneJson(
    TuneData Data, TuneNaive Naive, TuneRung[] Rungs, TuneTrial Best, TuneTrial[] Trials, TuneImportance[] Importance, int Seed, string Command,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Recipe = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Horizon = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? RidgeRmse = null)
{
    public const string FileName = "tune.json";

    public static TuneJson Of(TunePlan plan, TuningResult result, double? ridge)
    {
        ValidationObjective objective = plan.Objective;
        return new TuneJson(
            new TuneData(plan.Series.Name, objective.Target, $"{objective.TrainRange}", objective.TrainRows, $"{objective.ValidationRange}", objective.ValidationRows),
            new TuneNaive(result.NaiveRmse),
            [.. result.Rungs.Select(rung => new TuneRung(rung.Trials, rung.Epochs))],
            TuneTrial.Of(result, result.Best),
            [.. result.Standings.Select(trial => TuneTrial.Of(result, trial))],
            [.. result.Importance.Select(each => new TuneImportance(TuneTable.Key(each.Setting), each.Share, each.Setting.Text(each.BestFrom), each.Setting.Text(each.BestTo), each.BestRmse, result.NaiveRmse))],
            result.Options.Seed,
            plan.ForecastCommandLine(result.Best.Run),
            plan.Request.Recipe.IsDefault ? RecipeOptions.Default : null,
            plan.Request.Recipe.IsDefault ? plan.Objective.Steps : null,
            ridge);
    }

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.TuneJson) + "\n";
}

internal sealed record TuneData(string File, string Target, string Train, int TrainRows, string Validation, int ValidationRows);

/// <param name="Rmse">On the validation rows, in the target's units.</param>
internal sealed record TuneNaive(double Rmse);

internal sealed record TuneRung(int Trials, int Epochs);

/// <summary>A trial in the last rung that it reached.</summary>
internal sealed record TuneTrial(
    int Trial, string Cell, int Layers, int Units, int Window, double LearningRate, double Dropout, int Parameters, int Rung, int Epochs, double? Rmse, double NaiveRmse, double? Skill)
{
    public static TuneTrial Of(TuningResult result, TrialResult trial)
    {
        TrialSettings settings = trial.Run.Settings;
        return new TuneTrial(
            trial.Run.Trial,
            settings.ToRecipe(new NetworkRecipe(), trial.Run.Epochs).Key,
            settings.Layers,
            settings.Units,
            settings.Window,
            settings.LearningRate,
            settings.Dropout,
            trial.Parameters,
            trial.Run.Rung,
            trial.Run.Epochs,
            trial.HasDiverged ? null : trial.Rmse,
            result.NaiveRmse,
            result.Skill(trial));
    }
}

internal sealed record TuneImportance(string Setting, double Share, string BestFrom, string BestTo, double BestRmse, double NaiveRmse);
