using System.Numerics;
using Unroll.Layers;

namespace Unroll;

/// <summary>How large gradients were in one step of training.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="TotalNorm">The Euclidean norm of the gradients of all weights together, before clipping.</param>
/// <param name="Layers">One for each recurrent layer.</param>
public sealed record GradientRecord(long Step, double TotalNorm, IReadOnlyList<LayerGradient> Layers);

/// <summary>How the gradient flowed back through one recurrent layer.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="NormByStep">For each time step t, in the order of the sequence, the norm of dL/dhₜ over the batch and the units, T
/// values.</param>
public sealed record LayerGradient(string Layer, IReadOnlyList<double> NormByStep);

/// <summary>
/// Records during training how the gradient of the loss changes on its way back through the time steps of each recurrent layer:
/// a norm that shrinks step by step is a vanishing gradient, one that grows an exploding one (Bengio, Simard and Frasconi 1994;
/// Pascanu, Mikolov and Bengio 2013). Set <see cref="TrainingOptions.Gradients"/>; recording changes no bit of the training.
/// </summary>
public sealed class GradientRecorder
{
    private readonly List<GradientRecord> _records = [];

    /// <summary>Every so many steps are recorded, the first always.</summary>
    public int Every { get; init; } = 1;

    public IReadOnlyList<GradientRecord> Records => _records;

    /// <summary>Before a step: lays out the memory in which the layers leave their norms.</summary>
    internal bool Begin<T>(Network<T> network, long step, int rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if ((step - 1) % Math.Max(1, Every) != 0)
            return false;
        foreach (RecurrentOp<T> part in network.RecurrentParts)
            part.Norms = new GradientTrace(part.Input.Steps, rows);
        return true;
    }

    internal void End<T>(Network<T> network, long step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = Clipping.SumOfSquares<T>(network.Parameters.Gradients);
        _records.Add(new GradientRecord(step, Math.Sqrt(sum), [.. network.RecurrentParts.Select(part => new LayerGradient(part.Name, part.Norms!.Norms()))]));
        Clear(network);
    }

    /// <summary>Watches no more, also after a step that ended in an exception.</summary>
    internal static void Clear<T>(Network<T> network)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (RecurrentOp<T> part in network.RecurrentParts)
            part.Norms = null;
    }
}
