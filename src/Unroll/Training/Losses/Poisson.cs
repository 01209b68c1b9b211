using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// ŷ − y·ln(ŷ + 10⁻⁷): the negative logarithm of a Poisson probability of the count y, without the term ln y!, which no weight changes. The
/// model gives the rate ŷ, which must be above 0: let the last layer end in a function that is. Targets are at least 0.
/// </summary>
/// <remarks>Keras' Poisson. PyTorch's PoissonNLLLoss takes ln ŷ unless it is told otherwise, as <see cref="LogInput"/> does here.</remarks>
public sealed record Poisson : ElementwiseLoss
{
    private const double Epsilon = 1e-7;

    /// <summary>True: the model gives x = ln ŷ, any number, and the loss is eˣ − y·x.</summary>
    public bool LogInput { get; init; }

    [JsonIgnore]
    public override string Name => "Poisson loss";

    [JsonIgnore]
    public override OutputKind Takes => LogInput ? OutputKind.Parameters : OutputKind.Values;

    [JsonIgnore]
    public override int PointOutput => LogInput ? -1 : 0;

    public override string? FaultOf<T>(in LossRow<T> row) => NegativeTarget(row, "a count, at least 0");

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        double x = double.CreateTruncating(prediction), y = double.CreateTruncating(target);
        if (LogInput)
        {
            double rate = Math.Exp(x);
            gradient = T.CreateTruncating(rate - y);
            return rate - y * x;
        }

        gradient = T.CreateTruncating(1 - y / (x + Epsilon));
        return x - y * Math.Log(x + Epsilon);
    }
}
