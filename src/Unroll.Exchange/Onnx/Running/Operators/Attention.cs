using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// softmax(scale·Q·Kᵀ + mask)·V of each head. Q, K and V are [batch, heads, steps, size], or [batch, steps, heads·size] with the numbers of
/// heads as attributes; several heads of Q may share one of K and V. Keys and values of earlier calls come before the new ones.
/// </summary>
internal sealed class Attention : Heavy
{
    private readonly bool _isCausal;
    private readonly int _queryHeads, _keyHeads;
    private readonly float? _scale;

    public Attention(NodeReading node)
    {
        _isCausal = node.Flag("is_causal");
        (_queryHeads, _keyHeads) = ((int)node.Int("q_num_heads", 0), (int)node.Int("kv_num_heads", 0));
        _scale = node.Has("scale") ? node.Float("scale", 0) : null;
        node.Ignore("softmax_precision", "qk_matmul_output_mode");
        if (node.Float("softcap", 0) != 0)
            throw node.Unsupported("softcap: versions differ in whether the mask is added before it");
        if (node.Wants(3))
            throw node.Unsupported("the products of queries and keys as an output");
        if (_isCausal && node.HasInput(4))
            throw node.Unsupported("is_causal with earlier keys: versions differ in where the triangle begins");
    }

    public override int SameTyped => 3;

    protected override void Compute<T>(in Call call)
    {
        Heads<T> q = HeadsOf<T>(call, 0, _queryHeads), k = HeadsOf<T>(call, 1, _keyHeads), v = HeadsOf<T>(call, 2, _keyHeads);
        if (q.Batch != k.Batch || k.Batch != v.Batch || k.Many != v.Many || k.Steps != v.Steps || q.Size != k.Size || k.Many == 0
            || q.Many % k.Many != 0)
            throw call.Error($"shapes {call.In(0).Shape}, {call.In(1).Shape} and {call.In(2).Shape} of Q, K and V do not go together");
        k = WithPast(call, k, 4, 1);
        v = WithPast(call, v, 5, 2);
        if (k.Steps != v.Steps)
            throw call.Error("there are more earlier keys than values, or fewer");
        bool isFlat = call.In(0).Rank == 3;
        Span<T> y = (isFlat ? call.Out<T>(0, q.Batch, q.Steps, q.Many * v.Size) : call.Out<T>(0, q.Batch, q.Many, q.Steps, v.Size)).Values;
        Span<T> scores = call.Scratch<T>(k.Steps);
        T scale = T.CreateTruncating(_scale ?? 1 / Math.Sqrt(q.Size));
        Span<T> mask = Mask<T>(call, q, k.Steps);
        y.Clear();
        for (int row = 0; row < q.Batch * q.Many; row++)
        {
            (int batch, int head) = (row / q.Many, row % q.Many);
            ReadOnlySpan<T> keys = k.Of(batch, head / (q.Many / k.Many)), values = v.Of(batch, head / (q.Many / k.Many));
            for (int step = 0; step < q.Steps; step++)
            {
                int open = _isCausal ? Math.Min(step + 1, k.Steps) : k.Steps;
                if (open == 0)
                    continue;
                Span<T> some = scores[..open];
                Kernels<T>.Best.Dots(some, q.Of(batch, head).Slice(step * q.Stride, q.Size), keys, k.Stride);
                Kernels<T>.Best.Scale(some, scale);
                if (!mask.IsEmpty)
                    Kernels<T>.Best.Add(some, mask.Slice((row * q.Steps + step) * k.Steps, open));
                Kernels<T>.Best.Softmax(some);
                int to = isFlat ? (batch * q.Steps + step) * q.Many * v.Size + head * v.Size : (row * q.Steps + step) * v.Size;
                Kernels<T>.Best.AddScaledRows(y.Slice(to, v.Size), some, values, v.Stride);
            }
        }
    }

