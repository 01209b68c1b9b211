using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// One column while it is read: first all that can be read without knowing the file's decimal sign, and what the cells show of that sign;
/// then the rest. Nothing is refused here, so that columns can be read side by side.
/// </summary>
internal sealed class NumberScan(CellColumn column, bool isWanted, MissingMarks named)
{
    /// <summary>A longer text is a number only if written as programs do, without marks between groups and nothing around.</summary>
    private const int LongestForm = 512;

    private readonly double[] _values = isWanted ? new double[column.Count] : [];
    private readonly List<int> _later = [];
    private readonly List<(byte[] Text, int Count)> _marks = [];
    private bool _hasPlainPoint, _hasPlainComma;
    private int _numbers, _undecided, _bad, _firstBad = -1;

    public CellColumn Column { get; } = column;

    public bool IsWanted { get; } = isWanted;

    /// <summary>What the cells show of the decimal sign.</summary>
    public DecimalEvidence Evidence { get; } = new();

    /// <summary>What stands around the numbers.</summary>
    public NumberDress Dress { get; } = new();

    /// <summary>What stands between groups of digits.</summary>
    public GroupMarks Groups { get; private set; }

    /// <summary>What stood for a missing value, and how often, in the order of the file.</summary>
    public IReadOnlyList<(byte[] Text, int Count)> Marks => _marks;

    /// <summary>After <see cref="Begin"/>: whether most cells are numbers, with the one decimal sign or the other.</summary>
    public bool IsNumeric { get; private set; }

    /// <summary>Reads what can be read without the decimal sign.</summary>
    public void Begin()
    {
        for (int row = 0; row < Column.Count; row++)
        {
            ReadOnlySpan<byte> text = Column.Text(row);
            if (PlainNumber.TryRead(text, out double value, out DecimalShown shown))
            {
                if (named.IsNamed(value) || named.IsNamed(text))
                {
                    Miss(row, text);
                    continue;
                }

                Dress.AddPlain(row, value != 0);
                if (shown != DecimalShown.Nothing)
                    ShowPlain(text, shown, row);
                Number(row, value);
            }
            else if (Column.Kind(row) != CellContent.Text)
            {
                ReadTyped(row);
            }
            else
            {
                text = Blanks.Trim(text);
                if (MissingMarks.IsMissing(text) || named.IsNamed(text))
                    Miss(row, text);
                else
                    BeginDressed(row, text);
            }
        }

        int numbers = _numbers + _undecided;
        Dress.Settle(numbers, _bad);
        IsNumeric = numbers > 0 && numbers - Dress.Rejected >= _bad + Dress.Rejected + Dress.StrayWords;
    }

    /// <summary>Reads the rest.</summary>
    /// <param name="sign">The file's decimal sign.</param>
    public NumberColumn End(char sign)
    {
        if (sign == '.' ? _hasPlainComma : _hasPlainPoint)
        {
            // What was taken as decimals may be thousands, or no number.
            (_numbers, _bad, _firstBad) = (0, 0, -1);
            _marks.Clear();
            for (int row = 0; row < Column.Count; row++)
                EndRow(row, sign);
        }
        else
        {
            foreach (int row in _later)
                EndRow(row, sign);
        }

        (long, string) firstBad = _firstBad < 0 ? default : (Column.Line(_firstBad), Show(_firstBad));
        return new NumberColumn(Column.Name, Column.Index, _values, _numbers, _bad, firstBad, _bad > _numbers ? null : Dress.Unit);
    }

    /// <summary>A cell as messages show it.</summary>
    public string Show(int row) =>
        Column.Kind(row) == CellContent.Text ? CellText.Show(Column.Text(row)) : CellText.Show(Column.Words(row));

    /// <summary>The number of a cell of text with this decimal sign.</summary>
    public double Value(int row, char sign) =>
        TryValue(Blanks.Trim(Column.Text(row)), sign, out double value, out _, out _) ? value : double.NaN;

    private void ShowPlain(ReadOnlySpan<byte> text, DecimalShown shown, int row)
    {
        Evidence.Add(shown, row);
        if (shown == DecimalShown.Comma || (shown == DecimalShown.Doubt && text.Contains((byte)',')))
            _hasPlainComma = true;
        else
            _hasPlainPoint = true;
    }

