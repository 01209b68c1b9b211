namespace Unroll.Forecasting;

/// <summary>The cells of one column, each read as far as it can be without the others, and the readings that all of them leave.</summary>
internal sealed class DateCellsOfColumn(string file, CellColumn cells, DateFormat? format, DateReadings numbers)
{
    private readonly DateText[] _texts = new DateText[cells.Count];
    private readonly Dictionary<DateReadings, int> _firstWithout = [];
    private int _firstNumber = -1;
    private int _firstOther = -1;

    /// <summary>Dates as a spreadsheet or a database has them.</summary>
    private int _firstDate = -1;

    public DateText this[int row] => _texts[row];

    public int Count => _texts.Length;

    /// <summary>The readings under which every row is a date; all of them where each cell has one only.</summary>
    public DateReadings Readings { get; private set; } = format?.Readings ?? DateReadings.All;

    public bool HasOffset { get; private set; }

    public bool HasSpan { get; private set; }

    public bool HasTwoDigitYear { get; private set; }

    /// <summary>Whether the cells are days or numbers rather than weeks, months and the like.</summary>
    public bool IsDays => _firstOther < 0 || Unit(_texts[_firstOther].Shape) is DateShape.YearFirst;

    /// <summary>Reads all cells.</summary>
    /// <exception cref="UnrollException">A cell is no date, or contradicts the cells before it.</exception>
    public void Scan()
    {
        DateReadings given = Readings;
        DateReadings ofNumbers = (given & ~DateReadings.Counts) == 0 ? given : given & numbers;
        for (int row = 0; row < _texts.Length; row++)
        {
            DateText text = _texts[row] = Cell(row);
            DateReadings readings = ReadingsOfCell.Of(text, given);
            if (readings == DateReadings.None)
                throw Bad(row);
            if (text.Offset != ClockText.NoOffset)
                HasOffset = true;
            if (text.Marks != DateMarks.None)
            {
                HasSpan |= text.Has(DateMarks.Span);
                HasTwoDigitYear |= text.Has(DateMarks.TwoDigitYear);
            }

            if (text.Shape == DateShape.Digits)
            {
                if (_firstNumber < 0)
                    _firstNumber = row;
                ofNumbers &= readings;
                if (ofNumbers == DateReadings.None)
                    throw Contradiction(row, readings);
                continue;
            }

            if (_firstOther < 0)
                _firstOther = row;
            else if (Unit(text.Shape) != Unit(_texts[_firstOther].Shape))
                throw MixedCells(row, _firstOther);
            if (readings != DateReadings.All)
                Narrow(row, readings);
        }

        if (_firstNumber < 0)
            return;
        if (_firstOther < 0)
            Readings = ofNumbers;
        else if ((ofNumbers & DateReadings.Days) == DateReadings.None || Unit(_texts[_firstOther].Shape) != DateShape.YearFirst)
            throw MixedCells(Math.Max(_firstNumber, _firstOther), Math.Min(_firstNumber, _firstOther));
        else
            NumbersAreDays();
    }

    /// <summary>
    /// Whether what was read as offsets are the ends of spans such as 02:00-03:00: then they are always as far behind the times.
    /// </summary>
    public bool OffsetsAreEnds()
    {
        const long Day = TimeSpan.TicksPerDay;
        long Length(DateText text) => (((-text.Offset * TimeSpan.TicksPerMinute) - text.Value) % Day + Day) % Day;
        long first = Length(_texts[0]);
        return Array.TrueForAll(_texts, text => text.Offset <= 0 && Length(text) == first);
    }

    public UnrollException Bad(int row)
    {
        string cell = $"{file}, line {cells.Line(row)}, column {cells.Name}: \"{CellText.Show(cells.Words(row))}\"";
        return format is not null
            ? new UnrollException($"{cell} is no date of the form {CellText.Show(format.Given)}. Correct the cell or the format.")
            { Subject = "date-format" }
            : new UnrollException($"{cell} is no date. Write it as yyyy-MM-dd, for example 2016-01-31.") { Subject = "date,date-format" };
    }

