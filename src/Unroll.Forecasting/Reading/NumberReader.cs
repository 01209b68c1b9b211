using System.Globalization;
using System.Text;
using static Unroll.Forecasting.DecimalEvidence;

namespace Unroll.Forecasting;

/// <summary>Reads columns of numbers, however they are written; one decimal sign holds for the whole file.</summary>
/// <param name="file">The file's name, as messages show it.</param>
/// <param name="delimiter">What stands between its cells; null where nothing does, as in a workbook.</param>
/// <param name="options">What is known of it.</param>
internal sealed class NumberReader(string file, char? delimiter, ReadOptions options)
{
    /// <summary>Fewer cells are read on one thread.</summary>
    private const int FewCells = 20_000;

    /// <summary>A column whose nameless header reads "column 3", or is one of these, may count its rows.</summary>
    private static readonly string[] s_counterNames = ["index", "id", "row", "no", "nr", "n", "#", "obs", "rownames", "x1", "unnamed: 0"];

    private readonly Dictionary<string, int> _marks = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _notices = [];
    private readonly List<(string Column, double Value, int Count)> _likelyMissing = [];

    /// <summary>The decimal sign: a point or a comma; null where no column has decimals, or thousands with one of these signs.</summary>
    public char? Decimal { get; private set; }

    /// <summary>What stands between thousands, in words: comma, point, blank, apostrophe, or several of these; null for nothing.</summary>
    public string? Thousands { get; private set; }

    /// <summary>How often each mark stood for a missing value; empty cells under "".</summary>
    public IReadOnlyDictionary<string, int> Marks => _marks;

    public IReadOnlyList<string> Notices => _notices;

    /// <summary>Numbers that seem to stand for a missing value, such as -9999, and on how many rows each does.</summary>
    public IReadOnlyList<(string Column, double Value, int Count)> LikelyMissing => _likelyMissing;

    /// <summary>Reads the columns that are wanted.</summary>
    /// <param name="columns">All columns that may hold numbers.</param>
    /// <param name="wanted">For each whether it is wanted; any other only gives evidence of the file's decimal sign.</param>
    /// <returns>Those wanted, in their order.</returns>
    /// <exception cref="UnrollException">Two readings are possible, or the cells of a column contradict one another.</exception>
    public NumberColumn[] Read(IReadOnlyList<CellColumn> columns, IReadOnlyList<bool> wanted)
    {
        if (options.Decimal is not (null or '.' or ','))
            throw Undecided($"{file}: the decimal sign cannot be {CellText.Clean($"{options.Decimal}")}. Give a point or a comma.");
        var named = new MissingMarks(options.Missing);
        NumberScan[] scans = [.. columns.Select((column, place) => new NumberScan(column, wanted[place], named))];
        Each(scans, place => scans[place].Begin());
        char sign = Decide(scans);
        NumberScan[] read = Array.FindAll(scans, scan => scan.IsWanted);
        foreach (NumberScan scan in read)
            Check(scan);
        var result = new NumberColumn[read.Length];
        Each(read, place => result[place] = read[place].End(sign));
        for (int place = 0; place < read.Length; place++)
        {
            if (!result[place].IsText)
                Tell(read[place], result[place], scans, sign);
        }

        Tell(Array.FindAll(read, scan => scan.IsNumeric), sign);
        return result;
    }

    /// <summary>Whether a column only counts its rows: from 0 or 1 by ones, in the file's order, under a name that counters have.</summary>
    public static bool IsCounter(CellColumn column, double[] values)
    {
        if (values.Length < 3 || values[0] is not (0 or 1))
            return false;
        bool isNamed = column.Name.Trim().Length == 0 || column.Name == TableLayout.DefaultName(column.Index)
            || s_counterNames.Contains(column.Name.Trim(), StringComparer.OrdinalIgnoreCase);
        for (int row = 1; isNamed && row < values.Length; row++)
            isNamed = values[row] == values[0] + row;
        return isNamed;
    }

    private static void Each(NumberScan[] scans, Action<int> read)
    {
        if (scans.Sum(scan => (long)scan.Column.Count) > FewCells)
            Parallel.For(0, scans.Length, read);
        else
            for (int place = 0; place < scans.Length; place++)
                read(place);
    }

    private char Decide(NumberScan[] scans)
    {
        if (options.Decimal is { } given)
            return given;
        NumberScan[] numeric = Array.FindAll(scans, scan => scan.IsNumeric), wanted = Array.FindAll(numeric, scan => scan.IsWanted);
        NumberScan? point = First(wanted, '.'), comma = First(wanted, ',');
        if (point is not null && comma is not null)
            throw Contradiction(Array.Find(wanted, scan => scan.Evidence.Point.Any && scan.Evidence.Comma.Any), point, comma);
        if (point is null && comma is null)
        {
            // Columns that are not wanted tell where all of them tell the same.
            (point, comma) = (First(numeric, '.'), First(numeric, ','));
            if (point is not null && comma is not null)
                point = comma = null;
        }

        if (point is not null || comma is not null)
            return comma is null ? '.' : ',';
        if (delimiter != ',' && Array.Find(wanted, scan => scan.Evidence.Doubt.Any) is { } doubt)
            throw Ambiguity(doubt);
        return '.';
    }

