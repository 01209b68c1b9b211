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

/// <summary>metrics.json of several targets: of each what metrics.json of one holds. The seconds are those of all targets together.</summary>
internal sealed record TargetsJson(MetricsJson[] Targets)
{
    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.TargetsJson) + "\n";
}

internal sealed record DataFigures(string File, int Rows, string Target, int TrainRows, int TestRows, int TrainWindows);

/// <param name="Rmse">In the target's units.</param>
/// <param name="Mae">In the target's units.</param>
/// <param name="Mape">In percent; null where a test value is 0.</param>
internal sealed record NaiveFigures(double Rmse, double Mae, double? Mape);

/// <param name="Parameters">Of all networks of an ensemble together.</param>
/// <param name="Epochs">Of the first network of an ensemble, while it was judged on rows held back.</param>
/// <param name="Members">How many networks are averaged.</param>
/// <param name="Weights">What a forecast one row ahead is made of; null for a single network.</param>
/// <param name="RmseByStep">1..H rows ahead; null where one row ahead is all that was judged.</param>
/// <param name="Crps">One row ahead and H rows ahead, as far as intervals could be calibrated.</param>
/// <param name="Strategy">Where it is not direct.</param>
internal sealed record ModelFigures(
    string Model, int Parameters, int Epochs, double FinalLoss, double Rmse, double Mae, double? Mape, double Skill, double Seconds, int Seed,
    int Members, Dictionary<string, double>? Weights, IReadOnlyList<double>? RmseByStep, CrpsFigures[] Crps, HeldFigures[] Intervals,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Strategy = null)
{
    /// <summary>What the networks say of each row; null for values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(-1)]
    public string? Head { get; init; }

    public static ModelFigures Of(INetworkForecaster network, ForecastScore score)
    {
        History history = network.History!;
        return new ModelFigures(
            network.Recipe.Key,
            network.Members * network.Model.ParameterCount,
            history.Epochs.Count,
            history.FinalLoss,
            score.Rmse,
            score.Mae,
            score.Mape,
            score.Skill,
            Math.Round(network.TrainingTime.TotalSeconds, 3),
            network.Recipe.Training.Seed,
            network.Members,
            (network as EnsembleForecaster)?.Weights(1).ToDictionary(),
            score.RmseByStep.Count > 0 ? score.RmseByStep : null,
            CrpsFigures.Of(score),
            HeldFigures.Of(score),
            network is EnsembleForecaster { Strategy: Forecasting.Strategy.Recursive } ? "recursive" : null)
        {
            Head = network is EnsembleForecaster { Head: not ForecastHead.None and var head } ? RecipeOptions.WordOf(head) : null,
        };
    }
}

/// <summary>A baseline, the naive forecast among them.</summary>
/// <param name="Model">Its name as a word, for example seasonal-naive.</param>
/// <param name="Skill">1 − RMSE / naive RMSE, as for the networks.</param>
internal sealed record BaselineFigures(string Model, double Rmse, double Mae, double? Mape, double Skill, IReadOnlyList<double>? RmseByStep, CrpsFigures[] Crps, HeldFigures[] Intervals)
{
    public static BaselineFigures Of(ForecastScore score) =>
        new(score.Name.ToLowerInvariant().Replace(' ', '-'), score.Rmse, score.Mae, score.Mape, score.Skill, score.RmseByStep.Count > 0 ? score.RmseByStep : null, CrpsFigures.Of(score), HeldFigures.Of(score));
}

/// <summary>How well a distribution, middle and spread together, foresaw the test rows.</summary>
/// <param name="Step">How many rows ahead.</param>
/// <param name="Crps">In the target's units; lower is better.</param>
internal sealed record CrpsFigures(int Step, double Crps)
{
    public static CrpsFigures[] Of(ForecastScore score) => [.. score.Crps.Select(each => new CrpsFigures(each.Step, each.Value))];
}

/// <summary>Intervals and how they held on the test rows.</summary>
/// <param name="Step">How many rows ahead.</param>
/// <param name="Nominal">The share of values that they are to hold.</param>
/// <param name="Coverage">The share that they held.</param>
internal sealed record HeldFigures(int Step, double Nominal, double Coverage, double Width, double Winkler, double Pinball)
{
    public static HeldFigures[] Of(ForecastScore score) => Of(score.Intervals);

    public static HeldFigures[] Of(IReadOnlyList<IntervalScore> intervals) =>
        [.. intervals.Select(interval => new HeldFigures(interval.Step, interval.Level, interval.Coverage, interval.Width, interval.Winkler, interval.Pinball))];
}

/// <summary>What <c>unroll predict --json</c> prints.</summary>
/// <param name="After">The date of the newest row.</param>
/// <param name="Value">The next value in the target's units.</param>
/// <param name="Naive">The newest value: "tomorrow equals today".</param>
/// <param name="Ahead">All rows predicted, the nearest first.</param>
internal sealed record PredictionJson(string Model, string File, string Target, int Window, string TrainedFrom, string TrainedTo, string After, double Value, double Naive, AheadJson[] Ahead)
{
    /// <summary>What the networks say of each row; null for values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Head { get; init; }

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.PredictionJson) + "\n";
}

/// <summary>What <c>unroll predict --json</c> prints of a network for several targets.</summary>
internal sealed record PredictionsJson(PredictionJson[] Targets)
{
    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.PredictionsJson) + "\n";
}

/// <summary>A row predicted, with the ends of its intervals where there are any.</summary>
/// <param name="Date">When it is to be expected.</param>
internal sealed record AheadJson(
    string Date,
    double Value,
    [property: JsonPropertyName("lower_80")] double? Lower80 = null,
    [property: JsonPropertyName("upper_80")] double? Upper80 = null,
    [property: JsonPropertyName("lower_95")] double? Lower95 = null,
    [property: JsonPropertyName("upper_95")] double? Upper95 = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(MetricsJson))]
[JsonSerializable(typeof(TargetsJson))]
[JsonSerializable(typeof(PredictionJson))]
[JsonSerializable(typeof(PanelPredictionJson))]
[JsonSerializable(typeof(PredictionsJson))]
[JsonSerializable(typeof(TuneJson))]
internal sealed partial class ToolJson : JsonSerializerContext;
