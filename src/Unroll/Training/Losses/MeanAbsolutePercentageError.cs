using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// 100·|y − ŷ| ÷ max(|y|, 10⁻⁷), in percent, as in Keras; its derivative at y is taken to be 0. A target of 0 counts ten million times as
/// much as one of 1: do not use it where there are such.
/// </summary>
public sealed record MeanAbsolutePercentageError : ElementwiseLoss
{
    private const double Epsilon = 1e-7;

    [JsonIgnore]
    public override string Name => "mean absolute percentage error";

    internal override bool TakesAnyTarget => true;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        double y = double.CreateTruncating(target), error = double.CreateTruncating(prediction) - y;
        double unit = 100 / Math.Max(Math.Abs(y), Epsilon);
        gradient = T.CreateTruncating(error > 0 ? unit : error < 0 ? -unit : error);
        return unit * Math.Abs(error);
    }
}
