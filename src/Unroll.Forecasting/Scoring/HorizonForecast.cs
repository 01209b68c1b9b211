namespace Unroll.Forecasting;

/// <summary>
/// What was predicted from many origins for the h = 1..H rows after each, beside what came: with n rows judged, origin i (from 0)
/// predicts rows i .. i + H − 1, so there are n − H + 1 origins. Errors are judged step by step, each step over as many rows.
/// </summary>
internal sealed class HorizonForecast
{
    private readonly double[] _actual;
    private readonly double[][] _predicted;

    /// <param name="actual">n values, oldest first. Copied.</param>
    /// <param name="predicted">[n − H + 1][H], in the units of <paramref name="actual"/>: one array an origin, the nearest row
    /// first. Not copied.</param>
    /// <exception cref="UnrollException">The counts do not fit.</exception>
    public HorizonForecast(ReadOnlySpan<double> actual, double[][] predicted)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        if (predicted.Length == 0 || predicted[0].Length == 0)
            throw new UnrollException("There are no predictions to judge. Predict at least one row from at least one origin.");
        Steps = predicted[0].Length;
        if (Array.Exists(predicted, ahead => ahead.Length != Steps))
            throw new UnrollException($"The first origin predicts {Steps} rows ahead, but another does not. Predict as many from each.");
        if (actual.Length != predicted.Length + Steps - 1)
            throw new UnrollException($"{predicted.Length} origins with {Steps} rows ahead belong to {predicted.Length + Steps - 1} actual "
                + $"values, but there are {actual.Length}. Give the row after the first origin to the last predicted.");
        (_actual, _predicted) = (actual.ToArray(), predicted);
    }

    /// <summary>H, how many rows ahead each origin predicts.</summary>
    public int Steps { get; }

    /// <summary>n − H + 1.</summary>
    public int Origins => _predicted.Length;

    /// <summary>The prediction from an origin, counted from 0, for the row <paramref name="step"/> (1..H) after it.</summary>
    public double this[int origin, int step] => _predicted[origin][Check(step) - 1];

    /// <summary>All H predictions from an origin, counted from 0, the nearest first.</summary>
    public ReadOnlySpan<double> From(int origin) => _predicted[origin];

    /// <summary>The predictions <paramref name="step"/> rows ahead (1..H), one an origin.</summary>
    public double[] Predicted(int step)
    {
        int index = Check(step) - 1;
        return Array.ConvertAll(_predicted, ahead => ahead[index]);
    }

    /// <summary>
    /// What came <paramref name="step"/> rows (1..H) after each origin: as many values as <see cref="Predicted"/>, in its order.
    /// </summary>
    public double[] Actual(int step) => _actual.AsSpan(Check(step) - 1, Origins).ToArray();

    /// <summary>All n values.</summary>
    internal ReadOnlySpan<double> AllActual => _actual;

    /// <summary>The first rows ahead alone, from the same origins.</summary>
    internal HorizonForecast First(int steps) => steps == Steps
        ? this
        : new HorizonForecast(_actual.AsSpan(0, Origins + steps - 1), Array.ConvertAll(_predicted, ahead => ahead[..steps]));

    private int Check(int step) =>
        step >= 1 && step <= Steps
            ? step
            : throw new ArgumentOutOfRangeException(nameof(step), step, $"Steps ahead run from 1 to {Steps}.");
}
