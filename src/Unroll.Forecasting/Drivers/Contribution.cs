namespace Unroll.Forecasting;

/// <summary>What a forecast can be made of; each is a number of the target's units, and together they are the forecast.</summary>
public enum Contribution
{
    /// <summary>Where the series stands: the newest value, the mean of the newest season, or the level of a smoothing rule.</summary>
    Level,

    /// <summary>What the newest values say beyond the level: the trend, and lags of the target itself.</summary>
    Recent,

    /// <summary>The calendar, the values of seasons before, the same days of years before, and the seasons of rules.</summary>
    Season,

    /// <summary>Public holidays.</summary>
    Holidays,

    /// <summary>Columns beside the target, past and known ones.</summary>
    Columns,

    /// <summary>What networks correct: the forecast with them less the forecast without them.</summary>
    Networks,

    /// <summary>What a smallest or a largest value moved the forecast by; 0 where it lies within.</summary>
    Limit,
}

/// <summary>What the forecast of one row is made of.</summary>
public sealed class RowContributions
{
    private readonly double[] _values;

    internal RowContributions(DateTime date, int step, double[] values) => (Date, Step, _values) = (date, step, values);

    /// <summary>When the row is, or is to be expected.</summary>
    public DateTime Date { get; }

    /// <summary>1..H, how many rows after the origin.</summary>
    public int Step { get; }

    /// <summary>One contribution, in the target's units.</summary>
    public double this[Contribution contribution] => _values[(int)contribution];

    /// <summary>The sum of all, which is the forecast to rounding.</summary>
    public double Sum => _values.Sum();
}

/// <summary>What the forecasts of the rows to come of one part are made of.</summary>
/// <param name="Part">The series and the target.</param>
/// <param name="Rows">One a row to come, the nearest first.</param>
public sealed record PartContributions(Part Part, IReadOnlyList<RowContributions> Rows)
{
    /// <summary>Those that are not 0 in all rows, in the order of <see cref="Contribution"/>; the level is always among them.</summary>
    public IReadOnlyList<Contribution> Present =>
        [.. Enum.GetValues<Contribution>().Where(each => each == Contribution.Level || Rows.Any(row => row[each] != 0))];
}
