using System.Numerics;
using System.Text.Json.Serialization;

namespace Unroll.Layers;

/// <summary>The options that all recurrent layers share.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "layer")]
[JsonDerivedType(typeof(SimpleRnn), "simple-rnn")]
[JsonDerivedType(typeof(Lstm), "lstm")]
[JsonDerivedType(typeof(Gru), "gru")]
public abstract record Recurrent : Layer
{
    private protected Recurrent(int units)
    {
        if (units < 1)
            throw new ArgumentOutOfRangeException(nameof(units), units, "A recurrent layer needs at least 1 unit.");
        Units = units;
    }

    /// <summary>H, the number of units.</summary>
    public int Units { get; }

    /// <summary>The activation of the candidate (and of an LSTM's cell on its way out).</summary>
    public Activation Activation { get; init => field = Option.Known(value); } = Activation.Tanh;

    public bool UseBias { get; init; } = true;

    public Initializer KernelInitializer { get; init => field = Option.Known(value); } = Initializer.GlorotUniform;

    public Initializer RecurrentInitializer { get; init => field = Option.Known(value); } = Initializer.Orthogonal;

    public Initializer BiasInitializer { get; init => field = Option.Known(value); } = Initializer.Zeros;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? RecurrentRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>
    /// The share of the input's features set to 0 in training, the same ones at every time step; the others grow by 1/(1 − share).
    /// </summary>
    public double Dropout { get; init => field = Option.Share(value); }

    /// <summary>
    /// The same for h₋₁ where it enters the recurrent product. The state that is carried over (z∘h₋₁ of a GRU) stays whole.
    /// </summary>
    public double RecurrentDropout { get; init => field = Option.Share(value); }

    /// <summary>True: the output is h of every step, (T, H). False: h of the last step, (H).</summary>
    public bool ReturnSequences { get; init; }

    /// <summary>
    /// True: the final states are further outputs of the layer in a graph (<see cref="Node.States"/>), and
    /// <see cref="Model.Run(float[], ModelStates)"/> returns them.
    /// </summary>
    public bool ReturnState { get; init; }

    /// <summary>
    /// True: a batch starts from the states in which the batch before ended, row by row, until <see cref="Model.ResetStates"/>.
    /// </summary>
    public bool Stateful { get; init; }

    /// <summary>
    /// True: steps are taken from the last to the first; a returned sequence is in the order of processing, as in Keras, and the mask with
    /// it.
    /// </summary>
    public bool GoBackwards { get; init; }

    public override Shape GetOutputShape(Shape input)
    {
        if (input.Rank != 2)
            throw new UnrollException($"{Label} takes sequences of shape (time steps, features), but its input has shape {input}. Set ReturnSequences on the recurrent layer before it, or reshape the input.");
        return ReturnSequences ? new Shape(input.Steps, Units) : new Shape(Units);
    }

    internal override int RecurrentUnits => Units;

    internal override bool IsStateful => Stateful;

    internal override IReadOnlyList<LayerState> States => StateCount == 1 ? [new("h", Units)] : [new("h", Units), new("c", Units)];

    internal override bool ReturnsStates => ReturnState;

    /// <summary>How many states there are: h, and c of an LSTM.</summary>
    internal virtual int StateCount => 1;

    /// <summary>The gate arithmetic of this layer.</summary>
    internal abstract Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T>;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input) => Build(builder, input, reversesOutput: false);

    /// <summary>The same; a returned sequence may be put into the reverse of the order of processing.</summary>
    internal RecurrentOp<T> Build<T>(LayerBuilder<T> builder, Shape input, bool reversesOutput)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Cell<T> cell = CreateCell(builder, input);
        var op = new RecurrentOp<T>(this, builder, cell, input, GetOutputShape(input)) { ReversesOutput = reversesOutput };
        if (!ReturnSequences)
            builder.Mask = -1;
        else if (GoBackwards && !reversesOutput && builder.Mask >= 0)
            op.ReversedMask = builder.AddMask();
        return op;
    }
}
