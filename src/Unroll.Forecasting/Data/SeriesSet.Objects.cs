namespace Unroll.Forecasting;

/// <content>Sets of series out of objects, and sets that grow.</content>
public sealed partial class SeriesSet
{
    private const string OfObjects = "The rows";

    /// <summary>Series out of objects, a row each: those with the same key are a series. They may come in any order.</summary>
    /// <param name="rows">The objects.</param>
    /// <param name="key">The name of the series that each belongs to.</param>
    /// <param name="date">The date of each. Where all are of <see cref="DateTimeKind.Utc"/> and have times, the zone is UTC.</param>
    /// <param name="columns">
    /// The name of each column, and its value of an object: null or NaN where it is missing. Those that never change
    /// within a series are static.
    /// </param>
    /// <example>
    /// <code>
    /// var shops = SeriesSet.From(orders, order => order.Shop, order => order.Day, ("sales", order => order.Amount));
    /// </code>
    /// </example>
    /// <exception cref="UnrollException">There are no rows, one has no key, two rows of a series have the same date, some dates are of UTC
    /// and some are not, there is no column, a name is used twice, or a value is infinite.</exception>
    public static SeriesSet From<T>(
        IEnumerable<T> rows, Func<T, string> key, Func<T, DateTime> date, params (string Name, Func<T, double?> Value)[] columns) =>
        From(OfObjects, rows, key, date, columns);

