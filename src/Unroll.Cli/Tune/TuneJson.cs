using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// tune.json. Names and order are a contract. Errors are <c>rmse</c>, in the target's unit; of several parts <c>rmsse</c>.
/// </summary>
/// <param name="Command">The command line that uses the best settings.</param>
/// <param name="Recipe">Whose settings they are.</param>
/// <param name="Horizon">How many rows ahead trials were judged, together.</param>
/// <param name="Ridge">Ridge regression on the same inputs, on the same rows; null for the tutorial's recipe.</param>
internal sealed record TuneJson(
    TuneData Data,
    TuneError Naive,
    TuneRung[] Rungs,
    TuneTrial Best,
    TuneTrial[] Trials,
    TuneImportance[] Importance,
    int Seed,
    string Command,
    string Recipe,
    int Horizon,
    TuneError? Ridge)
{
    public const string FileName = "tune.json";

    public static TuneJson Of(TunePlan plan, TuningResult result, double? ridge)
    {
        ValidationObjective objective = plan.Objective;
        ForecastTask task = objective.Task;
        bool isSingle = task.Parts.Count == 1;
        return new TuneJson(
            new TuneData(plan.Data.Name, task.Keys.Count, [.. task.Targets], RowFigures.Train(task) with { Windows = null },
                RowFigures.Test(task)),
            TuneError.Of(result.NaiveError, isSingle),
            [.. result.Rungs.Select(rung => new TuneRung(rung.Trials, rung.Epochs))],
            TuneTrial.Of(result, result.Best, isSingle),
            [.. result.Standings.Select(trial => TuneTrial.Of(result, trial, isSingle))],
            [.. result.Importance.Select(each => new TuneImportance(TuneTable.Key(each.Setting), each.Share, each.Setting.Text(
                each.BestFrom), each.Setting.Text(each.BestTo), isSingle ? each.BestError : null, isSingle ? null : each.BestError))],
            result.Options.Seed,
            plan.ForecastCommandLine(result.Best.Run),
            plan.Request.Recipe.IsDefault ? RecipeOptions.Default : RecipeOptions.Tutorial,
            objective.Steps,
            ridge is { } alone ? TuneError.Of(alone, isSingle) : null);
    }

    public override string ToString() => JsonSerializer.Serialize(this, TuneJsonContext.Default.TuneJson) + "\n";
}

/// <param name="Series">How many series are forecast.</param>
/// <param name="Train">The rows that trials learn from.</param>
/// <param name="Validation">The rows that they are judged on.</param>
internal sealed record TuneData(string File, int Series, string[] Targets, RowFigures Train, RowFigures Validation);

/// <param name="Rmse">On the validation rows, in the target's unit; null for several parts.</param>
/// <param name="Rmsse">The mean over several parts; null for one.</param>
internal sealed record TuneError(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Rmse,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Rmsse)
{
    public static TuneError Of(double error, bool isSingle) => isSingle ? new TuneError(error, null) : new TuneError(null, error);
}

internal sealed record TuneRung(int Trials, int Epochs);

/// <summary>A trial in the last rung that it reached; without an error where it diverged.</summary>
internal sealed record TuneTrial(
    int Trial,
    string Cell,
    int Layers,
    int Units,
    int Window,
    double LearningRate,
    double Dropout,
    int Parameters,
    int Rung,
    int Epochs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Rmse,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Rmsse,
    double? Skill)
{
    public static TuneTrial Of(TuningResult result, TrialResult trial, bool isSingle)
    {
        TrialSettings settings = trial.Run.Settings;
        double? error = trial.HasDiverged ? null : trial.Error;
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
            isSingle ? error : null,
            isSingle ? null : error,
            result.Skill(trial));
    }
}

internal sealed record TuneImportance(
    string Setting,
    double Share,
    string BestFrom,
    string BestTo,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? BestRmse,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? BestRmsse);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(TuneJson))]
internal sealed partial class TuneJsonContext : JsonSerializerContext;
