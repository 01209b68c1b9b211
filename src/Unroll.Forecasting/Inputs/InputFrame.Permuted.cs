namespace Unroll.Forecasting;

/// <summary>Rows in which a group of inputs is that of another origin, to find what a forecast owes to the group.</summary>
internal sealed partial class InputFrame
{
    /// <summary>The rows of another frame up to an origin, with a group of inputs from another origin.</summary>
    private InputFrame(InputFrame whole, int origin, int steps, int other, InputKey key)
        : this(whole, origin, steps)
    {
        var move = new InputMove(whole, origin, other, key);
        InputNumbers[] moved = Array.ConvertAll(_numbers, group => group.Move(this, move));
        if (move.IsColumn && key.Name == _plan.Target)
        {
            foreach ((double[] own, double[] from) in Distinct(whole))
                InputNumbers.Take(own, from, move);
        }

        if (key.Group == InputGroup.Season)
            _place = whole._place + other - origin;
        _numbers = moved;
        (_linear, _channels, _further) = Split(_numbers);
    }

    /// <summary>
    /// The rows up to an origin, with one group of inputs as it is seen from another; up to <paramref name="steps"/> predictions can be
    /// added.
    /// The level, from which forecasts start, belongs to the target's own past, and a season that the plan took away to the season.
    /// </summary>
    /// <param name="origin">The newest row of all other inputs.</param>
    /// <param name="steps">H.</param>
    /// <param name="other">The newest row of the group; as many rows as are looked at are known before it too.</param>
    /// <param name="key">The group.</param>
    public InputFrame Permute(int origin, int steps, int other, InputKey key) => new(this, origin, steps, other, key);

    /// <summary>What follows from the target's values, each array once, and where it comes from.</summary>
    private IEnumerable<(double[] Own, double[] From)> Distinct(InputFrame whole)
    {
        yield return (_target, whole._target);
        if (!ReferenceEquals(_plain, _target))
            yield return (_plain, whole._plain);
        if (!ReferenceEquals(_values, _plain))
            yield return (_values, whole._values);
        yield return (_levels, whole._levels);
        if (_volatility is not null)
            yield return (_volatility, whole._volatility!);
        if (_apart is not null)
            yield return (_apart, whole._apart!);
    }
}
