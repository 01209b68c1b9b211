namespace Unroll.Forecasting;

/// <summary>Rows in which a group of inputs is that of another origin, to find what a forecast owes to the group.</summary>
internal sealed partial class InputFrame
{
    /// <summary>
    /// The values of seasons before, seen from the level as <see cref="_values"/> are; the same but where one of both is another
    /// origin's.
    /// </summary>
    private readonly double[] _earlier;

    /// <summary>
    /// What predictions of each column in the target's units are moved by, where column and target are of different origins.
    /// </summary>
    private readonly double[] _alikeShift = [];

    /// <summary>How many rows after the origin the days lie whose holidays a linear model sees.</summary>
    private readonly int _holidayShift;

    /// <summary>The rows of another frame up to an origin, with a group of inputs from another origin.</summary>
    private InputFrame(InputFrame whole, int origin, int steps, int other, InputKey key)
        : this(whole, origin, steps)
    {
        // What is seen from the level of the target stays as far from it when one of both is moved.
        double apart = whole._levels[other] - whole._levels[origin];
        bool isColumn = key.Group is InputGroup.OwnPast or InputGroup.PastColumn;
        if (isColumn && key.Name == _plan.Target)
        {
            _earlier = Moved(_values, apart);
            foreach ((double[] own, double[] from) in Distinct(whole))
                Take(own, from, origin, other);
            for (int i = 0; i < _alike.Length; i++)
                (_alike[i], _alikeShift[i]) = (Moved(_alike[i], apart), apart);
        }

        for (int i = 0; isColumn && i < _alike.Length; i++)
        {
            if (_plan.Alike[i] != key.Name)
                continue;
            Take(_alike[i], whole._alike[i], origin, other);
            (_alike[i], _alikeShift[i]) = (Moved(_alike[i], -apart), -apart);
        }

        for (int i = 0; isColumn && i < _past.Length; i++)
        {
            if (_plan.Past[i].Name != key.Name)
                continue;
            Take(_past[i], whole._past[i], origin, other);
            _newestPast[i] = Table[key.Name][other];
        }

        if (key.Group == InputGroup.Season)
        {
            double[] earlier = [.. _values];
            Take(earlier, whole._values, origin, other);
            (_earlier, _place) = (Moved(earlier, -apart), whole._place + other - origin);
        }

        if (key.Group == InputGroup.YearsBefore && _memory is not null)
            _memory = From(_memory, YearMemory.Count, origin, other);
        _known = [.. _known.Select((column, i) => IsOf(i, key) ? From(column, 1, origin, other) : column)];
        _holidayShift = key.Group == InputGroup.Holidays ? other - origin : 0;
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
    public InputFrame Permuted(int origin, int steps, int other, InputKey key) => new(this, origin, steps, other, key);

    /// <summary>Whether a known column belongs to a group: columns of the file first, then the calendar, then holidays.</summary>
    private bool IsOf(int known, InputKey key)
    {
        int calendar = _plan.Known.Count + (_plan.Calendar?.Count ?? 0);
        return key.Group switch
        {
            InputGroup.KnownColumn => known < _plan.Known.Count && _plan.Known[known].Name == key.Name,
            InputGroup.Calendar => known >= _plan.Known.Count && known < calendar,
            InputGroup.Holidays => known >= calendar,
            _ => false,
        };
    }

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

    /// <summary>Writes the numbers up to one row over those up to another; what lies before all rows stays.</summary>
    private static void Take(double[] own, double[] from, int origin, int other)
    {
        int count = Math.Min(origin, other) + 1;
        from.AsSpan(other + 1 - count, count).CopyTo(own.AsSpan(origin + 1 - count));
    }

    private static double[] Moved(double[] values, double by) => Array.ConvertAll(values, value => value + by);

    /// <summary>Numbers of rows as they are as far from another row; what lies outside stays.</summary>
    private static double[] From(double[] values, int each, int origin, int other)
    {
        double[] moved = [.. values];
        int by = (other - origin) * each, first = Math.Max(0, -by), count = values.Length - Math.Abs(by);
        values.AsSpan(first + by, count).CopyTo(moved.AsSpan(first));
        return moved;
    }
}
