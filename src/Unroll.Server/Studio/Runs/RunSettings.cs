namespace Unroll.Server;

/// <summary>What a run is asked for; what is null is the library's default. Names are a contract with the page.</summary>
internal sealed record RunSettings
{
    /// <summary>The number of the data.</summary>
    public string? Data { get; init; }

    /// <summary>What the user calls the run.</summary>
    public string? Name { get; init; }

    public string[]? Targets { get; init; }

    /// <summary>H, how many rows ahead.</summary>
    public int? Horizon { get; init; }

    public RunInputs? Inputs { get; init; }

    /// <summary>default or tutorial.</summary>
    public string? Recipe { get; init; }

    /// <summary>What the forecast is made of, by the keys of forecasters.</summary>
    public string[]? Models { get; init; }

    public int? Layers { get; init; }

    public int? Units { get; init; }

    /// <summary>T, how many rows back a prediction looks.</summary>
    public int? Window { get; init; }

    public int? Epochs { get; init; }

    public double? LearningRate { get; init; }

    public int? Batch { get; init; }

    /// <summary>How many networks of a kind are averaged.</summary>
    public int? Members { get; init; }

    /// <summary>none, quantile, gaussian or student-t.</summary>
    public string? Head { get; init; }

    /// <summary>direct or recursive.</summary>
    public string? Strategy { get; init; }

    /// <summary>The rows to learn from, as 2016..2020.</summary>
    public string? Train { get; init; }

    /// <summary>The rows to judge on, as 2021.. or last:12.</summary>
    public string? Test { get; init; }

    /// <summary>What to do with missing values of the target: error, drop, forward-fill or interpolate.</summary>
    public string? Missing { get; init; }

    public int? Seed { get; init; }
}

/// <summary>What forecasts may look at beside the target.</summary>
/// <param name="Past">Columns that are known up to the row of a forecast; null for all others.</param>
/// <param name="Known">Columns that are known for the rows to come too; null for none.</param>
/// <param name="Calendar">Null for yes.</param>
/// <param name="Holidays">The code of a country or a part of it; null for none.</param>
internal sealed record RunInputs(string[]? Past = null, string[]? Known = null, bool? Calendar = null, string? Holidays = null);
