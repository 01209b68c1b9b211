using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What <c>unroll judge</c> was asked for.</summary>
internal sealed record JudgeRequest : CommonRequest
{
    public JudgeRequest(CommonRequest common)
        : base(common)
    {
    }

    /// <summary>The file of the network.</summary>
    public required string Model { get; init; }

    /// <summary>How it is read.</summary>
    public required NetworkFiles Files { get; init; }

    /// <summary>The columns of a window as the user named them; empty for the target alone.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>H; null for as many rows as the network gives.</summary>
    public required int? Horizon { get; init; }

    public required ScalingChoice Scaling { get; init; }

    public required TargetTransform Gives { get; init; }

    public required PretrainedOutputs Outputs { get; init; }

    /// <summary>The rows up to which it was trained; null where nobody said.</summary>
    public required DateRange? TrainedOn { get; init; }

    public required ForecastMetric? Metric { get; init; }

    public required bool IsQuiet { get; init; }

    /// <summary>What the file of the network does not say.</summary>
    /// <exception cref="UnrollException">There is no such column.</exception>
    public PretrainedOptions OptionsFor(SeriesSet data)
    {
        TimeSeries table = data[data.Keys[0]];
        string[] columns = [.. ColumnNames.Split("--inputs", Inputs, data.ColumnNames).Select(name => table[name].Name)];
        return new PretrainedOptions
        {
            Name = Path.GetFileName(Model),
            Columns = columns,
            Scaling = Scaling.Of,
            Gives = Gives,
            Outputs = Outputs,
            TrainedOn = TrainedOn,
        };
    }

    /// <summary>What is asked of the data.</summary>
    /// <exception cref="UnrollException">No such column, or none named where there are several.</exception>
    public TaskOptions TaskFor(SeriesSet data, PretrainedForecaster forecaster)
    {
        IReadOnlyList<string> targets = Targets.Count == 0 && forecaster.Options.Columns is [var only]
            ? [only]
            : ColumnNames.Targets(data, this);
        if (targets.Count > 1)
            throw new UnrollException($"{forecaster.Name} forecasts one target, but --target names {targets.Count}: "
                + $"{ColumnNames.List(targets)}. Judge each by itself.");
        TaskOptions needed = forecaster.OptionsFor(new TaskOptions
        {
            Targets = targets,
            Horizon = Horizon ?? forecaster.RowsAhead,
            Train = Train ?? (TrainedOn is null ? RangesOf?.Train : null),
            Test = Test?.Range ?? (TrainedOn is null ? RangesOf?.Test : null),
            TestRows = Test?.Newest,
            MostRows = Rows,
            Missing = Missing,
            Metric = Metric,
        });
        if (Files.Options.Steps is { } asked && needed.Window is { } window && asked != window)
            throw new UnrollException($"--window is {asked}, but windows of {forecaster.Name} have {window} "
                + $"{(window == 1 ? "row" : "rows")}: the file says {window}. Leave --window out.");
        return needed;
    }

    /// <summary>What an error is about where the ranges that it is about were not given, but follow from --trained-until.</summary>
    public string? RangesBehind(string? subject)
    {
        if (TrainedOn is null || subject is null)
            return subject;
        IEnumerable<string> named = subject.Split(',', StringSplitOptions.TrimEntries)
            .SelectMany(word => word is "ranges" or "rows" ? ["train", "test"] : (string[])[word])
            .Select(word => (word == "train" && Train is null) || (word == "test" && Test is null) ? "trained-until" : word);
        return string.Join(',', named.Distinct());
    }

    /// <summary>What the network was judged with, by the names of the options.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings(ForecastTask task, PretrainedForecaster forecaster)
    {
        ForecastSplit first = task[task.Parts[0]];
        return
        [
            .. SeriesColumn is { } column ? [new("series", column)] : Array.Empty<KeyValuePair<string, string>>(),
            new("target", task.Targets[0]),
            new("inputs", string.Join(", ", forecaster.Options.Columns.DefaultIfEmpty(task.Targets[0]))),
            new("train", first.TrainRange.ToString()),
            new("test", Test?.ToString() ?? first.TestRange.ToString()),
            new("trained-until", TrainedOn?.ToString()[2..] ?? "not known"),
            new("horizon", FormattableString.Invariant($"{task.Horizon}")),
            new("window", FormattableString.Invariant($"{task.Window}")),
            new("scaling", Scaling.ToString()),
            new("gives", JudgeOptions.WordOf(Gives)),
            new("outputs", forecaster.Outputs.ToString().ToLowerInvariant()),
            new("metric", MetricOption.Word(task.Metric)),
            new("missing", MissingOption.Word(Missing)),
        ];
    }
}
