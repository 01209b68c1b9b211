using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// ln cosh(ŷ − y): about ½e² where the error is small, |e| − ln 2 where it is large. Its derivative is tanh(e).
/// </summary>
public sealed record LogCosh : ElementwiseLoss
{
    [JsonIgnore]
    public override string Name => "log-cosh loss";

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        // |e| + ln(1 + exp(−2|e|)) − ln 2 does not overflow; near 0 it would lose the digits of ½e² − e⁴/12 + e⁶/45 − …
        double e = double.CreateTruncating(prediction - target), a = Math.Abs(e), square = e * e;
        gradient = T.CreateTruncating(Math.Tanh(e));
        return a < 0.02
            ? square * (0.5 + square * (-1.0 / 12 + square / 45))
            : a + Elementary<double>.Log1P(Math.Exp(-2 * a)) - Math.Log(2);
    }
}
