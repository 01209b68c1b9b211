using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>½e² where |e| ≤ δ, δ(|e| − ½δ) beyond (Huber 1964): squares small errors, does not let large ones rule.</summary>
/// <param name="Delta">δ, in the units of the target; above 0.</param>
public sealed record Huber(double Delta = 1) : ElementwiseLoss
{
    [JsonIgnore]
    public override string Name => "Huber loss";

    internal override bool TakesAnyTarget => true;

    public override void Validate()
    {
        if (!(Delta > 0) || double.IsInfinity(Delta))
            throw new UnrollException($"Huber's delta is {Delta}; it must be above 0.");
    }

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        T error = prediction - target, delta = T.CreateChecked(Delta);
        double e = Math.Abs(double.CreateTruncating(error));
        gradient = T.MaxNative(-delta, T.MinNative(delta, error));
        return e <= Delta ? 0.5 * e * e : Delta * (e - 0.5 * Delta);
    }
}
