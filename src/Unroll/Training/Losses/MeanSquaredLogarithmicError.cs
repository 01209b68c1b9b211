using System.Text.Json.Serialization;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// (ln(1 + max(ŷ, 10⁻⁷)) − ln(1 + max(y, 10⁻⁷)))², as in Keras: relative errors of numbers that are at least 0, too small ones weighing
/// more than too large ones. Below 10⁻⁷ a prediction has no gradient: let the last layer give numbers above 0.
/// </summary>
public sealed record MeanSquaredLogarithmicError : ElementwiseLoss
{
    private const double Epsilon = 1e-7;

    [JsonIgnore]
    public override string Name => "mean squared logarithmic error";

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        // A NaN stays one: Math.Max keeps it.
        double x = double.CreateTruncating(prediction), p = Math.Max(x, Epsilon), y = Math.Max(double.CreateTruncating(target), Epsilon);
        double error = Elementary<double>.Log1P(p) - Elementary<double>.Log1P(y);
        gradient = T.CreateTruncating(x < Epsilon ? 0 : 2 * error / (1 + p));
        return error * error;
    }
}
