using Unroll.Exchange.OnnxFormat.Running;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <summary>A part of an extent. Extents of a value and of a tensor are products of the same parts, in their orders.</summary>
/// <param name="extent">How many; of the batch what the graph says, or −1.</param>
/// <param name="isBatch">Whether it is the batch.</param>
internal sealed class ExtentPart(long extent, bool isBatch = false)
{
    public long Extent => extent;

    public bool IsBatch => isBatch;
}

/// <summary>What a name of a graph stands for.</summary>
internal abstract class LiftedValue;

/// <summary>Numbers that do not depend on the inputs. Whole ones may be <see cref="Batch"/> or <see cref="Unknown"/>.</summary>
internal sealed class LiftedConstant(int[] shape, float[]? floats, long[]? integers) : LiftedValue
{
    /// <summary>In the place of the extent of the batch, and of what was computed with it.</summary>
    public const long Batch = long.MinValue + 7, Unknown = long.MinValue + 8;

    public int[] Shape => shape;

    public float[]? Floats => floats;

    public long[]? Integers => integers;

    public int Length => floats?.Length ?? integers!.Length;

    public static LiftedConstant Of(Tensor tensor)
    {
        int[] shape = tensor.Dims.ToArray();
        if (tensor.Type is not (TensorType.Float32 or TensorType.Float64 or TensorType.Float16 or TensorType.BFloat16))
        {
            var integers = new long[tensor.Length];
            Casting.Convert<long>(tensor, integers);
            return new LiftedConstant(shape, null, integers);
        }

        if (tensor is Tensor<float> same)
            return new LiftedConstant(shape, same.Values.ToArray(), null);
        var floats = new float[tensor.Length];
        Casting.Convert<float>(tensor, floats);
        return new LiftedConstant(shape, floats, null);
    }

    public Tensor ToTensor() => floats is not null ? Tensor<float>.Of(floats, shape) : Tensor<long>.Of(integers!, shape);
}

/// <summary>Zeros of any extents: what a recurrent layer begins from.</summary>
internal sealed class LiftedZeros : LiftedValue;

/// <summary>Could not be understood; the reason is known.</summary>
internal sealed class LiftedNothing : LiftedValue;

/// <summary>A value of the model as a tensor of the graph: its extents, with the batch, in an order of their own.</summary>
internal sealed class LiftedData : LiftedValue
{
    /// <summary>Null: not a layer's value, but a step of a formula that is to be known as a whole.</summary>
    public LiftedFlow? Flow { get; init; }

    /// <summary>For each extent of the flow's shape its parts.</summary>
    public required ExtentPart[][] Axes { get; init; }

    /// <summary>For each extent of the tensor its parts; none: 1.</summary>
    public required ExtentPart[][] Dims { get; init; }

    /// <summary>The formula that it is: the operator, what it was applied to, and the constant beside it.</summary>
    public LiftedFormula? Formula { get; init; }

    /// <summary>True: a sequence that was processed backwards and put into the order of time, which no layer of
    /// one direction gives.</summary>
    public bool IsTurned { get; init; }

    /// <summary>Of the final states of two directions those of each.</summary>
    public LiftedFlow[]? Halves { get; init; }

    /// <summary>A value whose tensor has the batch, and then the extents of the shape.</summary>
    public static LiftedData Of(LiftedFlow flow, ExtentPart batch)
    {
        ExtentPart[][] axes = [.. flow.Shape.ToArray().Select(extent => (ExtentPart[])[new ExtentPart(extent)])];
        return new LiftedData { Flow = flow, Axes = axes, Dims = [[batch], .. axes] };
    }

    public LiftedData With(ExtentPart[][] dims) =>
        new() { Flow = Flow, Axes = Axes, Dims = dims, Formula = Formula, IsTurned = IsTurned, Halves = Halves };

    /// <summary>The same tensor of another flow of the same shape.</summary>
    public LiftedData Of(LiftedFlow flow) => new() { Flow = flow, Axes = Axes, Dims = Dims, IsTurned = IsTurned };

    public LiftedData Of(LiftedFormula formula) => new() { Axes = Axes, Dims = Dims, Formula = formula };

    /// <summary>Another number of features, which are the extent <paramref name="dim"/> of the tensor.</summary>
    public LiftedData WithFeatures(LiftedFlow flow, int dim)
    {
        ExtentPart[] features = [new ExtentPart(flow.Shape.Features)];
        return new LiftedData
        {
            Flow = flow,
            Axes = [.. Axes[..^1], features],
            Dims = [.. Dims.Select((parts, i) => i == dim ? features : parts)],
            IsTurned = IsTurned,
        };
    }

    /// <summary>False where the features and the batch are one extent of the tensor.</summary>
    public bool BatchDimsAreApart => !Dims[^1].Any(part => part.IsBatch);

    public int BatchDim => Array.FindIndex(Dims, parts => parts is [{ IsBatch: true }]);

