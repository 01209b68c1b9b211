namespace Unroll.Forecasting;

/// <summary>
/// Says that nothing changes: p(t + h) = a(t) for every h. On prices it is hard to beat, so every other forecast is shown beside it.
/// </summary>
public sealed class NaiveForecaster : BaselineForecaster
{
    internal const string DefaultName = "naive";

    public override string Name => DefaultName;

    internal override BaselineState State => new(Name);

    private protected override int NeededRows => 1;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
    }

    private protected override void Ahead(ReadOnlySpan<double> known, bool fromTraining, Span<double> ahead) => ahead.Fill(known[^1]);
}
