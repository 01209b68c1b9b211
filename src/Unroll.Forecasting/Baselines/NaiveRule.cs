namespace Unroll.Forecasting;

/// <summary>
/// Says that nothing changes: p(t + h) = a(t) for every h. On prices it is hard to beat, so every other forecast is shown beside it.
/// </summary>
internal sealed class NaiveRule : BaselineRule
{
    internal const string DefaultName = "naive";

    public override string Name => DefaultName;

    public override BaselineState State => new(Name);

    public override string Saying => "tomorrow equals today";

    public override int NeededRows => 1;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
    }

    private protected override void Ahead(ReadOnlySpan<double> known, Span<double> ahead) => ahead.Fill(known[^1]);
}
