using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>Rows that go on with predictions in the place of values.</summary>
internal sealed partial class InputFrame
{
    /// <summary>
    /// The last row that is not a prediction, where there are any: how far days of years before are known follows from it.
    /// </summary>
    public int LastTold { get; } = int.MaxValue;

    /// <summary>The rows of another frame up to an origin, with room for predictions after it.</summary>
    private InputFrame(InputFrame whole, int origin, int steps)
    {
        double[] Head(double[] values)
        {
            double[] head = new double[origin + 1 + steps];
            values.AsSpan(0, origin + 1).CopyTo(head);
            return head;
        }

        (_plan, _transform, _dates, LastTold) = (whole._plan, whole._transform, whole._dates, origin);
        (LinearInputs, Channels) = (whole.LinearInputs, whole.Channels);
        (Table, FutureDates) = (whole.Table, whole._dates[(origin + 1)..(origin + 1 + steps)]);
        (_target, _levels, _volatility) =
            (Head(whole._target), Head(whole._levels), whole._volatility is { } volatility ? Head(volatility) : null);
        (_place, _plain) = (whole._place, ReferenceEquals(whole._plain, whole._target) ? _target : Head(whole._plain));
        _values = ReferenceEquals(whole._values, whole._plain) ? _plain : Head(whole._values);
        _apart = whole._apart is { } apart ? Head(apart) : null;
        Rows = origin + 1;
        _numbers = Array.ConvertAll(whole._numbers, group => group.Continue(whole, origin, steps));
        (_linear, _channels, _further) = Split(_numbers);
    }

    /// <summary>
    /// The rows up to an origin, to which up to <paramref name="steps"/> predictions can be added; this frame stays as it is.
    /// </summary>
    public InputFrame Continue(int origin, int steps) => new(this, origin, steps);

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
        double plain = WithoutSeason(prediction, row);
        (_target[row], _plain[row]) = (prediction, plain);
        _values[row] = TransformedAfter(plain, _values, row);
        if (!_transform.KeepsValues && !_transform.IsDefined(plain))
            (_apart ??= new double[_target.Length])[row] = plain - _transform.Unmap(_values[row]);
        _levels[row] = LevelOf(row);
        if (_volatility is not null)
            _volatility[row] = _volatility[row - 1];
        foreach (InputNumbers group in _numbers)
            group.Append(this, row, Other);
    }

    /// <summary>A value at a row without its season, where the plan wants that.</summary>
    public double WithoutSeason(double value, int row) => _plan.Indices is { } indices ? indices.Remove(value, _place + row) : value;

    /// <summary>The level at a row of this plan, as <see cref="Levels"/> has it.</summary>
    private double LevelOf(int row)
    {
        if (!_transform.IsDifferenced)
            return _plan.Mean;
        int season = Math.Min(_plan.Season, row + 1);
        double level = TensorPrimitives.Sum(_values.AsSpan(row + 1 - season, season)) / season;
        if (_transform.IsRelative)
            _ = _transform.Forward(_values[row], level);
        return level;
    }
}
