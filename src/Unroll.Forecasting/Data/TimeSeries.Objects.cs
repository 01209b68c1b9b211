using System.Globalization;

namespace Unroll.Forecasting;

/// <content>Tables out of objects, and tables that grow.</content>
public sealed partial class TimeSeries
{
    private const string OfObjects = "The rows";

    /// <summary>A table out of objects, a row each. They may come in any order: the rows are sorted by their dates.</summary>
    /// <param name="rows">The objects.</param>
    /// <param name="date">The date of each. Where all are of <see cref="DateTimeKind.Utc"/> and have times, the zone is UTC.</param>
    /// <param name="columns">The name of each column, and its value of an object: null or NaN where it is missing.</param>
    /// <example>
    /// <code>
    /// var sales = TimeSeries.From(orders, order => order.Day, ("sales", order => order.Amount), ("price", order => order.Price));
    /// </code>
    /// </example>
    /// <exception cref="UnrollException">Two rows have the same date, some dates are of UTC and some are not, there is no column, a name is
    /// used twice, or a value is infinite.</exception>
    public static TimeSeries From<T>(IEnumerable<T> rows, Func<T, DateTime> date, params (string Name, Func<T, double?> Value)[] columns) =>
        From(OfObjects, rows, date, columns);

    /// <param name="name">What messages call the table.</param>
    /// <param name="rows">The objects.</param>
    /// <param name="date">The date of each.</param>
    /// <param name="columns">The name of each column, and its value of an object: null or NaN where it is missing.</param>
    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static TimeSeries From<T>(
        string name, IEnumerable<T> rows, Func<T, DateTime> date, params (string Name, Func<T, double?> Value)[] columns)
    {
        Require(name, rows, date, columns);
        return ObjectRows.Of(name, [.. rows], date, columns).ToSeries();
    }

    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static TimeSeries From<T>(IEnumerable<T> rows, Func<T, DateOnly> date, params (string Name, Func<T, double?> Value)[] columns) =>
        From(OfObjects, rows, date, columns);

