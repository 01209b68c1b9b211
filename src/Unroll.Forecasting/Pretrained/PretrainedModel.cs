namespace Unroll.Forecasting;

/// <summary>A network that others have trained, for one part.</summary>
/// <param name="run">Windows [n, T, F] in, outputs [n, outputs] out.</param>
/// <param name="layout">How both are read.</param>
/// <param name="columns">F names.</param>
/// <param name="scalers">Fitted, one a column, and behind them that of the target where it is no column.</param>
/// <param name="gives">What the outputs are.</param>
/// <param name="name">What messages call it.</param>
internal sealed class PretrainedModel(
    WindowFunction run, PretrainedLayout layout, IReadOnlyList<string> columns, Scaler[] scalers, TargetTransform gives, string name)
        : PartModel
{
    /// <summary>So many windows are run at a time, to bound the memory.</summary>
    private const int MostWindows = 1024;

    public Scaler[] Scalers => scalers;

    public IReadOnlyList<string> Names => columns;

    public Scaler TargetScaler => scalers[TargetPlace < 0 ? ^1 : TargetPlace];

    public override int NeededRows => layout.Window;

    public override IEnumerable<string> Columns => columns.Where(column => !IsTarget(column));

    /// <summary>Which of the columns is the target; −1 for none.</summary>
    private int TargetPlace => columns.Index().Where(each => IsTarget(each.Item)).Select(each => each.Index).FirstOrDefault(-1);

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
    {
        double[][] ahead = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        for (int from = 0; from < count; from += MostWindows)
            Run(table, first + from, ahead.AsSpan(from, Math.Min(MostWindows, count - from)));
        return new RawForecast(ahead, null);
    }

    /// <summary>From the newest value on all is the network's.</summary>
    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps) => ContributionRows.WithRest(
        ContributionRows.Of([.. Enumerable.Repeat(table[Part.Target][origin], steps)], Contribution.Level),
        Ahead(table, origin, 1, steps).Values[^1],
        Contribution.Networks);

    /// <summary>The columns of some rows as the network sees them, [rows, F].</summary>
    /// <exception cref="UnrollException">A value is missing.</exception>
    public float[] Scale(TimeSeries table, int start, int rows)
    {
        var scaled = new float[rows * layout.Features];
        for (int j = 0; j < columns.Count; j++)
        {
            ReadOnlySpan<double> values = table[columns[j]].Values.Slice(start, rows);
            int missing = values.IndexOf(double.NaN);
            if (missing >= 0)
                throw new UnrollException($"{table.Name} has no {columns[j]} on {table.Format(table.Dates[start + missing])}, within "
                    + $"the rows that {name} looks at. Choose how to treat missing values, or complete the file.")
                { Subject = "missing" };
            for (int row = 0; row < rows; row++)
                scaled[(row * layout.Features) + j] = (float)scalers[j].Transform(values[row]);
        }

        return scaled;
    }

    private void Run(TimeSeries table, int first, Span<double[]> ahead)
    {
        int window = layout.Window, features = layout.Features, size = window * features, steps = ahead[0].Length;
        float[] rows = Scale(table, first + 1 - window, ahead.Length + window - 1);
        float[] inputs = new float[ahead.Length * size], outputs = new float[ahead.Length * layout.Outputs];
        for (int i = 0; i < ahead.Length; i++)
            rows.AsSpan(i * features, size).CopyTo(inputs.AsSpan(i * size));
        ReadOnlySpan<double> target = table[Part.Target].Values;
        for (int h = 0; h < steps; h += layout.Rows)
        {
            run(inputs, outputs);
            for (int i = 0; i < ahead.Length; i++)
            {
                ReadOnlySpan<float> own = outputs.AsSpan(i * layout.Outputs, layout.Outputs);
                Read(own, h, h == 0 ? target[first + i] : ahead[i][h - 1], ahead[i]);
                if (!double.IsFinite(ahead[i][h]))
                    throw new UnrollException($"{name} gives no finite number for the rows up to "
                        + $"{table.Format(table.Dates[first + i])}. Its weights are damaged, or its inputs have another scale than "
                        + "those that it was trained on.")
                    { Subject = "scaler" };
                if (h + layout.Rows < steps)
                    FeedBack(inputs.AsSpan(i * size, size), own, ahead[i].AsSpan(h));
            }
        }
    }

    /// <summary>Writes the rows ahead that one run gives.</summary>
    /// <param name="outputs">Of one window.</param>
    /// <param name="step">The first row, from 0.</param>
    /// <param name="newest">The value before it.</param>
    /// <param name="ahead">All rows.</param>
    private void Read(ReadOnlySpan<float> outputs, int step, double newest, double[] ahead)
    {
        int from = layout.Reads switch
        {
            PretrainedOutputs.Columns => TargetPlace,
            PretrainedOutputs.EachStep => layout.Outputs - 1,
            _ => 0,
        };
        for (int row = 0; row < layout.Rows && step + row < ahead.Length; row++)
            ahead[step + row] = Value(outputs[from + row], newest);
    }

    private double Value(double output, double newest)
    {
        if (gives.Name == TargetTransform.None.Name)
            return TargetScaler.InverseTransform(output);
        return gives.Name == TargetTransform.Difference.Name
            ? Math.FusedMultiplyAdd(output, TargetScaler.State.Scale, newest)
            : gives.Inverse(output, newest);
    }

    /// <summary>Moves a window on by the rows that were predicted.</summary>
    private void FeedBack(Span<float> window, ReadOnlySpan<float> outputs, ReadOnlySpan<double> predicted)
    {
        int features = layout.Features, rows = layout.Rows, taken = Math.Min(rows, layout.Window);
        window[(taken * features)..].CopyTo(window);
        Span<float> newest = window[^(taken * features)..];
        if (layout.Reads == PretrainedOutputs.Columns)
            outputs.CopyTo(newest);
        else
        {
            for (int row = 0; row < taken; row++)
                newest[row] = (float)TargetScaler.Transform(predicted[rows - taken + row]);
        }
    }

    private bool IsTarget(string column) => column.Equals(Part.Target, StringComparison.OrdinalIgnoreCase);
}
