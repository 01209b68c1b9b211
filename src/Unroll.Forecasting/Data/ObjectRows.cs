using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>
/// The rows of a table out of objects: their dates, the zone of these, and the values of each column, in the order of the objects.
/// </summary>
internal sealed class ObjectRows
{
    private readonly string _name;
    private readonly DateTime[] _dates;
    private readonly Column[] _columns;
    private readonly string? _zone;

    private ObjectRows(string name, DateTime[] dates, string? zone, Column[] columns) =>
        (_name, _dates, _zone, _columns) = (name, dates, zone, columns);

    /// <exception cref="UnrollException">There are no columns, a name is used twice, or a value is infinite.</exception>
    public static ObjectRows Of<T>(string name, T[] rows, Func<T, DateTime> date, (string Name, Func<T, double?> Value)[] columns)
    {
        DateTime[] dates = Array.ConvertAll(rows, row => date(row));
        int utc = dates.Count(each => each.Kind == DateTimeKind.Utc);
        if (utc > 0 && utc < dates.Length)
            throw new UnrollException($"{name}: some of the dates are of UTC and some are not. Give all of one kind.");
        bool isUtc = utc > 0 && HaveTimes(dates);
        return new ObjectRows(name, Array.ConvertAll(dates, each => DateTime.SpecifyKind(each, DateTimeKind.Unspecified)),
            isUtc ? "UTC" : null, Columns(name, rows, columns));
    }

    /// <summary>
    /// An offset that is the same on all rows is kept as the zone; where they differ and times matter, these are turned into UTC.
    /// </summary>
    /// <inheritdoc cref="Of{T}(string, T[], Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static ObjectRows Of<T>(string name, T[] rows, Func<T, DateTimeOffset> date, (string Name, Func<T, double?> Value)[] columns)
    {
        DateTimeOffset[] stamps = Array.ConvertAll(rows, row => date(row));
        DateTime[] dates = Array.ConvertAll(stamps, stamp => stamp.DateTime);
        string? zone = null;
        if (HaveTimes(dates))
        {
            TimeSpan offset = stamps[0].Offset;
            bool isOne = Array.TrueForAll(stamps, stamp => stamp.Offset == offset);
            zone = OffsetText.Of(isOne ? offset : TimeSpan.Zero);
            dates = isOne ? dates : Array.ConvertAll(stamps, stamp => DateTime.SpecifyKind(stamp.UtcDateTime, DateTimeKind.Unspecified));
        }

        return new ObjectRows(name, dates, zone, Columns(name, rows, columns));
    }

    /// <exception cref="UnrollException">A date appears twice.</exception>
    public TimeSeries ToSeries() => Series(_name, [.. Enumerable.Range(0, _dates.Length)]);

    /// <param name="keys">The series of each row.</param>
    /// <exception cref="UnrollException">There are no rows, a key is empty, or a date appears twice in a series.</exception>
    public SeriesSet ToSeriesSet(string[] keys)
    {
        var rows = new Dictionary<string, List<int>>();
        var order = new List<string>();
        for (int row = 0; row < keys.Length; row++)
        {
            if (string.IsNullOrWhiteSpace(keys[row]))
                throw new UnrollException($"{_name}: row {row + 1} has no key, so it belongs to no series. "
                    + "Give each row the key of its series.");
            if (!rows.TryGetValue(keys[row], out List<int>? own))
            {
                rows.Add(keys[row], own = []);
                order.Add(keys[row]);
            }

            own.Add(row);
        }

        return order.Count > 0
            ? new SeriesSet(_name, "series", [.. order.Select(key => (key, Series(SeriesSet.NameOf(_name, key), [.. rows[key]])))], [])
            : throw new UnrollException($"{_name} has no rows.");
    }

    private TimeSeries Series(string name, int[] rows)
    {
        DateTime[] dates = Array.ConvertAll(rows, row => _dates[row]);
        bool isSorted = true;
        for (int i = 1; i < dates.Length; i++)
            isSorted &= dates[i - 1] <= dates[i];
        if (!isSorted)
            Array.Sort(dates, rows);
        string[] notices = isSorted ? [] : [$"sorted {rows.Length} rows by date: they were not in order"];
        Column[] columns = Array.ConvertAll(_columns, column => new Column(column.Name, Array.ConvertAll(rows, row => column.Values[row])));
        var series = new TimeSeries(name, dates, columns, 0, dates.Length, Array.AsReadOnly(notices),
            ReadOnlyDictionary<string, string>.Empty, _zone);
        for (int i = 1; i < dates.Length; i++)
        {
            if (dates[i - 1] == dates[i])
                throw new UnrollException($"{name}: two rows have the date {series.Format(dates[i])}. Leave one of them out, or "
                    + "give each series a key of its own.");
        }

        return series;
    }

    private static Column[] Columns<T>(string name, T[] rows, (string Name, Func<T, double?> Value)[] columns)
    {
        if (columns.Length == 0)
            throw new UnrollException($"{name} has no columns. Give at least one.");
        var names = new HashSet<string>();
        return Array.ConvertAll(columns, column =>
        {
            if (!names.Add(column.Name))
                throw new UnrollException($"{name} has two columns named {CellText.Show(column.Name)}. Rename one of them.");
            double[] values = Array.ConvertAll(rows, row => column.Value(row) ?? double.NaN);
            int infinite = Array.FindIndex(values, double.IsInfinity);
            return infinite < 0
                ? new Column(column.Name, values)
                : throw new UnrollException($"{name}, row {infinite + 1}, column {CellText.Show(column.Name)}: the value is "
                    + "infinite. Give a number, or null where it is missing.");
        });
    }

    private static bool HaveTimes(DateTime[] dates) => Array.Exists(dates, date => date.TimeOfDay != TimeSpan.Zero);
}
