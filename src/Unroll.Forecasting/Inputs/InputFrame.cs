using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>
/// The rows of a table as inputs: transformed values, and for every row, also the H rows after the last one, the numbers known
/// beforehand. An origin is the newest row that a forecast may look at; what this class gives for an origin depends on rows up to it
/// only, and on known numbers of the H rows after it.
/// </summary>
internal sealed partial class InputFrame
{
    /// <summary>Lags of other columns in a linear model, and of the days remembered beside the values.</summary>
    private const int ColumnLags = 10, PastLags = 3, MemoryLags = 14, SameSeason = 4;

    private readonly InputPlan _plan;
    private readonly TargetTransform _transform;
    private readonly double[] _target, _plain, _values, _levels;
    private readonly long _place;
    private readonly double[]? _volatility;
    private readonly double[][] _alike, _past, _known;
    private readonly double[]? _memory;
    private readonly DateTime[] _dates;
    private readonly int _alikeLags, _memoryLags;

    /// <param name="table">Target and columns of the plan; rows at the end without a target value are rows to come, of which only known
    /// columns are read.</param>
    /// <param name="plan">How rows become inputs.</param>
    /// <param name="ahead">How many rows after the last one matter, where these are more than the H of the plan.</param>
    /// <exception cref="UnrollException">A value that is needed is missing, or the transform is not defined for one.</exception>
    public InputFrame(TimeSeries table, InputPlan plan, int ahead = 0)
    {
        (Table, _plan) = (table, plan);
        _transform = TargetTransform.Parse(plan.Transform);
        ReadOnlySpan<double> target = table[plan.Target].Values;
        int rows = target.Length;
        while (rows > 0 && double.IsNaN(target[rows - 1]))
            rows--;
        Rows = rows;
        _target = Complete(table, plan.Target, rows);
        _place = plan.Indices?.PlaceOf(table.DateSpan) ?? 0;
        _plain = Plain(_target);
        _values = _earlier = Mapped(_plain);
        _apart = Apart();
        _alike = [.. plan.Alike.Select(name => Mapped(Plain(Complete(table, name, rows))))];
        _past = [.. plan.Past.Select(column => column.Apply(Complete(table, column.Name, rows)))];
        _levels = Levels(_values, plan.Season);
        _volatility = plan.InUnitsOfVolatility ? Volatility.Of(_values, plan.Scale) : null;
        DateTime[] dates = _dates = Dates(table, rows, Math.Max(plan.Steps, ahead));
        _known = [.. plan.Known.Select(column => KnownColumn(table, column, dates.Length))];
        (double[][] calendar, _memory) = Calendar(dates);
        _known = [.. _known, .. calendar, .. _plan.Holidays is { } holidays ? DateColumns.Of(holidays.Count, dates, holidays.Write) : []];
        _alikeLags = Math.Min(ColumnLags, plan.Lags);
        _memoryLags = plan.Memory ? Math.Min(MemoryLags, plan.Lags) : 0;
        FutureDates = dates[rows..];
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

    /// <summary>The inputs of a linear model for one row ahead.</summary>
    public int LinearInputs => LinearInputsOf(_plan);

    /// <summary>F, the numbers of one row in the input of a network.</summary>
    public int Channels => ChannelsOf(_plan);

    /// <summary>The first row that can be an origin.</summary>
    public int FirstOrigin => FirstOriginOf(_plan);

    /// <summary>The first row that can be an origin of a plan.</summary>
    public static int FirstOriginOf(InputPlan plan) => Math.Max(Math.Max(plan.Window, plan.Lags), plan.Season) - 1;

    public static int LinearInputsOf(InputPlan plan) =>
        plan.Lags + (plan.Alike.Count * Math.Min(ColumnLags, plan.Lags)) + (plan.Past.Count * PastLags) + KnownOf(plan)
        + (plan.Memory ? 2 * Math.Min(MemoryLags, plan.Lags) : 0)
        + AroundOf(plan) + (plan.Holidays?.Days ?? 0);

    public static int ChannelsOf(InputPlan plan) => 1 + plan.Alike.Count + plan.Past.Count + KnownOf(plan) + plan.Constants.Count;

    /// <summary>The target of a row as a model predicts it from an origin: transformed, in units of the plan's scale.</summary>
    public double TargetOf(int origin, int row) => (_values[row] - _levels[origin]) / Unit(origin);

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
        int at = 0;
        double level = _levels[origin], unit = Unit(origin);
        for (int k = 0; k < _plan.Lags; k++)
            inputs[at++] = (_values[origin - k] - level) / unit;
        foreach (double[] column in _alike)
        {
            for (int k = 0; k < _alikeLags; k++)
                inputs[at++] = (column[origin - k] - level) / unit;
        }

        foreach (double[] column in _past)
        {
            for (int k = 0; k < PastLags; k++)
                inputs[at++] = column[Math.Max(0, origin - k)];
        }

        at += WriteKnown(origin, origin + step, unit, inputs[at..]);
        for (int k = 0; k < _memoryLags; k++)
        {
            ReadOnlySpan<double> memory = _memory.AsSpan((origin - k) * YearMemory.Count, YearMemory.Count);
            (inputs[at], inputs[at + 1]) = (memory[1] / unit, memory[3] / unit);
            at += 2;
        }

        foreach (int season in _plan.Around > 0 ? _plan.Seasons : [])
            at += WriteAround(origin, origin + step, season, level, unit, inputs[at..]);
        _plan.Holidays?.WriteDays(_dates[origin + _holidayShift], inputs[at..]);
    }

