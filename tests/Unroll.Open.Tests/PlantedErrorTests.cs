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
    [InlineData(Planted.NotANumberInTraining, "NaN")]
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

    [Fact]
    public void A_cell_that_sums_over_units_and_is_shared_is_found()
    {
        GradientCheck.Of(new SummingRnn(5, Shares: false), new Shape(4, 3)).ThrowIfWrong();
        foreach (int units in (ReadOnlySpan<int>)[5, 40])
            Assert.Contains("CanShare must be false", Assert.Single(GradientCheck.Of(new SummingRnn(units, Shares: true),
                new Shape(4, 3)).Errors.Select(error => error[(error.IndexOf(':') + 1)..]).Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_beyond_16_features_is_found() => Assert.Contains(
        GradientCheck.Of(new Narrow(), new Shape(4, 3)).Errors, error => error.StartsWith("wide: ", StringComparison.Ordinal));

    [Theory]
    [InlineData("factor", "gradient of the Fourth")]
    [InlineData("overwrites", "added to what was there")]
    [InlineData("NaN", "NaN")]
    public void A_wrong_regularizer_is_found_alone_and_in_a_layer(string wrong, string said)
    {
        Assert.Contains(GradientCheck.Of(new Fourth(wrong)).Errors, error => error.Contains(said, StringComparison.Ordinal));
        GradientCheckResult inLayer = GradientCheck.Of(new Dense(2) { KernelRegularizer = new Fourth(wrong) }, new Shape(3));
        Assert.Contains(inLayer.Errors, error => error.Contains("dense_1/kernel", StringComparison.Ordinal)
            && error.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void A_right_regularizer_passes()
    {
        GradientCheck.Of(new Fourth()).ThrowIfWrong();
        GradientCheck.Of(new Binarize(0.3)).ThrowIfWrong();
        GradientCheck.Of(new L1L2(0.1, 0.2)).ThrowIfWrong();
        GradientCheck.Of(new Dense(2) { KernelRegularizer = new Fourth() }, new Shape(3)).ThrowIfWrong();
    }

    [Theory]
    [InlineData("ignores", "not twice")]
    [InlineData("flag", "not twice")]
    [InlineData("count", "CountOf")]
    [InlineData("first", "which has the weight 0")]
    public void A_loss_that_does_not_heed_weights_is_found(string wrong, string said) =>
        Assert.Contains(GradientCheck.Of(new OwnWeights(wrong)).Errors, error => error.Contains(said, StringComparison.Ordinal));

    [Fact]
    public void A_loss_that_heeds_weights_passes()
    {
        GradientCheck.Of(new OwnWeights("")).ThrowIfWrong();
        GradientCheck.Of(new Laplace()).ThrowIfWrong();
        GradientCheck.Of(new HalfDistance()).ThrowIfWrong();
        GradientCheck.Of(new QuantileLoss([0.1, 0.5, 0.9])).ThrowIfWrong();
        GradientCheck.Of(new SparseCategoricalCrossEntropy(), 3, 0, 2, 1, 1).ThrowIfWrong();
        GradientCheck.Of(new CosineSimilarity()).ThrowIfWrong();
    }

    [Fact]
    public void What_cannot_be_checked_is_refused()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => new GradientCheckOptions { Inputs = [] }).Message,
            StringComparison.Ordinal);
        Assert.Contains("multiple", Assert.Throws<ArgumentException>(() => GradientCheck.Of(new Laplace(), 3)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientCheck.Of(new Laplace(), 0));
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
    NotANumberInTraining,
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
    private readonly int _stride = RowPadding.Pad(shape.Features);
    private readonly T[] _kept = new T[shape.Positions * builder.ShardRows * RowPadding.Pad(shape.Features)];

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
                if (error == (pass.KeepsSteps ? Planted.NotANumberInTraining : Planted.NotANumberInPrediction) && i == 1)
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
