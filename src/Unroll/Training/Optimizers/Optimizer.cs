using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>A rule that turns gradients into steps. Its running sums lie beside the weights and are not part of it.</summary>
/// <remarks>
/// A rule of your own is a record with the numbers of the rule, <see cref="Slots"/> and <see cref="Step{T}"/>; it trains, is scheduled,
/// clipped, resumed and threaded like the others. A checkpoint is resumed where the rule is of the same type and says the same of itself
/// in words (<c>ToString</c>), so let its numbers be properties of the record.
/// </remarks>
/// <example>
/// <code>
/// sealed record SignDescent : Optimizer
/// {
///     public double Momentum { get; init; } = 0.9;
///
///     public override int Slots => 1;
///
///     public override void Step&lt;T>(in OptimizerStep&lt;T> step)
///     {
///         Span&lt;T> w = step.Weights, m = step.Slot(0);
///         ReadOnlySpan&lt;T> g = step.Gradients;
///         T rate = T.CreateChecked(step.Rate), mu = T.CreateChecked(Momentum);
///         for (int i = 0; i &lt; w.Length; i++)
///         {
///             m[i] = mu * m[i] + (T.One - mu) * g[i];
///             w[i] -= m[i] > T.Zero ? rate : m[i] &lt; T.Zero ? -rate : T.Zero;
///         }
///     }
/// }
/// </code>
/// </example>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "optimizer")]
[JsonDerivedType(typeof(Sgd), "sgd")]
[JsonDerivedType(typeof(RmsProp), "rmsprop")]
[JsonDerivedType(typeof(Adam), "adam")]
[JsonDerivedType(typeof(AdamW), "adamw")]
[JsonDerivedType(typeof(Nadam), "nadam")]
[JsonDerivedType(typeof(Adagrad), "adagrad")]
[JsonDerivedType(typeof(Lion), "lion")]
public abstract record Optimizer
{
    private const int MostSlots = 1000;

    protected Optimizer()
    {
    }

    /// <summary>The step size; a <see cref="Schedule"/> changes it from step to step.</summary>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>
    /// Parts of names of parameters that weight decay leaves out, for example <c>["bias", "gamma", "beta"]</c> (Keras'
    /// exclude_from_weight_decay); a name such as <c>lstm_1/bias</c> has the parts in it as they are written. Null: none is left out. Rules
    /// without weight decay do not look at it; a rule of your own is told by <see cref="OptimizerStep{T}.Decays"/>.
    /// </summary>
    public IReadOnlyList<string>? ExcludeFromDecay { get; init; }

    /// <summary>How many running sums the rule keeps for each weight, 0 at first; checkpoints hold them.</summary>
    [JsonIgnore]
    public abstract int Slots { get; }

    /// <summary>
    /// True for a rule in which the weights of a parameter do not step each for itself, as in LARS or LAMB, whose steps depend on norms:
    /// then each <see cref="Step{T}"/> has the whole of one parameter. False: some weights, which may begin and end within parameters.
    /// </summary>
    [JsonIgnore]
    public virtual bool StepsByParameter => false;

    /// <summary>As errors call it.</summary>
    internal string InWords => $"{GetType().Name} with {Slots} running sum{(Slots == 1 ? "" : "s")} a weight";

    /// <summary>
    /// Takes one step over some weights: changes <see cref="OptimizerStep{T}.Weights"/> and the running sums. Several threads call it at
    /// once, each for other weights; so that their number does not matter, it depends on nothing but the step and the record.
    /// </summary>
    public abstract void Step<T>(in OptimizerStep<T> step)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Throws when a number is outside its range. A rule of your own checks its numbers too, and calls this.</summary>
    /// <exception cref="UnrollException">A number is out of range; the message names it.</exception>
    public virtual void Validate()
    {
        if (!(LearningRate > 0) || double.IsInfinity(LearningRate))
            throw new UnrollException($"The learning rate is {LearningRate}; it must be above 0.");
        if (ExcludeFromDecay?.Any(string.IsNullOrEmpty) == true)
        {
            throw new UnrollException(
                "ExcludeFromDecay has an empty text, which is part of every name. Give parts of names, for example \"bias\".");
        }
    }

    /// <summary>Throws where a number is out of range, also one that a rule of the user's does not look at.</summary>
    /// <exception cref="UnrollException">The message names it.</exception>
    internal void RequireValid()
    {
        Validate();
        if (Slots is < 0 or > MostSlots)
            throw new UnrollException(
                $"{GetType().Name} has {Slots} running sums a weight (Slots); it must be at least 0 and at most {MostSlots}.");
    }

    /// <summary>Throws where the running sums of so many weights are more than this machine has memory for.</summary>
    /// <exception cref="UnrollException">The message says how much.</exception>
    internal void RequireMemory(int weights)
    {
        long bytes = (long)Slots * weights * sizeof(float), most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > most)
            throw new UnrollException(
                $"{InWords} (Slots) needs {bytes >> 20} MiB for {weights} weights, but there are {most >> 20} MiB. Keep "
                    + "fewer running sums.");
    }

    /// <summary>Whether weight decay goes to the parameter of this name.</summary>
    internal bool Decays(string parameter) =>
        ExcludeFromDecay is null || !ExcludeFromDecay.Any(part => parameter.Contains(part, StringComparison.Ordinal));

    public virtual bool Equals(Optimizer? other) =>
        other is not null && EqualityContract == other.EqualityContract && LearningRate.Equals(other.LearningRate)
        && (ExcludeFromDecay ?? []).SequenceEqual(other.ExcludeFromDecay ?? []);

    public override int GetHashCode() => HashCode.Combine(EqualityContract, LearningRate, ExcludeFromDecay?.Count ?? 0);

    protected virtual bool PrintMembers(StringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Append("LearningRate = ").Append(LearningRate);
        if (ExcludeFromDecay is { Count: > 0 } excluded)
            builder.Append(", ExcludeFromDecay = [").AppendJoin(", ", excluded).Append(']');
        return true;
    }

    /// <summary>Throws where a decay is no share of the weights.</summary>
    private protected static void RequireDecay(string name, double decay)
    {
        if (!(decay >= 0) || double.IsInfinity(decay))
            throw new UnrollException($"{name}'s weight decay is {decay}; it must be at least 0.");
    }
}
