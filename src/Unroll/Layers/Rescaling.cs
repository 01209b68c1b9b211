using System.Numerics;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// y = x∘scale + offset, with numbers that are given and not learnt, as Keras' Rescaling: brings what a model is given, pixels of 0 to 255,
/// degrees, to the size that networks learn from, inside the model and its file. Input and output have one shape (..., F). No parameters.
/// </summary>
/// <remarks>Masks pass through. A masked step is computed like any other.</remarks>
/// <example>
/// <code>
/// var model = new Model(new Rescaling([1 / 127.5], [-1]), new Conv2D(8, 3, 3), new GlobalMaxPooling(), new Dense(10));
/// </code>
/// </example>
public sealed record Rescaling : Layer
{
    /// <param name="scale">One number for all features, or one a feature.</param>
    /// <param name="offset">The same; null: 0.</param>
    /// <exception cref="ArgumentException">A list is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite in single precision.</exception>
    public Rescaling(IReadOnlyList<double> scale, IReadOnlyList<double>? offset = null)
    {
        ArgumentNullException.ThrowIfNull(scale);
        (Scale, Offset) = (AtLeastOne(scale, nameof(scale)), AtLeastOne(offset ?? [0], nameof(offset)));
    }

    /// <summary>One number for all features, or one a feature.</summary>
    public IReadOnlyList<double> Scale { get; }

    /// <summary>One number for all features, or one a feature.</summary>
    public IReadOnlyList<double> Offset { get; }

    protected internal override string Kind => "rescaling";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public bool Equals(Rescaling? other) => base.Equals(other) && Scale.SequenceEqual(other.Scale) && Offset.SequenceEqual(other.Offset);

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Scale.Count, Scale[0], Offset.Count, Offset[0]);

    public override Shape GetOutputShape(Shape input)
    {
        Require(nameof(Scale), Scale.Count);
        Require(nameof(Offset), Offset.Count);
        return input;

        void Require(string option, int count)
        {
            if (count != 1 && count != input.Features)
                throw new UnrollException(
                    $"{Label} has {count} numbers as {option}, but its input has shape {input}. "
                    + $"Give one number, or {input.Features}, one a feature.");
        }
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new RescalingOp<T>(this, builder, inputs[0].Shape), inputs[0].Mask);

    private static double[] AtLeastOne(IReadOnlyList<double> values, string option) => values.Count > 0
        ? [.. values.Select(value => Option.Finite(value, option))]
        : throw new ArgumentException($"{option} is empty. Give one number for all features, or one a feature.", option);
}

internal sealed class RescalingOp<T>(Rescaling options, LayerBuilder<T> builder, Shape shape) : StepOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _scale = Each(options.Scale, shape.Features), _offset = Each(options.Offset, shape.Features);

    protected override void Forward(in StepRow<T> step)
    {
        step.Math.Product(step.Output, step.Input, _scale);
        step.Math.Add(step.Output, _offset);
    }

    /// <summary>dx = dy∘scale.</summary>
    protected override void Backward(in StepRow<T> step)
    {
        if (!step.InputGradient.IsEmpty)
            step.Math.Product(step.InputGradient, step.OutputGradient, _scale);
    }

    /// <summary>A number for each feature.</summary>
    private static T[] Each(IReadOnlyList<double> values, int features) =>
        [.. Enumerable.Range(0, features).Select(i => T.CreateChecked(values[values.Count == 1 ? 0 : i]))];
}
