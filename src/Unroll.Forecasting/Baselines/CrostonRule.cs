namespace Unroll.Forecasting;

/// <summary>
/// Croston's forecast of intermittent demand: p = z / v with the size z of a demand and the interval v between two, each smoothed by its
/// own α where there is a demand and left alone where there is none. Croston (1972), Forecasting and stock control for intermittent
/// demands; the factor 1 − α / 2 against its bias is that of Syntetos and Boylan (2005), The accuracy of intermittent demand estimates.
/// </summary>
/// <remarks>
/// z starts at the first demand and v at the rows up to it, as in R's forecast::croston. A series that begins later than the training rows
/// does so from its own first demand.
/// </remarks>
internal sealed class CrostonRule : DemandRule
{
    internal const string DefaultName = "Croston";
    private readonly bool _corrected;

    /// <param name="corrected">Whether the forecast is multiplied by 1 − α / 2.</param>
    /// <param name="share">α of size and interval; null to find both in the training rows.</param>
    public CrostonRule(bool corrected, double? share = null)
        : base(share) => _corrected = corrected;

    public CrostonRule(bool corrected, DemandParameters parameters, DateTime firstDate)
        : base(parameters, firstDate) => _corrected = corrected;

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Demand: Parameters, IsCorrected: _corrected, FirstDate: FirstDate);

    private protected override DemandParameters Start(ReadOnlySpan<double> values) => new(0, 0, 0, 0, 0);

    private protected override DemandState Before(DemandParameters parameters) => new Demands(parameters, _corrected);

    private sealed class Demands(DemandParameters p, bool corrected) : DemandState
    {
        private readonly double _factor = corrected ? 1 - (p.RateShare / 2) : 1;
        private double _size, _interval, _since;

        public override double Expected => IsKnown ? _factor * _size / _interval : 0;

        public override bool IsKnown => _interval > 0;

        public override void Observe(double value)
        {
            _since++;
            if (!(value > 0))
                return;
            (_size, _interval) = IsKnown
                ? (_size + (p.SizeShare * (value - _size)), _interval + (p.RateShare * (_since - _interval)))
                : (value, _since);
            _since = 0;
        }
    }
}
