using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>The rows of a table in its order, about to become one series or, where a column names series, many.</summary>
internal sealed record TableRows(
    string File,
    DateTime[] Dates,
    long[] Lines,
    NumberColumn[] Columns,
    KeyCells? Keys,
    StaticColumn[]? Statics,
    List<string> Notices,
    ReadOnlyDictionary<string, string> LeftOut,
    TableReading Reading)
{
    /// <summary>A file in which at least this share of the rows repeats a date may well hold several series.</summary>
    private const double RepeatedDates = 0.25;

    private string? Zone => Reading.Zone;

    /// <exception cref="UnrollException">A date appears twice.</exception>
    public TimeSeries ToSeries()
    {
        int[] order = [.. Enumerable.Range(0, Dates.Length)];
        bool isSorted = IsSorted(order);
        if (!isSorted)
        {
            Sort(order);
            Notices.Insert(0, $"sorted {Dates.Length} rows by date: they were not in order");
        }

        (DateTime[] dates, Column[] columns) = isSorted ? AsRead() : Order(order);
        var series = new TimeSeries(File, dates, columns, 0, dates.Length, Notices.AsReadOnly(), LeftOut, Zone, Reading.IsNumbered)
        {
            Reading = Reading with { WasSorted = !isSorted },
        };
        return Twice(series, order, 0) is { } twice ? throw RepeatedDate(series, twice) : series;
    }

    /// <exception cref="UnrollException">A date appears twice in one series.</exception>
    public SeriesSet ToSeriesSet()
    {
        int[] places = Keys!.Rows;
        int[] order = [.. Enumerable.Range(0, Dates.Length).OrderBy(row => places[row])];
        var starts = new int[Keys.Keys.Count + 1];
        foreach (int place in places)
            starts[place + 1]++;
        for (int place = 0; place < Keys.Keys.Count; place++)
            starts[place + 1] += starts[place];

        var sorted = new HashSet<int>();
        for (int place = 0; place < Keys.Keys.Count; place++)
        {
            Span<int> rows = order.AsSpan(starts[place]..starts[place + 1]);
            if (IsSorted(rows))
                continue;
            Sort(rows);
            sorted.Add(place);
        }

        (DateTime[] dates, Column[] columns) = Order(order);
        TableReading reading = Reading with { WasSorted = sorted.Count > 0 };
        var all = new (string Key, TimeSeries Series)[Keys.Keys.Count];
        for (int place = 0; place < all.Length; place++)
        {
            int start = starts[place], rows = starts[place + 1] - start;
            string[] notices = sorted.Contains(place) ? [$"sorted {rows} rows by date: they were not in order", .. Notices] : [.. Notices];
            string name = SeriesSet.NameOf(File, Keys.Keys[place]);
            var series = new TimeSeries(name, dates, columns, start, rows, Array.AsReadOnly(notices), LeftOut, Zone, Reading.IsNumbered)
            {
                Reading = reading,
            };
            if (Twice(series, order, start) is { } twice)
            {
                string where = $"{File}: series {CellText.Show(Keys.Keys[place])} has the date {twice.Date} twice, "
                    + $"on lines {twice.First} and {twice.Second}";
                throw ClockWentBack(series)
                    ? WentBack(where, twice.Date)
                    : new UnrollException($"{where}. Remove one of them, or choose a column that tells them apart.");
            }

            all[place] = (Keys.Keys[place], series);
        }

        if (sorted.Count > 0)
            Notices.Insert(0, $"sorted the rows of {sorted.Count} series by date: they were not in order");
        return new SeriesSet(File, Keys.Name, all, Notices.AsReadOnly(), Statics);
    }

    /// <summary>
    /// The rows without those that are there twice, with the same cells throughout. Where clocks may be put back, both are kept: they may
    /// be two hours.
    /// </summary>
    /// <param name="table">The cells.</param>
    /// <param name="rows">The rows of the table that hold data.</param>
    /// <param name="dates">Their dates.</param>
    /// <param name="series">Their series; none where all are of one.</param>
    public static int[] WithoutRepeated(CellTable table, int[] rows, DateTime[] dates, int[] series)
    {
        var seen = new Dictionary<(int Series, DateTime Date), int>(rows.Length);
        return
        [
            .. Enumerable.Range(0, rows.Length).Where(row =>
                seen.TryAdd((series.Length == 0 ? 0 : series[row], dates[row]), row)
                || MayClockGoBack(dates[row])
                || !table.AreSame(rows[row], rows[seen[(series.Length == 0 ? 0 : series[row], dates[row])]])),
        ];
    }

    /// <summary>Puts rows into the order of their dates; those of the same date stay in the order of the file.</summary>
    private void Sort(Span<int> rows)
    {
        var dates = new DateTime[rows.Length];
        for (int i = 0; i < dates.Length; i++)
            dates[i] = Dates[rows[i]];
        dates.AsSpan().Sort(rows);
        for (int start = 0, end; start < dates.Length; start = end)
        {
            for (end = start + 1; end < dates.Length && dates[end] == dates[start];)
                end++;
            rows[start..end].Sort();
        }
    }

    private bool IsSorted(ReadOnlySpan<int> rows)
    {
        for (int i = 1; i < rows.Length; i++)
        {
            if (Dates[rows[i]] < Dates[rows[i - 1]])
                return false;
        }

        return true;
    }

    /// <summary>Dates and values in the order of the file, which copies nothing.</summary>
    private (DateTime[] Dates, Column[] Columns) AsRead() =>
        (Dates, Array.ConvertAll(Columns, column => new Column(column.Name, column.Values)));

    private (DateTime[] Dates, Column[] Columns) Order(int[] order) => (
        Array.ConvertAll(order, row => Dates[row]),
        Array.ConvertAll(Columns, column => new Column(column.Name, Array.ConvertAll(order, row => column.Values[row]))));

    /// <summary>The first date that a series has twice, and the lines of the file it is on.</summary>
    private (string Date, long First, long Second)? Twice(TimeSeries series, int[] order, int start)
    {
        ReadOnlySpan<DateTime> dates = series.DateSpan;
        for (int row = 1; row < dates.Length; row++)
        {
            if (dates[row] == dates[row - 1])
                return (series.Format(dates[row]), Lines[order[start + row - 1]], Lines[order[start + row]]);
        }

        return null;
    }

    private UnrollException RepeatedDate(TimeSeries series, (string Date, long First, long Second) twice)
    {
        string where = $"{File}: the date {twice.Date} appears twice, on lines {twice.First} and {twice.Second}";
        if (ClockWentBack(series))
            return WentBack(where, twice.Date);
        if (Dates.Length - Dates.Distinct().Count() < RepeatedDates * Dates.Length)
            return new UnrollException($"{where}. Remove one of them.");
        if (LeftOut.Keys.Concat(Columns.Select(column => column.Name)).FirstOrDefault(IsOfTime) is { } time)
        {
            return new UnrollException($"{where}. Column {time} seems to tell the rows of a day apart, but holds no times of day "
                + "that can be read. Write them as 09:30, or as hours from 0 to 23.");
        }

        if (LeftOut.Count > 0)
        {
            string text = LeftOut.Keys.First();
            return new SeveralSeriesException(
                $"{where}. Remove one of them; or, if each {text} is a series of its own, name {text} as the column that tells the "
                    + "series apart.", text);
        }

        return NumberKey() is { } key
            ? new SeveralSeriesException(
                $"{where}. The file seems to hold several series, one for each {key}: name {key} as the column that tells the "
                    + "series apart.", key)
            : new UnrollException($"{where}. Remove one of them.");
    }

    private bool IsOfTime(string name) => !Reading.DateColumns.Contains(name) && DateNames.Role(name) is DateRole.Time or DateRole.Hour;

    /// <summary>
    /// The column of whole numbers that tells rows of the same date apart, of several that with the fewest numbers;
    /// null where there is none.
    /// </summary>
    private string? NumberKey()
    {
        string? found = null;
        int fewest = Dates.Length / 2;
        foreach (NumberColumn column in Columns)
        {
            double[] values = column.Values;
            int different = values.Distinct().Count();
            if (different < 2 || different > fewest || !Array.TrueForAll(values, value => value == Math.Truncate(value))
                || Dates.Zip(values).Distinct().Count() < Dates.Length)
                continue;
            (found, fewest) = (column.Name, different - 1);
        }

        return found;
    }

    /// <summary>
    /// Whether times are repeated as where clocks are put back: in the first hours of a Sunday of spring or autumn, once a year, each
    /// twice, in a table of more than one row a day that does not say its zone.
    /// </summary>
    private bool ClockWentBack(TimeSeries series)
    {
        ReadOnlySpan<DateTime> dates = series.DateSpan;
        var days = new HashSet<DateTime>();
        for (int row = 1; row < dates.Length; row++)
        {
            DateTime date = dates[row];
            if (date != dates[row - 1])
                continue;
            if (!MayClockGoBack(date) || (row > 1 && dates[row - 2] == date))
                return false;
            days.Add(date.Date);
        }

        return Zone is null && days.Count > 0 && days.Select(day => day.Year).Distinct().Count() == days.Count
            && days.All(day => series.Dates.Where(date => date.Date == day).Distinct().Count() > 3);
    }

    /// <summary>Whether clocks are put back at such times somewhere: in the first hours of a Sunday of spring or autumn.</summary>
    public static bool MayClockGoBack(DateTime date) =>
        date.TimeOfDay != TimeSpan.Zero && date.Hour < 4 && date.DayOfWeek == DayOfWeek.Sunday && date.Month is 3 or 4 or 9 or 10 or 11;

    private static UnrollException WentBack(string where, string date) => new(
        $"{where}: the clock went back an hour here, it seems. Say the time zone, or write the times with their offsets from UTC, "
            + $"such as {date.Replace(' ', 'T')}+02:00, or in UTC.")
    { Subject = "timezone" };
}
