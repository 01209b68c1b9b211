using System.Globalization;
using Unroll.Layers;

namespace Unroll.Forecasting;

/// <summary>The recurrent cell of a network.</summary>
public enum CellKind
{
    /// <summary><see cref="Unroll.SimpleRnn"/>.</summary>
    SimpleRnn,

    /// <summary><see cref="Unroll.Lstm"/>.</summary>
    Lstm,

    /// <summary><see cref="Unroll.Gru"/>.</summary>
    Gru,
}

/// <summary>
/// How a forecasting network is made and trained. The defaults are the tutorial's: one layer of 125 units, windows scaled to
/// [0, 1], RMSprop, mean squared error, 50 epochs of batches of 32.
/// </summary>
/// <example>
/// A network of your own in place of the recurrent layers, judged as those are:
/// <code>
/// var recipe = EnsembleRecipe.Of(CellKind.Gru);
/// recipe = recipe with
/// {
///     Network = recipe.Network with
///     {
///         Label = "Conv + GRU",
///         Body = input => [new Conv1D(16, 3) { Padding = Padding.Causal }, new Gru(32)],
///     },
/// };
/// var blend = new BlendForecaster([new EnsembleForecaster(recipe), new RidgeForecaster(), new NaiveForecaster()]);
/// </code></example>
public sealed record NetworkRecipe
{
    private const int MostLayers = 1_000;

    /// <summary>The recurrent cell (LSTM).</summary>
    public CellKind Cell { get; init; } = CellKind.Lstm;

    /// <summary>Recurrent layers on top of each other, 1 to 1,000; all but the last return their sequences.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>H, the units of each recurrent layer.</summary>
    public int Units { get; init; } = 125;

    /// <summary>Each recurrent layer reads the window in both directions.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>The share of each recurrent layer's outputs that is dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// The layers of a network of your own, from the shape of its input; null for <see cref="Layers"/> of <see cref="Cell"/>. Built-in
    /// layers and your own may be among them, new ones for each call. The input is (T, F), in ensembles with the rows to come behind it
    /// where anything is known of them, (T + H, F). The library adds the last <see cref="Dense"/>; of a sequence it takes the rows to come,
    /// one output each, or else the last step.
    /// </summary>
    public Func<Shape, IReadOnlyList<Layer>>? Body { get; init; }

    /// <summary>What tables call it; null for the name of the cell, or <c>network</c> where the layers are your own.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// The <see cref="Forecasting.Scaler.Kind"/> of what scales the values: minmax, standard, robust, none, or one of your own.
    /// </summary>
    public string Scaler { get; init; } = MinMaxScaler.Name;

    /// <summary>Threads to compute on; the result has the same bits on any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How the network is trained.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>What tables call it: the label, or the cell.</summary>
    public string Name => Label ?? (Body is null ? CellName : "network");

    /// <summary>The same as options and files spell it: lstm, gru or simple-rnn.</summary>
    public string Key => KeyOf(Name);

    private string CellName => Cell switch
    {
        CellKind.SimpleRnn => "SimpleRNN",
        CellKind.Lstm => "LSTM",
        CellKind.Gru => "GRU",
        _ => throw new UnrollException($"There is no cell {Cell}. Choose SimpleRnn, Lstm or Gru."),
    };

    /// <summary>A model of this recipe for one target column, not yet built: (T, 1) → (1).</summary>
    /// <exception cref="UnrollException">A number is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The layers are your own, and follow from the shape of the input.</exception>
    public Model CreateModel() => Body is null
        ? CreateModel(default)
        : throw new InvalidOperationException(
            "The layers of this recipe follow from the shape of the input. Give CreateModel the shape, (T, 1).");

    /// <summary>A model of this recipe for one target column, not yet built.</summary>
    /// <param name="input">(T, 1).</param>
    /// <exception cref="UnrollException">A number is out of its range, or the layers of your own cannot take the input.</exception>
    public Model CreateModel(Shape input)
    {
        RequireAtLeastOne(Threads, "threads");
        return new Model([.. Body is null ? Recurrent(false) : Own(input, 0), new Dense(1)]) { Threads = Threads };
    }

    /// <summary>A name as options and files spell it.</summary>
    internal static string KeyOf(string name) => name == "SimpleRNN" ? "simple-rnn" : name.ToLowerInvariant().Replace(' ', '-');

    /// <summary>
    /// The layers of your own, and what makes of their sequence, where they give one, the last so many steps or a
    /// single one without its axis.
    /// </summary>
    /// <param name="input">What they take.</param>
    /// <param name="steps">H; 0 where the steps have no outputs of their own.</param>
    /// <exception cref="UnrollException">There are none, or they cannot take the input.</exception>
    internal IReadOnlyList<Layer> Own(Shape input, int steps)
    {
        IReadOnlyList<Layer> body = Body!(input);
        if (body is not { Count: > 0 })
            throw new UnrollException($"The body of {Name} has no layers. Return at least one.");
        Shape output = OutputOf(body, input);
        return output.Rank == 1 ? body
            : steps > 0 && output.Steps >= steps ? output.Steps == steps ? body : [.. body, new LastSteps(steps)]
            : [.. body, new LastSteps(1), new Flatten()];
    }

    /// <summary>The shape that layers one after the other make.</summary>
    internal static Shape OutputOf(IReadOnlyList<Layer> layers, Shape input) =>
        layers.Aggregate(input, (shape, layer) => layer.GetOutputShape(shape));

    /// <exception cref="UnrollException">The training or the scaler is null.</exception>
    internal void RequireParts()
    {
        if (Training is null || Scaler is null)
            throw new UnrollException(
                $"{(Training is null ? nameof(Training) : nameof(Scaler))} of the recipe is null. Leave it out for the usual one.");
    }

    /// <summary>The recurrent layers with their dropouts, of which the last returns its sequence or its last step.</summary>
    internal IEnumerable<Layer> Recurrent(bool returnSequence)
    {
        RequireAtLeastOne(Layers, "recurrent layers");
        if (Layers > MostLayers)
            throw new UnrollException($"The number of recurrent layers is {Layers}; it must be at most {MostLayers}.")
            {
                Subject = "layers"
            };
        RequireAtLeastOne(Units, "units");
        if (Dropout is not (>= 0 and < 1))
            throw new UnrollException(
                string.Create(CultureInfo.InvariantCulture, $"The dropout is {Dropout}; it must be at least 0 and below 1."));
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
