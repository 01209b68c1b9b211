namespace Unroll.Forecasting;

/// <summary>Chooses among the columns of a table those that hold the dates.</summary>
/// <param name="file">What messages call the file.</param>
/// <param name="format">The form of dates that a person chose; null to find it.</param>
/// <param name="links">Which rows follow each other.</param>
/// <param name="columns">All columns of the table.</param>
internal sealed class DateChoice(string file, DateFormat? format, RowLinks links, IReadOnlyList<CellColumn> columns)
{
    /// <summary>
    /// So many cells of a column that are dates make it one of dates with slips in it; more where its name does not say so.
    /// </summary>
    private const double Mostly = 0.5, AlmostAll = 0.9;

    private readonly DateSample _sample = new(links.Rows, format);
    private readonly DayTimes _times = new(file, new DateSample(links.Rows, null));

    /// <summary>The dates of columns that a person chose.</summary>
    public DateSource Of(CellColumn[] chosen)
    {
        if (chosen is [var only])
        {
            bool isCounter = DateNames.IsCounter(only.Name) && DateNames.Role(only.Name) == DateRole.None;
            bool isDate = format is not null || _sample.Share(only, DateReadings.All) >= Mostly;
            if ((isCounter || !isDate) && format is null && Number(only) is { } number)
                return number;
            return isDate || !_times.IsClock(only) ? Read(only, DateReadings.All) : throw NoDay(only);
        }

        CellColumn[] whole = Array.FindAll(chosen, column => IsWhole(column) && _sample.Share(column, DateReadings.All) == 1);
        CellColumn[] parts = Array.FindAll(chosen, column => !whole.Contains(column));
        DateSource? days = whole.Length switch
        {
            0 => new DateParts(file, _sample, links).Find(chosen),
            1 => Read(whole[0], DateReadings.All),
            _ => null,
        };
        if (days is not null && days.Columns.Length < chosen.Length && days is { HasTimes: false, IsDays: true })
            days = WithTimes(days, parts);
        return days?.Columns.Length == chosen.Length
            ? days
            : throw new UnrollException(
                $"Columns {Names(chosen)} of {file} do not make one date. Name a column of dates, with one of times of day beside it, "
                + "or those of year, month and day.")
            { Subject = "date" };
    }

    /// <summary>The dates of the columns that hold them by their names and cells.</summary>
    public DateSource Among(CellColumn[] usable)
    {
        CellColumn[] dates = Array.FindAll(usable, column => _sample.Share(column, DateNames.Numbers(column.Name)) == 1);
        CellColumn[] years = Array.FindAll(dates, IsYears);
        CellColumn[] whole = Array.FindAll(dates, column => !years.Contains(column));
        CellColumn[] named = Array.FindAll(whole, column => DateNames.Role(column.Name) != DateRole.None);
        DateSource? found = First(Array.FindAll(named, column => DateNames.IsExact(column.Name)))
            ?? OneOf(Array.FindAll(named, column => !DateNames.IsExact(column.Name)))
            ?? MostlyDates(usable, Mostly, isNamed: true)
            ?? new DateParts(file, _sample, links).Find(usable);
        if (found is null)
        {
            DateSource? year = First(years);
            DateSource? other = year is null || links.Repeat(year.Dates)
                ? OneOf(Array.FindAll(whole, column => DateNames.Role(column.Name) == DateRole.None))
                : null;
            if (other is null && year is not null && DateNames.Role(year.Cells.Name) == DateRole.Time && !EvenSteps.Are(year.Dates, links))
                throw NoDay(year.Cells);
            found = other ?? year ?? MostlyDates(usable, AlmostAll, isNamed: false);
        }

        if (found is null)
            return RunningNumber(usable);
        found = Varying(found, whole);
        return found is { HasTimes: false, IsDays: true } && links.Repeat(found.Dates) ? WithTimes(found, usable) : found;
    }

    private DateSource Read(CellColumn column, DateReadings numbers) =>
        DateSource.Of(column, DateColumn.Read(file, column, format, links, numbers));

    private DateSource Read(CellColumn column) => Read(column, DateNames.Numbers(column.Name));

    /// <summary>The first column of dates that do not repeat; the first where all do.</summary>
    private DateSource? First(CellColumn[] candidates)
    {
        if (candidates is [])
            return null;
        DateSource first = Read(candidates[0]);
        if (candidates.Length == 1 || !links.Repeat(first.Dates))
            return first;
        foreach (CellColumn column in candidates.AsSpan(1))
        {
            if (ReadBeside(column) is not { } other || links.Repeat(other.Dates))
                continue;
            other.Notices.Insert(0, $"took the dates from column {column.Name}: those of {first.Cells.Name} come more than once");
            return other;
        }

        return first;
    }

