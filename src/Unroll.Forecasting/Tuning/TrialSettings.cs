namespace Unroll.Forecasting;

/// <summary>What a search chose for one network.</summary>
public sealed record TrialSettings
{
    /// <summary>The recurrent cell.</summary>
    public required CellKind Cell { get; init; }

    /// <summary>Recurrent layers on top of each other.</summary>
    public required int Layers { get; init; }

    /// <summary>H, the units of each recurrent layer.</summary>
    public required int Units { get; init; }

    /// <summary>T, the rows a prediction looks back on.</summary>
    public required int Window { get; init; }

    /// <summary>The optimiser's rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The share of outputs that is dropped in training.</summary>
    public required double Dropout { get; init; }

    /// <summary>These settings in a recipe; what the search does not choose stays as it is in <paramref name="basis"/>.</summary>
    /// <remarks>One thread: the cores are for the trials that run at once.</remarks>
    public NetworkRecipe ToRecipe(NetworkRecipe basis, int epochs)
    {
        ArgumentNullException.ThrowIfNull(basis);
        return basis with
        {
            Cell = Cell,
            Layers = Layers,
            Units = Units,
            Dropout = Dropout,
            Threads = 1,
            Training = basis.Training with { Epochs = epochs, Optimizer = basis.Training.Optimizer with { LearningRate = LearningRate } },
        };
    }

    /// <summary>
    /// These settings in the networks of an ensemble, its window among them; all else stays as it is in <paramref name="basis"/>.
    /// </summary>
    /// <remarks>One thread, as above; <paramref name="epochs"/> are the most that a network may train.</remarks>
    public EnsembleRecipe ToRecipe(EnsembleRecipe basis, int epochs)
    {
        ArgumentNullException.ThrowIfNull(basis);
        return basis with { Network = ToRecipe(basis.Network, epochs), Window = Window };
    }

    /// <summary>
    /// Roughly how long an epoch takes, in a unit of its own: for the order of trials and the time left, never for results.
    /// </summary>
    internal double Cost
    {
        get
        {
            const double PerUnit = 60;
            int gates = Cell switch { CellKind.Lstm => 4, CellKind.Gru => 3, _ => 1 };
            return (double)Window * gates * Units * ((((2 * Layers) - 1) * (double)Units) + (Layers * PerUnit));
        }
    }
}
