namespace Unroll.Forecasting;

/// <summary>
/// Repeats the last season: p(t + h) = a(t + h − m·k) with the smallest k that reaches back to a known row. Seasons are counted in
/// rows. Hyndman and Athanasopoulos, fpp3, section 5.2.
/// </summary>
internal sealed class SeasonalNaiveRule : BaselineRule
{
    internal const string DefaultName = "seasonal naive";
    private readonly int? _given;
    private int _period;

    /// <param name="period">m, the rows of one season; null to find it in the training rows (<see cref="SeasonalPeriod.Find"/>).</param>
    /// <exception cref="UnrollException">The period is below 2.</exception>
    public SeasonalNaiveRule(int? period = null)
    {
        if (period < 2)
            throw new UnrollException($"A season of {period} rows is none. Give a period of at least 2, or use the naive forecast.");
        _given = period;
    }

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Period: Period);

    /// <summary>m, the rows of one season.</summary>
    /// <exception cref="InvalidOperationException">It is to be found and Fit has not been called.</exception>
    public int Period => _period > 0 ? _period : _given
        ?? throw new InvalidOperationException("The seasonal naive forecaster does not know its period yet. Call Fit first.");

    public override string Saying => $"as {Period} rows before";

    public override int NeededRows => Period;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        int period = _given ?? SeasonalPeriod.Find(split.Train)
            ?? throw new UnrollException($"{split.Target} shows no season in {split.TrainRange} that repeats with the calendar. Give a "
                + "period, or use the naive forecast.");
        if (split.Train.Count < period)
            throw new UnrollException($"The training range {split.TrainRange} has {split.Train.Count} rows, fewer than one season of "
                + $"{period}. Use a longer training range or a shorter period.")
            { Subject = "train" };
        _period = period;
    }

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows) =>
        DivideBySeason(values[^Period..], rows);

    private protected override void Ahead(ReadOnlySpan<double> known, Span<double> ahead)
    {
        ReadOnlySpan<double> season = known[^Period..];
        for (int h = 0; h < ahead.Length; h++)
            ahead[h] = season[h % season.Length];
    }
}