    /// <summary>
    /// The few rows, one in a hundred or one, that are no date in an order in which all others are; null where there are more, or a person
    /// has said the order.
    /// </summary>
    public int[]? FewAgainst(DateReadings order)
    {
        if (format is not null)
            return null;
        int most = Math.Max(1, Count / 100);
        var against = new List<int>();
        for (int row = 0; row < Count && against.Count <= most; row++)
        {
            if ((ReadingsOfCell.Of(_texts[row]) & order) == 0)
                against.Add(row);
        }

        return against.Count <= most ? [.. against] : null;
    }

    private DateText Cell(int row)
    {
        CellContent kind = cells.Kind(row);
        if (kind == CellContent.Date)
        {
            if (_firstDate < 0)
                _firstDate = row;
            return DateText.Of(cells.Date(row));
        }

        if (format is { IsExact: true })
        {
            return format.TryRead(cells, row, out DateTime date, out short offset)
                ? DateText.Of(date) with { Offset = offset }
                : throw Bad(row);
        }

        if (kind == CellContent.Number)
            return DateText.Of(cells.Number(row));
        DateText text = DateText.Read(cells.Text(row));
        return format is null ? text : text.Shape switch
        {
            // Points mean that the day is first, unless a person says otherwise.
            DateShape.Dotted => text with { Shape = DateShape.YearLast },
            DateShape.ShortDotted => text with { Shape = DateShape.ShortYear },
            _ => text,
        };
    }

    private void Narrow(int row, DateReadings readings)
    {
        // A spreadsheet that knows days as dates leaves as text those that it does not understand, and may have taken the others wrongly.
        if (_firstDate >= 0 && _texts[row].Shape is DateShape.YearLast or DateShape.ShortYear && format is null)
            throw MixedCells(row, _firstDate);
        DateReadings left = Readings & readings;
        DateReadings lost = Readings & ~readings;
        if (lost != DateReadings.None)
        {
            for (int bit = (int)lost; bit != 0; bit &= bit - 1)
                _firstWithout.TryAdd((DateReadings)(bit & -bit), row);
        }

        Readings = left != DateReadings.None ? left : throw Contradiction(row, readings);
    }

    private UnrollException Contradiction(int row, DateReadings readings)
    {
        if (format is not null)
            return Bad(row);
        if (_texts[row].Shape != DateShape.Digits && _firstWithout.TryGetValue(DateReadings.MonthFirst, out int notMonth)
            && _firstWithout.TryGetValue(DateReadings.DayFirst, out int notDay))
        {
            return new UnrollException(
                $"{file}, column {cells.Name}: \"{Show(notMonth)}\" on line {cells.Line(notMonth)} can only be day/month, but "
                + $"\"{Show(notDay)}\" on line {cells.Line(notDay)} only month/day. Write dates as yyyy-MM-dd.")
            { Subject = "date-format" };
        }

        return row > 0 && (readings & numbers) != DateReadings.None ? MixedCells(row, 0) : Bad(row);
    }

    private UnrollException MixedCells(int row, int other) => format is not null
        ? Bad(row)
        : new UnrollException(
            $"{file}, line {cells.Line(row)}, column {cells.Name}: \"{Show(row)}\" is written otherwise than \"{Show(other)}\" on line "
            + $"{cells.Line(other)}. Write all dates of the column alike, best as yyyy-MM-dd.")
        { Subject = "date,date-format" };

    private string Show(int row) => CellText.Show(cells.Words(row));

    private void NumbersAreDays()
    {
        for (int row = 0; row < _texts.Length; row++)
        {
            if (_texts[row].Shape == DateShape.Digits && ReadingsOfCell.TryDate(_texts[row], DateReadings.Days, out DateTime day))
                _texts[row] = DateText.Of(day);
        }
    }

    /// <summary>Shapes of the same unit may stand in one column: the shape that stands for them all.</summary>
    private static DateShape Unit(DateShape shape) => shape switch
    {
        <= DateShape.ShortDotted => DateShape.YearFirst,
        DateShape.ShortMonth => DateShape.Month,
        _ => shape,
    };
}
