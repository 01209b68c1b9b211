namespace Unroll.Forecasting;

/// <summary>
/// Every stretch of T rows in a series as an input (T, F) and the value after it as the target (1): n rows give n − T pairs.
/// The series is turned into <c>float</c> once; each window is a view on it.
/// </summary>
public sealed class SplitWindows : ISamples
{
    private readonly float[] _rows;
    private readonly int _features;
    private readonly int _target;

    /// <param name="values">One column, oldest first, scaled: it is both input (F = 1) and target. Copied.</param>
    /// <param name="window">T, the rows a prediction may look back on.</param>
    /// <exception cref="UnrollException">There are fewer than T + 1 rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The window is below 1.</exception>
    public SplitWindows(ReadOnlySpan<double> values, int window)
        : this([values.ToArray()], window)
    {
    }

    /// <param name="columns">F input columns of equal length, oldest first, scaled. Copied.</param>
    /// <param name="window">T, the rows a prediction may look back on.</param>
    /// <param name="target">Which of the columns is predicted, from 0.</param>
    /// <exception cref="UnrollException">There are fewer than T + 1 rows, or a value is not finite.</exception>
    /// <exception cref="ArgumentException">No columns, columns of different length, no such target, or a window below 1.</exception>
    public SplitWindows(IReadOnlyList<double[]> columns, int window, int target = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
            throw new ArgumentException("Windows need at least one column.", nameof(columns));
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, columns.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        int rows = columns[0].Length;
        CheckRows(rows, window, "");
        (_features, _target, Window) = (columns.Count, target, window);
        _rows = new float[rows * _features];
        for (int f = 0; f < _features; f++)
        {
            if (columns[f].Length != rows)
                throw new ArgumentException($"Column {f} has {columns[f].Length} rows, but column 0 has {rows}.", nameof(columns));
            for (int row = 0; row < rows; row++)
            {
                float value = (float)columns[f][row];
                if (!float.IsFinite(value))
                    throw new UnrollException($"Column {f}, row {row}: {columns[f][row]} is not finite in single precision. Treat missing "
                        + "values before cutting windows.");
                _rows[(row * _features) + f] = value;
            }
        }

        Count = rows - window;
        InputShape = new Shape(window, _features);
        TargetShape = new Shape(1);
    }

    /// <summary>T, the rows of one input.</summary>
    public int Window { get; }

    public int Count { get; }

    /// <summary>(T, F).</summary>
    public Shape InputShape { get; }

    /// <summary>(1).</summary>
    public Shape TargetShape { get; }

    /// <summary>Rows index .. index + T − 1 of the series, [T, F], row-major. A view.</summary>
    public ReadOnlySpan<float> Input(int index) => _rows.AsSpan(Check(index) * _features, Window * _features);

    /// <summary>The target column in row index + T, the one after the input.</summary>
    public float Target(int index) => _rows[((Check(index) + Window) * _features) + _target];

    public void CopyInput(int index, Span<float> destination) => Input(index).CopyTo(destination);

    public void CopyTarget(int index, Span<float> destination) => destination[0] = Target(index);

    /// <summary>Refuses a window below 1 and a series too short for it; <paramref name="where"/> is for example " in 2016..2020".</summary>
    internal static void CheckRows(int rows, int window, string where)
    {
        if (window < 1)
            throw new UnrollException($"A window of {window} rows sees nothing. Use one of at least 1.") { Subject = "window" };
        if (rows <= window)
            throw new UnrollException($"Only {rows} rows{where}, but a window of {window} needs at least {window + 1}. Use a shorter "
                + "window or a longer range.")
            { Subject = "window,train" };
    }

    private int Check(int index) =>
        (uint)index < (uint)Count ? index : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} windows.");
}
