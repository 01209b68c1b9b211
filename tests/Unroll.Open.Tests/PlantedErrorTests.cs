using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Whoever writes a layer makes these errors: GradientCheck must find each, and none where there is none.</summary>
public class PlantedErrorTests
{
    [Fact]
    public void Nothing_is_found_where_nothing_is_wrong() => Assert.Empty(Check(Planted.Nothing).Errors);

    [Theory]
    [InlineData(Planted.WrongSign, "input[0]")]
    [InlineData(Planted.LostGradient, "planted_1/a[0]")]
    [InlineData(Planted.FieldForShard, "not in fields")]
    [InlineData(Planted.MixedRows, "alone")]
    [InlineData(Planted.SingleForward, "central difference")]
    [InlineData(Planted.SingleBackward, "not in single precision")]
    [InlineData(Planted.NotANumber, "NaN")]
    [InlineData(Planted.NotANumberInPrediction, "NaN")]
    public void An_error_is_found_and_named(Planted error, string said)
    {
        GradientCheckResult found = Check(error);
        Assert.Contains(found.Errors, each => each.Contains(said, StringComparison.Ordinal));
        Assert.Contains(found.Errors[0], Assert.Throws<UnrollException>(found.ThrowIfWrong).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_given_is_what_is_checked()
    {
        // The root of a normal number is NaN half of the time; with positive inputs the layer is right.
        Assert.NotEmpty(GradientCheck.Of(new Root(), new Shape(3)).Errors);
        GradientCheck.Of(new Root(), new GradientCheckOptions { Inputs = [0.5, 2, 3.5, 1, 4] }, new Shape(3)).ThrowIfWrong();
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientCheckOptions { Tolerance = 0 });
    }

    private static GradientCheckResult Check(Planted error) => GradientCheck.Of(new PlantedLayer(error), new Shape(4, 3));
}

public enum Planted
{
    Nothing,
    WrongSign,
    LostGradient,
    FieldForShard,
    MixedRows,
    SingleForward,
    SingleBackward,
    NotANumber,
    NotANumberInPrediction,
}

/// <summary>y = a·x², with an error or without one.</summary>
internal sealed record PlantedLayer(Planted Error) : Layer
{
    protected override string Kind => "planted";

    public override Shape GetOutputShape(Shape input) => input;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new PlantedOp<T>(Error, builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class PlantedOp<T>(Planted error, LayerBuilder<T> builder, Shape shape) : LayerOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T> _a = builder.AddWeights("a", new Shape(shape.Features), Initializer.RandomUniform);
    private readonly int _stride = Lanes.Pad(shape.Features);
    private readonly T[] _kept = new T[shape.Positions * builder.ShardRows * Lanes.Pad(shape.Features)];

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = Input.Positions * pass.PaddedRows * _stride;
        spans.Input[..size].CopyTo(_kept);
        for (int row = 0; row < size / _stride; row++)
        {
            for (int i = 0; i < Input.Features; i++)
            {
                int at = row * _stride + i;
                T x = spans.Input[at], y = _a.Values[i] * x * x;
                if (error == Planted.SingleForward)
                    y = T.CreateTruncating(float.CreateTruncating(y));
                if (error == Planted.MixedRows)
                    y += spans.Input[row / pass.PaddedRows * pass.PaddedRows * _stride + i];
                if (error == Planted.NotANumberInPrediction && !pass.KeepsSteps && i == 1)
                    y = T.NaN;
                spans.Output[at] = y;
            }
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<T> da = _a.Gradient(pass);
        if (!spans.InputGradient.IsEmpty)
            spans.InputGradient.Clear();
        for (int row = 0; row < Input.Positions * pass.PaddedRows; row++)
        {
            for (int i = 0; i < Input.Features; i++)
            {
                int at = row * _stride + i;
                T x = error == Planted.FieldForShard ? _kept[at] : spans.Input[at], dy = spans.OutputGradient[at];
                if (error != Planted.LostGradient)
                    da[i] += dy * x * x;
                if (spans.InputGradient.IsEmpty)
                    continue;
                T dx = dy * _a.Values[i] * (x + x);
                spans.InputGradient[at] += error switch
                {
                    Planted.WrongSign => -dx,
                    Planted.SingleBackward => T.CreateTruncating(float.CreateTruncating(dx)),
                    Planted.NotANumber when i == 2 => T.NaN,
                    _ => dx,
                };
                if (error == Planted.MixedRows)
                    spans.InputGradient[row / pass.PaddedRows * pass.PaddedRows * _stride + i] += dy;
            }
        }
    }
}

/// <summary>y = √x, for numbers above 0.</summary>
internal sealed record Root : Layer
{
    protected override string Kind => "root";

    public override Shape GetOutputShape(Shape input) => input;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new RootOp<T>(builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class RootOp<T>(LayerBuilder<T> builder, Shape shape) : StepOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override void Forward(in StepRow<T> step)
    {
        for (int i = 0; i < step.Input.Length; i++)
            step.Output[i] = T.Sqrt(step.Input[i]);
    }

    protected override void Backward(in StepRow<T> step)
    {
        for (int i = 0; i < step.InputGradient.Length; i++)
            step.InputGradient[i] = step.OutputGradient[i] / (step.Output[i] + step.Output[i]);
    }
}
