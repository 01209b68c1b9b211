using System.Numerics;
using Unroll.Layers;

namespace Unroll;

/// <summary>The options that all recurrent layers share.</summary>
public abstract record Recurrent : Layer
{
    /// <param name="units">H, at least 1.</param>
    protected Recurrent(int units)
    {
        if (units < 1)
            throw new ArgumentOutOfRangeException(nameof(units), units, "A recurrent layer needs at least 1 unit.");
        Units = units;
    }

    /// <summary>H, the number of units.</summary>
    public int Units { get; internal init; }

    /// <summary>The activation of the candidate (and of an LSTM's cell on its way out).</summary>
    /// <remarks>A cell of your own reads it only where <see cref="UsesActivation"/> is true.</remarks>
    public Activation Activation { get; init => field = Option.NotNull(value); } = Activation.Tanh;

    /// <summary>Whether a bias is added to the gates (true).</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>What W, the kernel of the inputs, starts from (Glorot uniform).</summary>
    public Initializer KernelInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    /// <summary>What U, the kernel of the states, starts from (orthogonal).</summary>
    public Initializer RecurrentInitializer { get; init => field = Option.NotNull(value); } = Initializer.Orthogonal;

    /// <summary>What the bias starts from (zeros; a forget gate's may start from ones, see the layer).</summary>
    public Initializer BiasInitializer { get; init => field = Option.NotNull(value); } = Initializer.Zeros;

    /// <summary>The penalty on W; null: none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>The penalty on U; null: none.</summary>
    public Regularizer? RecurrentRegularizer { get; init; }

    /// <summary>The penalty on the bias; null: none.</summary>
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
    /// True: steps are taken from the last to the first; a returned sequence is in the order of processing, as in
    /// Keras, and the mask with it.
    /// </summary>
    public bool GoBackwards { get; init; }

    public override Shape GetOutputShape(Shape input)
    {
        if (input.Rank != 2)
            throw new UnrollException($"{Label} takes sequences of shape (time steps, features), but its input has shape {input}. Set "
                + "ReturnSequences on the recurrent layer before it, or reshape the input.");
        int units = States[0].Units;
        return ReturnSequences ? new Shape(input.Steps, units) : new Shape(units);
    }

    /// <summary>True where the cell reads <see cref="Activation"/>; if false, any activation but tanh is refused.</summary>
    protected internal virtual bool UsesActivation => false;

    protected internal override bool GoesStepByStep(Shape input) => true;

    internal override int RecurrentUnits => Units;

    internal override bool IsStateful => Stateful;

    /// <summary>What is carried from step to step: h, which is the output, and what else the layer has.</summary>
    protected internal override IReadOnlyList<LayerState> States => [new("h", Units)];

    internal override bool ReturnsStates => ReturnState;

    /// <summary>Declares the weights and makes the arithmetic of one step.</summary>
    /// <param name="builder">Of the layer.</param>
    /// <param name="input">The shape of the sequence, (T, F).</param>
    protected internal abstract Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <inheritdoc/>
    protected internal sealed override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        (RecurrentOp<T> op, StepMask mask) = Build(builder, inputs[0], reversesOutput: false);
        return new BuiltLayer<T>(op, mask);
    }

    /// <summary>The same; a returned sequence may be put into the reverse of the order of processing.</summary>
    internal (RecurrentOp<T> Op, StepMask Mask) Build<T>(LayerBuilder<T> builder, LayerInput input, bool reversesOutput)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!UsesActivation && Activation != Activation.Tanh)
            throw new UnrollException($"{Label} does not read its Activation, so {Activation} would do nothing. Leave Activation out.");
        if (States is not { Count: > 0 } states || states.Select(state => state.Name).Distinct().Count() < states.Count)
            throw new UnrollException($"{Label} needs at least one state, h, and a name of its own for each.");
        Cell<T> cell = CreateCell(builder, input.Shape);
        if (cell is GatedCell<T> { CanShare: true, HasRowValues: true })
            throw new UnrollException(
                $"{Label} keeps values of whole rows (RowValues), so threads cannot share its units: CanShare must be false.");
        bool reversesMask = ReturnSequences && GoBackwards && !reversesOutput && input.Mask.Exists;
        StepMask mask = reversesMask ? builder.AddMask() : ReturnSequences ? input.Mask : default;
        var op = new RecurrentOp<T>(this, builder, cell, input, GetOutputShape(input.Shape))
        { ReversesOutput = reversesOutput, ReversedMask = reversesMask ? mask : default };
        return (op, mask);
    }
}