    /// <summary>
    /// What the target was around the same place of the season before, and what it was around the origin a season before that origin: how
    /// the day began a week ago says how far today is from it.
    /// </summary>
    private int WriteAround(int origin, int row, int season, double level, double unit, Span<double> destination)
    {
        int at = 0, same = row - (season * (((row - origin) + season - 1) / season));
        for (int apart = -_plan.Around; apart <= _plan.Around; apart++)
        {
            if (apart != 0)
                destination[at++] = Seen(same + apart);
        }

        for (int apart = -_plan.Around; apart <= _plan.Around; apart++)
            destination[at++] = Seen(origin - season + apart);
        return at;

        // What lies before the first row is not known: the level says most.
        double Seen(int at) => at < 0 ? 0 : (_earlier[Math.Min(at, origin)] - level) / unit;
    }

    /// <summary>
    /// Writes the channels of a row, at or before an origin or after it, for a network that looks at it from that origin.
    /// </summary>
    public void WriteChannels(int origin, int row, Span<float> channels)
    {
        double level = _levels[origin], unit = Unit(origin);
        bool isPast = row <= origin;
        int at = 0;
        channels[at++] = isPast ? (float)((_values[row] - level) / unit) : 0;
        foreach (double[] column in _alike)
            channels[at++] = isPast ? (float)((column[row] - level) / unit) : 0;
        foreach (double[] column in _past)
            channels[at++] = isPast ? (float)column[row] : 0;
        Span<double> known = stackalloc double[KnownOf(_plan)];
        WriteKnown(origin, row, unit, known);
        TensorPrimitives.ConvertTruncating<double, float>(known, channels[at..]);
        at += known.Length;
        foreach (double constant in _plan.Constants)
            channels[at++] = (float)constant;
    }

    /// <summary>Refuses a table that does not say what the known columns hold in the rows to predict.</summary>
    /// <param name="plan">Of which the known columns count.</param>
    /// <param name="table">Rows up to an origin and those after it.</param>
    /// <param name="origin">The newest row with a value of the target.</param>
    /// <param name="steps">How many rows after it.</param>
    /// <exception cref="UnrollException">A value is missing.</exception>
    public static void RequireKnown(InputPlan plan, TimeSeries table, int origin, int steps)
    {
        foreach (ScaledColumn column in plan.Known)
        {
            ReadOnlySpan<double> values = table[column.Name].Values;
            if (values.Length < origin + 1 + steps || values.Slice(origin + 1, steps).Contains(double.NaN))
                throw new UnrollException($"{table.Name} does not say what {column.Name} will be in the {steps} {(steps == 1 ? "row" : "rows")} after {table.Format(table.Dates[origin])}. Add rows with a date, the known columns and an empty {plan.Target}.");
        }
    }

    private static int AroundOf(InputPlan plan) => plan.Around > 0 ? ((4 * plan.Around) + 1) * plan.Seasons.Count : 0;

    private static int KnownOf(InputPlan plan) =>
        plan.Known.Count + (plan.Calendar?.Count ?? 0) + (plan.Holidays?.Count ?? 0)
        + (plan.Memory ? YearMemory.Count : 0) + (2 * plan.Seasons.Count);

