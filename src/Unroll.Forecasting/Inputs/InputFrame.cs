namespace Unroll.Forecasting;

/// <summary>
/// The rows of a table as inputs: transformed values, and for every row, also the H rows after the last one, the numbers known
/// beforehand. An origin is the newest row that a forecast may look at; what this class gives for an origin depends on rows up to it
/// only, and on known numbers of the H rows after it.
/// </summary>
internal sealed partial class InputFrame
{
    private readonly InputPlan _plan;
    private readonly TargetTransform _transform;
    private readonly double[] _target, _plain, _values, _levels;
    private readonly long _place;
    private readonly double[]? _volatility;
    private readonly DateTime[] _dates;

    /// <summary>All groups, those of which models see something, and those of which linear models see further inputs.</summary>
    private readonly InputNumbers[] _numbers, _linear, _channels, _further;

    /// <param name="table">Target and columns of the plan; rows at the end without a target value are rows to come, of which only known
    /// columns are read.</param>
    /// <param name="plan">How rows become inputs.</param>
    /// <param name="ahead">How many rows after the last one matter, where these are more than the H of the plan.</param>
    /// <exception cref="UnrollException">A value that is needed is missing, or the transform is not defined for one.</exception>
    public InputFrame(TimeSeries table, InputPlan plan, int ahead = 0)
    {
        (Table, _plan) = (table, plan);
        _transform = plan.Mapping;
        ReadOnlySpan<double> target = table[plan.Target].Values;
        int rows = target.Length;
        while (rows > 0 && double.IsNaN(target[rows - 1]))
            rows--;
        Rows = rows;
        _target = Complete(table, plan.Target, rows);
        _place = plan.Indices?.PlaceOf(table.DateSpan) ?? 0;
        _plain = Plain(_target);
        _values = Transform(_plain);
        _apart = Apart();
        _levels = Levels(_values, plan.Season);
        _volatility = plan.InUnitsOfVolatility ? Volatility.Of(_values, plan.Scale) : null;
        _dates = DatesOf(table, rows, Math.Max(plan.Steps, ahead));
        FutureDates = _dates[rows..];
        _numbers = InputNumbers.Of(plan);
        foreach (InputNumbers group in _numbers)
            group.Read(this);
        (_linear, _channels, _further) = Split(_numbers);
        (LinearInputs, Channels) = (LinearInputsOf(_numbers), ChannelsOf(_numbers));
    }

    /// <summary>How rows become inputs.</summary>
    public InputPlan Plan => _plan;

    /// <summary>What the rows were read from.</summary>
    public TimeSeries Table { get; }

    /// <summary>The rows with a target value, or with a prediction in its place.</summary>
    public int Rows { get; private set; }

    /// <summary>The dates of all rows that have a target.</summary>
    public ReadOnlySpan<DateTime> TargetDates => _dates.AsSpan(0, Rows);

    /// <summary>The target in its own units, all rows that have one.</summary>
    public ReadOnlySpan<double> Values => _target.AsSpan(0, Rows);

    /// <summary>The dates of the H rows after the last one.</summary>
    public IReadOnlyList<DateTime> FutureDates { get; }

    /// <summary>The dates of all rows, and of those to come.</summary>
    public DateTime[] Dates => _dates;

    /// <summary>The target as the transform has it, without its season where the plan takes that away.</summary>
    public double[] Transformed => _values;

    /// <summary>The groups of inputs.</summary>
    public InputNumbers[] Numbers => _numbers;

    /// <summary>The inputs of a linear model for one row ahead.</summary>
    public int LinearInputs { get; }

    /// <summary>F, the numbers of one row in the input of a network.</summary>
    public int Channels { get; }

    /// <summary>The first row that can be an origin.</summary>
    public int FirstOrigin => FirstOriginOf(_plan);

    /// <summary>The first row that can be an origin of a plan.</summary>
    public static int FirstOriginOf(InputPlan plan) => Math.Max(Math.Max(plan.Window, plan.Lags), plan.Season) - 1;

    public static int LinearInputsOf(InputPlan plan) => LinearInputsOf(InputNumbers.Of(plan));

    public static int ChannelsOf(InputPlan plan) => ChannelsOf(InputNumbers.Of(plan));

    /// <summary>What transformed numbers are seen from at an origin.</summary>
    public double LevelAt(int origin) => _levels[origin];

    /// <summary>What transformed numbers are divided by; a relative change is measured in the level besides.</summary>
    public double UnitAt(int origin) =>
        (_volatility is null ? _plan.Scale : _volatility[origin]) * (_transform.IsRelative ? Math.Abs(_levels[origin]) : 1);

    /// <summary>The target of a row as a model predicts it from an origin: transformed, in units of the plan's scale.</summary>
    public double TargetOf(int origin, int row) => (_values[row] - _levels[origin]) / UnitAt(origin);

