using System.Numerics;

namespace Unroll.Layers;

/// <summary>
/// A layer at work: built for one shape of inputs. Activations are slabs of [T, P, F], where P is the padded number of rows of the shard
/// and F the features padded to whole vectors; a vector has T = 1. Padding columns of gradients are zero; those of activations are finite.
/// </summary>
/// <remarks>
/// One op is used by several threads at once, each with a shard of its own: what it keeps of a shard between forward and backward lies in
/// <see cref="LayerSpans{T}.Cache"/>, never in a field.
/// </remarks>
public abstract class LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <param name="builder">Of the layer.</param>
    /// <param name="input">The shape of its first input.</param>
    /// <param name="output">The shape of its first output.</param>
    protected LayerOp(LayerBuilder<T> builder, Shape input, Shape output)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (Name, Input, Output) = (builder.LayerName, input, output);
    }

    /// <summary>The layer's name in its graph.</summary>
    public string Name { get; }

    /// <summary>The shape of the first input.</summary>
    public Shape Input { get; }

    /// <summary>The shape of the first output.</summary>
    public Shape Output { get; }

    /// <summary>Values that the layer keeps of one shard between forward and backward, for shards of the largest size.</summary>
    public virtual int CacheSize => 0;

    /// <summary>
    /// True: the layer works on <see cref="LayerSpans{T}.Steps"/> steps and leaves out trailing steps that are padding in every row. False:
    /// it reads zeros there.
    /// </summary>
    public virtual bool SkipsPadding => false;

    /// <summary>
    /// After Forward: how many output steps count; later ones are padding in every row. Also for further outputs, except those of three or
    /// more extents, where all positions count.
    /// </summary>
    public virtual int OutputSteps(ShardPass<T> pass, int inputSteps) => SkipsPadding
        ? Math.Min(inputSteps, Output.Positions)
        : Output.Positions;

    /// <summary>True where <see cref="Mark"/> can make the output's mask without Forward.</summary>
    public virtual bool MarksAlone => false;

    /// <summary>True where the mask depends on input values; false where input masks are enough.</summary>
    public virtual bool MarksByValues => true;

    /// <summary>Makes the mask that Forward makes, and nothing else: to know which steps count before a batch runs.</summary>
    public virtual void Mark(ShardPass<T> pass, in LayerSpans<T> spans) =>
        throw new NotSupportedException("This layer makes its mask in Forward.");

    /// <summary>Output from Input; may fill Cache.</summary>
    public abstract void Forward(ShardPass<T> pass, in LayerSpans<T> spans);

    /// <summary>
    /// InputGradient (unless empty) from OutputGradient, after Forward with the same spans; adds the weights' gradients to where
    /// <see cref="Weights{T}.Gradient"/> and <see cref="Projection{T}.AddGradient"/> say. OutputGradient may be overwritten.
    /// </summary>
    public abstract void Backward(ShardPass<T> pass, in LayerSpans<T> spans);

    /// <summary>The recurrent layers inside, for initial and final states.</summary>
    internal virtual IEnumerable<RecurrentOp<T>> RecurrentParts => [];

    /// <summary>
    /// Says what Forward kept of the shard's first row, gates, states and weights of attention, where every step is kept (<see
    /// cref="ShardPass{T}.KeepsSteps"/>).
    /// </summary>
    internal virtual void Trace(ShardPass<T> pass, in LayerSpans<T> spans, TraceBuilder trace)
    {
    }

    /// <summary>
    /// How many threads can do the layer's forward and backward pass over one shard together, with more gain than waiting
    /// for each other costs. Where it is 1, one thread does the pass; otherwise all that are at the shard come through it, and a phase ends
    /// each pass.
    /// </summary>
    internal virtual int MostThreads(ShardPass<T> pass) => 1;
}
