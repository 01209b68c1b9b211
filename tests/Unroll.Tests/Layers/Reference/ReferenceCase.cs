namespace Unroll.Tests.Layers.Reference;

/// <summary>
/// A small graph and what it gives, written out by hand in double: loops over one row, with nothing of the library but the options. A
/// gradient check proves only that backward fits forward; this proves that forward is right.
/// </summary>
/// <param name="Name">Of the case.</param>
/// <param name="Graph">Made anew for each run.</param>
/// <param name="Expected">All outputs of one row, one after the other, from its inputs, one array each, and the parameters in
/// order.</param>
internal sealed record ReferenceCase(string Name, Func<Graph> Graph, Func<double[][], double[][], double[]> Expected)
{
    /// <summary>Values of one input (its number is given) for a row, in place of normal ones.</summary>
    public Func<int, int, double[]>? Inputs { get; init; }

    /// <summary>A stack of layers on one input.</summary>
    public static ReferenceCase Of(string name, Shape input, Func<double[], double[][], double[]> expected, params Layer[] layers) =>
        new(name, () => Unroll.Graph.Chain(layers, input), (x, w) => expected(x[0], w));

    public override string ToString() => Name;
}
