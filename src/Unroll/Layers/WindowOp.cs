using System.Numerics;

namespace Unroll.Layers;

/// <summary>What all layers share that read windows of positions: which steps count, and what becomes of the mask.</summary>
internal abstract class WindowOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected WindowOp(LayerBuilder<T> builder, WindowAxis[] axes, LayerInput input, Shape output)
        : base(builder, input.Shape, output)
    {
        KeepsPositions = axes.All(axis => axis.Output == axis.Input);
        bool isSequence = Input.Rank == 2;
        (SkipsPadding, GoesStepByStep, Mask) = (isSequence, isSequence && KeepsPositions, isSequence ? input.Mask : default);
        OutputMask = GoesStepByStep ? input.Mask : default;
    }

    public sealed override bool SkipsPadding { get; }

    /// <summary>The input's mask where output step t belongs to input step t; otherwise it ends here.</summary>
    public StepMask OutputMask { get; }

    /// <summary>True where there are as many positions after as before.</summary>
    protected bool KeepsPositions { get; }

    /// <summary>The mask of a sequence: its masked steps are read as padding.</summary>
    protected StepMask Mask { get; }

    /// <summary>
    /// True where output step t belongs to input step t, so that what need not be done for the input need not be done for the output.
    /// </summary>
    private bool GoesStepByStep { get; }

    public sealed override int OutputSteps(ShardPass<T> pass, int inputSteps) => GoesStepByStep ? inputSteps : Output.Positions;

    protected CountedSteps CountSteps(ShardPass<T> pass, in LayerSpans<T> spans) =>
        new(Mask.Exists ? pass.Mask(Mask) : default, spans.Steps, pass.PaddedRows);
}
