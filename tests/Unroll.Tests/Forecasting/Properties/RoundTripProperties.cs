using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>What goes through a transform or a scaler and back is what it was, over 300 orders of magnitude.</summary>
public class RoundTripProperties
{
    private static readonly double s_rounding = Math.ScaleB(1, -53);
    private static readonly TargetTransform[] s_transforms =
        [TargetTransform.None, TargetTransform.Difference, TargetTransform.LogReturn, TargetTransform.Relative];
    private static readonly Gen<TargetTransform> s_transform = Gen.Int[0, 3].Select(n => s_transforms[n]);
    private static readonly Gen<Scaler> s_scaler = Gen.Int[0, 2]
        .Select(n => Scaler.Create(n switch { 0 => "minmax", 1 => "standard", _ => "none" }));

    /// <summary>10^-150 to 10^150, every order of magnitude alike, so that a quotient of two is still a double.</summary>
    private static readonly Gen<double> s_positive = Gen.Double[-150, 150].Select(exponent => Math.Pow(10, exponent));

    private static readonly Gen<double> s_signed = Gen.Select(Gen.Bool, s_positive, (isNegative, size) => isNegative ? -size : size);

    private static readonly Gen<double> s_any =
        Gen.Frequency((8, s_signed), (1, Gen.Const(0.0)), (1, Gen.Int[-5, 5].Select(n => (double)n)));

    /// <summary>
    /// The error of a change is a few roundings of the larger value. That of a log-return is relative to the value itself and
    /// grows with the logarithm, whose rounding the exponential multiplies.
    /// </summary>
    private static double Allowed(TargetTransform transform, double value, double newest) => transform == TargetTransform.LogReturn
        ? s_rounding * (4 + Math.Abs(transform.Forward(value, newest))) * value
        : s_rounding * 4 * Math.Max(Math.Abs(value), Math.Abs(newest));

    private static bool Returns(TargetTransform transform, double value, double newest) =>
        Math.Abs(transform.Inverse(transform.Forward(value, newest), newest) - value) <= Allowed(transform, value, newest);

    [Fact]
    public void A_transform_of_positive_values_is_undone() =>
        Gen.Select(s_transform, s_positive, s_positive).Sample(Returns, iter: 20_000);

    [Fact]
    public void A_transform_of_values_of_any_sign_is_undone_where_it_is_defined() =>
        Gen.Select(s_transform.Where(transform => transform != TargetTransform.LogReturn), s_any, s_any)
            .Sample((transform, value, newest) =>
            (transform == TargetTransform.Relative && newest == 0) || Returns(transform, value, newest), iter: 20_000);

    [Fact]
    public void A_series_is_returned_from_its_changes_over_any_number_of_rows() =>
        Gen.Select(s_transform, s_positive.Array[2, 40], Gen.Int[1, 39]).Sample((transform, values, someSteps) =>
        {
            int steps = Math.Min(someSteps, values.Length - 1);
            double[] changes = transform.Forward(values, steps), back = transform.Inverse(changes, values.AsSpan(0, changes.Length));
            return changes.Length == values.Length - steps
                && Enumerable.Range(0, back.Length)
                    .All(i => Math.Abs(back[i] - values[i + steps]) <= Allowed(transform, values[i + steps], values[i]));
        });

    [Fact]
    public void A_scaler_returns_the_values_it_was_fitted_on_and_others() =>
        Gen.Select(s_scaler, s_any.Array[1, 30], s_any).Sample((scaler, values, other) =>
        {
            double[] back = scaler.InverseTransform(scaler.FitTransform(values));
            double offset = Math.Abs(scaler.State.Offset);
            return values.Zip(back).Append((other, scaler.InverseTransform(scaler.Transform(other))))
                .All(pair => Math.Abs(pair.Item1 - pair.Item2) <= 3.01 * s_rounding * (Math.Abs(pair.Item1) + offset));
        }, iter: 20_000);

    [Fact]
    public void Training_values_lie_between_zero_and_one_under_min_max() =>
        s_any.Array[1, 30].Sample(values => new MinMaxScaler().FitTransform(values).All(y => y is >= 0 and <= 1));
}
