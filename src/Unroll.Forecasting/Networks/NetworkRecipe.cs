using System.Globalization;
using Unroll.Layers;

namespace Unroll.Forecasting;

/// <summary>The recurrent cell of a network.</summary>
public enum CellKind
{
    SimpleRnn,
    Lstm,
    Gru,
}

/// <summary>
/// How a forecasting network is made and trained. The defaults are the tutorial's: one layer of 125 units, windows scaled to
/// [0, 1], RMSprop, mean squared error, 50 epochs of batches of 32.
/// </summary>
public sealed record NetworkRecipe
{
    public CellKind Cell { get; init; } = CellKind.Lstm;

    /// <summary>Recurrent layers on top of each other; all but the last return their sequences.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>H, the units of each recurrent layer.</summary>
    public int Units { get; init; } = 125;

    /// <summary>Each recurrent layer reads the window in both directions.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>The share of each recurrent layer's outputs that is dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary>minmax, standard or none.</summary>
    public string Scaler { get; init; } = MinMaxScaler.Name;

    /// <summary>Threads to compute on; the result has the same bits on any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    public TrainingOptions Training { get; init; } = new();

    /// <summary>The cell as tables print it.</summary>
    public string Name => Cell switch
    {
        CellKind.SimpleRnn => "SimpleRNN",
        CellKind.Lstm => "LSTM",
        CellKind.Gru => "GRU",
        _ => throw new UnrollException($"There is no cell {Cell}. Choose SimpleRnn, Lstm or Gru."),
    };

    /// <summary>The cell as options and files spell it: lstm, gru or simple-rnn.</summary>
    public string Key => Cell == CellKind.SimpleRnn ? "simple-rnn" : Name.ToLowerInvariant();

    /// <summary>A model of this recipe for one target column, not yet built: (T, 1) → (1).</summary>
    /// <exception cref="UnrollException">A number is out of its range.</exception>
    public Model CreateModel()
    {
        RequireAtLeastOne(Threads, "threads");
        return new Model([.. Recurrent(false), new Dense(1)]) { Threads = Threads };
    }

    /// <summary>The recurrent layers with their dropouts, of which the last returns its sequence or its last step.</summary>
    internal IEnumerable<Layer> Recurrent(bool returnSequence)
    {
        RequireAtLeastOne(Layers, "recurrent layers");
        RequireAtLeastOne(Units, "units");
        if (Dropout is not (>= 0 and < 1))
            throw new UnrollException(string.Create(CultureInfo.InvariantCulture, $"The dropout is {Dropout}; it must be at least 0 and below 1."));
        for (int i = 1; i <= Layers; i++)
        {
            bool sequences = i < Layers || returnSequence;
            Recurrent recurrent = Cell switch
            {
                CellKind.SimpleRnn => new SimpleRnn(Units) { ReturnSequences = sequences },
                CellKind.Lstm => new Lstm(Units) { ReturnSequences = sequences },
                _ => new Gru(Units) { ReturnSequences = sequences },
            };
            yield return Bidirectional ? new Bidirectional(recurrent) : recurrent;
            if (Dropout > 0)
                yield return new Dropout(Dropout);
        }
    }

    private static void RequireAtLeastOne(int number, string what)
    {
        if (number < 1)
            throw new UnrollException($"The number of {what} is {number}; it must be at least 1.");
    }
}
