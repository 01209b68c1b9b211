namespace Unroll.Forecasting;

/// <summary>
/// Neighbouring steps ahead whose scores have one distribution, Q: those within a third of each other, and as many beyond as make a
/// hundred scores.
/// </summary>
internal sealed class StepGroup
{
    private const double Growth = 1.35, Reach = 1.3;
    private const int FewestScores = 100, Blocks = 5;

    /// <summary>A quantile is at most so many times the median of those of five stretches of origins: a bad stretch is no rule.</summary>
    private const double MostOfBlocks = 20;

    /// <summary>With fewer independent errors than this the quantiles of Student's t are out of all proportion.</summary>
    private const double FewestDegrees = 3;

    private static readonly double[] s_normal =
        Array.ConvertAll(CalibratedQuantiles.Levels, level => Distributions.NormalQuantile((1 + level) / 2));

    private readonly double[] _allowance = new double[CalibratedQuantiles.Levels.Length];
    private readonly double[,] _most;
    private readonly ScorePool[] _pools;
    private readonly ScorePool _block = new();

    private StepGroup(int first, int last, int kinds)
    {
        (First, Last, Centre) = (first, last, (first + last) / 2);
        _pools = [.. Enumerable.Range(0, kinds).Select(_ => new ScorePool())];
        _most = new double[kinds, CalibratedQuantiles.Levels.Length];
    }

    public int First { get; }

    public int Last { get; }

    public int Centre { get; }

    /// <summary>β, the power of the running scale.</summary>
    public double Power { get; private set; }

    /// <summary>The independent errors that those of the middle step are worth.</summary>
    public double Independent { get; private set; } = 1;

    /// <summary>[levels] half widths in units of c(h), at the present running scale: Q·f·s^β.</summary>
    public double[] Factors { get; } = new double[CalibratedQuantiles.Levels.Length];

    private int PoolFirst { get; set; }

    private int PoolLast { get; set; }

    /// <summary>1, 2, 3, 4, 5–6, 7–9, 10–13 and so on.</summary>
    public static StepGroup[] For(int steps, int kinds)
    {
        var groups = new List<StepGroup>();
        for (int first = 1; first <= steps;)
        {
            int last = Math.Min(steps, (int)(Growth * first));
            groups.Add(new StepGroup(first, last, kinds));
            first = last + 1;
        }

        return [.. groups];
    }

    /// <summary>The group whose middle is at or below a step, and how far it is from there to the next, in logarithms.</summary>
    public static (int Group, double Share) Between(StepGroup[] groups, int step)
    {
        int at = Array.FindLastIndex(groups, group => group.Centre <= step);
        if (at + 1 == groups.Length)
            return (at, 0);
        double from = groups[at].Centre, to = groups[at + 1].Centre;
        return (at, Math.Log(step / from) / Math.Log(to / from));
    }

    public bool Pools(int step) => step >= PoolFirst && step <= PoolLast;

    /// <summary>Counts the independent errors, and what f allows for them.</summary>
    public void Count(KnownErrors errors)
    {
        Independent = errors.Independent(Centre);
        double degrees = Math.Max(FewestDegrees, Independent);
        for (int k = 0; k < _allowance.Length; k++)
        {
            double student = Distributions.StudentTQuantile((1 + CalibratedQuantiles.Levels[k]) / 2, degrees);
            _allowance[k] = student * Math.Sqrt(1 + (1 / degrees)) / s_normal[k];
        }

    }

    /// <summary>Of 0, ½ and 1 the power of the running scale under which errors at the middle step are likeliest, as Laplace's.</summary>
    public void ChoosePower(KnownErrors errors, RunningScale scale)
    {
        const double LeastGain = 0.005, Most = 6;
        (int first, int end) = errors.Past(Centre);
        double best = double.PositiveInfinity;
        Power = 0;
        foreach (double power in (ReadOnlySpan<double>)[0, 0.5, 1])
        {
            double mean = errors.Mean(Centre, scale, power), loss = 0;
            int count = 0;
            for (int origin = first; origin < end && mean > 0; origin++)
            {
                if (!errors.Has(origin, Centre))
                    continue;
                double unit = mean * Math.Exp(scale.Log(origin, power));
                loss += Math.Log(unit) + Math.Min(errors.Size(origin, Centre) / unit, Most);
                count++;
            }

            if (count > 0 && (loss / count) < best - LeastGain)
                (best, Power) = (loss / count, power);
        }
    }

