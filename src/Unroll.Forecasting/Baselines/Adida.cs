namespace Unroll.Forecasting;

/// <summary>
/// The forecast of intermittent demand by aggregation, ADIDA (Nikolopoulos, Syntetos, Boylan, Petropoulos and Assimakopoulos 2011, An
/// aggregate-disaggregate intermittent demand approach to forecasting): as many rows as usually lie between two demands are added up to
/// buckets, which have few zeros, simple exponential smoothing forecasts the next bucket, and every row to come gets its equal part.
/// </summary>
/// <remarks>
/// The rows of a bucket are the mean interval of the training rows up to the last demand, rounded. Buckets end with the newest row; oldest
/// rows that fill none are left out. Where even one is not full, the mean of the rows is said.
/// </remarks>
/// <param name="alpha">α of the buckets, above 0 and at most 1; null for the one of 0.01, 0.02, … 1 that leaves the smallest squared
/// errors, one bucket ahead, in the training rows.</param>
public sealed class AdidaForecaster(double? alpha = null) : BaselineForecaster
{
    public override string Name => AdidaRule.DefaultName;

    /// <summary>The rows of a bucket of a part.</summary>
    public int IntervalOf(Part part) => ((AdidaRule)RuleOf(part)).Interval;

    /// <summary>α of a part.</summary>
    internal double ShareOf(Part part) => ((AdidaRule)RuleOf(part)).Share;

    internal override BaselineOptions Options => new(Share: alpha);

    /// <summary>One of what it was asked for.</summary>
    internal static AdidaForecaster Make(BaselineOptions options) => new(options.Share);

    private protected override BaselineRule CreateRule() => new AdidaRule(alpha);
}

/// <summary>
/// p = S/m with the level S of sums of m rows, smoothed by S ← S + α·(sum − S) from bucket to bucket. A value above 0 is a demand; 0, and
/// what is below as goods that come back, is none.
/// </summary>
internal sealed class AdidaRule : BaselineRule
{
    internal const string DefaultName = "ADIDA";
    private const int Shares = 100;
    private readonly double? _given;
    private DateTime _firstDate;

    /// <param name="share">α; null to find it in the training rows.</param>
    /// <exception cref="UnrollException">α is not above 0, or above 1.</exception>
    public AdidaRule(double? share = null)
    {
        if (share is { } given && !(given > 0 && given <= 1))
            throw new UnrollException(
                $"A share of {given} smooths no buckets. Give an alpha above 0 and at most 1, or none to find it in the training rows.");
        _given = share;
    }

    public override string Name => DefaultName;

    /// <summary>m.</summary>
    public int Interval { get; private set; }

    /// <summary>α.</summary>
    public double Share { get; private set; }

    public override BaselineState State =>
        new(Name, Period: Interval, Demand: new DemandParameters(Share, 0, 0, 0, 0), FirstDate: _firstDate);

    public override int NeededRows => 1;

    /// <summary>A fitted rule of its state; null where that is not sound.</summary>
    public static AdidaRule? Restore(BaselineState state) => state is { Period: >= 1, Demand: { IsSound: true } demand }
        ? new AdidaRule { Interval = state.Period, Share = demand.SizeShare, _firstDate = state.FirstDate }
        : null;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double[] demands = Array.ConvertAll(split.Train.ToArray(), Demand);
        int last = Array.FindLastIndex(demands, value => value > 0), count = demands.Count(value => value > 0);
        Interval = count > 0 ? Math.Max(1, (int)Math.Round((last + 1.0) / count)) : demands.Length;
        double[] buckets = Buckets(demands, Interval);
        Share = _given ?? Enumerable.Range(1, Shares).Select(share => (double)share / Shares).MinBy(share => SquaredErrors(buckets, share));
        _firstDate = split.Train.Dates[0];
    }

    private protected override int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.BinarySearch(_firstDate));

    private protected override bool IsFirst(DateTime date) => date == _firstDate;

    /// <summary>
    /// Buckets that end with an origin are those that end m rows earlier and one more, so every row keeps the level that ends with it.
    /// </summary>
    private protected override void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, double[][] ahead)
    {
        var levels = new double[values.Length];
        double known = 0;
        for (int row = 0; row < values.Length; row++)
        {
            known += Demand(values[row]);
            if (row + 1 >= Interval)
            {
                double sum = 0;
                foreach (double value in values.Slice(row + 1 - Interval, Interval))
                    sum += Demand(value);
                double before = row + 1 >= 2L * Interval ? levels[row - Interval] : sum;
                levels[row] = before + (Share * (sum - before));
            }

            if (row - firstOrigin + 1 is >= 0 and int origin)
                Array.Fill(ahead[origin], row + 1 >= Interval ? levels[row] / Interval : known / (row + 1));
        }
    }

    private static double Demand(double value) => value > 0 ? value : 0;

    /// <summary>Sums of so many rows, the last of which ends with the newest.</summary>
    private static double[] Buckets(double[] demands, int interval)
    {
        int skipped = demands.Length % interval;
        return [.. demands.Skip(skipped).Chunk(interval).Select(bucket => bucket.Sum())];
    }

    /// <summary>Σe² of the buckets, each forecast from those before.</summary>
    private static double SquaredErrors(double[] buckets, double share)
    {
        double level = buckets.Length > 0 ? buckets[0] : 0, squares = 0;
        foreach (double bucket in buckets)
        {
            double error = bucket - level;
            squares += error * error;
            level += share * error;
        }

        return squares;
    }
}
