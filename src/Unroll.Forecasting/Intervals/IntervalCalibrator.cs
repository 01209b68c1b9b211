namespace Unroll.Forecasting;

/// <summary>What <see cref="CalibratedQuantiles"/> knows at one origin, and the quantiles that follow from it.</summary>
internal sealed class IntervalCalibrator
{
    /// <summary>
    /// By how much a miss widens the logarithm of a width: fast enough to be felt within a hundred rows, and no faster than 1/h, since an
    /// answer that comes h rows late swings.
    /// </summary>
    private const double Rate = 0.05;

    /// <summary>θ stays within ±1, a factor of e.</summary>
    private const double MostFeedback = 1;

    /// <summary>A level's half width is at least so many times that of the level before.</summary>
    public const double Wider = 1.02;

    /// <summary>A level's half width is at least so many mean errors.</summary>
    private const double Narrowest = 0.001;

    private static readonly int s_levels = CalibratedQuantiles.Levels.Length;

    private readonly int _steps, _before;
    private readonly double[][] _values;
    private readonly HorizonQuantiles? _head;
    private readonly IntervalLimits _limits;
    private readonly KnownErrors _errors;
    private readonly StepGroup[] _groups;
    private readonly (int Group, double Share)[] _between;
    private readonly StepGroup[][] _pooledIn;
    private readonly List<double[]> _given = [];

    /// <summary>[levels][H].</summary>
    private readonly double[][] _half, _feedback;
    private readonly RunningScale _scale;
    private readonly double[] _weights;
    private readonly (double, double, int)[] _memory;

    /// <summary>c(h), and what it was before the running scale was taken out; null as long as all errors are 0.</summary>
    private ErrorProfile? _profile, _plain;
    private double[] _logSizes = [];
    private int _now, _refitAt;

    /// <exception cref="UnrollException">No calibration row has a forecast and a value.</exception>
    public IntervalCalibrator(
        HorizonForecast calibration, HorizonQuantiles? calibrationHead, double[][] values, HorizonQuantiles? head, IntervalLimits limits)
    {
        (_steps, _before, _values, _head, _limits) = (calibration.Steps, calibration.Origins, values, head, limits);
        int origins = _before + values.Length, kinds = head is null ? 1 : s_levels;
        _errors = new KnownErrors(_before, origins, _steps, kinds);
        bool any = false;
        for (int step = 1; step <= _steps; step++)
        {
            double[] actual = calibration.Actual(step), predicted = calibration.Predicted(step);
            for (int origin = 0; origin < _before; origin++)
            {
                _errors.Add(origin, step, actual[origin] - predicted[origin], calibrationHead?.Ahead[origin]);
                any |= _errors.Has(origin, step);
            }
        }

        if (!any)
        {
            throw new UnrollException("No calibration row has both a forecast and a known value, so there are no errors to make "
                + "intervals of. Calibrate on rows whose values are known.");
        }

        _groups = StepGroup.For(_steps, kinds);
        _between = [.. Enumerable.Range(1, _steps).Select(step => StepGroup.Between(_groups, step))];
        _pooledIn = new StepGroup[_steps][];
        _scale = new RunningScale(origins);
        _half = [.. Enumerable.Range(0, s_levels).Select(_ => new double[_steps])];
        _feedback = [.. Enumerable.Range(0, s_levels).Select(_ => new double[_steps])];
        (_weights, _memory) = (new double[_steps], new (double, double, int)[_steps]);
        Array.Fill(_weights, 1);
        Refit();
    }

    /// <summary>Goes to the next origin.</summary>
    /// <param name="actual">The value of its row; NaN where it is not known.</param>
    public void Observe(double actual)
    {
        _errors.Rows = ++_now;
        bool wereAll0 = _errors.Largest == 0;
        if (double.IsFinite(actual))
        {
            for (int step = 1; step <= Math.Min(_steps, _now); step++)
            {
                int origin = _now - step;
                _errors.Add(_before + origin, step, actual - _values[origin][step - 1], _head?.Ahead[origin]);
                Answer(origin, step, actual);
                if (_profile is null || !_errors.Has(_before + origin, step))
                    continue;
                foreach (StepGroup group in _pooledIn[step - 1])
                    group.Add(_errors, _before + origin, step, _logSizes[step - 1], _scale);
            }
        }

        _scale.Add(Relative(_before + _now - 1, 1));
        _scale.Next();
        if (_now >= _refitAt || (wereAll0 && _errors.Largest > 0))
            Refit();
    }

    /// <summary>
    /// The half widths of the forecast that <see cref="Quantiles"/> was last asked for, and what they are bounded by.
    /// </summary>
    public IntervalWidths Given => new([.. _half.Select(half => half.ToArray())], _errors.Largest);

    /// <summary>How many times the largest error seen the half width of a level may be.</summary>
    /// <param name="level">Its place among <see cref="CalibratedQuantiles.Levels"/>.</param>
    public static double LargestOf(int level) => 1 + (0.5 * (level + 1) / s_levels);

