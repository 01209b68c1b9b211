namespace Unroll.Forecasting;

/// <summary>Columns in the target's units, seen from the target's level as the target is: low and close beside high.</summary>
internal sealed class AlikeColumns(InputPlan plan) : InputNumbers
{
    public const int MostLags = 10;

    /// <summary>A column whose distance from the target is no more than this many of the target's usual changes is in its units.</summary>
    private const double AlikeChanges = 4;

    private readonly int _lags = Math.Min(MostLags, plan.Lags);
    private double[][] _columns = [];

    /// <summary>
    /// What predictions of each column are moved by, where column and target are of different origins.
    /// </summary>
    private double[] _shift = [];

    public override int LinearCount => plan.Alike.Count * _lags;

    public override int Channels => plan.Alike.Count;

    public override InputGroup Group => InputGroup.PastColumn;

    public override Contribution Contribution => Contribution.Columns;

    public override IEnumerable<InputKey> Keys => plan.Alike.Select(name => new InputKey(Group, name));

    public override void Read(InputFrame frame) =>
        _columns = [.. plan.Alike.Select(name => frame.TransformedOf(InputFrame.Complete(frame.Table, name, frame.Rows)))];

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        double level = frame.LevelAt(origin), unit = frame.UnitAt(origin);
        int at = 0;
        foreach (double[] column in _columns)
        {
            for (int k = 0; k < _lags; k++)
                inputs[at++] = (column[origin - k] - level) / unit;
        }
    }

    public override void WriteChannels(InputFrame frame, int origin, int row, Span<float> channels)
    {
        double level = frame.LevelAt(origin), unit = frame.UnitAt(origin);
        for (int i = 0; i < channels.Length; i++)
            channels[i] = row <= origin ? (float)((_columns[i][row] - level) / unit) : 0;
    }

    public override void WriteUsual(InputFrame frame, Span<double> usual)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            double[] column = _columns[i];
            IEnumerable<double> apart = Enumerable.Range(0, frame.Rows)
                .Select(row => (column[row] - frame.LevelAt(row)) / frame.UnitAt(row));
            usual.Slice(i * _lags, _lags).Fill(apart.Where(double.IsFinite).DefaultIfEmpty(0).Average());
        }
    }

    public override InputNumbers Continue(InputFrame whole, int origin, int steps) => new AlikeColumns(plan)
    {
        _columns = Array.ConvertAll(_columns, column => Head(column, origin, steps)),
        _shift = new double[_columns.Length],
    };

    public override void Append(InputFrame frame, int row, Func<string, double> other)
    {
        for (int i = 0; i < _columns.Length; i++)
            _columns[i][row] = frame.TransformedAfter(frame.WithoutSeason(other(plan.Alike[i]), row), _columns[i], row) + _shift[i];
    }

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        var whole = (AlikeColumns)move.Whole.Numbers[Array.IndexOf(frame.Numbers, this)];
        for (int i = 0; move.IsColumn && i < _columns.Length; i++)
        {
            if (plan.Alike[i] == move.Key.Name)
            {
                Take(_columns[i], whole._columns[i], move);
                (_columns[i], _shift[i]) = (Shift(_columns[i], -move.Apart), -move.Apart);
            }
            else if (plan.Target == move.Key.Name)
            {
                (_columns[i], _shift[i]) = (Shift(_columns[i], move.Apart), move.Apart);
            }
        }

        return this;
    }

    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split)
    {
        string[] alike = [.. split.Inputs.Past.Where(name => IsAlike(split, name))];
        return alike.Length > 0 ? [plan => plan with { Alike = alike }] : [];
    }

    /// <summary>Whether a column is in the target's units.</summary>
    public static bool IsAlike(ForecastSplit split, string name)
    {
        ReadOnlySpan<double> target = split.Train.Values, column = split.Table[name].Values[..target.Length];
        double[] apart = new double[target.Length - 1], changes = new double[target.Length - 1];
        for (int row = 1; row < target.Length; row++)
            (apart[row - 1], changes[row - 1]) = (Math.Abs(column[row] - target[row]), Math.Abs(target[row] - target[row - 1]));
        Array.Sort(apart);
        Array.Sort(changes);
        return apart[apart.Length / 2] <= AlikeChanges * changes[changes.Length / 2];
    }
}
