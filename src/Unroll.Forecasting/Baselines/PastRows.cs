namespace Unroll.Forecasting;

/// <summary>
/// What a forecaster of your own may look at from one origin: rows up to it, and of rows after it dates and known columns. Nothing else can
/// be reached, so nothing later leaks into a forecast.
/// </summary>
public readonly ref struct PastRows
{
    private readonly TimeSeries _table;
    private readonly int _origin;
    private readonly IReadOnlyList<string> _known;

    internal PastRows(TimeSeries table, string target, int origin, int horizon, IReadOnlyList<string> known)
    {
        (_table, _origin, _known, Horizon) = (table, origin, known, horizon);
        Values = table[target].Values[..(origin + 1)];
        Dates = table.DateSpan[..(origin + 1)];
    }

    /// <summary>The target up to the origin, oldest first, none missing.</summary>
    public ReadOnlySpan<double> Values { get; }

    /// <summary>The dates of these rows.</summary>
    public ReadOnlySpan<DateTime> Dates { get; }

    /// <summary>H, how many rows ahead are asked for.</summary>
    public int Horizon { get; }

    /// <summary>The dates of the H rows after the origin: those of the table, then those that its calendar lets expect.</summary>
    public DateTime[] DatesAhead() => PartRows.DatesFrom(_table, _origin, Horizon)[1..];

    /// <summary>A column that is known up to the origin: as many values as <see cref="Values"/>.</summary>
    /// <param name="column">One of <see cref="OwnForecaster.Columns"/>.</param>
    /// <exception cref="UnrollException">It is not there.</exception>
    public ReadOnlySpan<double> Past(string column) => _table[column].Values[..(_origin + 1)];

    /// <summary>A column that is known beforehand: H values more than <see cref="Values"/> has, as far as the table goes.</summary>
    /// <param name="column">One of <see cref="OwnForecaster.Columns"/>, and of <see cref="ForecastInputs.Known"/> of the task.</param>
    /// <exception cref="UnrollException">It is not there, or not known beforehand.</exception>
    public ReadOnlySpan<double> Known(string column)
    {
        ReadOnlySpan<double> values = _table[column].Values;
        string name = _table[column].Name;
        return _known.Contains(name)
            ? values[..Math.Min(values.Length, _origin + 1 + Horizon)]
            : throw new UnrollException(
                $"{name} is not known for the rows to come. Add it to the known columns, or read it with Past.")
            { Subject = "known" };
    }
}
