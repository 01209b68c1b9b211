namespace Unroll.Forecasting;

/// <summary>How the networks of an ensemble are trained, as its file holds it, so that it can be fitted again to more rows.</summary>
/// <param name="Layers">Recurrent layers on top of each other.</param>
/// <param name="Units">Of each recurrent layer.</param>
/// <param name="Bidirectional">Whether each reads the window in both directions.</param>
/// <param name="Dropout">The share of outputs that is dropped in training.</param>
/// <param name="Epochs">At most.</param>
/// <param name="BatchSize">Windows a step.</param>
/// <param name="Seed">Of the first network.</param>
/// <param name="Shuffle">Whether every epoch has an order of its own.</param>
/// <param name="Optimizer">The rule that turns gradients into steps.</param>
/// <param name="Clipping">Null for none.</param>
/// <param name="IsWhole">Whether that is all: a schedule, a loss or an optimiser of one's own is not written.</param>
internal sealed record RecipeContent(
    int Layers, int Units, bool Bidirectional, double Dropout, int Epochs, int BatchSize, int Seed, bool Shuffle, OptimizerContent Optimizer, Clipping? Clipping, bool IsWhole)
{
    public static RecipeContent Of(NetworkRecipe recipe)
    {
        TrainingOptions training = recipe.Training;
        var optimizer = OptimizerContent.Of(training.Optimizer);
        bool isWhole = optimizer.Kind.Length > 0 && training is { Schedule: null, Loss: MeanSquaredError, BucketByLength: false };
        return new RecipeContent(
            recipe.Layers, recipe.Units, recipe.Bidirectional, recipe.Dropout, training.Epochs, training.BatchSize, training.Seed, training.Shuffle, optimizer, training.Clipping, isWhole);
    }

    public NetworkRecipe ToRecipe(CellKind cell) => new()
    {
        Cell = cell,
        Layers = Layers,
        Units = Units,
        Bidirectional = Bidirectional,
        Dropout = Dropout,
        Training = new TrainingOptions
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            Seed = Seed,
            Shuffle = Shuffle,
            Optimizer = Optimizer.ToOptimizer(),
            Clipping = Clipping,
            EarlyStopping = new EnsembleRecipe().Network.Training.EarlyStopping,
        },
    };
}

/// <summary>An optimiser with all its numbers; those that a kind has no use for are 0.</summary>
internal sealed record OptimizerContent(
    string Kind,
    double LearningRate,
    double Momentum = 0,
    bool Nesterov = false,
    double Rho = 0,
    double Epsilon = 0,
    bool EpsilonInsideRoot = false,
    bool Centered = false,
    double Beta1 = 0,
    double Beta2 = 0,
    double WeightDecay = 0)
{
    /// <summary>The kind is empty where it is not known.</summary>
    public static OptimizerContent Of(Optimizer optimizer) => optimizer switch
    {
        Sgd sgd => new OptimizerContent("sgd", sgd.LearningRate, sgd.Momentum, sgd.Nesterov),
        RmsProp prop => new OptimizerContent("rmsprop", prop.LearningRate, prop.Momentum, Rho: prop.Rho, Epsilon: prop.Epsilon, EpsilonInsideRoot: prop.EpsilonInsideRoot, Centered: prop.Centered),
        AdamW adam => new OptimizerContent("adamw", adam.LearningRate, Epsilon: adam.Epsilon, Beta1: adam.Beta1, Beta2: adam.Beta2, WeightDecay: adam.WeightDecay),
        Adam adam => new OptimizerContent("adam", adam.LearningRate, Epsilon: adam.Epsilon, Beta1: adam.Beta1, Beta2: adam.Beta2),
        _ => new OptimizerContent("", optimizer.LearningRate),
    };

    public Optimizer ToOptimizer() => Kind switch
    {
        "sgd" => new Sgd { LearningRate = LearningRate, Momentum = Momentum, Nesterov = Nesterov },
        "rmsprop" => new RmsProp { LearningRate = LearningRate, Momentum = Momentum, Rho = Rho, Epsilon = Epsilon, EpsilonInsideRoot = EpsilonInsideRoot, Centered = Centered },
        "adamw" => new AdamW { LearningRate = LearningRate, Epsilon = Epsilon, Beta1 = Beta1, Beta2 = Beta2, WeightDecay = WeightDecay },
        "adam" => new Adam { LearningRate = LearningRate, Epsilon = Epsilon, Beta1 = Beta1, Beta2 = Beta2 },
        "" => new Adam { LearningRate = LearningRate },
        _ => throw new UnrollException($"it names an optimiser {Kind}, which there is not"),
    };
}