    /// <summary>A text with more than a plain number; its value comes later.</summary>
    private void BeginDressed(int row, ReadOnlySpan<byte> text)
    {
        if (Dress.AddWord(text, row))
        {
            _later.Add(row);
            return;
        }

        bool isPoint = TryValue(text, '.', out double byPoint, out NumberForm form, out _);
        bool isComma = isPoint;
        double byComma = byPoint;
        if (text.IndexOfAny((byte)'.', (byte)',') >= 0)
            isComma = TryValue(text, ',', out byComma, out _, out _);
        if (!isPoint && !isComma)
        {
            Bad(row);
            return;
        }

        _later.Add(row);
        // A mark by its value tells nothing of the decimal sign; with which it is one shows later.
        if (named.IsNamed(byPoint) || named.IsNamed(byComma))
            return;
        _undecided++;
        Dress.Add(form, row, (isPoint ? byPoint : byComma) != 0);
        if (isPoint != isComma)
            Evidence.Add(isPoint ? DecimalShown.Point : DecimalShown.Comma, row);
        else if (byPoint != byComma)
            Evidence.Add(DecimalShown.Doubt, row);
    }

    private void EndRow(int row, char sign)
    {
        if (Column.Kind(row) != CellContent.Text)
        {
            ReadTyped(row);
            return;
        }

        ReadOnlySpan<byte> text = Blanks.Trim(Column.Text(row));
        if (MissingMarks.IsMissing(text) || named.IsNamed(text))
        {
            Miss(row, text);
        }
        else if (Dress.Word(text) is { } word)
        {
            Number(row, word);
        }
        else if (!TryValue(text, sign, out double value, out NumberForm form, out GroupMarks marks) || Dress.Power(form) is null)
        {
            // A mark such as -9999.0 is one in a file of decimal commas too.
            if (TryValue(text, sign == '.' ? ',' : '.', out double other, out _, out _) && named.IsNamed(other))
                Miss(row, text);
            else
                Bad(row);
        }
        else if (named.IsNamed(value))
        {
            Miss(row, text);
        }
        else
        {
            Groups |= marks;
            Number(row, value);
        }
    }

    private bool TryValue(ReadOnlySpan<byte> text, char sign, out double value, out NumberForm form, out GroupMarks marks)
    {
        (value, marks) = (double.NaN, GroupMarks.None);
        form = default;
        if (text.Length > LongestForm)
        {
            return (sign == '.' || !text.Contains((byte)'.'))
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
        }

        if (!NumberForm.TryRead(text, out form) || !DigitGroups.TryRead(form.Digits, sign, Dress.Power(form) ?? 0, out value, out marks))
            return false;
        if (form.IsNegative)
            value = -value;
        return true;
    }

    /// <summary>A cell that a spreadsheet or a database has as a number or a date.</summary>
    private void ReadTyped(int row)
    {
        double number = Column.Kind(row) == CellContent.Number ? Column.Number(row) : double.NaN;
        if (!double.IsFinite(number))
        {
            Bad(row);
        }
        else if (named.IsNamed(number))
        {
            Miss(row, []);
        }
        else
        {
            Dress.AddPlain(row, number != 0);
            Number(row, number);
        }
    }

    private void Number(int row, double value)
    {
        _numbers++;
        if (IsWanted)
            _values[row] = value;
    }

    private void Bad(int row)
    {
        if (_bad++ == 0 || row < _firstBad)
            _firstBad = row;
        if (IsWanted)
            _values[row] = double.NaN;
    }

    private void Miss(int row, ReadOnlySpan<byte> mark)
    {
        if (!IsWanted)
            return;
        _values[row] = double.NaN;
        for (int i = 0; i < _marks.Count; i++)
        {
            if (!mark.SequenceEqual(_marks[i].Text))
                continue;
            _marks[i] = (_marks[i].Text, _marks[i].Count + 1);
            return;
        }

        _marks.Add((mark.ToArray(), 1));
    }
}
