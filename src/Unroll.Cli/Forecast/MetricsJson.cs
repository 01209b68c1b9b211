using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>metrics.json, and backtest.json, which has folds beside it. Names and order are a contract.</summary>
/// <param name="Metric">What was chosen and compared by, as --metric spells it.</param>
/// <param name="Recommended">The name of the forecaster that future.csv comes from; null where the networks stand alone.</param>
/// <param name="Verdict">Sentences, as they are printed.</param>
/// <param name="Forecasters">The blend, networks, ridge regression and baselines; of several parts means of scaled errors.</param>
/// <param name="WithoutNetworks">The recommended forecast as it would be without networks; null where there are none,
/// or nothing else.</param>
/// <param name="Parts">The same of each part, in its unit.</param>
/// <param name="Settings">By the names of the options.</param>
/// <param name="LeftOut">Series that could not be used.</param>
/// <param name="Budget">What a time for the run left out; null without one.</param>
/// <param name="Folds">The fits of a backtest; null in a forecast.</param>
/// <param name="Drivers">What the recommended forecast owes to its inputs; null where that is not known, and in a backtest.</param>
/// <param name="Judged">The network that was judged; null in a forecast and a backtest.</param>
internal sealed record MetricsJson(
    int Version,
    DataFigures Data,
    string Metric,
    string? Recommended,
    string Verdict,
    ForecasterFigures[] Forecasters,
    WithoutNetworksFigures? WithoutNetworks,
    PartFigures[] Parts,
    Dictionary<string, string> Settings,
    LeftOutFigures[] LeftOut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BudgetFigures? Budget = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FoldFigures[]? Folds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DriverFigures? Drivers = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JudgedFigures? Judged = null)
{
    public static MetricsJson Of(ForecastRun run) =>
        Of(run.Data, run.Comparison, (score, part) => SharesOf(run, score, part), run.Request.Settings(run.Task)) with
        {
            Drivers = DriverFigures.Of(run.Importance),
            Budget = BudgetFigures.Of(run.Request.Budget, run.GivenUp),
        };

    public static MetricsJson Of(BacktestRun run) =>
        Of(run.Data, run.Comparison, (_, _) => [], run.Settings) with
        {
            Budget = BudgetFigures.Of(run.Options.Budget, run.Result.GivenUp),
            Folds = FoldFigures.Of(run),
        };

    public static MetricsJson Of(JudgeRun run) =>
        Of(run.Data, run.Comparison, (_, _) => [], run.Settings) with { Judged = JudgedFigures.Of(run) };

    private static MetricsJson Of(
        SeriesSet data,
        Comparison comparison,
        Func<ForecasterScore, Part, Dictionary<string, double>> shares,
        IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        ForecastTask task = comparison.Task;
        return new MetricsJson(
            2,
            DataFigures.Of(data, task),
            MetricOption.Word(task.Metric),
            comparison.Recommended?.Key,
            string.Join(' ', comparison.Summary()),
            [.. comparison.Scores.Select(ForecasterFigures.Of)],
            comparison.WithoutNetworks is { } without
                ? new WithoutNetworksFigures(without.ErrorOf(ForecastMetric.Rmse), without.Error, comparison.NetworksPValue) : null,
            [
                .. task.Parts.Select((part, i) => new PartFigures(
                    part.Series,
                    part.Target,
                    [.. comparison.Scores.Select(score => ForecasterFigures.OfPart(score, i, shares(score, part)))])),
            ],
            settings.ToDictionary(),
            LeftOutFigures.Of(task.LeftOut));
    }

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.MetricsJson) + "\n";

    /// <summary>What the forecast of one part is made of, means over the steps.</summary>
    private static Dictionary<string, double> SharesOf(ForecastRun run, ForecasterScore score, Part part)
    {
        var shares = new Dictionary<string, double>();
        if (score.Kind != ForecasterKind.Blend)
            return shares;
        for (int step = 1; step <= run.Task.Horizon; step++)
        {
            foreach ((string name, double share) in run.Blend!.Shares(part, step))
                shares[name] = shares.GetValueOrDefault(name) + (share / run.Task.Horizon);
        }

        return shares;
    }
}

/// <param name="Rows">Of the file.</param>
/// <param name="Series">How many series are forecast.</param>
internal sealed record DataFigures(
    string File, int Rows, int Series, string[] Targets, int Horizon, int Window, RowFigures Train, RowFigures Test)
{
    public static DataFigures Of(SeriesSet data, ForecastTask task) =>
        new(
            data.Name,
            data.Rows,
            task.Keys.Count,
            [.. task.Targets],
            task.Horizon,
            task.Window,
            RowFigures.Train(task),
            RowFigures.Test(task));
}

