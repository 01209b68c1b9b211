namespace Unroll.Forecasting;

/// <summary>
/// Stretches of a series for a network of your own: T rows of some columns as the input (T, F), and the H rows after them of some columns
/// as the target. Columns that are known ahead (calendar, prices, plans) can be a second input (H, K), of the rows of the target. Each
/// column is turned into <c>float</c> once; the windows are views.
/// </summary>
/// <example><code>
/// var samples = new WindowedSamples([sales, temperature], [sales], window: 28, steps: 7) { Known = [weekend] };
/// Node past = Node.Input(new Shape(28, 2)), ahead = Node.Input(new Shape(7, 1));
/// Node both = new Concatenate().Apply(new Gru(32).Apply(past), new Flatten().Apply(ahead));
/// Model model = new Model([past, ahead], [new Dense(7).Apply(both)]).Build(seed: 1);
/// model.Fit(samples, new TrainingOptions { Epochs = 20 });
/// </code></example>
public sealed class WindowedSamples : ISamples
{
    private readonly float[] _inputs, _targets;
    private readonly int _rows, _features, _outputs;
    private float[] _known = [];
    private int _knownFeatures;

    /// <param name="inputs">F columns of equal length, oldest row first, scaled. Copied.</param>
    /// <param name="targets">The columns to forecast, of the same length, scaled; they may be among the inputs. Copied.</param>
    /// <param name="window">T, the rows that the network looks back on.</param>
    /// <param name="steps">H, the rows after them that are the target.</param>
    /// <param name="stride">How many rows a window begins after the one before.</param>
    /// <exception cref="UnrollException">There are fewer than T + H rows, or a value is not finite.</exception>
    /// <exception cref="ArgumentException">No columns, columns of different length, or a number below 1.</exception>
    public WindowedSamples(IReadOnlyList<double[]> inputs, IReadOnlyList<double[]> targets, int window, int steps = 1, int stride = 1)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Count == 0 || targets.Count == 0)
            throw new ArgumentException("Windows need at least one column of inputs and one of targets.", nameof(inputs));
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        (_rows, _features, _outputs) = (inputs[0].Length, inputs.Count, targets.Count);
        (Window, Steps, Stride) = (window, steps, stride);
        if (_rows < (long)window + steps)
            throw new UnrollException(
                $"Only {_rows} rows, but a window of {window} and {steps} rows after it need at least {(long)window + steps}. "
                + "Use a shorter window, fewer steps, or more rows.");
        (_inputs, _targets) = (Rows(inputs, nameof(inputs)), Rows(targets, nameof(targets)));
        Count = 1 + ((_rows - window - steps) / stride);
    }

    /// <summary>T, the rows of one input.</summary>
    public int Window { get; }

    /// <summary>H, the rows of one target.</summary>
    public int Steps { get; }

    /// <summary>How many rows a window begins after the one before.</summary>
    public int Stride { get; }

    /// <summary>K columns of the same rows that are known ahead, scaled: a second input. Empty for none. Copied.</summary>
    /// <exception cref="ArgumentException">A column of another length.</exception>
    /// <exception cref="UnrollException">A value is not finite.</exception>
    public IReadOnlyList<double[]> Known
    {
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            (_known, _knownFeatures) = (Rows(value, nameof(Known)), value.Count);
        }
    }

    public int Count { get; }

    /// <summary>(T, F).</summary>
    public Shape InputShape => new(Window, _features);

    /// <summary>(H), of several targets (H, targets). A <see cref="Reshape"/> after a <see cref="Dense"/> gives the latter.</summary>
    public Shape TargetShape => _outputs == 1 ? new Shape(Steps) : new Shape(Steps, _outputs);

    /// <summary>(T, F), and (H, K) where columns are known ahead.</summary>
    public IReadOnlyList<Shape> InputShapes => _knownFeatures == 0 ? [InputShape] : [InputShape, new Shape(Steps, _knownFeatures)];

    /// <summary>The row, from 0, at which the target of a window begins.</summary>
    public int TargetRow(int index) => (uint)index < (uint)Count
        ? (index * Stride) + Window
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} windows.");

    public void CopyInput(int index, Span<float> destination)
    {
        int at = TargetRow(index);
        _inputs.AsSpan((at - Window) * _features, Window * _features).CopyTo(destination);
        _known.AsSpan(at * _knownFeatures, Steps * _knownFeatures).CopyTo(destination[(Window * _features)..]);
    }

    public void CopyTarget(int index, Span<float> destination) =>
        _targets.AsSpan(TargetRow(index) * _outputs, Steps * _outputs).CopyTo(destination);

    /// <summary>Columns as rows.</summary>
    private float[] Rows(IReadOnlyList<double[]> columns, string argument)
    {
        var rows = new float[checked(_rows * columns.Count)];
        for (int c = 0; c < columns.Count; c++)
        {
            if (columns[c].Length != _rows)
                throw new ArgumentException($"Column {c} has {columns[c].Length} rows, but column 0 of the inputs has {_rows}.", argument);
            for (int row = 0; row < _rows; row++)
            {
                float value = (float)columns[c][row];
                if (!float.IsFinite(value))
                    throw new UnrollException($"Column {c}, row {row}: {columns[c][row]} is not finite in single precision. "
                        + "Treat missing values before cutting windows.");
                rows[(row * columns.Count) + c] = value;
            }
        }

        return rows;
    }
}
