using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>
/// The rows of one series in a graph: columns as they were given, from the first row on that has a value of every target.
/// </summary>
internal sealed class GraphSeries
{
    private readonly GraphMath _math;
    private readonly FittedFacts _facts;
    private readonly string[] _columns, _known;
    private readonly Dictionary<string, string> _given = [], _filled = [];
    private readonly string _knownAhead;
    private string _rows;
    private string? _filledRows;

    /// <param name="math">Where it is written.</param>
    /// <param name="facts">What was asked of the forecaster.</param>
    /// <param name="columns">The columns of the rows, the targets first, the known ones last.</param>
    /// <param name="known">Those that are known of rows to come too.</param>
    /// <param name="rows">[R, columns].</param>
    /// <param name="dates">[R].</param>
    /// <param name="ahead">[H], the dates of the rows to come.</param>
    /// <param name="knownAhead">[H, known]; "" without known columns.</param>
    public GraphSeries(
        GraphMath math, FittedFacts facts, string[] columns, string[] known, string rows, string dates, string ahead, string knownAhead)
    {
        (_math, _facts, _columns, _known, _knownAhead, Ahead) = (math, facts, columns, known, knownAhead, ahead);
        (_rows, Dates) = (rows, dates);
        Begin(0, facts.Targets.Count);
        if (facts.SeriesColumn.Length > 0 && columns.Length - known.Length > facts.Targets.Count)
            Begin(facts.Targets.Count, columns.Length - known.Length);
        Count = math.Length(Dates);
        string all = math.Concat(0, Dates, ahead);
        IsInOrder = math.All(math.Function("Less", math.Slice(all, 0, -1), math.Slice(all, 1)));
    }

    /// <summary>The first date that the forecaster learnt from.</summary>
    public required DateTime First { get; init; }

    /// <summary>The moments of the rows, [R].</summary>
    public string Dates { get; private set; }

    /// <summary>The moments of the rows to come, [H].</summary>
    public string Ahead { get; }

    /// <summary>R.</summary>
    public string Count { get; }

    /// <summary>Whether every date is after the one before.</summary>
    public string IsInOrder { get; }

    /// <summary>A column as it was given, [R].</summary>
    public string Column(string column) => Cache(_given, column, () => Cut(_rows, column));

    /// <summary>A column, what is missing filled with the value before, [R].</summary>
    public string Fill(string column) => _columns.Length == 1 ? Column(column)
        : Cache(_filled, column, () => Cut(_filledRows ??= Fill(), column));

    /// <summary>A known column, of the rows to come too, [R + H].</summary>
    public string Known(string column) => _math.Concat(0, Column(column), Cut(_knownAhead, column, _known));

    /// <summary>A moment as the number that dates are given as.</summary>
    public long NumberOf(DateTime date) => NumberOf(date, _facts.IsNumbered);

    /// <summary>Milliseconds since 1970, or the running number itself.</summary>
    public static long NumberOf(DateTime date, bool isNumbered) => isNumbered
        ? (long)RowNumbers.ToNumber(date)
        : (long)Math.Floor((date - DateTime.UnixEpoch).TotalMilliseconds);

    /// <summary>
    /// The place of the first row counted from a date: how many rows come before it where the date is among them or before them all and
    /// rows come evenly; NaN where that cannot be told.
    /// </summary>
    /// <returns>A whole number, and whether it is known.</returns>
    public (string Place, string IsKnown) PlaceFrom(DateTime first)
    {
        string number = _math.Whole(NumberOf(first));
        string earlier = _math.Count(_math.Function("Less", Dates, number)), newest = _math.Function("Squeeze", _math.Slice(Dates, 0, 1));
        string isAfter = _math.Function("GreaterOrEqual", number, newest);
        string since = _math.ToNumber(_math.Subtract(newest, number));
        if (Spacing(_facts) is not { } spacing)
            return (_math.Function("Neg", earlier), isAfter);
        string even = _math.ToWhole(_math.Function("Floor", _math.Add(_math.Divide(since, _math.Number(spacing)), 0.5)));
        return (_math.Where(isAfter, _math.Function("Neg", earlier), even), _math.True);
    }

    /// <summary>How far rows that come evenly are apart, in the numbers that dates are given as; null for others.</summary>
    private static double? Spacing(FittedFacts facts)
    {
        const double Month = 365.2425 / 12;
        string text = facts.Frequency;
        if (facts.IsNumbered)
            return text.StartsWith("a running number, no", StringComparison.Ordinal) ? 1 : null;
        double? days = text switch
        {
            "daily" => 1,
            "weekly" => 7,
            "monthly" => Month,
            "quarterly" => 3 * Month,
            "yearly" => 12 * Month,
            _ when text.StartsWith("every ", StringComparison.Ordinal)
                && TimeSpan.TryParseExact(text[6..], "c", null, out TimeSpan step) => step.TotalDays,
            _ => null,
        };
        return days * GraphDates.MillisecondsOfDay;
    }

    /// <summary>Leaves out the rows before all of some columns have begun.</summary>
    private void Begin(int from, int to)
    {
        string isKnown = _math.Not(_math.Function("IsNaN", _math.Slice(_rows, from, to, 1)));
        string firsts = _math.Graph.Node("ArgMax", [_math.ToFloat(isKnown)], ("axis", 0L), ("keepdims", 0L));
        string first = _math.Graph.Node("ReduceMax", [firsts], ("keepdims", 0L)), end = _math.Whole(long.MaxValue);
        (_rows, Dates) = (_math.Slice(_rows, first, end), _math.Slice(Dates, first, end));
    }

    private string Fill()
    {
        string none = _math.Expand(_math.NotANumber, _columns.Length);
        return _math.Scan(_rows, [none], (math, before, row) =>
        {
            string filled = math.Where(math.Function("IsNaN", row), before[0], row);
            return [filled, filled];
        }, outputs: 1)[1];
    }

    private string Cut(string rows, string column, string[]? columns = null)
    {
        int at = Array.FindIndex(columns ?? _columns, name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
        return at >= 0
            ? _math.Gather(rows, _math.Whole(at), 1)
            : throw new InvalidOperationException($"The graph has no column {column}.");
    }

    private static string Cache(Dictionary<string, string> known, string column, Func<string> make) =>
        known.TryGetValue(column, out string? name) ? name : known[column] = make();
}
