namespace Unroll.Reports;

/// <summary>The charts of a forecast report as SVG.</summary>
public static class Charts
{
    /// <summary>The series over time, with the training and the test range in different colours.</summary>
    /// <exception cref="ArgumentException">The report contradicts itself, for example in the lengths of its lists.</exception>
    public static Chart Split(ForecastReport report) => throw new NotImplementedException();

    /// <summary>The loss of each model by epoch; the axis is logarithmic when the losses span decades.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static Chart Loss(ForecastReport report) => throw new NotImplementedException();

    /// <summary>Prediction against actual over the test range, with the naive forecast.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static Chart Prediction(ForecastReport report) => throw new NotImplementedException();

    /// <summary>All three, in the order of the report: prediction, split, loss.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static IReadOnlyList<Chart> All(ForecastReport report) => [Prediction(report), Split(report), Loss(report)];
}