    /// <summary>The extent of the tensor that has all features and nothing else; −1: none.</summary>
    public int FeatureDim => Axes.Length == 0 ? -1 : Array.FindLastIndex(Dims, parts => parts.SequenceEqual(Axes[^1]));

    /// <summary>The extent that is the steps and nothing else; −1: none.</summary>
    public int StepDim => Axes.Length < 2 ? -1 : Array.FindIndex(Dims, parts => parts.SequenceEqual(Axes[0]));

    /// <summary>Extents as constants: the batch is a word of its own.</summary>
    public long[] Extents => [.. Dims.Select(parts => parts switch
    {
        [] => 1,
        [{ IsBatch: true }] => LiftedConstant.Batch,
        _ when parts.Any(part => part.IsBatch) => LiftedConstant.Unknown,
        _ => parts.Aggregate(1L, (product, part) => product * part.Extent),
    })];

    /// <summary>The same tensor with other extents, in the same order of numbers.</summary>
    /// <param name="target">Extents; −1 is what is left, 0 what stood there.</param>
    /// <exception cref="LiftException">They cut where no boundary is.</exception>
    public LiftedData Reshape(long[] target)
    {
        if (target.Count(extent => extent is -1 or LiftedConstant.Unknown) > 1)
            throw new LiftException("its extents leave more than one open");
        var parts = new LinkedList<ExtentPart>(Dims.SelectMany(dim => dim));
        var splits = new Dictionary<ExtentPart, ExtentPart[]>();
        var dims = new ExtentPart[target.Length][];
        int open = Array.FindIndex(target, extent => extent is -1 or LiftedConstant.Unknown);
        for (int i = 0; i < (open < 0 ? target.Length : open); i++)
            dims[i] = Take(parts, splits, ExtentOf(target, i), fromTheEnd: false);
        for (int i = target.Length - 1; open >= 0 && i > open; i--)
            dims[i] = Take(parts, splits, ExtentOf(target, i), fromTheEnd: true);
        if (open >= 0)
        {
            dims[open] = [.. parts];
            parts.Clear();
        }

        if (parts.Any(part => part.Extent != 1))
            throw new LiftException("its extents do not fit what it takes");
        ExtentPart[] Split(ExtentPart[] whole) =>
            [.. whole.SelectMany(part => splits.TryGetValue(part, out ExtentPart[]? pieces) ? Split(pieces) : [part])];
        ExtentPart[][] axes = [.. Axes.Select(Split)];
        return new LiftedData
        {
            Flow = Flow,
            Axes = axes,
            Dims = [.. dims.Select(Split)],
            IsTurned = IsTurned,
        };
    }

    private long ExtentOf(long[] target, int i) => target[i] == 0 ? Extents[i] : target[i];

    /// <summary>Parts from one end whose product is an extent; a part that is larger is split.</summary>
    private static ExtentPart[] Take(
        LinkedList<ExtentPart> parts, Dictionary<ExtentPart, ExtentPart[]> splits, long extent, bool fromTheEnd)
    {
        ExtentPart? Next() => (fromTheEnd ? parts.Last : parts.First)?.Value;
        void Drop()
        {
            if (fromTheEnd)
                parts.RemoveLast();
            else
                parts.RemoveFirst();
        }

        var taken = new List<ExtentPart>();
        if (Next() is { IsBatch: true } batch && (extent == LiftedConstant.Batch || extent == batch.Extent))
        {
            Drop();
            return [batch];
        }

        if (extent == 1 && Next() is { Extent: 1, IsBatch: false } one)
        {
            Drop();
            return [one];
        }

        while (extent != 1)
        {
            if (Next() is not { } part || extent < 1 || part.Extent < 1)
                throw new LiftException("its extents do not fit what it takes");
            Drop();
            if (extent % part.Extent == 0)
            {
                taken.Add(part);
                extent /= part.Extent;
                continue;
            }

            if (part.IsBatch || part.Extent % extent != 0)
                throw new LiftException("its extents do not fit what it takes");
            ExtentPart here = new(extent), rest = new(part.Extent / extent);
            splits[part] = fromTheEnd ? [rest, here] : [here, rest];
            if (fromTheEnd)
                parts.AddLast(rest);
            else
                parts.AddFirst(rest);
            taken.Add(here);
            extent = 1;
        }

        if (fromTheEnd)
            taken.Reverse();
        return [.. taken];
    }
}

/// <summary>A step of a formula that exporters write out, such as that of GELU or of a normalisation.</summary>
/// <param name="Operation">The operator.</param>
/// <param name="Of">What it was applied to.</param>
/// <param name="Constant">The one number beside it.</param>
internal sealed record LiftedFormula(string Operation, LiftedData[] Of, float Constant = float.NaN)
{
    /// <summary>One number for each feature.</summary>
    public float[]? Vector { get; init; }
}

/// <summary>Why a node has no layer; part of a sentence.</summary>
internal sealed class LiftException(string reason) : Exception(reason);