    /// <summary>Pools the scores anew.</summary>
    /// <param name="errors">All that is known.</param>
    /// <param name="logSizes">[H] logarithms of c(h).</param>
    /// <param name="scale">How large errors were at each origin.</param>
    public void Fill(KnownErrors errors, double[] logSizes, RunningScale scale)
    {
        (int from, int until) = errors.Past(1);
        int least = Math.Min(errors.Steps, (FewestScores + until - from - 1) / (until - from));
        (PoolFirst, PoolLast) = ((int)Math.Ceiling(First / Reach), Math.Min(errors.Steps, (int)(Last * Reach)));
        while (PoolLast - PoolFirst + 1 < least)
            (PoolFirst, PoolLast) = (Math.Max(1, PoolFirst - 1), Math.Min(errors.Steps, PoolLast + 1));
        for (int kind = 0; kind < _pools.Length; kind++)
        {
            var blocks = new double[CalibratedQuantiles.Levels.Length, Blocks];
            _pools[kind].Clear();
            for (int block = 0; block < Blocks; block++)
            {
                _block.Clear();
                for (int step = PoolFirst; step <= PoolLast; step++)
                {
                    (int first, int end) = errors.Past(step);
                    int next = first + ((end - first) * (block + 1) / Blocks);
                    for (int origin = first + ((end - first) * block / Blocks); origin < next; origin++)
                    {
                        if (!errors.Has(origin, step))
                            continue;
                        int place = ScorePool.ClassOf(errors.LogScore(origin, step, kind) - logSizes[step - 1] - scale.Log(origin, Power));
                        _pools[kind].Add(place);
                        _block.Add(place);
                    }
                }

                for (int k = 0; k < CalibratedQuantiles.Levels.Length; k++)
                    blocks[k, block] = Quantile(_block, k);
            }

            for (int k = 0; k < CalibratedQuantiles.Levels.Length; k++)
            {
                double middle = Enumerable.Range(0, Blocks).Select(block => blocks[k, block]).Order().ElementAt(Blocks / 2);
                _most[kind, k] = middle > 0 ? MostOfBlocks * middle : double.PositiveInfinity;
            }
        }
    }

    /// <summary>Adds the scores of one error.</summary>
    public void Add(KnownErrors errors, int origin, int step, double logSize, RunningScale scale)
    {
        for (int kind = 0; kind < _pools.Length; kind++)
            _pools[kind].Add(ScorePool.ClassOf(errors.LogScore(origin, step, kind) - logSize - scale.Log(origin, Power)));
    }

    /// <summary>Works out <see cref="Factors"/>.</summary>
    public void Work(RunningScale scale, int origin)
    {
        double power = Math.Exp(scale.Log(origin, Power));
        for (int k = 0; k < Factors.Length; k++)
        {
            int kind = _pools.Length == 1 ? 0 : k;
            Factors[k] = Math.Min(Quantile(_pools[kind], k), _most[kind, k]) * _allowance[k] * power;
        }
    }

    /// <summary>Beyond the largest score a quantile goes on as that of a normal distribution.</summary>
    private static double Quantile(ScorePool pool, int level)
    {
        int n = pool.Count;
        if (n == 0)
            return 0;
        int rank = (int)Math.Ceiling((CalibratedQuantiles.Levels[level] * (n + 1)) - 1e-9);
        if (rank <= n)
            return pool.Smallest(rank);
        double last = (double)n / (n + 1);
        return pool.Smallest(n) * s_normal[level] / Distributions.NormalQuantile((1 + last) / 2);
    }
}
