using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>metrics.json of several series. Names and order are a contract.</summary>
/// <param name="Models">The networks, over all series.</param>
/// <param name="Baselines">The naive forecast, the best single baseline and the best of each series, over all series.</param>
/// <param name="LeftOut">Series that could not be used.</param>
internal sealed record PanelJson(PanelDataFigures Data, PanelSetupFigures Setup, PanelModelFigures[] Models, PanelMeanFigures[] Baselines, SeriesFigures[] Series, LeftOutFigures[] LeftOut)
{
    public static PanelJson Of(ForecastPanelPlan plan, PanelScore score)
    {
        (PanelSplit split, PanelComparison comparison, PanelForecaster network) = (plan.Split, plan.Comparison, plan.Network);
        (double own, double? shared) = network.LinearErrors;
        PanelScore[] baselines = [.. new[] { comparison.Naive, comparison.BestBaseline, comparison.BestOfEach }.DistinctBy(each => each.Name)];
        return new PanelJson(
            new PanelDataFigures(plan.Panel.Name, plan.Panel.SeriesColumn, plan.Panel.Rows, split.Target, split.Keys.Count, split.TrainRows, split.TestRows),
            new PanelSetupFigures(network.Steps, split.Window, network.Members, network.Recipe.Training.Seed, network.Inputs, [.. network.StaticNames], network.IsLinearShared, own, shared),
            [
                new PanelModelFigures(
                    plan.Key,
                    network.Model.ParameterCount,
                    score.Rmsse,
                    score.Mase,
                    1 - (score.Rmsse / comparison.Naive.Rmsse),
                    1 - (score.Rmsse / comparison.BestOfEach.Rmsse),
                    score.BeatsNaive,
                    score.BeatsBest,
                    Math.Round(network.TrainingTime.TotalSeconds, 3),
                    comparison.Verdict(score),
                    PanelHeldFigures.Of(score)),
            ],
            [.. baselines.Select(each => new PanelMeanFigures(Word(each.Name), each.Rmsse, each.Mase, PanelHeldFigures.Of(each)))],
            [.. comparison.Baselines.Zip(score.Series, (each, own) => SeriesFigures.Of(split[each.Key], each, own, plan.Key))],
            LeftOutFigures.Of(split));
    }

    public override string ToString() => JsonSerializer.Serialize(this, PanelJsonContext.Default.PanelJson) + "\n";

    public static string Word(string name) => name.ToLowerInvariant().Replace(' ', '-');
}

/// <param name="Rows">Of the file.</param>
/// <param name="TrainRows">Of all series together.</param>
/// <param name="TestRows">Of all series together.</param>
internal sealed record PanelDataFigures(string File, string SeriesColumn, int Rows, string Target, int Series, int TrainRows, int TestRows);

/// <param name="Members">Networks that are averaged.</param>
/// <param name="Static">The columns that are the same on all rows of a series.</param>
/// <param name="SharedLeastSquares">Whether one set of linear weights serves all series.</param>
/// <param name="LeastSquaresOfEach">The RMSE that a set for each series leaves on the validation rows, relative to naive, mean over the series.</param>
/// <param name="LeastSquaresOfAll">The same of one set for all; null for one series.</param>
internal sealed record PanelSetupFigures(int Horizon, int Window, int Members, int Seed, string Inputs, string[] Static, bool SharedLeastSquares, double LeastSquaresOfEach, double? LeastSquaresOfAll);

/// <param name="Rmsse">Mean over the series.</param>
/// <param name="Mase">Mean over the series.</param>
/// <param name="Skill">1 − mean RMSSE / that of the naive forecast.</param>
/// <param name="SkillVsBest">The same against the best baseline of each series.</param>
/// <param name="BeatsNaive">On how many series.</param>
/// <param name="BeatsBest">On how many series it beats all baselines.</param>
internal sealed record PanelModelFigures(string Model, int Parameters, double Rmsse, double Mase, double Skill, double SkillVsBest, int BeatsNaive, int BeatsBest, double Seconds, string Verdict, PanelHeldFigures[] Intervals);

internal sealed record PanelMeanFigures(string Model, double Rmsse, double Mase, PanelHeldFigures[] Intervals);

/// <summary>Intervals and how they held on the test rows of all series.</summary>
/// <param name="Step">How many rows ahead.</param>
/// <param name="Nominal">The share of values that they are to hold.</param>
/// <param name="Coverage">The share that they held, mean over the series.</param>
/// <param name="LowestCoverage">That of the series with the lowest.</param>
/// <param name="Width">In units of the mean change of the training rows, as the two below.</param>
/// <param name="Series">How many series have intervals.</param>
internal sealed record PanelHeldFigures(int Step, double Nominal, double Coverage, double LowestCoverage, double Width, double Winkler, double Pinball, int Series)
{
    public static PanelHeldFigures[] Of(PanelScore score) =>
        [.. score.Intervals.Select(each => new PanelHeldFigures(each.Step, each.Level, each.Coverage, each.LowestCoverage, each.Width, each.Winkler, each.Pinball, each.Series))];
}

internal sealed record SeriesFigures(string Series, int TrainRows, int TestRows, string BestBaseline, SeriesModelFigures[] Models, SeriesModelFigures[] Baselines)
{
    public static SeriesFigures Of(ForecastSplit split, SeriesBaselines baselines, SeriesScore score, string model) => new(
        baselines.Key,
        split.Train.Count,
        split.Test.Count,
        PanelJson.Word(baselines.Best.Name),
        [SeriesModelFigures.Of(model, score)],
        [.. baselines.All.Select(each => SeriesModelFigures.Of(PanelJson.Word(each.Name), each))]);
}

/// <param name="Rmse">In the target's units.</param>
/// <param name="Mae">In the target's units.</param>
/// <param name="Skill">1 − RMSE / naive RMSE; null where that is 0.</param>
/// <param name="SkillVsBest">1 − RMSE / RMSE of the best baseline; null where that is 0.</param>
internal sealed record SeriesModelFigures(string Model, double Rmse, double Mae, double Rmsse, double Mase, double? Skill, double? SkillVsBest, HeldFigures[] Intervals)
{
    public static SeriesModelFigures Of(string model, SeriesScore score) => new(model, score.Rmse, score.Mae, score.Rmsse, score.Mase, score.Skill, score.SkillAgainstBest, HeldFigures.Of(score.Intervals));
}

internal sealed record LeftOutFigures(string Series, string Reason)
{
    public static LeftOutFigures[] Of(PanelSplit split) => [.. split.LeftOut.Select(each => new LeftOutFigures(each.Key, each.Value))];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(PanelJson))]
internal sealed partial class PanelJsonContext : JsonSerializerContext;
