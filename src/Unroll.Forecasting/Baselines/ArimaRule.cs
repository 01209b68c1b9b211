namespace Unroll.Forecasting;

/// <summary>
/// A seasonal model ARIMA, fitted to the training rows by maximum likelihood and chosen by AICc (<see cref="ArimaSearch"/>); afterwards its
/// state follows every value that comes, with the coefficients as they are.
/// </summary>
/// <remarks>
/// A series that begins later than the training rows, as a file of new values does, is taken for stationary after its first differences.
/// </remarks>
internal sealed class ArimaRule : BaselineRule
{
    internal const string DefaultName = "ARIMA";
    private readonly ArimaOrder? _order;
    private readonly int? _period;
    private readonly int _models;
    private ArimaParameters? _parameters;
    private DateTime _firstDate;

    /// <param name="order">The model to fit; null to choose one.</param>
    /// <param name="period">m, the rows of one season, 2 to 24; null to find it in the training rows (<see cref="SeasonalPeriod.Find"/>); 1
    /// for none.</param>
    /// <param name="models">How many models are fitted at most.</param>
    /// <exception cref="UnrollException">They are out of range.</exception>
    public ArimaRule(ArimaOrder? order = null, int? period = null, int models = ArimaSearch.ModelsAtMost)
    {
        if (period is < 1 or > EtsRule.LongestPeriod)
            throw new UnrollException(
                $"ARIMA cannot learn seasons of {period} rows. "
                + $"Give a period of 2 to {EtsRule.LongestPeriod}, or 1 for none.");
        if (order is { IsInRange: false })
            throw new UnrollException(
                $"{order} is out of range. Use p and q up to 5, d up to 2, P and Q up to 2, D up to 1 "
                + $"and a period of 2 to {EtsRule.LongestPeriod}, or 1 without seasonal terms.");
        if (order is { HasConstant: true } && order.D + order.SeasonalD > 1)
            throw new UnrollException($"{order} has a constant after two differences, which bends every forecast. Leave the constant out.");
        if (models < 1)
            throw new UnrollException($"A search through {models} models finds none. Allow at least 1.");
        (_order, _period, _models) = (order, period, models);
    }

    internal ArimaRule(ArimaParameters parameters, DateTime firstDate) => (_parameters, _firstDate) = (parameters, firstDate);

    public override string Name => DefaultName;

    /// <summary>A fitted rule of its state; null where it says nothing of one.</summary>
    /// <exception cref="UnrollException">Its coefficients do not fit each other.</exception>
    public static ArimaRule? Restore(BaselineState state) => state.Arima is not { } arima ? null : arima.IsSound
        ? new ArimaRule(arima, state.FirstDate)
        : throw new UnrollException("its ARIMA coefficients do not fit each other");

    public override BaselineState State => new(Name, Arima: Parameters, FirstDate: _firstDate);

    /// <summary>What was fitted.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public ArimaParameters Parameters => _parameters
        ?? throw new InvalidOperationException("The ARIMA forecaster has no parameters yet. Call Fit first.");

    public override string? Saying => _parameters?.Order.ToString();

    public override int NeededRows => Parameters.Order.LostRows + Parameters.Order.States;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double[] values = split.Train.ToArray();
        int period = _period ?? SeasonalPeriod.Find(split.Train, EtsRule.LongestPeriod) ?? 1;
        ArimaParameters? found = _order is null
            ? ArimaSearch.Best(values, period, _models, cancellationToken)
            : ArimaSearch.Of(values, _order);
        string what = _order?.ToString() ?? Name;
        _parameters = found ?? throw new UnrollException(
            $"{split.Target} in {split.TrainRange} has {values.Length} rows, which cannot be fitted by {what}. "
            + "Use a longer training range or a simpler model.")
        { Subject = "train" };
        _firstDate = split.Train.Dates[0];
    }

    private protected override int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.BinarySearch(_firstDate));

    /// <summary>
    /// Its state does not say what of it is season: that is read off the newest values, where the model has seasonal terms.
    /// </summary>
    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows)
    {
        ArimaOrder order = Parameters.Order;
        bool isSeasonal = order.SeasonalP + order.SeasonalD + order.SeasonalQ > 0 && values.Length >= order.Period;
        DivideByCourse(values, isSeasonal ? order.Period : 1, rows);
    }

    private protected override void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, double[][] ahead)
    {
        var state = new ArimaState(Parameters);
        for (int row = 1; row <= values.Length; row++)
        {
            state.Observe(values[..row]);
            if (row - firstOrigin is >= 0 and int origin)
                state.Forecast(values[..row], ahead[origin]);
        }
    }
}
