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
    public Activation Activation { get; init; } = Activation.Tanh;

    public bool UseBias { get; init; } = true;

    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    public Initializer RecurrentInitializer { get; init; } = Initializer.Orthogonal;

    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? RecurrentRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>The share of the input's features set to 0 in training, the same ones at every time step; the others grow by 1/(1 − share).</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// The same for h₋₁ where it enters the recurrent product. The state that is carried over (z∘h₋₁ of a GRU) stays whole.
    /// </summary>
    public double RecurrentDropout { get; init; }

    /// <summary>True: the output is h of every step, (T, H). False: h of the last step, (H).</summary>
    public bool ReturnSequences { get; init; }

    /// <summary>True: <see cref="Model.Run(float[], ModelStates)"/> also returns the final states.</summary>
    public bool ReturnState { get; init; }

    /// <summary>True: a batch starts from the states in which the batch before ended, row by row, until <see cref="Model.ResetStates"/>.</summary>
    public bool Stateful { get; init; }

    /// <summary>True: steps are taken from the last to the first; a returned sequence is in the order of processing, as in Keras.</summary>
    public bool GoBackwards { get; init; }

    public override Shape GetOutputShape(Shape input)
    {
        if (input.Rank != 2)
            throw new UnrollException($"{Label} takes sequences of shape (time steps, features), but its input has shape {input}. Set ReturnSequences on the recurrent layer before it, or reshape the input.");
        if (Dropout is not (>= 0 and < 1) || RecurrentDropout is not (>= 0 and < 1))
            throw new UnrollException($"{Label} has dropout {Dropout} and recurrent dropout {RecurrentDropout}; both must be at least 0 and below 1.");
        return ReturnSequences ? new Shape(input.Steps, Units) : new Shape(Units);
    }

    internal override int RecurrentUnits => Units;

    internal override bool IsStateful => Stateful;

    internal override bool GivesStates => true;

    internal override string OutputName(int number) => number == 1 ? "h" : "c";

    /// <summary>How many states there are: h, and c of an LSTM.</summary>
    internal virtual int StateCount => 1;

    /// <summary>A graph may give the initial states as further inputs; with ReturnState, the final states are further outputs.</summary>
    internal override Shape[] GetOutputShapes(Shape[] inputs)
    {
        if (inputs.Length != 1 && (inputs.Length != StateCount + 1 || inputs[1..].Any(shape => shape != new Shape(Units))))
            throw new UnrollException($"{Label} takes a sequence, and after it no state or {(StateCount == 1 ? "h" : "h and c")} of shape ({Units}); given were {string.Join(", ", inputs)}.");
        if (inputs.Length > 1 && Stateful)
            throw new UnrollException($"{Label} is stateful, so its states come from the batch before. Do not give it initial states.");
        Shape state = new(Units);
        return ReturnState ? [GetOutputShape(inputs[0]), .. Enumerable.Repeat(state, StateCount)] : [GetOutputShape(inputs[0])];
    }

    /// <summary>The gate arithmetic of this layer.</summary>
    internal abstract Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T>;

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input)
    {
        Shape output = GetOutputShape(input);
        var op = new RecurrentOp<T>(this, builder, CreateCell(builder, input), input, output);
        if (!ReturnSequences)
            builder.Mask = -1;
        return op;
    }
}
