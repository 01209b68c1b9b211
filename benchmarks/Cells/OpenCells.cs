namespace Unroll.Benchmarks.Cells;

/// <summary>The built-in cells, and those of tests and samples, by their names.</summary>
public static class OpenCells
{
    /// <summary>Name, and what makes one of so many units.</summary>
    public static IReadOnlyList<(string Name, Func<int, Recurrent> Create)> All { get; } =
    [
        ("SimpleRNN", units => new SimpleRnn(units)),
        ("LSTM", units => new Lstm(units)),
        ("GRU", units => new Gru(units)),
        ("LSTM of one's own", units => new OwnLstm(units)),
        ("peephole LSTM", units => new PeepholeLstm(units)),
        ("norm LSTM", units => new NormLstm(units)),
        ("sLSTM", units => new Slstm(units)),
        ("minGRU", units => new MinGru(units)),
    ];
}