    /// <inheritdoc cref="From{T}(string, IEnumerable{T}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static TimeSeries From<T>(
        string name, IEnumerable<T> rows, Func<T, DateOnly> date, params (string Name, Func<T, double?> Value)[] columns)
    {
        ArgumentNullException.ThrowIfNull(date);
        return From(name, rows, row => date(row).ToDateTime(TimeOnly.MinValue), columns);
    }

    /// <summary>
    /// The same with times that have an offset: one that is the same on all rows is kept as <see cref="Zone"/>; where it differs and hours
    /// matter, times are turned into UTC.
    /// </summary>
    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static TimeSeries From<T>(
        IEnumerable<T> rows, Func<T, DateTimeOffset> date, params (string Name, Func<T, double?> Value)[] columns) =>
        From(OfObjects, rows, date, columns);

    /// <param name="name">What messages call the table.</param>
    /// <param name="rows">The objects.</param>
    /// <param name="date">The date of each.</param>
    /// <param name="columns">The name of each column, and its value of an object: null or NaN where it is missing.</param>
    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, DateTimeOffset}, ValueTuple{string, Func{T, double?}}[])"/>
    public static TimeSeries From<T>(string name, IEnumerable<T> rows, Func<T, DateTimeOffset> date,
        params (string Name, Func<T, double?> Value)[] columns)
    {
        Require(name, rows, date, columns);
        return ObjectRows.Of(name, [.. rows], date, columns).ToSeries();
    }

    /// <summary>This table with one more row behind its last. All rows are copied: to add many, append a table of them.</summary>
    /// <param name="date">After the last date.</param>
    /// <param name="values">One a column, in the order of <see cref="ColumnNames"/>; NaN where one is missing.</param>
    /// <example>
    /// <code>
    /// sales = sales.Append(new DateTime(2024, 5, 1), 129.5);
    /// </code>
    /// </example>
    /// <exception cref="UnrollException">The date does not come after the last, has a time where the others have none, the rows are
    /// numbered, or there are not as many values as columns, or one is infinite.</exception>
    public TimeSeries Append(DateTime date, params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (IsNumbered)
            throw new UnrollException($"The rows of {Name} are numbered and have no dates. Append a table of numbered rows.");
        if (values.Length != ColumnNames.Count)
            throw new UnrollException($"There are {values.Length} values for the {ColumnNames.Count} columns of {Name}, "
                + $"{NameList.Of(ColumnNames)}. Give one for each.");
        if (Rows >= 3 && !HasTimes && date.TimeOfDay != TimeSpan.Zero)
            throw new UnrollException(
                string.Create(CultureInfo.InvariantCulture, $"The rows of {Name} have dates without times, but the one to "
                + $"append is of {date:yyyy-MM-dd HH:mm:ss}. Give its date alone."));
        if (date.Kind == DateTimeKind.Local || (date.Kind == DateTimeKind.Utc && Zone is not (null or "UTC")))
        {
            throw new UnrollException(
                $"The date to append to {Name} is of kind {date.Kind}, but the times of the table are {OfZone(Zone)}. "
                + "Give it as the table has it, of no kind.");
        }

        int infinite = Array.FindIndex(values, double.IsInfinity);
        if (infinite >= 0)
            throw new UnrollException($"The value of {ColumnNames[infinite]} to append to {Name} is infinite. "
                + "Give a number, or NaN where it is missing.");
        return Append(new TimeSeries(
            Name, [DateTime.SpecifyKind(date, DateTimeKind.Unspecified)],
                [.. _columns.Select((column, place) => new Column(column.Name, [values[place]]))], 0, 1, [], _leftOut, Zone));
    }

    /// <summary>This table with the rows of another behind its last.</summary>
    /// <param name="later">Rows of the same columns, in whatever order, that come as often and begin after the last row of
    /// this table.</param>
    /// <example>
    /// <code>
    /// TimeSeries all = TimeSeries.Read("2023.csv").Append(TimeSeries.Read("2024.csv"));
    /// </code>
    /// </example>
    /// <exception cref="UnrollException">The first row does not come after the last of this table, the columns differ, rows come more or
    /// less often, times are of another zone, or one table has dates and the other numbers.</exception>
    public TimeSeries Append(TimeSeries later)
    {
        ArgumentNullException.ThrowIfNull(later);
        if (!ColumnNames.Order().SequenceEqual(later.ColumnNames.Order()))
            throw new UnrollException($"{later.Name} has the columns {NameList.Of(later.ColumnNames)}, but {Name}, to which it is "
                + $"appended, has {NameList.Of(ColumnNames)}. Give both the same columns.");
        if (later.IsNumbered != IsNumbered)
            throw new UnrollException($"The rows of one of {Name} and {later.Name} have dates, and those of the other are numbered. "
                + "Append rows of the same kind.");
        if (later.Rows == 0)
            return this;
        if (later.Zone != Zone && Rows > 0)
            throw new UnrollException($"The times of {later.Name} are {OfZone(later.Zone)}, but those of {Name}, to which it is "
                + $"appended, are {OfZone(Zone)}. Give both the same zone.");
        if (Rows > 0 && later.FirstDate <= LastDate)
            throw new UnrollException($"{(later.Name == Name ? "What is to be appended" : later.Name)} begins with "
                + $"{later.Format(later.FirstDate)}, which does not come after {Format(LastDate)}, the last row of {Name}. "
                + "Append only what is newer.");
        if (!Calendar.SameAs(later.Calendar))
            throw new UnrollException($"The rows of {later.Name} come otherwise ({later.Calendar.Name}) than those of {Name}, to "
                + $"which it is appended ({Calendar.Name}). Append rows that come as often.");
        Column[] columns = Array.ConvertAll(
            _columns, column => new Column(column.Name, [.. column.Values.AsSpan(_start, Rows), .. later[column.Name].Values]));
        return new TimeSeries(Name, [.. DateSpan, .. later.DateSpan], columns, 0, Rows + later.Rows, Notices, _leftOut, later.Zone,
            IsNumbered)
        { Reading = Reading };
    }

    private static string OfZone(string? zone) => zone is null ? "without a zone" : $"of {zone}";

    internal static void Require<T>(string name, IEnumerable<T> rows, object date, (string Name, Func<T, double?> Value)[] columns)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(date);
        ArgumentNullException.ThrowIfNull(columns);
    }
}
