using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>What a cell of a table holds.</summary>
internal enum CellContent
{
    /// <summary>Text, possibly none, as a text file has it.</summary>
    Text,

    /// <summary>A number, as a spreadsheet or a database has it.</summary>
    Number,

    /// <summary>A date, as a spreadsheet or a database has it.</summary>
    Date,
}

/// <summary>
/// The cells of a file, a sheet or a result as they are: nothing is understood yet. Rows may have different numbers of cells; what a row
/// lacks is empty text. Text is UTF-8, without blanks around it, and mostly a view of the bytes of the file.
/// </summary>
internal sealed class CellTable
{
    private const int IsNumber = -1, IsDate = -2;
    private readonly byte[] _bytes;
    private readonly List<int> _starts = [0];
    private readonly List<long> _lines = [];
    private readonly List<double> _numbers = [];
    private readonly List<DateTime> _dates = [];
    private (int Place, int Length)[] _cells = new (int, int)[256];
    private byte[] _own = new byte[256];
    private int _used;

    /// <param name="bytes">What most cells are views of; empty where there is nothing such.</param>
    public CellTable(byte[] bytes) => _bytes = bytes;

    public int Rows => _lines.Count;

    /// <summary>The most cells of a row.</summary>
    public int Columns { get; private set; }

    /// <summary>How many cells are in all rows.</summary>
    public int Cells { get; private set; }

    /// <summary>Makes room for so many cells in all.</summary>
    public void Reserve(int rows, int cells)
    {
        _starts.EnsureCapacity(rows + 1);
        _lines.EnsureCapacity(rows);
        if (cells > _cells.Length)
            Array.Resize(ref _cells, cells);
    }

    /// <summary>One more cell of the row that is being made.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            Put(0, 0);
        }
        else if (_bytes.AsSpan().Overlaps(text, out int place))
        {
            Put(place, text.Length);
        }
        else
        {
            if (_own.Length - _used < text.Length)
                Array.Resize(ref _own, (int)Math.Min(Array.MaxLength, Math.Max(2L * _own.Length, (long)_used + text.Length)));
            text.CopyTo(_own.AsSpan(_used));
            Put(~_used, text.Length);
            _used += text.Length;
        }
    }

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text.Trim()));

    public void Add(double number)
    {
        Put(_numbers.Count, IsNumber);
        _numbers.Add(number);
    }

    public void Add(DateTime date)
    {
        Put(_dates.Count, IsDate);
        _dates.Add(date);
    }

    /// <summary>Ends a row.</summary>
    /// <param name="line">Where it begins: the line of a file, the row of a sheet, from 1.</param>
    public void EndRow(long line)
    {
        Columns = Math.Max(Columns, Cells - _starts[^1]);
        _starts.Add(Cells);
        _lines.Add(line);
    }

    /// <summary>The line of the file that a row begins on, from 1.</summary>
    public long Line(int row) => _lines[row];

    /// <summary>How many cells a row has.</summary>
    public int Width(int row) => _starts[row + 1] - _starts[row];

    public CellContent Kind(int row, int column) => Length(row, column) switch
    {
        IsNumber => CellContent.Number,
        IsDate => CellContent.Date,
        _ => CellContent.Text,
    };

    /// <summary>The text of a cell, without blanks around it; none where the row lacks the cell, or it holds a number or a date.</summary>
    public ReadOnlySpan<byte> Text(int row, int column)
    {
        int start = _starts[row] + column;
        if (start >= _starts[row + 1] || _cells[start].Length <= 0)
            return [];
        (int place, int length) = _cells[start];
        return place >= 0 ? _bytes.AsSpan(place, length) : _own.AsSpan(~place, length);
    }

    /// <summary>The number of a cell whose kind is <see cref="CellContent.Number"/>.</summary>
    public double Number(int row, int column) => _numbers[_cells[_starts[row] + column].Place];

    /// <summary>The date of a cell whose kind is <see cref="CellContent.Date"/>.</summary>
    public DateTime Date(int row, int column) => _dates[_cells[_starts[row] + column].Place];

    /// <summary>Whether a cell holds nothing at all.</summary>
    public bool IsEmpty(int row, int column) => Length(row, column) == 0;

    /// <summary>Whether no cell of a row holds anything.</summary>
    public bool IsBlank(int row)
    {
        for (int cell = _starts[row]; cell < _starts[row + 1]; cell++)
        {
            if (_cells[cell].Length != 0)
                return false;
        }

        return true;
    }

    /// <summary>Whether two rows hold the same in every cell.</summary>
    public bool AreSame(int row, int other)
    {
        for (int column = 0; column < Math.Max(Width(row), Width(other)); column++)
        {
            CellContent kind = Kind(row, column);
            bool isSame = kind == Kind(other, column) && kind switch
            {
                CellContent.Number => Number(row, column).Equals(Number(other, column)),
                CellContent.Date => Date(row, column) == Date(other, column),
                _ => Text(row, column).SequenceEqual(Text(other, column)),
            };
            if (!isSame)
                return false;
        }

        return true;
    }

    /// <summary>What a cell holds, of whatever kind, as text.</summary>
    public string Words(int row, int column) => Kind(row, column) switch
    {
        CellContent.Number => Number(row, column).ToString("R", CultureInfo.InvariantCulture),
        CellContent.Date when Date(row, column) is { TimeOfDay.Ticks: 0 } day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        CellContent.Date => Date(row, column).ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        _ => Encoding.UTF8.GetString(Text(row, column)),
    };

    private int Length(int row, int column)
    {
        int start = _starts[row] + column;
        return start < _starts[row + 1] ? _cells[start].Length : 0;
    }

    private void Put(int place, int length)
    {
        if (Cells == _cells.Length)
            Array.Resize(ref _cells, (int)Math.Min(Array.MaxLength, 2L * Cells));
        _cells[Cells++] = (place, length);
    }
}