    /// <summary>[H·K] quantiles of the rows after the present origin.</summary>
    public double[] Quantiles()
    {
        int each = Heads.Levels.Length;
        var quantiles = new double[_steps * each];
        Widths();
        for (int step = 0; step < _steps; step++)
        {
            double value = _values[_now][step], middle = _limits.Within(value), lower = 0, upper = 0;
            Span<double> row = quantiles.AsSpan(step * each, each);
            row[Heads.Median] = middle;
            for (int k = 0; k < s_levels; k++)
            {
                double half = _half[k][step];
                (double below, double above) = _head is null ? (1, 1) : KnownErrors.Reach(_head.Ahead[_now], step + 1, k);
                (lower, upper) = (Math.Max(Bound(half * below, k), Wider * lower), Math.Max(Bound(half * above, k), Wider * upper));
                row[Heads.Median - 1 - k] = Math.Min(_limits.Within(value - lower), middle);
                row[Heads.Median + 1 + k] = Math.Max(_limits.Within(value + upper), middle);
            }
        }

        _given.Add(quantiles);
        return quantiles;
    }

    /// <summary>At most the largest error and a share of it that grows with the level, to one half more.</summary>
    private double Bound(double half, int level) => Math.Min(half, _errors.Largest * LargestOf(level));

    /// <summary>The half widths of every level and step; with a head in units of its own.</summary>
    private void Widths()
    {
        foreach (double[] half in _half)
            Array.Clear(half);
        if (_profile is null)
            return;
        foreach (StepGroup group in _groups)
            group.Work(_scale, _before + _now);
        for (int step = 0; step < _steps; step++)
        {
            (int at, double share) = _between[step];
            double[] low = _groups[at].Factors, high = After(at).Factors;
            double size = _profile.Size[step], before = 0;
            for (int k = 0; k < s_levels; k++)
            {
                double half = size * (((1 - share) * low[k]) + (share * high[k])) * Math.Exp(_feedback[k][step]);
                before = Math.Max(half, Math.Max(Wider * before, Narrowest * (k + 1) * size));
                _half[k][step] = before;
            }
        }

        if (_head is not null || !_profile.Rises)
            return;
        foreach (double[] half in _half)
            Isotonic.Fit(half, _weights, _memory);
    }

    /// <summary>Widens what follows after a miss of the interval that was given, and narrows it after a hit.</summary>
    private void Answer(int origin, int step, double actual)
    {
        ReadOnlySpan<double> row = _given[origin].AsSpan((step - 1) * Heads.Levels.Length, Heads.Levels.Length);
        double rate = Math.Min(Rate, 1.0 / step);
        for (int k = 0; k < s_levels; k++)
        {
            double miss = actual < row[Heads.Median - 1 - k] || actual > row[Heads.Median + 1 + k] ? 1 : 0;
            ref double feedback = ref _feedback[k][step - 1];
            feedback = Math.Clamp(feedback + (rate * (miss - (1 - CalibratedQuantiles.Levels[k]))), -MostFeedback, MostFeedback);
        }
    }

    /// <summary>Learns everything but the feedback anew from the errors known: at first, and whenever these are an eighth more.</summary>
    private void Refit()
    {
        _refitAt = _now + Math.Max(4, Math.Min(KnownErrors.MostOrigins, _before + _now) / 8);
        _profile = null;
        if (_errors.Largest == 0)
            return;
        foreach (StepGroup group in _groups)
            group.Count(_errors);
        double[] independent = Array.ConvertAll(_between, place =>
            ((1 - place.Share) * _groups[place.Group].Independent) + (place.Share * After(place.Group).Independent));
        (int first, int end) = _errors.Past(1);
        double[] means = [.. Enumerable.Range(1, _steps).Select(step => _errors.Mean(step))];
        double[] shared = [.. Enumerable.Range(1, _steps).Select(step => _errors.Mean(step, shared: true))];
        int rows = Math.Max(0, end - first - _steps + 1);
        _plain = ErrorProfile.Of(means, shared, independent, end - first, rows, _head is null);
        Rescale();
        foreach (StepGroup group in _groups)
        {
            group.ChoosePower(_errors, _scale);
            for (int step = group.First; step <= group.Last; step++)
                (means[step - 1], shared[step - 1]) =
                    (_errors.Mean(step, _scale, group.Power), _errors.Mean(step, _scale, group.Power, shared: true));
        }

        _profile = ErrorProfile.Of(means, shared, independent, end - first, rows, _head is null);
        _logSizes = Array.ConvertAll(_profile.Size, Math.Log);
        foreach (StepGroup group in _groups)
            group.Fill(_errors, _logSizes, _scale);
        for (int step = 1; step <= _steps; step++)
            _pooledIn[step - 1] = Array.FindAll(_groups, group => group.Pools(step));
    }

    private StepGroup After(int group) => _groups[Math.Min(group + 1, _groups.Length - 1)];

    /// <summary>The running scale at every origin so far, from the errors one row ahead.</summary>
    private void Rescale()
    {
        _scale.Start(Enumerable.Range(0, _before).Select(origin => Relative(origin, 1)));
        for (int origin = 1; origin <= _before + _now; origin++)
        {
            // The rows after the last calibration origin are one row ahead of none.
            for (int step = 1; step <= (origin == _before ? _steps : 1); step++)
                _scale.Add(Relative(origin - 1, step));
            _scale.Next();
        }
    }

    /// <summary>An error as a multiple of what is usual so far ahead; NaN where it is not known.</summary>
    private double Relative(int origin, int step) => _plain is null ? double.NaN : _errors.Size(origin, step) / _plain.Size[step - 1];
}
