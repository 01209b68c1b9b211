namespace Unroll.Forecasting;

/// <summary>
/// The errors of forecasts from origins that follow one another, as far as they are known, as plain sizes and as scores: in units of 1, or
/// of the half widths of the intervals that the forecaster stated itself, on the side where the value came.
/// </summary>
internal sealed class KnownErrors
{
    /// <summary>A side of a head's interval counts as at least this share of both, this share of its median, and this much.</summary>
    public const double LeastShare = 0.001, LeastOfMedian = 1e-9, Least = 1e-300;

    /// <summary>Errors from origins longer ago than this tell no more of the next one.</summary>
    public const int MostOrigins = 500;

    /// <summary>The place of 0.8 among <see cref="CalibratedQuantiles.Levels"/>: the score that stands for the size of an error.</summary>
    private const int Reference = 3;

    /// <summary>Where sizes are averaged each counts at most so many times that which four of five are below.</summary>
    private const double Most = 4, Usual = 0.8;

    /// <summary>[origins][H], NaN where not known.</summary>
    private readonly double[][] _errors;

    /// <summary>[origins][H·kinds]: a score for each level where the forecaster states quantiles, one for all otherwise.</summary>
    private readonly double[][] _scores, _logs;
    private readonly int _before;

    /// <param name="before">How many of the origins come before the first that intervals are made for.</param>
    /// <param name="origins">How many origins there are in all.</param>
    /// <param name="steps">H.</param>
    /// <param name="kinds">How many scores an error has.</param>
    public KnownErrors(int before, int origins, int steps, int kinds)
    {
        (_before, Origins, Steps, Kinds) = (before, origins, steps, kinds);
        _errors = Make(steps);
        _scores = Make(steps * kinds);
        _logs = Make(steps * kinds);
        foreach (double[] ahead in _errors)
            Array.Fill(ahead, double.NaN);

        double[][] Make(int length) => [.. Enumerable.Range(0, origins).Select(_ => new double[length])];
    }

    public int Origins { get; }

    public int Steps { get; }

    public int Kinds { get; }

    /// <summary>The largest known, in the target's units; 0 where none is known.</summary>
    public double Largest { get; private set; }

    /// <summary>How many rows after the last of the calibration have come.</summary>
    public int Rows { get; set; }

    /// <summary>Whether the row h after an origin is known.</summary>
    public bool Has(int origin, int step) => double.IsFinite(_errors[origin][step - 1]);

    /// <summary>The size of an error in units of the head's 80 % half width, or in the target's; NaN where it is not known.</summary>
    public double Size(int origin, int step) => Has(origin, step) ? _scores[origin][Place(step)] : double.NaN;

    /// <summary>The logarithm of a score.</summary>
    public double LogScore(int origin, int step, int kind) => _logs[origin][((step - 1) * Kinds) + kind];

    /// <summary>The newest origins whose row h ahead has come, known or not.</summary>
    public (int First, int End) Past(int step)
    {
        int end = Math.Max(_before, _before + Rows - step + 1);
        return (Math.Max(0, end - MostOrigins), end);
    }

    /// <param name="origin">Counted from 0, those of the calibration first.</param>
    /// <param name="step">h, from 1.</param>
    /// <param name="error">Value minus forecast; nothing happens where it is not finite.</param>
    /// <param name="said">[H, K] quantiles that the forecaster stated at this origin; null for none.</param>
    public void Add(int origin, int step, double error, double[]? said)
    {
        if (!double.IsFinite(error))
            return;
        _errors[origin][step - 1] = error;
        Largest = Math.Max(Largest, Math.Abs(error));
        for (int kind = 0; kind < Kinds; kind++)
        {
            (double lower, double upper) = said is null ? (1, 1) : Reach(said, step, kind);
            double score = Math.Abs(error) / (error < 0 ? lower : upper);
            (_scores[origin][((step - 1) * Kinds) + kind], _logs[origin][((step - 1) * Kinds) + kind]) = (score, Math.Log(score));
        }
    }

    /// <summary>How far an interval that the forecaster states reaches below and above its median; never 0.</summary>
    /// <param name="said">[H, K] quantiles.</param>
    /// <param name="step">h, from 1.</param>
    /// <param name="level">Which of <see cref="CalibratedQuantiles.Levels"/>.</param>
    public static (double Lower, double Upper) Reach(double[] said, int step, int level)
    {
        ReadOnlySpan<double> row = said.AsSpan((step - 1) * Heads.Levels.Length, Heads.Levels.Length);
        double median = row[Heads.Median], lower = median - row[Heads.Median - 1 - level], upper = row[Heads.Median + 1 + level] - median;
        double least = Math.Max(LeastShare * (lower + upper), Math.Max(LeastOfMedian * Math.Abs(median), Least));
        return (Math.Max(lower, least), Math.Max(upper, least));
    }

    /// <summary>
    /// The mean size h rows ahead in units of the running scale to a power, outliers clipped; 0 where none is known. Of all rows, or of the
    /// shared ones: those that one row ahead as well as H rows ahead were reached from an origin that counts.
    /// </summary>
    public double Mean(int step, RunningScale? scale = null, double power = 0, bool shared = false)
    {
        (int first, int end) = Past(step);
        if (shared)
            (first, end) = (Past(1).First + Steps - step, Past(1).End - step + 1);
        var sizes = new List<double>(Math.Max(0, end - first));
        for (int origin = first; origin < end; origin++)
        {
            if (Has(origin, step))
                sizes.Add(scale is null ? Size(origin, step) : Size(origin, step) / Math.Exp(scale.Log(origin, power)));
        }

        if (sizes.Count == 0)
            return 0;
        sizes.Sort();
        double most = Most * sizes[Math.Min(sizes.Count - 1, (int)(Usual * sizes.Count))], sum = 0;
        foreach (double size in sizes)
            sum += most > 0 ? Math.Min(size, most) : size;
        return sum / sizes.Count;
    }

    /// <summary>
    /// How many independent errors those h rows ahead are worth, at least 1: n / (1 + 2Σρ²) with the autocorrelations ρ of the clipped
    /// errors up to h − 1 rows apart, as Bartlett's formula has it for squares.
    /// </summary>
    public double Independent(int step)
    {
        (int first, int end) = Past(step);
        IEnumerable<int> known = Enumerable.Range(first, end - first).Where(origin => Has(origin, step));
        double[] errors = [.. known.Select(origin => _errors[origin][step - 1])];
        int n = errors.Length;
        if (n == 0)
            return 1;
        double[] sizes = [.. errors.Select(Math.Abs).Order()];
        double most = Most * sizes[Math.Min(n - 1, (int)(Usual * n))], square = 0, sum = 0;
        for (int i = 0; i < n; i++)
        {
            errors[i] = most > 0 ? Math.Clamp(errors[i], -most, most) : errors[i];
            square += errors[i] * errors[i];
        }

        for (int lag = 1; lag < Math.Min(step, n) && square > 0; lag++)
        {
            double product = 0;
            for (int i = lag; i < n; i++)
                product += errors[i] * errors[i - lag];
            sum += product / square * (product / square);
        }

        return Math.Max(1, n / (1 + (2 * sum)));
    }

    private int Place(int step) => ((step - 1) * Kinds) + (Kinds == 1 ? 0 : Reference);
}
