using Unroll.Exchange.OnnxFormat.Writing;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>A network within the graph of a forecast: windows [batch, T, F] in, outputs [batch, ...], 32-bit numbers.</summary>
internal static class NetworkGraph
{
    private static readonly OnnxOptions s_options = new() { Opset = ForecastGraph.Opset };

    /// <summary>What keeps a network from being written.</summary>
    public static IEnumerable<string> Unsupported(Model network)
    {
        if (network.Graph.Uses.Any(use => use.Layer.IsStateful))
            return ["a layer that keeps its state from one forecast to the next"];
        try
        {
            _ = Write(network, new GraphWriter("network"), "window");
            return [];
        }
        catch (UnsupportedModelException failure)
        {
            return failure.Reasons;
        }
    }

    /// <summary>Writes the layers of a network.</summary>
    /// <returns>Its output.</returns>
    public static string Write(Model network, GraphWriter graph, string windows) =>
        new ModelWriter(network, s_options, graph).WriteInto([windows])[0];
}
