using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>metrics.json. Names and order are a contract.</summary>
internal sealed record MetricsJson(DataFigures Data, NaiveFigures Naive, ModelFigures[] Models, BaselineFigures[] Baselines)
{
    public static MetricsJson Of(ForecastPlan plan)
    {
        (ForecastSplit split, ForecastScore naive) = (plan.Split, plan.Comparison.Naive);
        return new MetricsJson(
            new DataFigures(plan.Series.Name, plan.Series.Rows, split.Target, split.Train.Count, split.Test.Count, split.TrainWindowCount),
            new NaiveFigures(naive.Rmse, naive.Mae, naive.Mape),
            [.. plan.Networks.Zip(plan.Comparison.Scores, ModelFigures.Of)],
            [.. plan.Comparison.Baselines.Select(BaselineFigures.Of)]);
    }

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.MetricsJson) + "\n";
}

internal sealed record DataFigures(string File, int Rows, string Target, int TrainRows, int TestRows, int TrainWindows);

/// <param name="Rmse">In the target's units.</param>
/// <param name="Mae">In the target's units.</param>
/// <param name="Mape">In percent; null where a test value is 0.</param>
internal sealed record NaiveFigures(double Rmse, double Mae, double? Mape);

internal sealed record ModelFigures(string Model, int Parameters, int Epochs, double FinalLoss, double Rmse, double Mae, double? Mape, double Skill, double Seconds, int Seed)
{
    public static ModelFigures Of(NetworkForecaster network, ForecastScore score)
    {
        History history = network.History!;
        return new ModelFigures(
            network.Recipe.Key,
            network.Model.ParameterCount,
            history.Epochs.Count,
            history.FinalLoss,
            score.Rmse,
            score.Mae,
            score.Mape,
            score.Skill,
            Math.Round(history.Duration.TotalSeconds, 3),
            network.Recipe.Training.Seed);
    }
}

/// <summary>A baseline, the naive forecast among them.</summary>
/// <param name="Model">Its name as a word, for example seasonal-naive.</param>
/// <param name="Skill">1 − RMSE / naive RMSE, as for the networks.</param>
internal sealed record BaselineFigures(string Model, double Rmse, double Mae, double? Mape, double Skill)
{
    public static BaselineFigures Of(ForecastScore score) =>
        new(score.Name.ToLowerInvariant().Replace(' ', '-'), score.Rmse, score.Mae, score.Mape, score.Skill);
}

/// <summary>What <c>unroll predict --json</c> prints.</summary>
/// <param name="After">The date of the newest row.</param>
/// <param name="Value">The next value in the target's units.</param>
/// <param name="Naive">The newest value: "tomorrow equals today".</param>
internal sealed record PredictionJson(string Model, string File, string Target, int Window, string TrainedFrom, string TrainedTo, string After, double Value, double Naive)
{
    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.PredictionJson) + "\n";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(MetricsJson))]
[JsonSerializable(typeof(PredictionJson))]
[JsonSerializable(typeof(TuneJson))]
internal sealed partial class ToolJson : JsonSerializerContext;
