namespace Unroll.Forecasting;

/// <summary>What a <see cref="ForecastTask"/> asks for; the defaults ask for the next row of the only column.</summary>
public sealed record TaskOptions
{
    private const int LongestHorizon = 10_000;

    /// <summary>The columns to forecast; empty for the only column of numbers.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>H, how many rows ahead are forecast, 1 to 10,000.</summary>
    public int Horizon { get; init; } = 1;

    /// <summary>The rows to learn from; null for all rows before the test rows.</summary>
    public DateRange? Train { get; init; }

    /// <summary>The rows to judge on; null for those after <see cref="Train"/>, or for the newest fifth.</summary>
    public DateRange? Test { get; init; }

    /// <summary>Judges on the newest rows of every series, as many as this, whatever their dates; null for a range.</summary>
    public int? TestRows { get; init; }

    /// <summary>
    /// T, how many rows before a row its prediction may look at; null for a fifth of the training rows, or three of
    /// the calendar's shortest seasons if these are more and no more than a third of the rows; at most 60.
    /// </summary>
    public int? Window { get; init; }

    /// <summary>What forecasters may look at beside the targets; null for all other columns and the calendar.</summary>
    public ForecastInputs? Inputs { get; init; }

    /// <summary>Input columns that may not be left out, whatever is missing in them.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];

    /// <summary>What to do with missing values of the targets between their first and their newest value.</summary>
    public MissingPolicy Missing { get; init; }

    /// <summary>
    /// Where no range is given, the newest rows of a series that are looked at; null for 5,000, of many series fewer, so that together they
    /// are about 100,000, but not fewer than 1,500. More rows make a forecast better where their times were alike, and take longer.
    /// </summary>
    public int? MostRows { get; init; }

    /// <summary>The share of the training rows, the newest, on which inputs, epochs and shares are chosen; at most 750 rows.</summary>
    public double Validation { get; init; } = 0.2;

    /// <summary>
    /// What forecasts are chosen and compared by; null for the RMSE of one part and the MASE of several, of which a few wild series would
    /// decide by squares.
    /// </summary>
    public ForecastMetric? Metric { get; init; }

    /// <summary>No value is below this, in the targets' units; null for 0 where a target counts things, otherwise for no limit.</summary>
    public double? Min { get; init; }

    /// <summary>No value is above this; null for no limit.</summary>
    public double? Max { get; init; }

    /// <exception cref="UnrollException">A value is out of its range, or null where there must be one.</exception>
    internal void Validate()
    {
        if (Horizon is < 1 or > LongestHorizon)
            throw new UnrollException($"The horizon is {Horizon} rows; it must be from 1 to {LongestHorizon}.") { Subject = "horizon" };
        if (MostRows < 1)
            throw new UnrollException($"The most rows to look at are {MostRows}; it must be at least 1.");
        if (Targets is null || Needed is null)
            throw new UnrollException(
                $"{(Targets is null ? nameof(Targets) : nameof(Needed))} of the task is null. Leave it out for none.");
        Inputs?.Validate();
    }
}
