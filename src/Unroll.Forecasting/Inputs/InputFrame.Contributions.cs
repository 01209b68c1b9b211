namespace Unroll.Forecasting;

/// <summary>Which of the contributions to a forecast each input of a linear model belongs to.</summary>
internal sealed partial class InputFrame
{
    private Contribution[]? _kinds;
    private double[]? _usual;

    /// <summary>
    /// A linear prediction from an origin as a sum over contributions, in units of the plan: [contributions], all 0 but columns, holidays,
    /// season and recent values, to which the intercept belongs.
    /// </summary>
    /// <remarks>
    /// Each input counts by how far it lies from what is usual: its mean over the rows for the calendar and for columns in the target's
    /// units, otherwise 0, which for a lag is the level, for a scaled column its mean in training and for a holiday that there is none.
    /// Where there is a season, of each lag what the newest seasons were like on average at its place belongs to the season.
    /// </remarks>
    /// <param name="origin">The newest row that is looked at.</param>
    /// <param name="step">1..H.</param>
    /// <param name="weights">One an input, and the intercept.</param>
    public double[] LinearContributions(int origin, int step, double[] weights)
    {
        Contribution[] kinds = _kinds ??= Kinds();
        double[] usual = _usual ??= Usual(), inputs = new double[LinearInputs], sums = ContributionRows.Empty(1)[0];
        WriteLinear(origin, step, inputs);
        sums[(int)Contribution.Recent] = weights[^1];
        for (int i = 0; i < inputs.Length; i++)
        {
            sums[(int)kinds[i]] += weights[i] * (inputs[i] - usual[i]);
            sums[(int)Contribution.Recent] += weights[i] * usual[i];
        }

        if (_plan.Season < 2)
            return sums;
        double[] course = SeasonalCourse.Of(_values.AsSpan(0, origin + 1), _plan.Season);
        double seasonal = 0;
        for (int k = 0; k < _plan.Lags; k++)
            seasonal += weights[k] * course[SeasonalCourse.Place(-1 - k, _plan.Season)] / UnitAt(origin);
        sums[(int)Contribution.Season] += seasonal;
        sums[(int)Contribution.Recent] -= seasonal;
        return sums;
    }

    /// <summary>A prediction in the units of the target, but without the season that the plan took away.</summary>
    public double InverseWithoutSeason(int origin, double predicted)
    {
        double value = _levels[origin] + (predicted * UnitAt(origin));
        if (_transform.KeepsValues)
            return value;
        return _apart is null ? _transform.Unmap(value) : _transform.Unmap(value) + Shift(origin);
    }

    /// <summary>In the order of <see cref="WriteLinear"/>.</summary>
    private Contribution[] Kinds() =>
    [
        .. _linear.SelectMany(group => Enumerable.Repeat(group.Contribution, group.LinearCount)),
        .. _further.SelectMany(group => Enumerable.Repeat(group.Contribution, group.FurtherCount)),
    ];

    /// <summary>What inputs of a linear model usually are; see <see cref="LinearContributions"/>.</summary>
    private double[] Usual()
    {
        var usual = new double[LinearInputs];
        int at = 0;
        foreach (InputNumbers group in _linear)
        {
            group.WriteUsual(this, usual.AsSpan(at, group.LinearCount));
            at += group.LinearCount;
        }

        return usual;
    }
}
