namespace Unroll.Forecasting;

/// <summary>Columns known up to the origin, scaled.</summary>
internal sealed class PastColumns(InputPlan plan) : InputNumbers
{
    public const int Lags = 3;

    private double[][] _columns = [];

    /// <summary>The newest values in their own units, where rows go on with predictions.</summary>
    private double[] _newest = [];

    public override int LinearCount => plan.Past.Count * Lags;

    public override int Channels => plan.Past.Count;

    public override InputGroup Group => InputGroup.PastColumn;

    public override Contribution Contribution => Contribution.Columns;

    public override IEnumerable<InputKey> Keys => plan.Past.Select(column => new InputKey(Group, column.Name));

    public override void Read(InputFrame frame) =>
        _columns = [.. plan.Past.Select(column => column.Apply(InputFrame.Complete(frame.Table, column.Name, frame.Rows)))];

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        int at = 0;
        foreach (double[] column in _columns)
        {
            for (int k = 0; k < Lags; k++)
                inputs[at++] = column[Math.Max(0, origin - k)];
        }
    }

    public override void WriteChannels(InputFrame frame, int origin, int row, Span<float> channels)
    {
        for (int i = 0; i < channels.Length; i++)
            channels[i] = row <= origin ? (float)_columns[i][row] : 0;
    }

    public override InputNumbers Continue(InputFrame whole, int origin, int steps) => new PastColumns(plan)
    {
        _columns = Array.ConvertAll(_columns, column => Head(column, origin, steps)),
        _newest = [.. plan.Past.Select(column => whole.Table[column.Name][origin])],
    };

    public override void Append(InputFrame frame, int row, Func<string, double> other)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            double value = other(plan.Past[i].Name);
            _columns[i][row] = plan.Past[i].Next(value, _newest[i]);
            _newest[i] = value;
        }
    }

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        var whole = (PastColumns)move.Whole.Numbers[Array.IndexOf(frame.Numbers, this)];
        for (int i = 0; move.IsColumn && i < _columns.Length; i++)
        {
            if (plan.Past[i].Name != move.Key.Name)
                continue;
            Take(_columns[i], whole._columns[i], move);
            _newest[i] = frame.Table[move.Key.Name][move.Other];
        }

        return this;
    }

    public override IEnumerable<bool> KeptIn(InputPlan part) => plan.Past.Select(column => part.Past.Contains(column));

    public override InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others) =>
        plan with { Past = [.. plan.Past.Except(others.SelectMany(other => other.Past))] };

    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split)
    {
        ScaledColumn[] past = [.. split.Inputs.Past.Where(name => !AlikeColumns.IsAlike(split, name)).Select(name => Fit(split, name))];
        return past.Length > 0 ? [plan => plan with { Past = past }] : [];
    }

    /// <summary>A column in the scale of its training rows.</summary>
    public static ScaledColumn Fit(ForecastSplit split, string name) =>
        ScaledColumn.Fit(name, split.Table[name].Values[..split.Train.Count], mayChange: true);
}
