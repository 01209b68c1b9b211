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

    public static Layer CreateLayer(this CellKind cell, int units) => cell switch
    {
        CellKind.Lstm => new Lstm(units),
        CellKind.Gru => new Gru(units),
        _ => new SimpleRnn(units),
    };

    public static CellKind Parse(string label) => Array.Find(All, cell => cell.Label() == label) is var found && found.Label() == label
        ? found
        : throw new UnrollException($"There is no model \"{label}\". Choose {string.Join(", ", All.Select(Label))}.");
}
