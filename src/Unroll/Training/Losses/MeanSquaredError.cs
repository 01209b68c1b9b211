using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>(y − ŷ)².</summary>
public sealed record MeanSquaredError : ElementwiseLoss
{
    [JsonIgnore]
    public override string Name => "mean squared error";

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        T error = prediction - target;
        gradient = error + error;
        return double.CreateTruncating(error) * double.CreateTruncating(error);
    }
}
