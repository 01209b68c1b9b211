namespace Unroll.Forecasting;

/// <summary>
/// Seasons of any length by STL (<see cref="SeasonalTrend"/>), exponential smoothing without a season of what is left with its trend, and
/// the seasons put back: fpp3, section 5.7, as R's forecast::stlm. Afterwards the last season of the training rows is repeated, and the
/// states of the smoothing follow the values less that.
/// </summary>
/// <remarks>
/// A series without the last training row, as a file of new values may be, is decomposed anew, and its states start
/// from its own first rows.
/// </remarks>
internal sealed class StlEtsRule : BaselineRule
{
    internal const string DefaultName = "STL + ETS";
    private readonly int[]? _given;
    private double[][]? _seasons;
    private EtsParameters? _parameters;
    private DateTime _lastDate;

    /// <param name="periods">The rows of each season; null to find them in the training rows.</param>
    /// <exception cref="UnrollException">There is none, one of them twice, or one below 2.</exception>
    public StlEtsRule(IReadOnlyList<int>? periods = null)
    {
        int[]? given = periods is null ? null : [.. periods.Order()];
        if (given is not null && (given.Length == 0 || given[0] < 2 || given.Distinct().Count() < given.Length))
        {
            string which = given.Length == 0 ? "no" : string.Join(", ", given);
            throw new UnrollException($"Seasons of {which} rows cannot be told apart. Give periods of at least 2, each once.");
        }

        _given = given;
    }

    /// <param name="seasons">The last season of the training rows for each period, the shortest first.</param>
    /// <param name="parameters">With level and trend after the last training row.</param>
    /// <param name="lastDate">That of the last training row.</param>
    internal StlEtsRule(double[][] seasons, EtsParameters parameters, DateTime lastDate) =>
        (_seasons, _parameters, _lastDate) = (seasons, parameters, lastDate);

    public override string Name => DefaultName;

    /// <summary>A fitted rule of its state; null where it says nothing of one.</summary>
    /// <exception cref="UnrollException">It has no seasons.</exception>
    public static StlEtsRule? Restore(BaselineState state) => state is not { Seasons: { } seasons, Ets: { } parameters } ? null
        : seasons.Length > 0 && Array.TrueForAll(seasons, season => season.Length >= 2)
            ? new StlEtsRule(seasons, parameters, state.FirstDate)
            : throw new UnrollException("its seasons are none");

    public override BaselineState State => new(Name, Ets: Parameters, Seasons: Seasons, FirstDate: _lastDate);

    /// <summary>What was fitted without the seasons; level and trend are those after the last training row.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public EtsParameters Parameters => _parameters ?? throw NotFitted();

    /// <summary>The last season of the training rows for each period, oldest row first.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public double[][] Seasons => _seasons ?? throw NotFitted();

    public override int NeededRows => (2 * Seasons[^1].Length) + 1;

    private int[] Periods => Array.ConvertAll(Seasons, season => season.Length);

    private protected override void Learn(ForecastSplit split, CancellationToken cancellationToken)
    {
        double[] values = split.Train.ToArray();
        int[] periods = _given ?? FindPeriods(split.Train);
        if (periods.Length == 0)
            throw new UnrollException(
                $"{split.Target} shows no season in {split.TrainRange} that repeats with the calendar. "
                + "Give a period, or use the ETS forecast.");
        if (values.Length <= 2 * periods[^1])
            throw new UnrollException(
                $"The training range {split.TrainRange} has {values.Length} rows, not more than two seasons of {periods[^1]}. "
                + "Use a longer training range or a shorter period.")
            { Subject = "train" };
        var parts = SeasonalTrend.Of(values, periods, cancellationToken);
        double[] plain = Plain(values, parts);
        bool positive = Array.TrueForAll(plain, value => value > 0);
        EtsParameters fitted = EtsFitter.Best(plain, EtsModel.Candidates(seasonal: false, positive), 1, cancellationToken)
            ?? throw new UnrollException(
                $"{split.Target} in {split.TrainRange} has {values.Length} rows, which cannot be fitted by exponential smoothing. "
                + "Use a longer training range.")
            { Subject = "train" };
        EtsState state = fitted.Start();
        foreach (double value in plain)
            state.Observe(value);
        _parameters = fitted with { Level = state.Level, Trend = state.Trend };
        _seasons = Last(parts, periods);
        _lastDate = split.Train.Dates[^1];
    }

