namespace Unroll.Forecasting;

/// <summary>
/// Values as the transform has them, and the way back of log-returns that were not asked for: in training all values had a logarithm, but
/// a later one may be 0 or below. It counts as the value before it, which leaves changes and volatility in peace, and what is predicted
/// from there is moved by how far the two lie apart: the level is that of the values themselves, and the change that of the last values
/// that had a logarithm.
/// </summary>
internal sealed partial class InputFrame
{
    /// <summary>How far the target lies from what counts in its place, at each row; null where it counts itself at all of them.</summary>
    private double[]? _apart;

    /// <summary>Whether a value counts as the one before it.</summary>
    public bool HasReplaced { get; private set; }

    /// <summary>What to tell the user of target values that have no logarithm; null where there are none, or none are taken.</summary>
    public static string? NoteOn(TimeSeries table, InputPlan plan)
    {
        ReadOnlySpan<double> target = table[plan.Target].Values;
        if (plan.Transform != TargetTransform.LogReturn.Name || plan.IsTransformFixed)
            return null;
        int count = 0, at = -1;
        for (int row = 0; row < target.Length; row++)
        {
            if (target[row] <= 0)
                (count, at) = (count + 1, at < 0 ? row : at);
        }

        if (count == 0)
            return null;
        string rows = count == 1 ? "1 row" : FormattableString.Invariant($"{count:N0} rows");
        string first = FormattableString.Invariant($"{table.Format(table.Dates[at])} ({target[at]})");
        return $"{plan.Target} is not above 0 on {rows}, the first {first}, but was learnt as log-returns: "
            + "there the last value above 0 says how large changes are, and forecasts start from the value itself.";
    }

    /// <exception cref="UnrollException">The transform was asked for and is not defined for a value.</exception>
    private double[] Transform(double[] values)
    {
        if (_transform.KeepsValues)
            return values;
        var mapped = new double[values.Length];
        for (int row = 0; row < values.Length; row++)
            mapped[row] = TransformedAfter(values[row], mapped, row);
        return mapped;
    }

    /// <summary>A value as the transform has it, or what counts in its place.</summary>
    /// <param name="value">At a row.</param>
    /// <param name="before">Of which the rows before are there.</param>
    /// <param name="row">The row.</param>
    public double TransformedAfter(double value, double[] before, int row)
    {
        if (_transform.KeepsValues)
            return value;
        if (_transform.IsDefined(value))
            return _transform.Map(value);
        if (_plan.IsTransformFixed || double.IsNaN(value))
            return _transform.Forward(value, value);
        HasReplaced = true;
        return row > 0 ? before[row - 1] : value < 0 ? Math.Log(-value) : 0;
    }

    private double[]? Apart() => HasReplaced
        ? [.. _plain.Select((value, row) => _transform.IsDefined(value) ? 0 : value - _transform.Unmap(_values[row]))] : null;

    /// <summary>How far the level of the values themselves is from that of their logarithms.</summary>
    private double Shift(int origin)
    {
        int season = Math.Min(_plan.Season, origin + 1);
        double sum = 0;
        for (int row = origin + 1 - season; row <= origin; row++)
            sum += _apart![row];
        return sum / season;
    }
}
