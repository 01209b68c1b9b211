namespace Unroll.Forecasting;

/// <summary>A named array of values, one a row of the whole file; views share it.</summary>
internal sealed class Column(string name, double[] values)
{
    private bool? _wholeNumbers;

    public string Name { get; } = name;

    public double[] Values { get; } = values;

    /// <summary>Whether every value is a whole number, none missing: such a column is printed without decimals.</summary>
    public bool HoldsWholeNumbers =>
        _wholeNumbers ??= Array.TrueForAll(Values, value => value == Math.Truncate(value) && Math.Abs(value) < 1e15);
}
