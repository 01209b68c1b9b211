namespace Unroll.Forecasting;

/// <summary>Values ahead from values of the past.</summary>
/// <param name="past">Up to an origin, oldest first, none missing.</param>
/// <param name="ahead">H values, the nearest first, all to be written.</param>
public delegate void PastFunction(ReadOnlySpan<double> past, Span<double> ahead);

/// <summary>A forecaster that is one function of the past of the target, and learns nothing.</summary>
/// <param name="name">What tables, charts and files call it.</param>
/// <param name="neededRows">How many values the function needs, at least 1.</param>
/// <param name="predict">Called from several threads.</param>
/// <example><code>
/// var median = new FunctionForecaster("median of a week", 7, (past, ahead) =>
/// {
///     double[] week = past[^7..].ToArray();
///     Array.Sort(week);
///     ahead.Fill(week[3]);
/// });
/// median.Fit(task);
/// Console.WriteLine(comparison.Add(median).Error);
/// </code></example>
public sealed class FunctionForecaster(string name, int neededRows, PastFunction predict) : OwnForecaster(name)
{
    private readonly PastFunction _predict = predict ?? throw new ArgumentNullException(nameof(predict));

    protected override int NeededRows { get; } = neededRows >= 1
        ? neededRows
        : throw new ArgumentOutOfRangeException(nameof(neededRows), neededRows, "A function needs at least 1 value.");

    protected override void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead) => _predict(rows.Values, ahead);
}
