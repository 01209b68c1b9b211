namespace Unroll.Forecasting;

/// <summary>
/// A rule for intermittent demand: rows of 0 with demands between them, of which size and frequency are smoothed by themselves. A value
/// above 0 is a demand; 0, and what is below as goods that come back, is none.
/// </summary>
internal abstract class DemandRule : BaselineRule
{
    private readonly double? _share;
    private DemandParameters? _parameters;
    private DateTime _firstDate;

    /// <param name="share">α of size and frequency; null to find both in the training rows.</param>
    /// <exception cref="UnrollException">α is not above 0, or above 1.</exception>
    protected DemandRule(double? share)
    {
        if (share is { } given && !(given > 0 && given <= 1))
            throw new UnrollException(
                $"A share of {given} smooths no demand. Give an alpha above 0 and at most 1, or none to find it in the training rows.");
        _share = share;
    }

    protected DemandRule(DemandParameters parameters, DateTime firstDate) => (_parameters, _firstDate) = (parameters, firstDate);

    /// <summary>What was fitted.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public DemandParameters Parameters => _parameters
        ?? throw new InvalidOperationException($"The {Name} forecaster has no parameters yet. Call Fit first.");

    public override int NeededRows => 1;

    private protected DateTime FirstDate => _firstDate;

    /// <summary>Size and frequency before the first of these values.</summary>
    private protected abstract DemandParameters Start(ReadOnlySpan<double> values);

    /// <summary>Size and frequency of these parameters before any value.</summary>
    private protected abstract DemandState Before(DemandParameters parameters);

    private protected sealed override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double[] values = split.Train.ToArray();
        DemandParameters start = Start(values);
        (double size, double rate) = _share is { } given
            ? (given, given)
            : DemandShares.Best((size, rate) => Judge(values, start, size, rate));
        _parameters = start with { SizeShare = size, RateShare = rate, SquaredErrors = Judge(values, start, size, rate) };
        _firstDate = split.Train.Dates[0];
    }

    private double Judge(double[] values, DemandParameters start, double size, double rate)
    {
        DemandState state = Before(start with { SizeShare = size, RateShare = rate });
        double squares = 0;
        foreach (double value in values)
        {
            if (state.IsKnown)
                squares += (value - state.Expected) * (value - state.Expected);
            state.Observe(value);
        }

        return squares;
    }

    private protected sealed override int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.BinarySearch(_firstDate));

    private protected sealed override bool IsFirst(DateTime date) => date == _firstDate;

    private protected sealed override void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin,
        double[][] ahead)
    {
        DemandState state = Before(Parameters);
        for (int row = 0; row < values.Length; row++)
        {
            state.Observe(values[row]);
            if (row - firstOrigin + 1 is >= 0 and int origin)
                Array.Fill(ahead[origin], state.Expected);
        }
    }
}

/// <summary>Size and frequency of an intermittent demand, moved on by one value after the other.</summary>
internal abstract class DemandState
{
    /// <summary>The mean demand of every row to come; 0 where no demand has been seen.</summary>
    public abstract double Expected { get; }

    /// <summary>Whether there is an expectation that an error can be judged by.</summary>
    public abstract bool IsKnown { get; }

    /// <summary>Moves on by one row with this value in it.</summary>
    public abstract void Observe(double value);
}
