using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Attention of several heads (Vaswani et al. 2017), as in Keras: each head h has projections of its own, and takes for every query step a
/// mean of the projected value steps, weighted by how well their keys fit it; a last projection makes one step of all heads.
/// <code>
/// q = query·Wq + bq    k = key·Wk + bk    v = value·Wv + bv        of head h: K, K and V columns of them
/// aₕ(i, ·) = softmax over j of qₕᵢ·kₕⱼ/√K    cₕᵢ = Σⱼ aₕ(i, j)·vₕⱼ    yᵢ = (c₁ᵢ, c₂ᵢ, …)·Wo + bo
/// </code>
/// Inputs: query (Q, F), value (S, F'), and key (S, F'') unless the values are the keys; one input alone attends to itself. Output (Q,
/// OutputUnits). Parameters: query_kernel [F, Heads·K], key_kernel [F'', Heads·K], value_kernel [F', Heads·V], output_kernel [Heads·V,
/// OutputUnits], and query_bias, key_bias, value_bias, output_bias behind each.
/// </summary>
/// <remarks>
/// Value and key steps that are masked get no weight. Where the query step is masked, or sees no value step at all, every c is 0 and y is
/// bo; the output goes with the mask of the query. Keras keeps the kernels as [F, Heads, K], which is the same memory. PyTorch's
/// <c>MultiheadAttention</c> has Heads·K = F, transposed kernels of which three lie in one, and gives the mean of the heads' weights.
/// </remarks>
public sealed record MultiHeadAttention : Layer
{
    /// <param name="heads">How many heads, at least 1.</param>
    /// <param name="keyUnits">K, the size of a head's queries and keys, at least 1.</param>
    public MultiHeadAttention(int heads, int keyUnits)
    {
        if (heads < 1 || keyUnits < 1)
            throw new ArgumentOutOfRangeException(heads < 1 ? nameof(heads) : nameof(keyUnits), Math.Min(heads, keyUnits),
                "Attention needs at least 1 head, and keys of at least 1 unit.");
        (Heads, KeyUnits) = (heads, keyUnits);
    }

    /// <summary>Number of heads.</summary>
    public int Heads { get; }

    /// <summary>K, the size of a head's queries and keys.</summary>
    public int KeyUnits { get; }

    /// <summary>V, the size of a head's values; null: K.</summary>
    public int? ValueUnits { get; init => field = Option.AtLeast(1, value); }

    /// <summary>Features of the output; null: as many as the query has.</summary>
    public int? OutputUnits { get; init => field = Option.AtLeast(1, value); }

    /// <summary>Whether a bias is added to the products (true).</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>True: query step i sees the value steps up to i only, so that a sequence may attend to its own past.</summary>
    public bool Causal { get; init; }

    /// <summary>
    /// The share of the weights a that are set to 0 in training, at least 0 and below 1; the others are divided by 1 − rate.
    /// </summary>
    public double Dropout { get; init => field = Option.Share(value); }

    /// <summary>True: <see cref="Node.Scores"/> of the output are the weights a of every head, without dropout, (Heads, Q, S).</summary>
    public bool ReturnScores { get; init; }

    /// <summary>What the kernels start from (Glorot uniform).</summary>
    public Initializer KernelInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    /// <summary>What the biases start from (zeros).</summary>
    public Initializer BiasInitializer { get; init => field = Option.NotNull(value); } = Initializer.Zeros;

    /// <summary>The penalty on the kernels; null: none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>The penalty on the biases; null: none.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    protected internal override string Kind => "multi_head_attention";

    protected internal override string OutputName(int number) => "scores";

    public override Shape GetOutputShape(Shape input) => GetOutputShapes(input)[0];

    public override Shape[] GetOutputShapes(params Shape[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length is 0 or > 3 || inputs.Any(shape => shape.Rank != 2))
            throw new UnrollException($"{Label} takes a query (steps, features), and perhaps a value (steps, features) and a key; given "
                + $"were {string.Join(", ", inputs)}.");
        Shape query = inputs[0], value = inputs.Length > 1 ? inputs[1] : query, key = inputs[^1];
        if (key.Steps != value.Steps)
            throw new UnrollException($"{Label} has values {value} and keys {key}, which need the same number of steps.");
        _ = checked(Heads * Math.Max(KeyUnits, ValueUnits ?? KeyUnits));
        Shape output = new(query.Steps, OutputUnits ?? query.Features);
        return ReturnScores ? [output, new Shape(Heads, query.Steps, value.Steps)] : [output];
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new MultiHeadAttentionOp<T>(this, builder, inputs, GetOutputShapes([.. inputs.Select(input => input.Shape)])[0]),
            inputs[0].Mask);
}
