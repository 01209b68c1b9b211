namespace Unroll.Forecasting;

/// <summary>
/// Continues the line from the first to the last training row: p(t + h) = a(t) + h·(a(N) − a(1)) / (N − 1) over the N training rows.
/// Hyndman and Athanasopoulos, fpp3, section 5.2; the slope stays that of the training rows.
/// </summary>
internal sealed class DriftRule : BaselineRule
{
    internal const string DefaultName = "drift";
    private double _slope;

    public DriftRule()
    {
    }

    internal DriftRule(double slope) => _slope = slope;

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Slope: _slope);

    public override int NeededRows => 1;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken) =>
        _slope = (split.Train[^1] - split.Train[0]) / (split.Train.Count - 1);

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows) =>
        rows.Level.AsSpan().Fill(values[^1]);

    private protected override void Ahead(ReadOnlySpan<double> known, Span<double> ahead)
    {
        for (int h = 0; h < ahead.Length; h++)
            ahead[h] = known[^1] + ((h + 1) * _slope);
    }
}