    private protected override int FirstRow(ReadOnlySpan<DateTime> dates) => Math.Max(0, dates.BinarySearch(_lastDate));

    private protected override bool IsFirst(DateTime date) => date == _lastDate;

    private protected override void Roll(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, double[][] ahead)
    {
        (EtsState state, double[][] seasons, int first) = Before(values[..firstOrigin], dates[0] == _lastDate);
        for (int i = 0; i < ahead.Length; i++)
        {
            int origin = firstOrigin + i;
            if (i > 0)
                state.Observe(values[origin - 1] - Season(seasons, origin - 1 - first));
            state.Forecast(ahead[i]);
            for (int h = 0; h < ahead[i].Length; h++)
                ahead[i][h] += Season(seasons, origin - first + h);
        }
    }

    private protected override void Divide(ReadOnlySpan<double> values, ReadOnlySpan<DateTime> dates, int firstOrigin, DividedRows rows)
    {
        (EtsState state, double[][] seasons, int first) = Before(values[..firstOrigin], dates[0] == _lastDate);
        for (int row = firstOrigin; row < values.Length; row++)
            state.Observe(values[row] - Season(seasons, row - first));
        rows.Level.AsSpan().Fill(state.Level);
        for (int h = 0; h < rows.Season.Length; h++)
            rows.Season[h] = Season(seasons, values.Length - first + h);
    }

    /// <summary>
    /// State and seasons after some values, and the row from which seasons are counted: the first after the last season that is known.
    /// </summary>
    /// <param name="values">Up to the first origin.</param>
    /// <param name="isKnown">Whether the first of them is the last training row.</param>
    private (EtsState State, double[][] Seasons, int First) Before(ReadOnlySpan<double> values, bool isKnown)
    {
        double[][] seasons = Seasons;
        int first = 1;
        EtsState state = Parameters.Start();
        if (!isKnown)
        {
            var parts = SeasonalTrend.Of(values, Periods);
            double[] plain = Plain(values, parts);
            var start = EtsFitter.EtsStart.Of(plain, Parameters.Model, 1);
            state = (Parameters with { Level = start.Level, Trend = start.Trend }).Start();
            foreach (double value in plain)
                state.Observe(value);
            (seasons, first) = (Last(parts, Periods), values.Length);
        }

        for (int row = first; row < values.Length; row++)
            state.Observe(values[row] - Season(seasons, row - first));
        return (state, seasons, first);
    }

    /// <summary>Every period that the calendar suggests and of which the values show a season.</summary>
    private static int[] FindPeriods(Series train)
    {
        double[] values = train.ToArray();
        return [.. train.Calendar.SeasonalPeriods.Order().Where(period => SeasonalPeriod.FindAmong(values, [period]) is not null)];
    }

    private static double Season(double[][] seasons, int row)
    {
        double sum = 0;
        foreach (double[] season in seasons)
            sum += season[row % season.Length];
        return sum;
    }

    private static double[] Plain(ReadOnlySpan<double> values, SeasonalTrend parts)
    {
        double[] plain = values.ToArray();
        foreach (double[] season in parts.Seasons)
        {
            for (int t = 0; t < plain.Length; t++)
                plain[t] -= season[t];
        }

        return plain;
    }

    private static double[][] Last(SeasonalTrend parts, int[] periods) => [.. parts.Seasons.Select((season, i) => season[^periods[i]..])];

    private InvalidOperationException NotFitted() => new($"The {Name} forecaster has no seasons yet. Call Fit first.");
}