    /// <summary>What is known of a row beforehand, and what the target was at the same place of earlier seasons up to the origin.</summary>
    private int WriteKnown(int origin, int row, double unit, Span<double> destination)
    {
        int at = 0;
        foreach (double[] column in _known)
            destination[at++] = column[row];
        if (_memory is not null)
        {
            // Where rows are missing, few rows may be many days, and the days remembered later than the origin.
            bool isKnown = (_dates[row] - _dates[Math.Min(origin, _lastTold)]).TotalDays <= YearMemory.MostDays;
            foreach (double remembered in _memory.AsSpan(row * YearMemory.Count, YearMemory.Count))
                destination[at++] = isKnown ? remembered / unit : 0;
        }

        int newest = Math.Min(origin, row - 1);
        foreach (int season in _plan.Seasons)
        {
            int same = row - (season * (((row - newest) + season - 1) / season));
            double sum = 0, last = double.NaN;
            int count = 0;
            for (int back = same; back >= 0 && count < SameSeason; back -= season, count++)
            {
                double value = (_earlier[back] - _levels[origin]) / unit;
                last = count == 0 ? value : last;
                sum += value;
            }

            destination[at++] = count > 0 ? last : 0;
            destination[at++] = count > 0 ? sum / count : 0;
        }

        return at;
    }

    /// <summary>What transformed numbers are divided by; a relative change is measured in the level besides.</summary>
    private double Unit(int origin) =>
        (_volatility is null ? _plan.Scale : _volatility[origin]) * (_transform == TargetTransform.Relative ? Math.Abs(_levels[origin]) : 1);

    private double[] Levels(double[] values, int season)
    {
        var levels = new double[values.Length];
        if (_transform == TargetTransform.None)
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
            if (_transform == TargetTransform.Relative && row >= season - 1)
                _ = _transform.Forward(values[row], levels[row]);
        }

        return levels;
    }

    /// <summary>Values without their season, where the plan wants that.</summary>
    private double[] Plain(double[] values) =>
        _plan.Indices is { } indices ? [.. values.Select((value, row) => indices.Remove(value, _place + row))] : values;

    private static double[] Complete(TimeSeries table, string name, int rows)
    {
        Series column = table[name];
        double[] values = column.Values[..rows].ToArray();
        int missing = Array.FindIndex(values, double.IsNaN);
        if (missing >= 0)
            throw new UnrollException($"{table.Name} has no {column.Name} on {table.Format(table.Dates[missing])}. Choose how to treat missing values, leave the column out, or complete the file.") { Subject = "missing,features" };
        return values;
    }

    /// <summary>The dates of all rows and of the steps after the last: those the table has, then those its frequency lets expect.</summary>
    private static DateTime[] Dates(TimeSeries table, int rows, int steps)
    {
        var dates = new DateTime[rows + steps];
        int given = Math.Min(table.Rows, dates.Length);
        table.DateSpan[..given].CopyTo(dates);
        var calendar = RowCalendar.Of(table.DateSpan[..rows], table.Name, table.IsNumbered);
        for (int row = Math.Max(1, given); row < dates.Length; row++)
            dates[row] = calendar.Next(dates[row - 1]);
        return dates;
    }

    private double[] KnownColumn(TimeSeries table, ScaledColumn column, int rows)
    {
        // Rows beyond the table count as average; whoever predicts them asks for their values first.
        ReadOnlySpan<double> values = table[column.Name].Values;
        var known = new double[rows];
        known.AsSpan().Fill(double.NaN);
        values[..Math.Min(rows, values.Length)].CopyTo(known);
        int missing = known.AsSpan(0, Rows).IndexOf(double.NaN);
        if (missing >= 0)
            throw new UnrollException($"{table.Name} has no {column.Name} on {table.Format(table.Dates[missing])}, and it is a known column. Complete the file, or leave it out of the known columns.") { Subject = "known" };
        return Array.ConvertAll(column.Apply(known), value => double.IsNaN(value) ? 0 : value);
    }

    private (double[][] Calendar, double[]? Memory) Calendar(DateTime[] dates)
    {
        double[][] calendar = _plan.Calendar is { } features ? DateColumns.Of(features.Count, dates, features.Write) : [];
        if (!_plan.Memory)
            return (calendar, null);
        var memory = new YearMemory(dates.AsSpan(0, Rows), _values);
        var remembered = new double[dates.Length * YearMemory.Count];
        for (int row = 0; row < dates.Length; row++)
            memory.Write(dates[row], remembered.AsSpan(row * YearMemory.Count, YearMemory.Count));
        return (calendar, remembered);
    }
}
