namespace Unroll.Forecasting;

/// <summary>
/// Repeats the last season, moved on by how much seasons grew in training: p(t + h) = a(t + h − m·k) + k·d with the smallest k that reaches
/// back to a known row and d the mean of a(t) − a(t − m). Without a season it is the drift forecast. fpp3, section 5.2, and the random walk
/// with drift of season m, SARIMA (0,0,0)(0,1,0) with drift.
/// </summary>
internal sealed class SeasonalNaiveDriftRule : BaselineRule
{
    internal const string DefaultName = "seasonal naive with drift";
    private readonly int? _given;
    private int _period;
    private double _growth;

    /// <param name="period">m, the rows of one season; null to find it in the training rows
    /// (<see cref="SeasonalPeriod.Find"/>); 1 for none.</param>
    /// <exception cref="UnrollException">The period is below 1.</exception>
    public SeasonalNaiveDriftRule(int? period = null)
    {
        if (period < 1)
            throw new UnrollException($"A season of {period} rows is none. Give a period of at least 2, or 1 for no season.");
        _given = period;
    }

    internal SeasonalNaiveDriftRule(int period, double growth) => (_given, _period, _growth) = (period, period, growth);

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Period: _period, Slope: _growth);

    public override int NeededRows => Math.Max(1, _period);

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        ReadOnlySpan<double> train = split.Train.Values;
        int period = _given ?? SeasonalPeriod.Find(split.Train) ?? 1, rows = train.Length;
        if (rows < Math.Max(2, period))
            throw new UnrollException($"The training range {split.TrainRange} has {rows} rows, fewer than one season of {period}. Use a "
                + "longer training range or a shorter period.")
            { Subject = "train" };
        _period = period;
        double sum = 0;
        for (int row = period; row < rows; row++)
            sum += train[row] - train[row - period];
        // Of less than two seasons the line from the first to the last row says how they grow.
        _growth = rows >= 2 * period ? sum / (rows - period) : period * (train[^1] - train[0]) / (rows - 1);
    }

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows) =>
        DivideBySeason(values[^_period..], rows);

    private protected override void Ahead(ReadOnlySpan<double> known, Span<double> ahead)
    {
        ReadOnlySpan<double> season = known[^_period..];
        for (int h = 0; h < ahead.Length; h++)
            ahead[h] = season[h % _period] + (((h / _period) + 1) * _growth);
    }
}
