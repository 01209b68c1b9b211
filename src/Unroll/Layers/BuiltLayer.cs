using System.Numerics;

namespace Unroll.Layers;

/// <summary>A value that a layer takes.</summary>
/// <param name="Shape">Its shape, without the batch.</param>
/// <param name="Mask">Which of its steps count.</param>
public readonly record struct LayerInput(Shape Shape, StepMask Mask = default);

/// <summary>What <see cref="Layer.Build"/> makes of a layer.</summary>
/// <param name="Op">The layer at work.</param>
/// <param name="Mask">
/// Which steps of its first output count: that of an input where the layer goes step by step, a new one, or none (the default) where the
/// output has no steps or all of them count.
/// </param>
public readonly record struct BuiltLayer<T>(LayerOp<T> Op, StepMask Mask = default)
    where T : unmanaged, IFloatingPointIeee754<T>;
