namespace Unroll.Forecasting;

/// <summary>
/// Exponential smoothing: level, trend and season that follow the values. Parameters and first states are fitted to the training
/// rows by maximum likelihood and the model is the one of lowest AICc, as Hyndman and Athanasopoulos describe (fpp3, chapter 8);
/// afterwards the states follow every value that comes, with the parameters as they are.
/// </summary>
/// <remarks>
/// A series that begins later than the training rows, as a file of new values does, starts from states read off its first rows;
/// the fitted first states are used wherever the first training row is among those given.
/// </remarks>
internal sealed class EtsRule : BaselineRule
{
    /// <summary>Longer seasons have more first states than training rows can tell; R's forecast has the same limit.</summary>
    internal const int LongestPeriod = 24;
    internal const string DefaultName = "ETS";
    private readonly EtsModel? _model;
    private readonly int? _period;
    private EtsParameters? _parameters;
    private DateTime _firstDate;

    /// <param name="model">The model to fit; null to choose among all.</param>
    /// <param name="period">m, the rows of one season, 2 to 24; null to find it in the training rows (<see cref="SeasonalPeriod.Find"/>),
    /// and for months and quarters to try it in any case; 1 for none.</param>
    /// <exception cref="UnrollException">The period is below 1 or above 24.</exception>
    public EtsRule(EtsModel? model = null, int? period = null)
    {
        if (period is < 1 or > LongestPeriod)
            throw new UnrollException(
                $"Exponential smoothing cannot learn seasons of {period} rows. Give a period of 2 to {LongestPeriod}, or 1 for none.");
        (_model, _period) = (model, period);
    }

    internal EtsRule(EtsParameters parameters, DateTime firstDate) => (_parameters, _firstDate) = (parameters, firstDate);

    public override string Name => DefaultName;

    public override BaselineState State => new(Name, Ets: Parameters, FirstDate: _firstDate);

    /// <summary>What was fitted.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public EtsParameters Parameters =>
        _parameters ?? throw new InvalidOperationException("The ETS forecaster has no parameters yet. Call Fit first.");

    public override int NeededRows => Parameters.Period > 1 ? 2 * Parameters.Period : 2;

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double[] values = split.Train.ToArray();
        string where = $"{split.Target} in {split.TrainRange}";
        int? period = (_period ?? SeasonalPeriod.Find(split.Train, LongestPeriod) ?? OfTheYear(split.Train)) is > 1 and int found
            ? found
            : null;
        if (_model is { Season: not EtsSeason.None } && period is null)
            throw new UnrollException($"{where} shows no season of at most {LongestPeriod} rows that repeats with the calendar, as "
                + $"{_model} needs. Give a period, or use a model without a season.");
        bool positive = Array.TrueForAll(values, value => value > 0);
        if (_model is { NeedsPositiveValues: true } && !positive)
            throw new UnrollException($"{where} holds values that are not above 0, for which {_model} is not defined. Use a model with "
                + "additive error and season.");
        EtsModel[] models = _model is null ? [.. EtsModel.Candidates(period is not null, positive)] : [_model];
        _parameters = EtsFitter.Best(values, models, period ?? 1, cancellationToken)
            ?? throw new UnrollException($"{where} has {values.Length} rows, which cannot be fitted by "
            + $"{_model?.ToString() ?? "exponential smoothing"}. Use a longer training range or a simpler model.")
            { Subject = "train" };
        _firstDate = split.Train.Dates[0];
    }

    /// <summary>
    /// The season of months and quarters, which most of their series have, whether it shows or not: the criterion that chooses among the
    /// models decides, as in R's ets; null for other calendars.
    /// </summary>
    private static int? OfTheYear(Series train) =>
        train.Calendar is { Kind: DateSpacing.Months or DateSpacing.Quarters, SeasonalPeriods: [var period, ..] } ? period : null;

    private protected override int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.BinarySearch(_firstDate));

    private protected override bool IsFirst(DateTime date) => date == _firstDate;

    private protected override void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, double[][] ahead)
    {
        // The states before the first row may be read off rows before the first origin only.
        EtsState state = Start(values[..firstOrigin], dates[0] == _firstDate);
        for (int row = 0; row < firstOrigin; row++)
            state.Observe(values[row]);
        for (int i = 0; i < ahead.Length; i++)
        {
            if (i > 0)
                state.Observe(values[firstOrigin + i - 1]);
            state.Forecast(ahead[i]);
        }
    }

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows)
    {
        EtsState state = Start(values[..firstOrigin], dates[0] == _firstDate);
        foreach (double value in values)
            state.Observe(value);
        rows.Level.AsSpan().Fill(state.Level);
        state.WriteSeason(rows.Ahead, rows.Season);
    }

    private EtsState Start(ReadOnlySpan<double> known, bool fromTraining)
    {
        if (fromTraining)
            return Parameters.Start();
        if (Parameters.Model.NeedsPositiveValues && known.IndexOfAnyInRange(double.NegativeInfinity, 0) >= 0)
            throw new UnrollException($"The values to continue are not all above 0, as {Parameters.Model} needs. Train the ETS forecast "
                + "again on values like these.");
        var start = EtsFitter.EtsStart.Of(known, Parameters.Model, Parameters.Period);
        return (Parameters with { Level = start.Level, Trend = start.Trend, Season = start.Season }).Start();
    }
}