    /// <param name="name">What messages call the set.</param>
    /// <param name="rows">The objects.</param>
    /// <param name="key">The name of the series that each belongs to.</param>
    /// <param name="date">The date of each.</param>
    /// <param name="columns">The name of each column, and its value of an object: null or NaN where it is missing.</param>
    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, string}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static SeriesSet From<T>(
        string name, IEnumerable<T> rows, Func<T, string> key, Func<T, DateTime> date,
            params (string Name, Func<T, double?> Value)[] columns)
    {
        TimeSeries.Require(name, rows, date, columns);
        return Make(rows, key, all => ObjectRows.Of(name, all, date, columns));
    }

    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, string}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static SeriesSet From<T>(
        IEnumerable<T> rows, Func<T, string> key, Func<T, DateOnly> date, params (string Name, Func<T, double?> Value)[] columns) =>
        From(OfObjects, rows, key, date, columns);

    /// <inheritdoc cref="From{T}(string, IEnumerable{T}, Func{T, string}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static SeriesSet From<T>(
        string name, IEnumerable<T> rows, Func<T, string> key, Func<T, DateOnly> date,
            params (string Name, Func<T, double?> Value)[] columns)
    {
        ArgumentNullException.ThrowIfNull(date);
        return From(name, rows, key, row => date(row).ToDateTime(TimeOnly.MinValue), columns);
    }

    /// <summary>
    /// The same with times that have an offset: one that is the same on all rows is kept as the zone; where it differs and hours matter,
    /// times are turned into UTC.
    /// </summary>
    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, string}, Func{T, DateTime}, ValueTuple{string, Func{T, double?}}[])"/>
    public static SeriesSet From<T>(
        IEnumerable<T> rows, Func<T, string> key, Func<T, DateTimeOffset> date, params (string Name, Func<T, double?> Value)[] columns) =>
        From(OfObjects, rows, key, date, columns);

    /// <param name="name">What messages call the set.</param>
    /// <param name="rows">The objects.</param>
    /// <param name="key">The name of the series that each belongs to.</param>
    /// <param name="date">The date of each.</param>
    /// <param name="columns">The name of each column, and its value of an object: null or NaN where it is missing.</param>
    /// <inheritdoc cref="From{T}(IEnumerable{T}, Func{T, string}, Func{T, DateTimeOffset}, ValueTuple{string, Func{T, double?}}[])"/>
    public static SeriesSet From<T>(
        string name, IEnumerable<T> rows, Func<T, string> key, Func<T, DateTimeOffset> date,
            params (string Name, Func<T, double?> Value)[] columns)
    {
        TimeSeries.Require(name, rows, date, columns);
        return Make(rows, key, all => ObjectRows.Of(name, all, date, columns));
    }

    private static SeriesSet Make<T>(IEnumerable<T> rows, Func<T, string> key, Func<T[], ObjectRows> read)
    {
        ArgumentNullException.ThrowIfNull(key);
        T[] all = [.. rows];
        return read(all).ToSeriesSet(Array.ConvertAll(all, row => key(row)));
    }

    /// <summary>This set with newer rows behind those of its series, and with series that are new.</summary>
    /// <remarks>
    /// What is static here stays so, and what is not stays a column: a few new rows do not tell. New series come
    /// behind those that are there.
    /// </remarks>
    /// <param name="later">Series of the same columns. Those that are there already begin after their last row here.</param>
    /// <example>
    /// <code>
    /// shops = shops.Append(SeriesSet.From(newOrders, order => order.Shop, order => order.Day, ("sales", order => order.Amount)));
    /// </code>
    /// </example>
    /// <exception cref="UnrollException">As for <see cref="TimeSeries.Append(TimeSeries)"/>, or a static column has another value in the
    /// newer rows, or changes within a new series.</exception>
    public SeriesSet Append(SeriesSet later)
    {
        ArgumentNullException.ThrowIfNull(later);
        if (later.IsTable != IsTable)
            throw new UnrollException($"One of {Name} and {later.Name} is a single table, and the other a set of series. "
                + "Append one of the same kind.");
        if (IsTable)
            return Of(_series[0].Append(later._series[0]));
        string[] own = [.. ColumnNames, .. StaticNames, .. StaticTextNames],
            others = [.. later.ColumnNames, .. later.StaticNames, .. later.StaticTextNames];
        if (!own.Order().SequenceEqual(others.Order()))
            throw new UnrollException($"{later.Name} has the columns {NameList.Of(others)}, but {Name}, to which it is appended, "
                + $"has {NameList.Of(own)}. Give both the same columns.");
        string[] keys = [.. Keys, .. later.Keys.Where(key => !_places.ContainsKey(key))];
        (string, TimeSeries)[] series = Array.ConvertAll(keys, key => (key, Join(later, key)));
        StaticColumn[] statics =
        [
            .. StaticNames.Select(name => new StaticColumn(name, Array.ConvertAll(
                keys, key => Agree(later, key, name, NumberOf(key, name), later.NumberOf(key, name), double.IsNaN)), null)),
            .. StaticTextNames.Select(name => new StaticColumn(name, null, Array.ConvertAll(
                keys, key => Agree(later, key, name, TextOf(key, name), later.TextOf(key, name), text => text.Length == 0)))),
        ];
        return new SeriesSet(Name, SeriesColumn, series, Notices, statics);
    }

    /// <summary>The rows of a series here and there, with the columns of this set.</summary>
    private TimeSeries Join(SeriesSet later, string key)
    {
        TimeSeries? before = _places.TryGetValue(key, out int place) ? _series[place] : null;
        if (!later._places.TryGetValue(key, out int other))
            return before!;
        TimeSeries rows = later._series[other];
        Column[] columns = [.. ColumnNames.Select(name => new Column(name, later.StaticNames.Contains(name)
            ? [.. Enumerable.Repeat(later._static[other][name], rows.Rows)]
            : rows[name].ToArray()))];
        TimeSeries same = rows.Rebuilt([.. rows.Dates], columns, [.. rows.Notices]);
        return before is null ? same : before.Append(same);
    }

    /// <summary>A static value of a series, which is the same here and there as far as both know it.</summary>
    private T Agree<T>(SeriesSet later, string key, string name, T before, T after, Predicate<T> isNone)
    {
        if (isNone(after) || isNone(before) || Equals(before, after))
            return isNone(after) ? before : after;
        throw new UnrollException($"{name} is a static column of {Name}, but of the series {CellText.Show(key)} it is {before} "
            + $"there and {after} in {later.Name}. Give both the same value.");
    }

    /// <summary>The one value of a column of numbers on all rows of a series; NaN where it has none, or there is no such series.</summary>
    private double NumberOf(string key, string name)
    {
        if (!_places.TryGetValue(key, out int place))
            return double.NaN;
        if (_static[place].TryGetValue(name, out double number))
            return number;
        double[] values = [.. _series[place][name].ToArray().Where(value => !double.IsNaN(value)).Distinct().Take(2)];
        return values.Length < 2
            ? values.FirstOrDefault(double.NaN)
            : throw new UnrollException($"{name} is a static column of the set to which {Name} is appended, but changes within the "
                + $"series {CellText.Show(key)}: {values[0]}, {values[1]}. Give it one value in a series.");
    }

    private string TextOf(string key, string name) => _places.TryGetValue(key, out int place)
        ? _staticTexts[place].GetValueOrDefault(name, "") : "";
}
