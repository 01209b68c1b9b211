using Unroll.Layers;

namespace Unroll.Benchmarks;

/// <summary>The recurrent layers that both libraries have.</summary>
internal enum CellKind
{
    Lstm,
    Gru,
    SimpleRnn,
}

internal static class CellKinds
{
    public static readonly CellKind[] All = [CellKind.Lstm, CellKind.Gru, CellKind.SimpleRnn];

    /// <summary>The name in tables, JSON and options.</summary>
    public static string Label(this CellKind cell) => cell switch
    {
        CellKind.Lstm => "lstm",
        CellKind.Gru => "gru",
        _ => "simple-rnn",
    };

    /// <summary>The name in headings.</summary>
    public static string Title(this CellKind cell) => cell switch
    {
        CellKind.Lstm => "LSTM",
        CellKind.Gru => "GRU",
        _ => "SimpleRNN",
    };

    /// <summary>How many blocks of H columns its weights have.</summary>
    public static int Gates(this CellKind cell) => cell switch
    {
        CellKind.Lstm => 4,
        CellKind.Gru => 3,
        _ => 1,
    };

    public static Recurrent CreateLayer(this CellKind cell, int units, bool returnSequences = false) => cell switch
    {
        CellKind.Lstm => new Lstm(units) { ReturnSequences = returnSequences },
        CellKind.Gru => new Gru(units) { ReturnSequences = returnSequences },
        _ => new SimpleRnn(units) { ReturnSequences = returnSequences },
    };

    public static CellKind Parse(string label) => Array.Find(All, cell => cell.Label() == label) is var found && found.Label() == label
        ? found
        : throw new UnrollException($"There is no model \"{label}\". Choose {string.Join(", ", All.Select(Label))}.");
}
