namespace Unroll.Forecasting;

/// <summary>
/// The Theta method: simple exponential smoothing of the values without their season, half the slope of their trend, and the season again
/// (Assimakopoulos and Nikolopoulos 2000), in the form of Hyndman and Billah (2003) and R's thetaf. After n values with level l, slope b of
/// the least squares line and smoothing parameter α, p(n + h) = l + ½b·(h − 1 + (1 − (1 − α)ⁿ) / α).
/// </summary>
internal sealed class ThetaRule : BaselineRule
{
    internal const string DefaultName = "Theta";
    private readonly int? _given;
    private EtsParameters? _smoothing;
    private SeasonalIndices? _indices;
    private double _slope;
    private DateTime _first;

    /// <param name="period">m, the rows of one season; null for the shortest that the calendar suggests and the values
    /// show; 1 for none.</param>
    /// <exception cref="UnrollException">The period is below 1.</exception>
    public ThetaRule(int? period = null)
    {
        if (period < 1)
            throw new UnrollException($"A season of {period} rows is none. Give a period of at least 2, or 1 for no season.");
        _given = period;
    }

    internal ThetaRule(BaselineState state)
    {
        (_smoothing, _slope, _first) = (state.Ets, state.Slope, state.FirstDate);
        _indices = state.Indices is { Length: > 1 } values ? new SeasonalIndices(values, state.Adds, state.FirstDate) : null;
    }

    public override string Name => DefaultName;

    public override BaselineState State =>
        new(Name, Slope: _slope, Ets: Smoothing, FirstDate: _first, Indices: _indices?.Values, Adds: _indices?.Adds ?? false);

    public override int NeededRows => _indices is { } indices ? 2 * indices.Period : 2;

    private EtsParameters Smoothing =>
        _smoothing ?? throw new InvalidOperationException("The Theta forecaster has no parameters yet. Call Fit first.");

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double[] values = split.Train.ToArray();
        _first = split.Train.Dates[0];
        _indices = SeasonOf(split.Train, values) is { } period ? SeasonalIndices.Of(values, period, _first) : null;
        for (int row = 0; _indices is not null && row < values.Length; row++)
            values[row] = _indices.Remove(values[row], row);
        _smoothing = EtsFitter.Best(values, [EtsModel.Simple], 1, cancellationToken)
            ?? throw new UnrollException($"{split.Target} in {split.TrainRange} has {values.Length} rows, too few for the Theta forecast. "
                + "Use a longer training range.")
            { Subject = "train" };
        _slope = SlopeOf(values);
    }

    private protected override int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.BinarySearch(_first));

    private protected override bool IsFirst(DateTime date) => date == _first;

    private protected override void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, double[][] ahead)
    {
        long place = _indices?.PlaceOf(dates) ?? 0;
        double alpha = Math.Max(Smoothing.Alpha, 1e-10), level = dates[0] == _first ? Smoothing.Level : Plain(values[0], place);
        for (int row = 0, i = 0; i < ahead.Length; row++)
        {
            level += alpha * (Plain(values[row], place + row) - level);
            if (row + 1 < firstOrigin + i)
                continue;
            double start = (1 - Math.Pow(1 - alpha, row + 1)) / alpha;
            for (int h = 0; h < ahead[i].Length; h++)
            {
                double value = level + (0.5 * _slope * (h + start));
                ahead[i][h] = _indices is { } indices ? indices.Restore(value, place + row + 1 + h) : value;
            }

            i++;
        }
    }

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows)
    {
        long place = _indices?.PlaceOf(dates) ?? 0;
        double alpha = Math.Max(Smoothing.Alpha, 1e-10), smooth = dates[0] == _first ? Smoothing.Level : Plain(values[0], place);
        for (int row = 0; row < values.Length; row++)
            smooth += alpha * (Plain(values[row], place + row) - smooth);
        rows.Level.AsSpan().Fill(smooth);
        for (int h = 0; h < rows.Season.Length; h++)
            rows.Season[h] = rows.Ahead[h] - Plain(rows.Ahead[h], place + values.Length + h);
    }

    private double Plain(double value, long place) => _indices is { } indices ? indices.Remove(value, place) : value;

    private int? SeasonOf(Series train, double[] values)
    {
        if (_given is { } given)
            return given > 1 ? given : null;
        foreach (int period in train.Calendar.SeasonalPeriods)
        {
            if (SeasonalIndices.AreIn(values, period))
                return period;
        }

        return null;
    }

    /// <summary>The slope of the least squares line, a row.</summary>
    private static double SlopeOf(double[] values)
    {
        double middle = (values.Length - 1) / 2.0, mean = values.Average(), products = 0, squares = 0;
        for (int row = 0; row < values.Length; row++)
        {
            products += (row - middle) * (values[row] - mean);
            squares += (row - middle) * (row - middle);
        }

        return squares > 0 ? products / squares : 0;
    }
}