    private static NumberScan? First(NumberScan[] scans, char sign) => Array.Find(scans, scan => scan.Evidence.Of(sign).Any);

    private UnrollException Contradiction(NumberScan? inOne, NumberScan point, NumberScan comma)
    {
        (point, comma) = (inOne ?? point, inOne ?? comma);
        string where = inOne is null ? file : $"{file}, column {Name(inOne)}";
        string pointed = Cell(point, point.Evidence.Point.Row, inOne is null), other = Cell(comma, comma.Evidence.Comma.Row, inOne is null);
        return Undecided($"{where}: {pointed} can only be read with a decimal point, {other} only with a decimal comma. "
            + "Write all numbers alike, or say which is the decimal sign.");
    }

    private UnrollException Ambiguity(NumberScan scan)
    {
        int row = scan.Evidence.Doubt.Row;
        string values = $"{Words(scan.Value(row, '.'))} or {Words(scan.Value(row, ','))}";
        return Undecided($"{file}, line {scan.Column.Line(row)}, column {Name(scan)}: \"{scan.Show(row)}\" may be {values}, "
            + "and no other number of the file tells. Say whether the decimal sign is a point or a comma.");
    }

    private static UnrollException Undecided(string message) => new(message) { Subject = "decimal" };

    private void Check(NumberScan scan)
    {
        if (scan.IsNumeric && scan.Dress.Problem(row => Cell(scan, row, false)) is { } problem)
            throw new UnrollException($"{file}, column {Name(scan)}: {problem}");
    }

    private void Tell(NumberScan scan, NumberColumn column, NumberScan[] scans, char sign)
    {
        _notices.AddRange(scan.Dress.Notices(Name(scan), row => Cell(scan, row, false)));
        foreach ((byte[] text, int count) in scan.Marks)
        {
            string mark = CellText.Show(text);
            _marks[mark] = _marks.GetValueOrDefault(mark) + count;
        }

        _likelyMissing.AddRange(LikelyMarks.Of(column.Values).Select(mark => (column.Name, mark.Value, mark.Count)));
        Cells own = scan.Evidence.Of(sign), doubt = scan.Evidence.Doubt;
        if (!doubt.Any || own.Count > 1 || options.Decimal is not null)
            return;
        NumberScan? teller = own.Any ? scan : First(Array.FindAll(scans, other => other.IsNumeric && other.IsWanted), sign)
            ?? First(Array.FindAll(scans, other => other.IsNumeric), sign);
        // Without one, or where the file's commas leave no doubt, what is read is what everyone reads.
        if (teller is null && delimiter == ',' && scan.Show(doubt.Row).Contains(','))
            _notices.Add($"column {Name(scan)}: took {Cell(scan, doubt.Row, false)} as {Words(scan.Value(doubt.Row, sign))}, with a "
                + "comma between thousands");
        if (teller is null || (delimiter == ',' && sign == '.'))
            return;
        string why = $"{Cell(teller, teller.Evidence.Of(sign).Row, teller != scan)} has a decimal {(sign == '.' ? "point" : "comma")}";
        _notices.Add($"column {Name(scan)}: took {Cell(scan, doubt.Row, false)} as {Words(scan.Value(doubt.Row, sign))}, as {why}");
    }

    private void Tell(NumberScan[] scans, char sign)
    {
        if (Array.Exists(scans, scan => scan.Evidence is { Point.Any: true } or { Comma.Any: true } or { Doubt.Any: true }))
            Decimal = sign;
        GroupMarks groups = scans.Aggregate(GroupMarks.None, (all, scan) => all | scan.Groups);
        string[] words =
        [
            .. new[] { GroupMarks.Comma, GroupMarks.Point, GroupMarks.Blank, GroupMarks.Apostrophe }.Where(mark => groups.HasFlag(mark))
                .Select(mark => mark.ToString().ToLowerInvariant()),
        ];
        Thousands = words.Length == 0 ? null : string.Join(" and ", words);
    }

    private static string Name(NumberScan scan) => CellText.Show(scan.Column.Name);

    private static string Words(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Cell(NumberScan scan, int row, bool withColumn) =>
        $"\"{scan.Show(row)}\" on line {scan.Column.Line(row)}{(withColumn ? $" of column {Name(scan)}" : "")}";
}
