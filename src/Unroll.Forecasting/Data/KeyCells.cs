namespace Unroll.Forecasting;

/// <summary>The column of a long CSV file that says which series a row belongs to, while it is read.</summary>
internal sealed class KeyCells(string file, string name, int index)
{
    private readonly Dictionary<string, int> _places = [];
    private readonly List<string> _keys = [];
    private readonly List<int> _rows = [];

    public string Name { get; } = name;

    /// <summary>The column's place in the file, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>The series in the order in which the file first names them.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>For each row the place of its series in <see cref="Keys"/>.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <exception cref="UnrollException">The cell is empty.</exception>
    public void Add(string text, long line)
    {
        text = CellText.Clean(text.Trim());
        if (text.Length == 0)
            throw new UnrollException($"{file}, line {line}, column {Name}: the cell is empty, so the row belongs to no series. Name its series or remove the row.");
        if (!_places.TryGetValue(text, out int place))
        {
            _places[text] = place = _keys.Count;
            _keys.Add(text);
        }

        _rows.Add(place);
    }
}