    /// <summary>The mask stretched to [batch, heads, steps, keys]: numbers to add, −∞ where a Boolean is false.</summary>
    private static Span<T> Mask<T>(in Call call, Heads<T> q, int keys)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!call.Has(3))
            return default;
        Tensor given = call.In(3);
        ReadOnlySpan<int> dims = [q.Batch, q.Many, q.Steps, keys];
        Span<int> strides = stackalloc int[4];
        if (given.Rank > 4)
            throw call.Error($"a mask of shape {given.Shape}");
        Strides.Stretch(given.Dims, dims, strides);
        for (int i = 0; i < given.Rank; i++)
        {
            if (given[i] != 1 && given[i] != dims[i + 4 - given.Rank])
                throw call.Error($"a mask of shape {given.Shape} for {q.Steps} queries and {keys} keys");
        }

        Span<T> mask = call.Scratch<T>(call.Memory.LengthOf(dims));
        var walk = new Walk(dims, strides);
        if (given is Tensor<bool> truths)
        {
            Span<bool> open = call.Scratch<bool>(mask.Length);
            Moves.Gather(truths.Values, open, walk, 0);
            for (int i = 0; i < mask.Length; i++)
                mask[i] = open[i] ? T.Zero : T.NegativeInfinity;
            return mask;
        }

        Moves.Gather(call.In<T>(3).Values, mask, walk, 0);
        return mask;
    }

    private static Heads<T> HeadsOf<T>(in Call call, int input, int heads)
        where T : unmanaged
    {
        Tensor<T> x = call.In<T>(input);
        if (x.Rank == 4)
            return new Heads<T>(x.Values, x[0], x[1], x[2], x[3], x[3], x[2] * x[3], x[1] * x[2] * x[3]);
        if (x.Rank != 3 || heads < 1 || x[2] % heads != 0)
            throw call.Error($"{heads} heads of shape {x.Shape}");
        return new Heads<T>(x.Values, x[0], heads, x[1], x[2] / heads, x[2], x[2] / heads, x[1] * x[2]);
    }

    private static Heads<T> WithPast<T>(in Call call, Heads<T> now, int input, int output)
        where T : unmanaged
    {
        if (!call.Has(input) && !call.Wants(output))
            return now;
        Tensor<T>? past = call.Optional<T>(input);
        if (past is not null && (past.Rank != 4 || past[0] != now.Batch || past[1] != now.Many || past[3] != now.Size))
            throw call.Error($"earlier values of shape {past.Shape} for {now.Many} heads of {now.Size}");
        int before = past?[2] ?? 0, steps = before + now.Steps;
        Span<T> all = call.Out<T>(output, now.Batch, now.Many, steps, now.Size).Values;
        for (int row = 0; row < now.Batch * now.Many; row++)
        {
            Span<T> to = all.Slice(row * steps * now.Size, steps * now.Size);
            past?.Values.Slice(row * before * now.Size, before * now.Size).CopyTo(to);
            for (int step = 0; step < now.Steps; step++)
                now.Of(row / now.Many, row % now.Many).Slice(step * now.Stride, now.Size).CopyTo(to[((before + step) * now.Size)..]);
        }

        return new Heads<T>(all, now.Batch, now.Many, steps, now.Size, now.Size, steps * now.Size, now.Many * steps * now.Size);
    }

    /// <summary>Rows of heads: how far apart steps, heads and batches are.</summary>
    private readonly ref struct Heads<T>(
        Span<T> values, int batch, int many, int steps, int size, int stride, int headStride, int batchStride)
    {
        private readonly Span<T> _values = values;
        private readonly int _headStride = headStride, _batchStride = batchStride;

        public int Batch { get; } = batch;

        public int Many { get; } = many;

        public int Steps { get; } = steps;

        public int Size { get; } = size;

        public int Stride { get; } = stride;

        public ReadOnlySpan<T> Of(int batch, int head) => _values[(batch * _batchStride + head * _headStride)..];
    }
}