    /// <summary>A column that is not needed, as there is another; null where it cannot be read.</summary>
    private DateSource? ReadBeside(CellColumn column)
    {
        try
        {
            return Read(column);
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>
    /// The one column of several whose names do not tell, such as order date and ship date, in which no date comes twice.
    /// </summary>
    private DateSource? OneOf(CellColumn[] candidates)
    {
        if (candidates.Length < 2)
            return First(candidates);
        DateSource[] all = Array.ConvertAll(candidates, Read);
        DateSource[] varying = Array.FindAll(all, source => !IsConstant(source.Dates));
        if (varying.Length < 2)
            return varying is [var only] ? only : all[0];
        DateSource[] apart = Array.FindAll(varying, source => !links.Repeat(source.Dates));
        return apart is [var one] && one == varying[0]
            ? one
            : throw new UnrollException(
                $"{file} has several columns of dates: {Names(varying.Select(one => one.Cells))}. Choose the one that the rows go by.")
            { Subject = "date" };
    }

    /// <summary>A column that is mostly dates, so that the cells which are none are named as errors.</summary>
    private DateSource? MostlyDates(CellColumn[] usable, double share, bool isNamed)
    {
        foreach (CellColumn column in usable)
        {
            DateRole role = DateNames.Role(column.Name);
            if ((role != DateRole.None) != isNamed || IsYears(column) || (role == DateRole.Time && _times.IsClock(column)))
                continue;
            double dates = _sample.Share(column, DateNames.Numbers(column.Name));
            if (dates >= share && dates < 1)
                return Read(column);
        }

        return null;
    }

    /// <summary>Such as the date of a report on each of its rows, beside the dates of its values: it gives way.</summary>
    private DateSource Varying(DateSource found, CellColumn[] whole)
    {
        if (links.Rows < 2 || found.Columns.Length > 1 || !IsConstant(found.Dates))
            return found;
        foreach (CellColumn column in whole)
        {
            if (column.Index == found.Cells.Index)
                continue;
            if (ReadBeside(column) is not { } other || IsConstant(other.Dates))
                continue;
            string date = CellText.Show(found.Cells.Words(0));
            other.Notices.Insert(0, $"took the dates from column {column.Name}: {found.Cells.Name} is {date} on every row");
            return other;
        }

        return found;
    }

    private DateSource WithTimes(DateSource days, CellColumn[] beside)
    {
        DateSource added = _times.Add(days, beside);
        if (added != days)
            return added;
        CellColumn[] clocks = Array.FindAll(
            beside, column => !days.Columns.Contains(column.Index) && column.Text(0).Contains((byte)':') && _times.IsClock(column));
        return clocks is [var clock] ? _times.Add(days, clock, beside) : days;
    }

    /// <summary>Where there are no dates: a running number, or an error that says what is there instead.</summary>
    private DateSource RunningNumber(CellColumn[] usable)
    {
        foreach (CellColumn column in usable)
        {
            if (DateNames.Role(column.Name) == DateRole.Time && _times.IsClock(column))
                throw NoDay(column);
        }

        foreach (CellColumn column in usable)
        {
            // Dates with slips in them are no reason to number the rows.
            if (!IsYears(column) && _sample.Share(column, DateReadings.Days) >= Mostly)
                return Read(column);
        }

        DateParts.Require(file, usable);
        foreach (CellColumn column in usable.Where(column => IsCounter(column)).Concat(usable.Length > 1 ? usable.Take(1) : []))
        {
            if (format is null && Number(column) is { } number)
                return number;
        }

        foreach (CellColumn column in usable)
        {
            if (DateNames.Role(column.Name) is DateRole.Date or DateRole.Time && DateNames.IsExact(column.Name) && column.Count > 0)
                return Read(column);
        }

        throw new UnrollException(
            $"{file} has no date column: its columns are {Names(columns)}. Name the column of the dates, or none to number the rows.")
        { Subject = "date" };
    }

    private DateSource? Number(CellColumn column) => Forecasting.RunningNumber.Read(column, links) is { } numbers
        ? new DateSource([column.Index], column, []) { Form = "a running number", Numbers = numbers }
        : null;

    private static bool IsCounter(CellColumn column) =>
        DateNames.IsCounter(column.Name) || column.Name == TableLayout.DefaultName(column.Index);

    /// <summary>Whether a column that was chosen with others is no part of a date by its name.</summary>
    private bool IsWhole(CellColumn column) => DateNames.Role(column.Name) is DateRole.Date or DateRole.None
        || (!IsYears(column)
            && !_sample.All(column, (cells, row) => Forecasting.RunningNumber.TryWhole(cells, row, out long number) && number < 10_000));

    private bool IsYears(CellColumn column) => format is null && _sample.All(column, (cells, row) =>
        Forecasting.RunningNumber.TryWhole(cells, row, out long number) && number is >= 1000 and <= 9999);

    private static bool IsConstant(DateTime[] dates) => dates.Length > 1 && Array.TrueForAll(dates, date => date == dates[0]);

    private static string Names(IEnumerable<CellColumn> all) => NameList.Of([.. all.Select(column => column.Name)]);

    private UnrollException NoDay(CellColumn column) => new(
        $"{file}, line {column.Line(0)}, column {column.Name}: \"{CellText.Show(column.Words(0))}\" looks like a time of day, and no "
        + "column holds the day. Add a column of dates such as 2016-01-31.")
    { Subject = "date" };
}
