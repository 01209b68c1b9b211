using System.Numerics.Tensors;

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
        Contribution[] kinds = _kinds ??= Kinds(_plan);
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
            seasonal += weights[k] * course[SeasonalCourse.Place(-1 - k, _plan.Season)] / Unit(origin);
        sums[(int)Contribution.Season] += seasonal;
        sums[(int)Contribution.Recent] -= seasonal;
        return sums;
    }

    /// <summary>A prediction in the units of the target, but without the season that the plan took away.</summary>
    public double InverseWithoutSeason(int origin, double predicted)
    {
        double value = _levels[origin] + (predicted * Unit(origin));
        if (_transform != TargetTransform.LogReturn)
            return value;
        return _apart is null ? Math.Exp(value) : Math.Exp(value) + Shift(origin);
    }

    /// <summary>In the order of <see cref="WriteLinear"/>.</summary>
    private static Contribution[] Kinds(InputPlan plan)
    {
        int memoryLags = plan.Memory ? 2 * Math.Min(MemoryLags, plan.Lags) : 0;
        (int Count, Contribution Kind)[] runs =
        [
            (plan.Lags, Contribution.Recent),
            ((plan.Alike.Count * Math.Min(ColumnLags, plan.Lags)) + (plan.Past.Count * PastLags) + plan.Known.Count, Contribution.Columns),
            (plan.Calendar?.Count ?? 0, Contribution.Season),
            (plan.Holidays?.Count ?? 0, Contribution.Holidays),
            ((plan.Memory ? YearMemory.Count : 0) + (2 * plan.Seasons.Count) + memoryLags + AroundOf(plan), Contribution.Season),
            (plan.Holidays?.Days ?? 0, Contribution.Holidays),
        ];
        return [.. runs.SelectMany(run => Enumerable.Repeat(run.Kind, run.Count))];
    }

    /// <summary>What inputs of a linear model usually are; see <see cref="LinearContributions"/>.</summary>
    private double[] Usual()
    {
        var usual = new double[LinearInputs];
        int at = _plan.Lags;
        foreach (double[] column in _alike)
        {
            double[] apart = [.. Enumerable.Range(0, Rows).Select(row => (column[row] - _levels[row]) / Unit(row)).Where(double.IsFinite)];
            Array.Fill(usual, apart.DefaultIfEmpty(0).Average(), at, _alikeLags);
            at += _alikeLags;
        }

        at += (_past.Length * PastLags) + _plan.Known.Count;
        for (int i = 0; i < (_plan.Calendar?.Count ?? 0); i++)
            usual[at + i] = TensorPrimitives.Sum<double>(_known[_plan.Known.Count + i].AsSpan(0, Rows)) / Rows;
        return usual;
    }
}
