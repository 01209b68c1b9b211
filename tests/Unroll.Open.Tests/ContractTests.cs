using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Layers;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>What a layer of your own can get wrong, and what is said about it.</summary>
internal enum Wrong
{
    Nothing,
    OutputShape,
    MaskOfOtherSteps,
    TwoOfOneName,
    NoOp,
    NoKind,
    OwnArgument,
    OverwritesGradients,
    MixesSteps,
}

internal sealed record WrongLayer(Wrong Wrong) : Layer
{
    protected override string Kind => Wrong == Wrong.NoKind ? "" : "wrong";

    public override Shape GetOutputShape(Shape input) => Wrong switch
    {
        Wrong.OutputShape => new Shape(input.Steps, 40),
        Wrong.MaskOfOtherSteps => new Shape(1, input.Features),
        _ => input,
    };

    protected override bool GoesStepByStep(Shape input) => true;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        Shape input = inputs[0].Shape;
        if (Wrong == Wrong.OwnArgument)
            throw new ArgumentException("The gain is too small.");
        if (Wrong == Wrong.NoOp)
            return default;
        if (Wrong == Wrong.TwoOfOneName)
            builder.AddWeights("a", new Shape(input.Features), Initializer.Ones);
        return new(new WrongOp<T>(builder, input, Wrong == Wrong.MaskOfOtherSteps ? GetOutputShape(input) : input, Wrong), inputs[0].Mask);
    }
}

/// <summary>y = a∘x, of the first steps.</summary>
internal sealed class WrongOp<T>(LayerBuilder<T> builder, Shape input, Shape output, Wrong wrong) : LayerOp<T>(builder, input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T> _a = builder.AddWeights("a", new Shape(input.Features), Initializer.Ones);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int stride = Kernels.RowPadding.Pad(Input.Features);
        for (int i = 0; i < Output.Steps * pass.PaddedRows; i++)
        {
            Span<T> y = spans.Output.Slice(i * stride, Input.Features);
            pass.Math.Product(y, spans.Input.Slice(i * stride, Input.Features), _a.Values);
            if (wrong == Wrong.MixesSteps && i >= pass.PaddedRows)
                pass.Math.Add(y, spans.Input.Slice((i - pass.PaddedRows) * stride, Input.Features));
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int stride = Kernels.RowPadding.Pad(Input.Features), rows = Output.Steps * pass.PaddedRows;
        Span<T> da = _a.Gradient(pass);
        if (wrong == Wrong.OverwritesGradients)
            da.Clear();
        spans.InputGradient.Clear();
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<T> dy = spans.OutputGradient.Slice(i * stride, Input.Features);
            pass.Math.AddProduct(da, dy, spans.Input.Slice(i * stride, Input.Features));
            if (spans.InputGradient.IsEmpty)
                continue;
            pass.Math.AddProduct(spans.InputGradient.Slice(i * stride, Input.Features), dy, _a.Values);
            if (wrong == Wrong.MixesSteps && i >= pass.PaddedRows)
                pass.Math.Add(spans.InputGradient.Slice((i - pass.PaddedRows) * stride, Input.Features), dy);
        }
    }
}

/// <summary>A property with the name that files have for the kind.</summary>
internal sealed record Conflicting(string Loss) : ElementwiseLoss
{
    protected override double At<T>(T prediction, T target, out T gradient)
    {
        gradient = T.Zero;
        return 0;
    }
}

[JsonSerializable(typeof(Conflicting))]
internal sealed partial class ContractJson : JsonSerializerContext;

public class ContractTests
{
    [Theory]
    [InlineData("OutputShape", "wrong_1 says that its output has shape (4, 40), but what it built gives (4, 3)")]
    [InlineData("MaskOfOtherSteps", "wrong_1 gives its output of 1 steps a mask of 4 steps")]
    [InlineData("TwoOfOneName", "Two parameters are named wrong_1/a")]
    [InlineData("NoOp", "wrong_1 has built nothing")]
    [InlineData("NoKind", "The Kind of WrongLayer is \"\"")]
    public void Is_refused_when_the_model_is_built(string wrong, string message)
    {
        var model = new Model(new Masking(), new WrongLayer(Enum.Parse<Wrong>(wrong)), new GlobalAveragePooling());
        Assert.Contains(message, Assert.Throws<UnrollException>(() => model.Build(new Shape(4, 3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_of_ones_own_is_not_taken_for_a_size() => Assert.Equal(
        "The gain is too small.",
            Assert.Throws<ArgumentException>(() => new Model(new WrongLayer(Wrong.OwnArgument)).Build(new Shape(4, 3))).Message);

    [Theory]
    [InlineData("OverwritesGradients", "used twice")]
    [InlineData("MixesSteps", "as GoesStepByStep says")]
    public void Is_found_by_the_check_of_gradients(string wrong, string situation) => Assert.Contains(
        GradientCheck.Of(new WrongLayer(Enum.Parse<Wrong>(wrong)), new Shape(5, 3)).Errors,
            error => error.Contains(situation, StringComparison.Ordinal));

    [Fact]
    public void Nothing_is_found_where_nothing_is_wrong() => GradientCheck.Of(new WrongLayer(Wrong.Nothing), new Shape(5, 3))
        .ThrowIfWrong();

    [Fact]
    public void A_property_with_the_name_of_the_kind_is_refused() => Assert.Contains(
        "has a property named loss",
        Assert.Throws<ArgumentException>(() => Kinds.Register("tests/conflicting", ContractJson.Default.Conflicting)).Message,
        StringComparison.Ordinal);
}
