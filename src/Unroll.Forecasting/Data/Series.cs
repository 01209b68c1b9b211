namespace Unroll.Forecasting;

/// <summary>One column of a <see cref="TimeSeries"/>: dates and values of equal count, oldest first. A view: nothing is copied.</summary>
public sealed class Series
{
    private readonly TimeSeries _table;
    private readonly ReadOnlyMemory<double> _values;

    internal Series(string name, TimeSeries table, ReadOnlyMemory<double> values) => (Name, _table, _values) = (name, table, values);

    /// <summary>The column's name as the file spells it.</summary>
    public string Name { get; }

    /// <summary>Number of values.</summary>
    public int Count => _values.Length;

    /// <summary>The date of each value.</summary>
    public IReadOnlyList<DateTime> Dates => _table.Dates;

    /// <summary>The values in the column's own units; NaN where one is missing.</summary>
    public ReadOnlySpan<double> Values => _values.Span;

    /// <summary>The value of a row, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public double this[int index] => (uint)index < (uint)_values.Length ? _values.Span[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has {Count} rows, counted from 0.");

    internal ReadOnlySpan<DateTime> DateSpan => _table.DateSpan;

    /// <summary>What messages call the table.</summary>
    internal string TableName => _table.Name;

    /// <summary>How often the rows come.</summary>
    internal RowCalendar Calendar => _table.Calendar;

    /// <summary>A date as the table writes it.</summary>
    internal string Format(DateTime date) => _table.Format(date);

    /// <summary>The values as a new array.</summary>
    public double[] ToArray() => _values.ToArray();

    /// <summary>The same as <see cref="Values"/>, so that a series can be handed to a scaler or a metric as it is.</summary>
    public static implicit operator ReadOnlySpan<double>(Series series) => series is null ? default : series.Values;

    public override string ToString() => Count == 0
        ? $"{Name}, no rows"
        : $"{Name}, {Count} rows, {_table.Format(_table.FirstDate)} to {_table.Format(_table.LastDate)}";
}
