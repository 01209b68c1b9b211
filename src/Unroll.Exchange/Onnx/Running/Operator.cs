using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>What a node does, with its attributes read. One object for all runs: it keeps nothing of a run.</summary>
internal abstract class Operator
{
    /// <summary>Computes the outputs.</summary>
    public abstract void Run(in Call call);

    /// <summary>The type of an output, told from those of the inputs; null where they do not tell.</summary>
    public virtual TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => inputs.Length > 0 ? inputs[0] : null;

    /// <summary>Whether the first input may be of this type.</summary>
    public virtual bool Accepts(TensorType type) => true;

    /// <summary>How many of the first inputs must have one type.</summary>
    public virtual int SameTyped => 1;

    /// <summary>The graphs inside the node.</summary>
    public virtual ReadOnlySpan<GraphSteps> Bodies => [];

    /// <summary>
    /// Whether the node may be computed once, at loading, where its inputs are constants: not where its work has no bound.
    /// </summary>
    public virtual bool IsFoldable => true;
}

/// <summary>A node that moves numbers of any type.</summary>
internal abstract class Movement : Operator
{
    /// <summary>Which input tells the type.</summary>
    protected virtual int TypeInput => 0;

    public sealed override void Run(in Call call)
    {
        switch (call.In(TypeInput).Type)
        {
            case TensorType.Float32: Move<float>(call); break;
            case TensorType.Float64: Move<double>(call); break;
            case TensorType.Float16: Move<Half>(call); break;
            case TensorType.BFloat16: Move<BrainFloat>(call); break;
            case TensorType.Int8: Move<sbyte>(call); break;
            case TensorType.Int16: Move<short>(call); break;
            case TensorType.Int32: Move<int>(call); break;
            case TensorType.Int64: Move<long>(call); break;
            case TensorType.UInt8: Move<byte>(call); break;
            case TensorType.UInt16: Move<ushort>(call); break;
            case TensorType.UInt32: Move<uint>(call); break;
            case TensorType.UInt64: Move<ulong>(call); break;
            default: Move<bool>(call); break;
        }
    }

    protected abstract void Move<T>(in Call call)
        where T : unmanaged;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) =>
        inputs.Length > TypeInput ? inputs[TypeInput] : null;
}

/// <summary>A node that computes with numbers of any type but Booleans.</summary>
internal abstract class Numeric : Operator
{
    public sealed override void Run(in Call call)
    {
        switch (call.In(0).Type)
        {
            case TensorType.Float32: Compute<float>(call); break;
            case TensorType.Float64: Compute<double>(call); break;
            case TensorType.Float16: Compute<Half>(call); break;
            case TensorType.Int8: Compute<sbyte>(call); break;
            case TensorType.Int16: Compute<short>(call); break;
            case TensorType.Int32: Compute<int>(call); break;
            case TensorType.Int64: Compute<long>(call); break;
            case TensorType.UInt8: Compute<byte>(call); break;
            case TensorType.UInt16: Compute<ushort>(call); break;
            case TensorType.UInt32: Compute<uint>(call); break;
            case TensorType.UInt64: Compute<ulong>(call); break;
            default: throw call.WrongType(0);
        }
    }

    public override bool Accepts(TensorType type) => type is not (TensorType.Boolean or TensorType.BFloat16);

    protected abstract void Compute<T>(in Call call)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>;
}

/// <summary>A node that computes with floating point numbers.</summary>
internal abstract class Floating : Operator
{
    public sealed override void Run(in Call call)
    {
        switch (call.In(0).Type)
        {
            case TensorType.Float32: Compute<float>(call); break;
            case TensorType.Float64: Compute<double>(call); break;
            case TensorType.Float16: Compute<Half>(call); break;
            default: throw call.WrongType(0);
        }
    }

    public override bool Accepts(TensorType type) => type is TensorType.Float32 or TensorType.Float64 or TensorType.Float16;

    protected abstract void Compute<T>(in Call call)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>;
}

/// <summary>
/// A node of products, computed by the engine's kernels in float or double. Half-precision inputs are widened to float before, and the
/// outputs rounded after.
/// </summary>
internal abstract class Heavy : Operator
{
    public sealed override void Run(in Call call)
    {
        switch (call.In(0).Type)
        {
            case TensorType.Float32: Compute<float>(call); break;
            case TensorType.Float64: Compute<double>(call); break;
            case TensorType.Float16: call.DoWidened(Compute<float>); break;
            default: throw call.WrongType(0);
        }
    }

    public override bool IsFoldable => false;

    public override bool Accepts(TensorType type) => type is TensorType.Float32 or TensorType.Float64 or TensorType.Float16;

    protected abstract void Compute<T>(in Call call)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>;
}
