using System.Numerics;
using Unroll.Layers;

namespace Unroll;

/// <summary>How large gradients were in one step of training.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="TotalNorm">The Euclidean norm of the gradients of all weights together, before clipping.</param>
/// <param name="Layers">One for each recurrent layer.</param>
public sealed record GradientRecord(long Step, double TotalNorm, IReadOnlyList<LayerGradient> Layers)
{
    /// <summary>
    /// Of several networks that a forecaster trains with one recorder the network: <c>lstm/0/choose</c> is the first LSTM while its epochs
    /// are chosen, <c>lstm/0/final</c> the same in its last fit; where each part has a network of its own, the part. Null where a model is
    /// trained by <see cref="Model.Fit"/>.
    /// </summary>
    public string? Network { get; init; }
}

/// <summary>How the gradient flowed back through one recurrent layer.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="NormByStep">For each time step t, in the order of the sequence, the norm of dL/dhₜ over the batch and the
/// units, T values.</param>
public sealed record LayerGradient(string Layer, IReadOnlyList<double> NormByStep);

/// <summary>
/// Records during training how the gradient of the loss changes on its way back through the time steps of each recurrent layer:
/// a norm that shrinks step by step is a vanishing gradient, one that grows an exploding one (Bengio, Simard and Frasconi 1994;
/// Pascanu, Mikolov and Bengio 2013). Set <see cref="TrainingOptions.Gradients"/>; recording changes no bit of the training.
/// </summary>
public sealed class GradientRecorder
{
    private readonly List<GradientRecord> _records = [];
    private readonly GradientRecorder? _whole;
    private readonly string? _network;

    public GradientRecorder()
    {
    }

    private GradientRecorder(GradientRecorder whole, string network) => (_whole, _network, Every) = (whole, network, whole.Every);

    /// <summary>Every so many steps are recorded, the first always.</summary>
    public int Every { get; init; } = 1;

    /// <summary>
    /// In the order in which they were made. Where several networks train at the same time they come as they come, and
    /// each says whose it is.
    /// </summary>
    public IReadOnlyList<GradientRecord> Records => _records;

    /// <summary>A recorder for one of several networks, whose records this one gets too.</summary>
    /// <param name="network">What the network is called.</param>
    internal GradientRecorder For(string network) => new(this, network);

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
        LayerGradient[] layers = [.. network.RecurrentParts.Select(part => new LayerGradient(part.Name, part.Norms!.Norms()))];
        Add(new GradientRecord(step, Math.Sqrt(sum), layers) { Network = _network });
        Clear(network);
    }

    private void Add(GradientRecord record)
    {
        lock (_records)
            _records.Add(record);
        _whole?.Add(record);
    }

    /// <summary>Watches no more, also after a step that ended in an exception.</summary>
    internal static void Clear<T>(Network<T> network)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (RecurrentOp<T> part in network.RecurrentParts)
            part.Norms = null;
    }
}
