using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>backtest.json. Names and order are a contract.</summary>
/// <param name="Calibration">The fit that the first intervals come from; null where there are none.</param>
/// <param name="BestBaseline">That of the lowest mean RMSE over the steps.</param>
internal sealed record BacktestJson(
    BacktestDataFigures Data,
    BacktestSetupFigures Setup,
    FitFigures[] Fits,
    FitFigures? Calibration,
    string BestBaseline,
    BacktestModelFigures[] Models,
    BacktestModelFigures[] Baselines,
    string[] Notes)
{
    public const string FileName = "backtest.json";

    public static BacktestJson Of(BacktestInput input, BacktestResult result)
    {
        string Day(DateTime date) => input.Series.Day(date);
        FitFigures Fit(BacktestFold fold) => new(fold.TrainRows, Day(fold.TrainFrom), Day(fold.TrainTo), fold.FirstOrigin, fold.Origins);
        BacktestModelFigures[] Figures(IReadOnlyList<BacktestScore> scores) => [.. scores.Select(score => BacktestModelFigures.Of(input, result, score))];
        return new BacktestJson(
            new BacktestDataFigures(input.Series.Name, input.Series.Rows, result.Target, result.Dates.Count, Day(result.Dates[0]), Day(result.Dates[^1])),
            new BacktestSetupFigures(result.Horizon, result.Naive.Forecast.Origins, result.Window, result.RefitEvery, result.SlidingRows, result.Period, [.. result.Levels], input.Request.Forecast.Seed),
            [.. result.Folds.Select(Fit)],
            result.Calibration is { } calibration ? Fit(calibration) : null,
            input.Key(result.BestBaseline),
            Figures(result.Models),
            Figures(result.Baselines),
            [.. result.LeftOut]);
    }

    public override string ToString() => JsonSerializer.Serialize(this, BacktestJsonContext.Default.BacktestJson) + "\n";
}

internal sealed record BacktestDataFigures(string File, int Rows, string Target, int TestRows, string TestFrom, string TestTo);

/// <param name="Refit">After how many rows every model was fitted anew.</param>
/// <param name="Sliding">How many rows each fit learnt from; null for all before it.</param>
/// <param name="Period">The rows of a season; 1 for none.</param>
internal sealed record BacktestSetupFigures(int Horizon, int Origins, int Window, int Refit, int? Sliding, int Period, double[] Levels, int Seed);

/// <param name="FirstOrigin">Counted from 0; below 0 before the test rows.</param>
internal sealed record FitFigures(int TrainRows, string TrainFrom, string TrainTo, int FirstOrigin, int Origins);

/// <param name="Rmse">The mean over the steps, in the target's units.</param>
/// <param name="Mae">The mean over the steps, in the target's units.</param>
/// <param name="Skill">1 − RMSE / naive RMSE.</param>
/// <param name="SkillVsBest">1 − RMSE / RMSE of the best baseline; null where that makes no error.</param>
/// <param name="Verdict">In words; null for baselines.</param>
/// <param name="Warning">That predictions come late; null where they do not, and for baselines.</param>
internal sealed record BacktestModelFigures(string Model, double Rmse, double Mae, double Skill, double? SkillVsBest, string? Verdict, string? Warning, StepFigures[] Steps)
{
    public static BacktestModelFigures Of(BacktestInput input, BacktestResult result, BacktestScore score) => new(
        input.Key(score),
        score.Rmse,
        score.Mae,
        score.Skill,
        score.SkillAgainstBest,
        score.IsBaseline ? null : result.Verdict(score),
        score.Warning,
        [.. score.Steps.Select(step => StepFigures.Of(input, result, step))]);
}

/// <param name="Mape">In percent; null where a test value is 0.</param>
/// <param name="BestBaseline">That of the lowest RMSE at this step.</param>
/// <param name="DieboldMariano">Against the best baseline of the step; null for itself and where chance cannot be told.</param>
internal sealed record StepFigures(
    int Step,
    double Rmse,
    double Mae,
    double? Mape,
    double? Mase,
    double? Rmsse,
    double? Skill,
    string BestBaseline,
    double? SkillVsBest,
    DieboldMarianoFigures? DieboldMariano,
    IntervalFigures[] Intervals)
{
    public static StepFigures Of(BacktestInput input, BacktestResult result, StepScore step) => new(
        step.Step,
        step.Rmse,
        step.Mae,
        step.Mape,
        step.Mase,
        step.Rmsse,
        step.Skill,
        input.Key(result.Baselines.First(baseline => baseline.Name == step.BestBaseline)),
        step.SkillAgainstBest,
        step.AgainstBest is { } test ? new DieboldMarianoFigures(test.Statistic, test.PValue) : null,
        [.. step.Intervals.Select(interval => new IntervalFigures(interval.Level, interval.Coverage, interval.Width, interval.Winkler))]);
}

/// <param name="Statistic">Below 0 where the errors are smaller than the best baseline's.</param>
/// <param name="P">From 0 to 1.</param>
internal sealed record DieboldMarianoFigures(double Statistic, double P);

/// <param name="Level">Nominal.</param>
/// <param name="Coverage">The share of values inside.</param>
/// <param name="Width">Mean, in the target's units.</param>
/// <param name="Winkler">Mean interval score, in the target's units.</param>
internal sealed record IntervalFigures(double Level, double Coverage, double Width, double Winkler);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(BacktestJson))]
internal sealed partial class BacktestJsonContext : JsonSerializerContext;
