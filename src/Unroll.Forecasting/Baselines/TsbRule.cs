namespace Unroll.Forecasting;

/// <summary>
/// The forecast of intermittent demand by Teunter, Syntetos and Babai (2011), Intermittent demand: linking forecasting to inventory
/// obsolescence: p = d·z with the size z of a demand, smoothed where there is one, and its probability d, smoothed in every row. So it
/// falls while no demand comes.
/// </summary>
/// <remarks>z starts at the mean demand of the training rows and d at the share of their rows that have one.</remarks>
internal sealed class TsbRule : DemandRule
{
    internal const string DefaultName = "TSB";

    /// <param name="share">α of size and probability; null to find both in the training rows.</param>
    public TsbRule(double? share = null)
        : base(share)
    {
    }

    public TsbRule(DemandParameters parameters, DateTime firstDate)
        : base(parameters, firstDate)
    {
    }

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Demand: Parameters, FirstDate: FirstDate);

    private protected override DemandParameters Start(ReadOnlySpan<double> values)
    {
        double sum = 0;
        int demands = 0;
        foreach (double value in values)
        {
            if (value > 0)
                (sum, demands) = (sum + value, demands + 1);
        }

        return new DemandParameters(0, 0, demands > 0 ? sum / demands : 0, (double)demands / values.Length, 0);
    }

    private protected override DemandState Before(DemandParameters parameters) => new Demands(parameters);

    private sealed class Demands(DemandParameters p) : DemandState
    {
        private double _size = p.Size, _probability = p.Rate;

        public override double Expected => _probability * _size;

        public override bool IsKnown => true;

        public override void Observe(double value)
        {
            bool isDemand = value > 0;
            _probability += p.RateShare * ((isDemand ? 1 : 0) - _probability);
            if (isDemand)
                _size += p.SizeShare * (value - _size);
        }
    }
}
