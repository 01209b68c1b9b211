using System.Numerics;
using System.Runtime.CompilerServices;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// Where a layer adds up the gradients of one parameter while the shards of a batch run: padded and in the column order of
/// its slabs, as the kernels write them. When all shards are done, <see cref="Collect"/> brings the values to the parameter's own layout,
/// once a batch.
/// </summary>
/// <param name="Parameter">Whose gradients these are.</param>
/// <param name="Offset">Where the slab starts in a group's gradient memory.</param>
/// <param name="Rows">Rows that count.</param>
/// <param name="Columns">Padded columns.</param>
/// <param name="Runs">Which columns go where in a row of the parameter.</param>
internal sealed record GradientSlab(Parameter Parameter, int Offset, int Rows, int Columns, GradientRun[] Runs)
{
    public int Size => OuterProduct<float>.PadRows(Rows) * Columns;

    /// <summary>The slab in a group's gradient memory.</summary>
    public Rows<T> In<T>(Span<T> gradients)
        where T : unmanaged => new(gradients.Slice(Offset, Size), Columns);

    /// <summary>Sets rows of the parameter's gradient, in the store's layout, to the sum over the groups, which are overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect<T>(Kernels<T> kernels, ColumnRange rows, ReadOnlySpan<AlignedBuffer<T>?> groups, Span<T> store)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = Parameter.Length / Rows;
        for (int row = rows.From; row < rows.To; row++)
        {
            // The whole row first: some of its columns may go to two places.
            int from = Offset + row * Columns;
            foreach ((int target, int source) in SumTree.Of(groups.Length))
                kernels.Add(groups[target]!.Slice(from, Columns), groups[source]!.Slice(from, Columns));
            ReadOnlySpan<T> sum = groups[0]!.Slice(from, Columns);
            foreach (GradientRun run in Runs)
                sum.Slice(run.Column, run.Length).CopyTo(store.Slice(Parameter.Offset + row * length + run.Target, run.Length));
        }
    }
}

/// <summary>Columns of a gradient slab from Column on belong to the parameter's row from Target on.</summary>
internal readonly record struct GradientRun(int Column, int Target, int Length);
