using System.Text;
using static Unroll.Forecasting.DecimalEvidence;

namespace Unroll.Forecasting;

/// <summary>What stands around the numbers of a column, gathered from all its cells before any is judged by it.</summary>
internal sealed class NumberDress
{
    /// <summary>A column with more kinds of text behind its numbers is one of text.</summary>
    private const int MostUnits = 64;

    /// <summary>How many flags a notice names.</summary>
    private const int MostFlags = 8;

    private readonly List<(byte[] Text, Cells Cells)> _units = [];
    private Cells _bare = Cells.None, _notZero = Cells.None, _percent = Cells.None, _money = Cells.None, _otherMoney = Cells.None;
    private Cells _powers = Cells.None, _trueFalse = Cells.None, _yesNo = Cells.None;
    private string? _currency;
    private byte[]? _unit;
    private bool _areFlags, _arePowers, _areWords;

    /// <summary>Cells whose unit is not that of the column.</summary>
    public int Rejected { get; private set; }

    /// <summary>What is left off beside the numbers; null for nothing.</summary>
    public string? Unit => _unit is not null ? CellText.Show(_unit) : _percent.Any ? "%" : _otherMoney.Any ? null : _currency;

    /// <summary>A number with nothing around it.</summary>
    public void AddPlain(int row, bool isNotZero)
    {
        _bare = _bare.With(row);
        if (isNotZero && !_notZero.Any)
            _notZero = _notZero.With(row);
    }

    public void Add(NumberForm form, int row, bool isNotZero)
    {
        if (form.Unit.IsEmpty)
            _bare = _bare.With(row);
        else
            AddUnit(form.Unit, row);
        if (form.IsPercent)
            _percent = _percent.With(row);
        else if (isNotZero)
            _notZero = _notZero.With(row);
        if (form.Power > 0)
            _powers = _powers.With(row);
        if (form.Currency is null)
            return;
        if (form.Currency == (_currency ??= form.Currency))
            _money = _money.With(row);
        else
            _otherMoney = _otherMoney.With(row);
    }

    /// <summary>Takes true, false, yes and no.</summary>
    /// <returns>Whether the text is one of these words.</returns>
    public bool AddWord(ReadOnlySpan<byte> text, int row)
    {
        if (WordValue(text, out bool isTrueFalse) is null)
            return false;
        if (isTrueFalse)
            _trueFalse = _trueFalse.With(row);
        else
            _yesNo = _yesNo.With(row);
        return true;
    }

    /// <summary>Decides what the column is, now that all cells are known.</summary>
    /// <param name="numbers">The cells that are numbers, with or without a unit.</param>
    /// <param name="bad">The cells that are neither numbers nor missing nor words.</param>
    public void Settle(int numbers, int bad)
    {
        _areWords = numbers == 0 && bad == 0 && _trueFalse.Any != _yesNo.Any;
        int behind = numbers - _bare.Count;
        if (behind == 0)
            return;
        (byte[] main, Cells cells) = _units.MaxBy(unit => unit.Cells.Count);
        bool haveRoom = _units.Count <= MostUnits;
        int[] powers = [.. _units.Select(unit => NumberForm.PowerOf(unit.Text)).Distinct()];
        if (haveRoom && powers.Length > 1 && !powers.Contains(0))
        {
            _arePowers = true;
        }
        else if (haveRoom && _bare.Any && _units.TrueForAll(unit => NumberForm.IsFlags(unit.Text)))
        {
            _areFlags = true;
        }
        else
        {
            int others = behind - cells.Count;
            bool isUnit = cells.Count > _bare.Count && bad + others <= _bare.Count + cells.Count;
            _unit = isUnit ? main : null;
            Rejected = isUnit ? others : behind;
        }
    }

    /// <summary>The power of ten that a number of this form is multiplied by; null where its unit is not the column's.</summary>
    public int? Power(NumberForm form)
    {
        if (form.Unit.IsEmpty || _areFlags)
            return form.Power;
        return _arePowers ? NumberForm.PowerOf(form.Unit) : _unit is not null && form.Unit.SequenceEqual(_unit) ? form.Power : null;
    }

    /// <summary>The number that true, false, yes or no stands for; null where the text is none, or the column has other cells.</summary>
    public double? Word(ReadOnlySpan<byte> text) => _areWords ? WordValue(text, out _) : null;

    /// <summary>How many cells are words, in a column that has nothing else.</summary>
    public int Words => _areWords ? _trueFalse.Count + _yesNo.Count : 0;

    /// <summary>How many cells are words beside others.</summary>
    public int StrayWords => _areWords ? 0 : _trueFalse.Count + _yesNo.Count;

    /// <summary>Why the numbers cannot be taken as they are, without the place and the advice; null where they can.</summary>
    /// <param name="cell">Shows the cell of a row, with its line.</param>
    public string? Problem(Func<int, string> cell)
    {
        if (_otherMoney.Any)
            return $"{cell(_money.Row)} and {cell(_otherMoney.Row)} are of different currencies. Keep one in a column.";
        if (_percent.Any && _notZero.Any)
            return $"{cell(_percent.Row)} has a % and {cell(_notZero.Row)} has none. Write all cells alike.";
        if (_unit is not null && _bare.Any)
        {
            int row = _units.Find(unit => unit.Text == _unit).Cells.Row;
            return $"{cell(row)} has a unit and {cell(_bare.Row)} has none. Write all cells alike.";
        }

        return null;
    }

    /// <summary>What a reader of the column has to know.</summary>
    /// <param name="name">Of the column.</param>
    /// <param name="cell">Shows the cell of a row, with its line.</param>
    public IEnumerable<string> Notices(string name, Func<int, string> cell)
    {
        if (_areWords)
            yield return $"column {name}: took {(_trueFalse.Any ? "true as 1 and false" : "yes as 1 and no")} as 0";
        if (_unit is not null)
            yield return $"column {name}: left off the unit {Unit} behind its numbers";
        if (_arePowers || _powers.Any)
        {
            int first = _arePowers ? _units.Min(unit => unit.Cells.Row) : _powers.Row;
            yield return $"column {name}: took K, M, B and T behind numbers, such as {cell(first)}, as thousands, millions, "
                + "billions, trillions";
        }

        if (_areFlags)
        {
            IEnumerable<string> all = _units.Select(unit => Encoding.UTF8.GetString(unit.Text)).Order(StringComparer.Ordinal);
            string flags = string.Join(", ", all.Take(MostFlags)) + (_units.Count > MostFlags ? ", ..." : "");
            yield return $"column {name}: left off the flags behind {_units.Sum(unit => unit.Cells.Count)} of its numbers ({flags})";
        }
    }

    private void AddUnit(ReadOnlySpan<byte> text, int row)
    {
        for (int i = 0; i < _units.Count; i++)
        {
            if (!text.SequenceEqual(_units[i].Text))
                continue;
            _units[i] = (_units[i].Text, _units[i].Cells.With(row));
            return;
        }

        if (_units.Count <= MostUnits)
            _units.Add((text.ToArray(), Cells.None.With(row)));
    }

    private static double? WordValue(ReadOnlySpan<byte> text, out bool isTrueFalse)
    {
        isTrueFalse = text.Length is 4 or 5;
        return text.Length switch
        {
            2 when Ascii.EqualsIgnoreCase(text, "no"u8) => 0,
            3 when Ascii.EqualsIgnoreCase(text, "yes"u8) => 1,
            4 when Ascii.EqualsIgnoreCase(text, "true"u8) => 1,
            5 when Ascii.EqualsIgnoreCase(text, "false"u8) => 0,
            _ => null,
        };
    }
}
