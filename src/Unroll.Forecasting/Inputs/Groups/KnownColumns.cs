namespace Unroll.Forecasting;

/// <summary>Columns that are known for the predicted rows too, scaled.</summary>
internal sealed class KnownColumns(InputPlan plan) : KnownNumbers
{
    private double[][] _columns = [];

    public override int LinearCount => plan.Known.Count;

    public override InputGroup Group => InputGroup.KnownColumn;

    public override Contribution Contribution => Contribution.Columns;

    public override IEnumerable<InputKey> Keys => plan.Known.Select(column => new InputKey(Group, column.Name));

    public override void Read(InputFrame frame)
    {
        // Rows beyond the table count as average; whoever predicts them asks for their values first.
        _columns = [.. plan.Known.Select(column => column.ApplyKnown(Values(frame, column.Name)))];
    }

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = _columns[i][row];
    }

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        InputMove own = move;
        return move.Key.Group != Group ? this : new KnownColumns(plan)
        {
            _columns = [.. _columns.Select((column, i) => plan.Known[i].Name == own.Key.Name ? From(column, 1, own) : column)],
        };
    }

    public override IEnumerable<bool> KeptIn(InputPlan part) => plan.Known.Select(column => part.Known.Contains(column));

    public override InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others) =>
        plan with { Known = [.. plan.Known.Except(others.SelectMany(other => other.Known))] };

    /// <summary>A column in the scale of its training rows.</summary>
    public static ScaledColumn Fit(ForecastSplit split, string name) =>
        ScaledColumn.Fit(name, split.Table[name].Values[..split.Train.Count], mayChange: false);

    /// <summary>The values of a known column in all rows and those to come, NaN behind those of the table.</summary>
    /// <exception cref="UnrollException">One is missing in a row that has a target.</exception>
    public static double[] Values(InputFrame frame, string name)
    {
        TimeSeries table = frame.Table;
        ReadOnlySpan<double> values = table[name].Values;
        var known = new double[frame.Dates.Length];
        known.AsSpan().Fill(double.NaN);
        values[..Math.Min(known.Length, values.Length)].CopyTo(known);
        int missing = known.AsSpan(0, frame.Rows).IndexOf(double.NaN);
        if (missing >= 0)
            throw new UnrollException(
                $"{table.Name} has no {name} on {table.Format(table.Dates[missing])}, and it is a known column. "
                + "Complete the file, or leave it out of the known columns.")
            { Subject = "known" };
        return known;
    }

    /// <summary>Refuses a table that does not say what the known columns hold in the rows to predict.</summary>
    /// <param name="plan">Of which the known columns count.</param>
    /// <param name="table">Rows up to an origin and those after it.</param>
    /// <param name="origin">The newest row with a value of the target.</param>
    /// <param name="steps">How many rows after it.</param>
    /// <exception cref="UnrollException">A value is missing.</exception>
    public static void Require(InputPlan plan, TimeSeries table, int origin, int steps)
    {
        foreach (ScaledColumn column in plan.Known)
            Require(table, column.Name, plan.Target, origin, steps);
    }

    /// <summary>The same of one column.</summary>
    public static void Require(TimeSeries table, string name, string target, int origin, int steps)
    {
        ReadOnlySpan<double> values = table[name].Values;
        if (values.Length < origin + 1 + steps || values.Slice(origin + 1, steps).Contains(double.NaN))
            throw new UnrollException(
                $"{table.Name} does not say what {name} will be in the {steps} {(steps == 1 ? "row" : "rows")} after "
                + $"{table.Format(table.Dates[origin])}. Add rows with a date, the known columns and an empty {target}.");
    }
}
