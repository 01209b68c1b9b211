using System.Text.Json.Serialization;

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
/// <param name="IsWhole">Whether that is all: what is of a kind without a name (<see cref="Kinds"/>) is not written.</param>
/// <param name="OwnOptimizer">An optimiser that <see cref="OptimizerContent"/> does not know.</param>
/// <param name="Schedule">Null for none.</param>
/// <param name="Loss">Null for the mean squared error.</param>
internal sealed record RecipeContent(
    int Layers, int Units, bool Bidirectional, double Dropout, int Epochs, int BatchSize, int Seed, bool Shuffle,
    OptimizerContent Optimizer, Clipping? Clipping, bool IsWhole,
    Optimizer? OwnOptimizer = null, Schedule? Schedule = null, Loss? Loss = null)
{
    public static RecipeContent Of(NetworkRecipe recipe)
    {
        TrainingOptions training = recipe.Training;
        var optimizer = OptimizerContent.Of(training.Optimizer);
        Optimizer? own = optimizer.Kind.Length > 0 ? null : training.Optimizer;
        Loss? loss = training.Loss is MeanSquaredError ? null : training.Loss;
        bool isWhole = !training.BucketByLength && HasName(own) && HasName(training.Schedule) && HasName(loss);
        return new RecipeContent(
            recipe.Layers, recipe.Units, recipe.Bidirectional, recipe.Dropout, training.Epochs, training.BatchSize, training.Seed,
            training.Shuffle, optimizer, training.Clipping, isWhole,
            isWhole ? own : null, isWhole ? training.Schedule : null, isWhole ? loss : null);
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
            Optimizer = OwnOptimizer ?? Optimizer.ToOptimizer(),
            Schedule = Schedule,
            Loss = Loss ?? new MeanSquaredError(),
            Clipping = Clipping,
            EarlyStopping = new EnsembleRecipe().Network.Training.EarlyStopping,
        },
    };

    /// <summary>Whether a file can hold it, and all that it is made of.</summary>
    private static bool HasName<T>(T? part)
        where T : class
    {
        try
        {
            return part is null || ForecastFileJson.Kinds.ToBytes(part).Length > 0;
        }
        catch (UnrollException failure) when (failure.IsWithoutName)
        {
            return false;
        }
    }
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
    // These came later, so files say nothing of them where there is nothing to say.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AmsGrad { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double MomentumDecay { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double InitialSum { get; init; }

    public IReadOnlyList<string>? ExcludeFromDecay { get; init; }

    /// <summary>The kind is empty where it is not known.</summary>
    public static OptimizerContent Of(Optimizer optimizer)
    {
        double rate = optimizer.LearningRate;
        OptimizerContent content = optimizer switch
        {
            Sgd sgd => new("sgd", rate, sgd.Momentum, sgd.Nesterov, WeightDecay: sgd.WeightDecay),
            RmsProp prop => new(
                "rmsprop", rate, prop.Momentum, Rho: prop.Rho, Epsilon: prop.Epsilon, EpsilonInsideRoot: prop.EpsilonInsideRoot,
                Centered: prop.Centered),
            AdamW adam => new(
                "adamw", rate, Epsilon: adam.Epsilon, Beta1: adam.Beta1, Beta2: adam.Beta2, WeightDecay: adam.WeightDecay)
            { AmsGrad = adam.AmsGrad },
            Adam adam when adam.GetType() == typeof(Adam) =>
                new("adam", rate, Epsilon: adam.Epsilon, Beta1: adam.Beta1, Beta2: adam.Beta2) { AmsGrad = adam.AmsGrad },
            Nadam nadam => new(
                "nadam", rate, Epsilon: nadam.Epsilon, Beta1: nadam.Beta1, Beta2: nadam.Beta2, WeightDecay: nadam.WeightDecay)
            { MomentumDecay = nadam.MomentumDecay },
            Adagrad adagrad => new("adagrad", rate, Epsilon: adagrad.Epsilon) { InitialSum = adagrad.InitialSum },
            Lion lion => new("lion", rate, Beta1: lion.Beta1, Beta2: lion.Beta2, WeightDecay: lion.WeightDecay),
            _ => new("", rate),
        };
        return content with { ExcludeFromDecay = optimizer.ExcludeFromDecay };
    }

    public Optimizer ToOptimizer() => Make() with { ExcludeFromDecay = ExcludeFromDecay };

    private Optimizer Make() => Kind switch
    {
        "sgd" => new Sgd { LearningRate = LearningRate, Momentum = Momentum, Nesterov = Nesterov, WeightDecay = WeightDecay },
        "rmsprop" => new RmsProp
        {
            LearningRate = LearningRate,
            Momentum = Momentum,
            Rho = Rho,
            Epsilon = Epsilon,
            EpsilonInsideRoot = EpsilonInsideRoot,
            Centered = Centered
        },
        "adamw" => new AdamW
        {
            LearningRate = LearningRate,
            Epsilon = Epsilon,
            Beta1 = Beta1,
            Beta2 = Beta2,
            WeightDecay = WeightDecay,
            AmsGrad = AmsGrad,
        },
        "adam" => new Adam { LearningRate = LearningRate, Epsilon = Epsilon, Beta1 = Beta1, Beta2 = Beta2, AmsGrad = AmsGrad },
        "nadam" => new Nadam
        {
            LearningRate = LearningRate,
            Epsilon = Epsilon,
            Beta1 = Beta1,
            Beta2 = Beta2,
            WeightDecay = WeightDecay,
            MomentumDecay = MomentumDecay,
        },
        "adagrad" => new Adagrad { LearningRate = LearningRate, Epsilon = Epsilon, InitialSum = InitialSum },
        "lion" => new Lion { LearningRate = LearningRate, Beta1 = Beta1, Beta2 = Beta2, WeightDecay = WeightDecay },
        "" => new Adam { LearningRate = LearningRate },
        _ => throw new UnrollException($"it names an optimiser {Kind}, which there is not"),
    };
}
