using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// How weights start. The fans are those of the fused matrix, as in Keras: for an LSTM's kernel [F, 4H],
/// fan-in is F and fan-out 4H. For the kernel of a convolution [K, F, filters] they are K·F and K·filters.
/// </summary>
/// <remarks>One of your own is a record with its numbers and <see cref="Fill"/>; <see cref="Kinds"/> names it in files.</remarks>
/// <example>
/// <code>
/// public sealed record EveryOther(double Value) : Initializer
/// {
///     public override void Fill(Span&lt;double&gt; values, Shape shape, ref RandomSource random)
///     {
///         for (int i = 0; i &lt; values.Length; i += 2)
///             values[i] = Value;
///     }
/// }
/// </code>
/// </example>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "initializer")]
[JsonDerivedType(typeof(ConstantInitializer), "constant")]
[JsonDerivedType(typeof(UniformInitializer), "uniform")]
[JsonDerivedType(typeof(NormalInitializer), "normal")]
[JsonDerivedType(typeof(TruncatedNormalInitializer), "truncated-normal")]
[JsonDerivedType(typeof(VarianceScalingInitializer), "variance-scaling")]
[JsonDerivedType(typeof(OrthogonalInitializer), "orthogonal")]
[JsonDerivedType(typeof(IdentityInitializer), "identity")]
public abstract record Initializer
{
    /// <summary>All 0.</summary>
    public static Initializer Zeros { get; } = Constant(0);

    /// <summary>All 1.</summary>
    public static Initializer Ones { get; } = Constant(1);

    /// <summary>Uniform in ±√(6/(fan-in + fan-out)) (Glorot and Bengio 2010).</summary>
    public static Initializer GlorotUniform { get; } = VarianceScaling(1, Fan.Average, WeightDistribution.Uniform);

    /// <summary>Normal, σ² = 2/(fan-in + fan-out), cut at 2σ.</summary>
    public static Initializer GlorotNormal { get; } = VarianceScaling(1, Fan.Average);

    /// <summary>Uniform in ±√(6/fan-in) (He et al. 2015).</summary>
    public static Initializer HeUniform { get; } = VarianceScaling(2, Fan.In, WeightDistribution.Uniform);

    /// <summary>Normal, σ² = 2/fan-in, cut at 2σ.</summary>
    public static Initializer HeNormal { get; } = VarianceScaling(2, Fan.In);

    /// <summary>Uniform in ±√(3/fan-in) (LeCun et al. 1998).</summary>
    public static Initializer LecunUniform { get; } = VarianceScaling(1, Fan.In, WeightDistribution.Uniform);

    /// <summary>Normal, σ² = 1/fan-in, cut at 2σ.</summary>
    public static Initializer LecunNormal { get; } = VarianceScaling(1, Fan.In);

    /// <summary>Rows (or columns, where those are fewer) of length 1 at right angles to each other (Saxe et al. 2014).</summary>
    public static Initializer Orthogonal { get; } = new OrthogonalInitializer();

    /// <summary>Uniform in ±0.05.</summary>
    public static Initializer RandomUniform { get; } = Uniform(-0.05, 0.05);

    /// <summary>Normal, σ = 0.05.</summary>
    public static Initializer RandomNormal { get; } = Normal(deviation: 0.05);

    /// <summary>
    /// Normal, σ = 1, as embeddings start in PyTorch. With many tokens and long sequences an <see cref="Embedding"/> that starts like this
    /// learns from the first epoch on, where the small numbers of Keras' ±0.05 say too little for the layers behind it.
    /// </summary>
    public static Initializer StandardNormal { get; } = Normal();

    /// <summary>All the same number.</summary>
    public static Initializer Constant(double value) => new ConstantInitializer(value);

    /// <summary>Uniform from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static Initializer Uniform(double min, double max) => new UniformInitializer(min, max);

    /// <summary>Normal.</summary>
    public static Initializer Normal(double mean = 0, double deviation = 1) => new NormalInitializer(mean, deviation);

    /// <summary>Normal, where values beyond two deviations are drawn again.</summary>
    public static Initializer TruncatedNormal(double mean = 0, double deviation = 0.05) => new TruncatedNormalInitializer(mean, deviation);

    /// <summary>Of the variance scale ÷ fan.</summary>
    public static Initializer VarianceScaling(
        double scale = 1, Fan fan = Fan.In, WeightDistribution distribution = WeightDistribution.TruncatedNormal) =>
        new VarianceScalingInitializer(scale, fan, distribution);

    /// <summary>A matrix with <paramref name="gain"/> on its diagonal and 0 elsewhere.</summary>
    public static Initializer Identity(double gain = 1) => new IdentityInitializer(gain);

    /// <summary>The names of files, in which these stand as words.</summary>
    internal static IReadOnlyDictionary<string, Initializer> Named { get; } = new Dictionary<string, Initializer>
    {
        [nameof(Zeros)] = Zeros,
        [nameof(Ones)] = Ones,
        [nameof(GlorotUniform)] = GlorotUniform,
        [nameof(GlorotNormal)] = GlorotNormal,
        [nameof(HeUniform)] = HeUniform,
        [nameof(HeNormal)] = HeNormal,
        [nameof(LecunUniform)] = LecunUniform,
        [nameof(LecunNormal)] = LecunNormal,
        [nameof(Orthogonal)] = Orthogonal,
        [nameof(RandomUniform)] = RandomUniform,
        [nameof(RandomNormal)] = RandomNormal,
        [nameof(StandardNormal)] = StandardNormal,
    };

    /// <summary>Fills a parameter when a model is built.</summary>
    /// <param name="values">Zeros, which are overwritten: the parameter, row-major.</param>
    /// <param name="shape">Its shape: (F, units) of a kernel, (units) of a bias; <see cref="FanIn"/> and
    /// <see cref="FanOut"/> read it.</param>
    /// <param name="random">Follows from the model's seed and the parameter's place, so that equal seeds give equal weights.</param>
    /// <exception cref="UnrollException">No parameter of this shape can start so.</exception>
    public abstract void Fill(Span<double> values, Shape shape, ref RandomSource random);

    /// <summary>How many inputs an output is made of; of a vector its length.</summary>
    public static int FanIn(Shape shape) => shape.Rank == 1 ? shape[0] : shape.Size / shape.Features;

    /// <summary>How many outputs an input goes to; of a vector its length.</summary>
    public static int FanOut(Shape shape) => shape.Rank < 3 ? shape.Features : shape.Size / shape[shape.Rank - 2];
}
