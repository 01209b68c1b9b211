using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <content>What the layer kept of a window.</content>
internal sealed partial class RecurrentOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override void Trace(ShardPass<T> pass, in LayerSpans<T> spans, TraceBuilder trace)
    {
        IReadOnlyList<CellGate> cellGates = _cell.TracedGates;
        StepValues[] gates = [.. cellGates.Select(gate => Empty(gate.Name, gate.Units))];
        StepValues[] states = [.. _cell.States.Select(state => Empty(state.Name, state.Units))];
        foreach (StepValues gate in gates)
            gate.Values.AsSpan().Fill(float.NaN);
        int steps = spans.Steps, rows = pass.PaddedRows;

        // Steps that the shard leaves out are padding at the end, before which a layer that reads backwards has its initial states.
        for (int t = 0; t < Input.Steps; t++)
        {
            bool isRun = t < steps;
            int place = isRun ? InputStep(t, steps) : t, slot = isRun ? t + 1 : _options.GoBackwards ? 0 : steps;
            for (int s = 0; s < states.Length; s++)
                Copy(_states.At(spans.Cache, s, slot, rows)[0], states[s], place);
            if (!isRun || (_mask.Exists && !pass.Mask(_mask)[place * rows]))
                continue;
            ReadOnlySpan<T> slab = CellLayout.Cut(spans.Cache, _states.SlabAt, t * rows, rows, _states.SlabColumns)[0];
            for (int g = 0; g < gates.Length; g++)
                Copy(slab[cellGates[g].Column..], gates[g], place);
        }

        trace.Recurrent.Add(new RecurrentTrace(trace.NameOf(Name), _options.Kind, gates, states));
    }

    private StepValues Empty(string name, int units) => new(name, Input.Steps, units);

    private static void Copy(ReadOnlySpan<T> values, StepValues target, int step) =>
        TraceBuilder.Copy(values, target.Values.AsSpan(step * target.Units, target.Units));
}
