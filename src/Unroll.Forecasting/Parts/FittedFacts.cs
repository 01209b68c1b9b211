using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>What a fitted forecaster knows of the task it was fitted to.</summary>
internal sealed record FittedFacts
{
    public required IReadOnlyList<Part> Parts { get; init; }

    public required int Horizon { get; init; }

    public required int Window { get; init; }

    public required IReadOnlyList<string> Targets { get; init; }

    public required ForecastInputs Inputs { get; init; }

    public required string SeriesColumn { get; init; }

    public required IReadOnlyList<string> Statics { get; init; }

    public required string Frequency { get; init; }

    /// <summary>Whether the rows it learnt from had a running number in the place of dates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsNumbered { get; init; }

    /// <summary>As it was asked for in training, and is in a forecast that does not say otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MissingPolicy Missing { get; init; }

    /// <summary>What it was chosen by; before there was a choice, squares were learnt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ForecastMetric Metric { get; init; }

    /// <summary>The smallest value there can be, as stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? Min { get; init; }

    /// <summary>The largest value there can be, as stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? Max { get; init; }

    /// <summary>Refuses dates where it learnt from rows that are numbered, and the other way round.</summary>
    /// <exception cref="UnrollException">The rows are of the other kind.</exception>
    public void RequireSameRows(SeriesSet data)
    {
        if (data[data.Keys[0]].IsNumbered != IsNumbered)
        {
            throw new UnrollException(IsNumbered
                ? $"The forecaster learnt from rows that are numbered, but those of {data.Name} have dates. Give it rows with a running "
                    + "number, or fit a forecaster to rows with dates."
                : $"The forecaster learnt from rows with dates, but those of {data.Name} are numbered. Give it rows with dates, or fit a "
                    + "forecaster to rows with a running number.")
            {
                Subject = "date",
            };
        }
    }

    public static FittedFacts Of(ForecastTask task) => new()
    {
        Parts = task.Parts,
        Horizon = task.Horizon,
        Window = task.Window,
        Targets = task.Targets,
        Inputs = task.Inputs,
        SeriesColumn = task.Data.IsTable ? "" : task.Data.SeriesColumn,
        Statics = [.. task.Data.StaticNames, .. task.Data.StaticTextNames],
        Frequency = task[task.Parts[0]].Table.CalendarGaps().FrequencyName,
        IsNumbered = task.Data[task.Data.Keys[0]].IsNumbered,
        Missing = task.Options.Missing,
        Metric = task.Metric,
        Min = task.Options.Min,
        Max = task.Options.Max,
    };
}
