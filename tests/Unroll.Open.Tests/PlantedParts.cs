using System.Numerics;
using Unroll.Layers;

namespace Unroll.Open.Tests;

/// <summary>h = z − Σz/10, which sums over units, and so must not be shared.</summary>
internal sealed record SummingRnn(int Units, bool Shares) : Recurrent(Units)
{
    protected override string Kind => "summing_rnn";

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new SummingCell<T>(builder, this, input);
}

internal sealed class SummingCell<T>(LayerBuilder<T> builder, SummingRnn options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(1))
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override bool CanShare => options.Shares;

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
            LessSum(step.State(0, row), step.Gate(0, row));
    }

    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
            LessSum(step.Gate(0, row), step.Gradient(0, row));
    }

    private static void LessSum(Span<T> y, ReadOnlySpan<T> x)
    {
        T sum = T.Zero;
        foreach (T value in x)
            sum += value;
        for (int i = 0; i < y.Length; i++)
            y[i] = x[i] - sum / T.CreateChecked(10);
    }
}

/// <summary>y = x², whose gradient ends after 16 features.</summary>
internal sealed record Narrow : Layer
{
    protected override string Kind => "narrow";

    public override Shape GetOutputShape(Shape input) => input;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new NarrowOp<T>(builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class NarrowOp<T>(LayerBuilder<T> builder, Shape shape) : StepOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override void Forward(in StepRow<T> step)
    {
        for (int i = 0; i < step.Input.Length; i++)
            step.Output[i] = step.Input[i] * step.Input[i];
    }

    protected override void Backward(in StepRow<T> step)
    {
        for (int i = 0; i < step.InputGradient.Length; i++)
            step.InputGradient[i] = i < 16 ? step.OutputGradient[i] * (step.Input[i] + step.Input[i]) : T.Zero;
    }
}

/// <summary>Σ w⁴, whose gradient may be wrong in one of three ways.</summary>
public sealed record Fourth(string Wrong = "") : Regularizer
{
    public override double Penalty<T>(ReadOnlySpan<T> weights, Shape shape)
    {
        double sum = 0;
        foreach (T weight in weights)
            sum += Math.Pow(double.CreateTruncating(weight), 4);
        return sum;
    }

    public override void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            T gradient = T.CreateTruncating(Wrong == "factor" ? 3 : 4) * weights[i] * weights[i] * weights[i];
            gradients[i] = Wrong switch
            {
                "overwrites" => gradient,
                "NaN" when i == 1 => T.NaN,
                _ => gradients[i] + gradient,
            };
        }
    }
}

/// <summary>A squared error that does something of its own with the weights of samples.</summary>
internal sealed record OwnWeights(string Wrong) : Loss
{
    public override double CountOf<T>(in LossRow<T> row) => Wrong == "count" ? row.Targets.Length : base.CountOf(row);

    public override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double weight = double.CreateTruncating(row.WeightOf(i * row.Positions / row.Targets.Length)),
                error = double.CreateTruncating(row.Outputs[i] - row.Targets[i]);
            weight = Wrong switch
            {
                "ignores" => 1,
                "flag" => weight > 0 ? 1 : 0,
                "first" => double.CreateTruncating(row.WeightOf(0)),
                _ => weight,
            };
            sum += weight * error * error;
            row.Outputs[i] = row.Scale * T.CreateTruncating(2 * weight * error);
        }

        return sum;
    }
}