/// <summary>A forecaster's errors over all origins and steps.</summary>
/// <param name="Name">Its key: lstm, seasonal-naive.</param>
/// <param name="Kind">blend, network, ridge or baseline.</param>
/// <param name="Rmse">In the target's unit; null for several parts.</param>
/// <param name="Rmsse">The mean over several parts; null for one.</param>
/// <param name="Mae">In the target's unit; null for several parts.</param>
/// <param name="Mape">In percent; null where a test value is 0, and for several parts.</param>
/// <param name="Smape">In percent, of several parts their mean; null where a test value is 0.</param>
/// <param name="RmseByStep">1..H rows ahead; scaled like RMSSE for several parts.</param>
/// <param name="Coverage">The share of values inside, by the level in percent; null without intervals.</param>
/// <param name="Width">The mean width, in the same way.</param>
/// <param name="Shares">What a blend is made of, by name.</param>
internal sealed record ForecasterFigures(
    string Name,
    string Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Rmse,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Rmsse,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Mae,
    double? Mape,
    double? Smape,
    double? Mase,
    double? Crps,
    double? Skill,
    double? SkillVsBest,
    double[] RmseByStep,
    Dictionary<string, double>? Coverage,
    Dictionary<string, double>? Width,
    long Parameters,
    double Seconds,
    Dictionary<string, double> Shares)
{
    public static ForecasterFigures Of(ForecasterScore score) => new(
        score.Key,
        Word(score.Kind),
        score.IsSingle ? score.Parts[0].Rmse : null,
        score.IsSingle ? null : Finite(score.Rmsse),
        score.IsSingle ? score.Parts[0].Mae : null,
        score.IsSingle ? score.Parts[0].Mape : null,
        Finite(score.ErrorOf(ForecastMetric.Smape)),
        Finite(score.Mase),
        score.Crps,
        score.Skill,
        score.SkillAgainstBest,
        [.. score.ErrorByStepOf(ForecastMetric.Rmse)],
        ByLevel(score.Coverage),
        ByLevel(score.Width),
        score.Parameters,
        Math.Round(score.FitTime.TotalSeconds, 3),
        new Dictionary<string, double>(score.Shares));

    /// <summary>Those of one part, in its unit.</summary>
    public static ForecasterFigures OfPart(ForecasterScore score, int place, Dictionary<string, double> shares)
    {
        PartScore part = score.Parts[place];
        return new ForecasterFigures(
            score.Key,
            Word(score.Kind),
            part.Rmse,
            Finite(part.Rmsse),
            part.Mae,
            part.Mape,
            part.Smape,
            Finite(part.Mase),
            part.Crps,
            part.Skill,
            part.SkillAgainstBest,
            [.. part.RmseByStep],
            ByLevel(part.Coverage),
            ByLevel(part.Width),
            score.Parameters,
            Math.Round(score.FitTime.TotalSeconds, 3),
            shares);
    }

    private static string Word(ForecasterKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Nothing where a series that never changes in training makes a scaled error infinite.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static Dictionary<string, double>? ByLevel(Func<double, double?> figure)
    {
        var levels = new Dictionary<string, double>();
        foreach (double level in PartScore.Levels)
        {
            if (figure(level) is { } value)
                levels.Add(FormattableString.Invariant($"{100 * level:0}"), value);
        }

        return levels.Count > 0 ? levels : null;
    }
}

/// <param name="Rmse">As RMSE or, for several parts, RMSSE above.</param>
/// <param name="Error">By the metric.</param>
/// <param name="P">The probability of so large a difference by chance; null where that cannot be told.</param>
internal sealed record WithoutNetworksFigures(double Rmse, double Error, double? P);

/// <summary>A time for the run.</summary>
/// <param name="Seconds">How long it could take.</param>
/// <param name="Spent">How long it took until this was written.</param>
/// <param name="GivenUp">What was left out or cut short, a sentence each.</param>
internal sealed record BudgetFigures(double Seconds, double Spent, string[] GivenUp)
{
    public static BudgetFigures? Of(TimeBudget? budget, IReadOnlyList<string> givenUp) =>
        budget is null ? null : new BudgetFigures(budget.Whole.TotalSeconds, Math.Round(budget.Elapsed.TotalSeconds, 3), [.. givenUp]);
}

/// <summary>A fit of a backtest.</summary>
/// <param name="Train">The rows it learnt from; a row of a series counts once.</param>
/// <param name="FirstOrigin">Which of all origins is its first, from 0.</param>
/// <param name="Origins">How many origins it predicts from.</param>
internal sealed record FoldFigures(RowFigures Train, int FirstOrigin, int Origins)
{
    public static FoldFigures[] Of(BacktestRun run)
    {
        TimeSeries table = run.Task[run.Task.Parts[0]].Table;
        RowFigures Rows(BacktestFold fold) =>
            new(table.Format(fold.TrainFrom), table.Format(fold.TrainTo), fold.TrainRows / run.Task.Targets.Count);
        return [.. run.Folds.Select(fold => new FoldFigures(Rows(fold), fold.FirstOrigin, fold.Origins))];
    }
}

/// <param name="Series">Empty for a plain table.</param>
internal sealed record PartFigures(string Series, string Target, ForecasterFigures[] Forecasters);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(MetricsJson))]
[JsonSerializable(typeof(PredictionJson))]
[JsonSerializable(typeof(DescriptionJson))]
[JsonSerializable(typeof(InspectionJson))]
[JsonSerializable(typeof(ForecastAnswer))]
[JsonSerializable(typeof(PredictAnswer))]
internal sealed partial class ToolJson : JsonSerializerContext;
