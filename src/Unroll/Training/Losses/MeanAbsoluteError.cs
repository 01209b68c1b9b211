using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>|y − ŷ|; its derivative at 0 is taken to be 0.</summary>
public sealed record MeanAbsoluteError : ElementwiseLoss
{
    [JsonIgnore]
    public override string Name => "mean absolute error";

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        // What is no number stays none.
        T error = prediction - target;
        gradient = error > T.Zero ? T.One : error < T.Zero ? -T.One : error;
        return Math.Abs(double.CreateTruncating(error));
    }
}