    /// <summary>A prediction of the row <paramref name="step"/> after an origin in the units of the target.</summary>
    public double Inverse(int origin, int step, double predicted)
    {
        double value = InverseWithoutSeason(origin, predicted);
        return _plan.Indices is { } indices ? indices.Restore(value, _place + origin + step) : value;
    }

    /// <summary>The target in its own units.</summary>
    public double Value(int row) => _target[row];

    /// <summary>
    /// The mean absolute change from one season to the next on the rows before <paramref name="end"/>; 1 where nothing changes.
    /// </summary>
    public double UsualChange(int end, int season)
    {
        double sum = 0;
        int rows = end > season ? season : 1;
        for (int row = rows; row < end; row++)
            sum += Math.Abs(_target[row] - _target[row - rows]);
        return sum > 0 ? sum / (end - rows) : 1;
    }

    /// <summary>How large the target's changes have been lately, in its own units, at every row.</summary>
    public double[] VolatilityOfTarget()
    {
        double squares = 0;
        for (int row = 1; row < Rows; row++)
            squares += (_target[row] - _target[row - 1]) * (_target[row] - _target[row - 1]);
        return Volatility.Of(_target, squares > 0 ? Math.Sqrt(squares / (Rows - 1)) : 1);
    }

    /// <summary>Writes the inputs of a linear model for the row <paramref name="step"/> (1..H) after an origin.</summary>
    public void WriteLinear(int origin, int step, Span<double> inputs)
    {
        foreach (InputNumbers group in _linear)
        {
            group.WriteLinear(this, origin, origin + step, inputs[..group.LinearCount]);
            inputs = inputs[group.LinearCount..];
        }

        foreach (InputNumbers group in _further)
        {
            group.WriteFurther(this, origin, origin + step, inputs[..group.FurtherCount]);
            inputs = inputs[group.FurtherCount..];
        }
    }

    /// <summary>
    /// Writes the channels of a row, at or before an origin or after it, for a network that looks at it from that origin.
    /// </summary>
    public void WriteChannels(int origin, int row, Span<float> channels)
    {
        foreach (InputNumbers group in _channels)
        {
            group.WriteChannels(this, origin, row, channels[..group.Channels]);
            channels = channels[group.Channels..];
        }
    }

    /// <summary>Values of the target or of a column in its units as models see them.</summary>
    /// <exception cref="UnrollException">The transform was asked for and is not defined for a value.</exception>
    public double[] TransformedOf(double[] values) => Transform(Plain(values));

    private static int LinearInputsOf(InputNumbers[] groups) => groups.Sum(group => group.LinearCount + group.FurtherCount);

    private static int ChannelsOf(InputNumbers[] groups) => groups.Sum(group => group.Channels);

    private static (InputNumbers[] Linear, InputNumbers[] Channels, InputNumbers[] Further) Split(InputNumbers[] groups) => (
        Array.FindAll(groups, group => group.LinearCount > 0),
        Array.FindAll(groups, group => group.Channels > 0),
        [.. InputNumbers.Further(groups)]);

    private double[] Levels(double[] values, int season)
    {
        var levels = new double[values.Length];
        if (!_transform.IsDifferenced)
        {
            Array.Fill(levels, _plan.Mean);
            return levels;
        }

        double sum = 0;
        for (int row = 0; row < values.Length; row++)
        {
            sum += values[row] - (row >= season ? values[row - season] : 0);
            levels[row] = season == 1 ? values[row] : sum / Math.Min(season, row + 1);
            // Refuses a level of 0.
            if (_transform.IsRelative && row >= season - 1)
                _ = _transform.Forward(values[row], levels[row]);
        }

        return levels;
    }

    /// <summary>Values without their season, where the plan wants that.</summary>
    private double[] Plain(double[] values) =>
        _plan.Indices is { } indices ? [.. values.Select((value, row) => indices.Remove(value, _place + row))] : values;

    /// <summary>The values of a column in all rows that have a target.</summary>
    /// <exception cref="UnrollException">One is missing.</exception>
    public static double[] Complete(TimeSeries table, string name, int rows)
    {
        Series column = table[name];
        double[] values = column.Values[..rows].ToArray();
        int missing = Array.FindIndex(values, double.IsNaN);
        if (missing >= 0)
            throw new UnrollException($"{table.Name} has no {column.Name} on {table.Format(table.Dates[missing])}. Choose how to treat "
                + "missing values, leave the column out, or complete the file.")
            { Subject = "missing,features" };
        return values;
    }

    /// <summary>The dates of all rows and of the steps after the last: those the table has, then those its frequency lets expect.</summary>
    private static DateTime[] DatesOf(TimeSeries table, int rows, int steps)
    {
        var dates = new DateTime[rows + steps];
        int given = Math.Min(table.Rows, dates.Length);
        table.DateSpan[..given].CopyTo(dates);
        var calendar = RowCalendar.Of(table.DateSpan[..rows], table.Name, table.IsNumbered);
        for (int row = Math.Max(1, given); row < dates.Length; row++)
            dates[row] = calendar.Next(dates[row - 1]);
        return dates;
    }
}
