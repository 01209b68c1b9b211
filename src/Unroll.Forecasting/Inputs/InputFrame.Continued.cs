using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>Rows that go on with predictions in the place of values.</summary>
internal sealed partial class InputFrame
{
    /// <summary>
    /// The last row that is not a prediction, where there are any: how far days of years before are known follows from it.
    /// </summary>
    private readonly int _lastTold = int.MaxValue;

    /// <summary>The newest values of the past columns in their own units, where rows go on with predictions.</summary>
    private readonly double[] _newestPast = [];

    /// <summary>The rows of another frame up to an origin, with room for predictions after it.</summary>
    private InputFrame(InputFrame whole, int origin, int steps)
    {
        double[] Head(double[] values)
        {
            double[] head = new double[origin + 1 + steps];
            values.AsSpan(0, origin + 1).CopyTo(head);
            return head;
        }

        (_plan, _transform, _known, _memory, _dates) = (whole._plan, whole._transform, whole._known, whole._memory, whole._dates);
        (_alikeLags, _memoryLags, _lastTold) = (whole._alikeLags, whole._memoryLags, origin);
        (Table, FutureDates) = (whole.Table, whole._dates[(origin + 1)..(origin + 1 + steps)]);
        (_alike, _past) = (Array.ConvertAll(whole._alike, Head), Array.ConvertAll(whole._past, Head));
        _newestPast = [.. _plan.Past.Select(column => Table[column.Name][origin])];
        (_target, _levels, _volatility) = (Head(whole._target), Head(whole._levels), whole._volatility is { } volatility ? Head(volatility) : null);
        (_place, _plain) = (whole._place, ReferenceEquals(whole._plain, whole._target) ? _target : Head(whole._plain));
        _values = ReferenceEquals(whole._values, whole._plain) ? _plain : Head(whole._values);
        _earlier = _values;
        _alikeShift = new double[_alike.Length];
        _apart = whole._apart is { } apart ? Head(apart) : null;
        Rows = origin + 1;
    }

    /// <summary>
    /// The rows up to an origin, to which up to <paramref name="steps"/> predictions can be added; this frame stays as it is.
    /// </summary>
    public InputFrame Continued(int origin, int steps) => new(this, origin, steps);

    /// <summary>
    /// Adds a prediction as the newest value. Level and season follow it. Volatility stays: its forecast is the same for all rows ahead
    /// (RiskMetrics 1996, section 5.2), whereas predictions, which are means, change less than values do.
    /// </summary>
    /// <param name="prediction">Of the target, in its own units.</param>
    /// <param name="others">Predictions of the other columns that are looked at, by name; null where there are none.</param>
    /// <exception cref="UnrollException">The transform is not defined for it.</exception>
    /// <exception cref="InvalidOperationException">The plan has a past column that nothing predicts.</exception>
    public void Append(double prediction, IReadOnlyDictionary<string, double>? others = null)
    {
        double Other(string name) => others is not null && others.TryGetValue(name, out double value)
            ? value
            : throw new InvalidOperationException($"Nothing predicts the past column {name}.");
        int row = Rows++;
        double Plain(double value) => _plan.Indices is { } indices ? indices.Remove(value, _place + row) : value;
        double plain = Plain(prediction);
        (_target[row], _plain[row]) = (prediction, plain);
        _earlier[row] = _values[row] = MappedAfter(plain, _values, row);
        if (_transform == TargetTransform.LogReturn && plain <= 0)
            (_apart ??= new double[_target.Length])[row] = plain - Math.Exp(_values[row]);
        _levels[row] = LevelOf(row);
        if (_volatility is not null)
            _volatility[row] = _volatility[row - 1];
        for (int i = 0; i < _alike.Length; i++)
            _alike[i][row] = MappedAfter(Plain(Other(_plan.Alike[i])), _alike[i], row) + _alikeShift[i];
        for (int i = 0; i < _past.Length; i++)
        {
            double value = Other(_plan.Past[i].Name);
            _past[i][row] = _plan.Past[i].Next(value, _newestPast[i]);
            _newestPast[i] = value;
        }
    }

    /// <summary>The level at a row of this plan, as <see cref="Levels"/> has it.</summary>
    private double LevelOf(int row)
    {
        if (_transform == TargetTransform.None)
            return _plan.Mean;
        int season = Math.Min(_plan.Season, row + 1);
        double level = TensorPrimitives.Sum(_values.AsSpan(row + 1 - season, season)) / season;
        if (_transform == TargetTransform.Relative)
            _ = _transform.Forward(_values[row], level);
        return level;
    }
}
