using Unroll.Layers;

namespace Unroll.Benchmarks;

/// <summary>The recurrent layers of a measured network; Dense follows on the last state.</summary>
/// <param name="Cell">Which recurrent layer.</param>
/// <param name="Units">H of each layer and direction.</param>
/// <param name="Layers">How many, one on top of the other.</param>
/// <param name="Bidirectional">Whether each reads the sequence both ways, with 2H features at its output.</param>
internal sealed record Stack(CellKind Cell, int Units, int Layers = 1, bool Bidirectional = false)
{
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>A built model with Keras' initial weights.</summary>
    public Model CreateModel(ISamples samples, int threads, int seed)
    {
        var layers = new List<Layer>();
        for (int layer = 1; layer <= Layers; layer++)
        {
            Recurrent recurrent = Cell.CreateLayer(Units, returnSequences: layer < Layers);
            layers.Add(Bidirectional ? new Bidirectional(recurrent) : recurrent);
        }

        return new Model([.. layers, new Dense(samples.TargetShape.Size)]) { Threads = threads }.Build(samples.InputShape, seed);
    }

    public override string ToString() =>
        $"{Cell.Label()} H={Units}{(Layers > 1 ? $" x{Layers}" : "")}{(Bidirectional ? " both ways" : "")}";
}
