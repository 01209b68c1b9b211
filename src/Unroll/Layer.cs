using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The description of a layer: what it is, not its weights. A layer is a value; the same record may stand in several
/// models. <see cref="Model"/> builds the machinery behind it once the shape of the input is known.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "layer")]
[JsonDerivedType(typeof(SimpleRnn), "simple-rnn")]
[JsonDerivedType(typeof(Lstm), "lstm")]
[JsonDerivedType(typeof(Gru), "gru")]
[JsonDerivedType(typeof(IndRnn), "ind-rnn")]
[JsonDerivedType(typeof(Bidirectional), "bidirectional")]
[JsonDerivedType(typeof(StackedRecurrent), "stacked-recurrent")]
[JsonDerivedType(typeof(Dense), "dense")]
[JsonDerivedType(typeof(Dropout), "dropout")]
[JsonDerivedType(typeof(SpatialDropout1D), "spatial-dropout1d")]
[JsonDerivedType(typeof(SpatialDropout2D), "spatial-dropout2d")]
[JsonDerivedType(typeof(GaussianDropout), "gaussian-dropout")]
[JsonDerivedType(typeof(GaussianNoise), "gaussian-noise")]
[JsonDerivedType(typeof(Masking), "masking")]
[JsonDerivedType(typeof(Activate), "activate")]
[JsonDerivedType(typeof(LastSteps), "last-steps")]
[JsonDerivedType(typeof(Conv1D), "conv1d")]
[JsonDerivedType(typeof(Conv2D), "conv2d")]
[JsonDerivedType(typeof(DepthwiseConv1D), "depthwise-conv1d")]
[JsonDerivedType(typeof(DepthwiseConv2D), "depthwise-conv2d")]
[JsonDerivedType(typeof(SeparableConv1D), "separable-conv1d")]
[JsonDerivedType(typeof(SeparableConv2D), "separable-conv2d")]
[JsonDerivedType(typeof(Conv1DTranspose), "conv1d-transpose")]
[JsonDerivedType(typeof(Conv2DTranspose), "conv2d-transpose")]
[JsonDerivedType(typeof(MaxPooling1D), "max-pooling1d")]
[JsonDerivedType(typeof(MaxPooling2D), "max-pooling2d")]
[JsonDerivedType(typeof(AveragePooling1D), "average-pooling1d")]
[JsonDerivedType(typeof(AveragePooling2D), "average-pooling2d")]
[JsonDerivedType(typeof(GlobalMaxPooling), "global-max-pooling")]
[JsonDerivedType(typeof(GlobalAveragePooling), "global-average-pooling")]
[JsonDerivedType(typeof(Attention), "attention")]
[JsonDerivedType(typeof(AdditiveAttention), "additive-attention")]
[JsonDerivedType(typeof(MultiHeadAttention), "multi-head-attention")]
[JsonDerivedType(typeof(Embedding), "embedding")]
[JsonDerivedType(typeof(Flatten), "flatten")]
[JsonDerivedType(typeof(Reshape), "reshape")]
[JsonDerivedType(typeof(RepeatVector), "repeat-vector")]
[JsonDerivedType(typeof(Permute), "permute")]
[JsonDerivedType(typeof(ZeroPadding1D), "zero-padding1d")]
[JsonDerivedType(typeof(ZeroPadding2D), "zero-padding2d")]
[JsonDerivedType(typeof(Cropping1D), "cropping1d")]
[JsonDerivedType(typeof(Cropping2D), "cropping2d")]
[JsonDerivedType(typeof(UpSampling1D), "up-sampling1d")]
[JsonDerivedType(typeof(UpSampling2D), "up-sampling2d")]
[JsonDerivedType(typeof(Concatenate), "concatenate")]
[JsonDerivedType(typeof(Add), "add")]
[JsonDerivedType(typeof(Multiply), "multiply")]
[JsonDerivedType(typeof(Average), "average")]
[JsonDerivedType(typeof(Softmax), "softmax")]
[JsonDerivedType(typeof(Gelu), "gelu")]
[JsonDerivedType(typeof(Silu), "silu")]
[JsonDerivedType(typeof(LayerNorm), "layer-norm")]
[JsonDerivedType(typeof(RmsNorm), "rms-norm")]
[JsonDerivedType(typeof(BatchNorm), "batch-norm")]
[JsonDerivedType(typeof(Rescaling), "rescaling")]
[JsonDerivedType(typeof(TimeDistributed), "time-distributed")]
public abstract record Layer
{
    /// <summary>The layer's name in summaries, errors and model files; when null, its kind and its number: <c>lstm_1</c>.</summary>
    /// <remarks>A name is not empty, and unique in its model.</remarks>
    public string? Name
    {
        get;
        init => field = value is null || !string.IsNullOrWhiteSpace(value)
            ? value
            : throw new ArgumentException(
                "A layer's name must have letters. Leave Name out for a name that is made of the kind and a number.", nameof(value));
    }

    /// <summary>The word that default names start with, for example <c>lstm</c>.</summary>
    protected internal abstract string Kind { get; }

    /// <summary>H of the recurrent layer that this is or holds, or 0.</summary>
    internal virtual int RecurrentUnits => 0;

    /// <summary>True where this is, or holds, a recurrent layer that carries its states from batch to batch.</summary>
    internal virtual bool IsStateful => false;

    /// <summary>
    /// The states of the recurrent layers that this is or holds: further inputs of the layer in a graph, and with
    /// <see cref="ReturnsStates"/> its further outputs.
    /// </summary>
    protected internal virtual IReadOnlyList<LayerState> States => [];

    /// <summary>True where the final states are outputs after the first.</summary>
    internal virtual bool ReturnsStates => false;

    /// <summary>What an output after the first, number 1 and on, is called behind the layer's name.</summary>
    protected internal virtual string OutputName(int number) => States[number - 1].Name;

    /// <summary>
    /// True where the output at a step depends on nothing but the input at that step and the layer's states, so that a stream can pass
    /// through it. False, the default, for a layer that mixes steps, as convolutions and poolings do: a model with it cannot be streamed.
    /// </summary>
    /// <param name="input">The shape of its first input.</param>
    protected internal virtual bool GoesStepByStep(Shape input) => false;

    /// <summary>The shape of one output for inputs of one shape.</summary>
    /// <exception cref="UnrollException">The layer cannot take this input; the message says what it takes.</exception>
    public abstract Shape GetOutputShape(Shape input);

    /// <summary>The layer as a part of a graph, with weights of its own: its first output for these inputs.</summary>
    /// <param name="inputs">What the layer takes: one value, or several where its comment says so.</param>
    /// <exception cref="UnrollException">The layer cannot take these inputs; the message says what it takes.</exception>
    public Node Apply(params Node[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return new LayerUse(this, inputs).Outputs[0];
    }

    /// <summary>The shapes of all outputs for inputs of these shapes; for a layer of several inputs or outputs.</summary>
    /// <exception cref="UnrollException">The layer cannot take these inputs; the message says what it takes.</exception>
    public virtual Shape[] GetOutputShapes(params Shape[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        IReadOnlyList<LayerState> states = States;
        if (inputs.Length != 1 && states.Count == 0)
            throw new UnrollException($"{Label} takes one input, but {inputs.Length} were given.");
        if (inputs.Length != 1 && !inputs.AsSpan(1).SequenceEqual([.. states.Select(state => new Shape(state.Units))]))
        {
            string wanted = string.Join(", ", states.Select(state => $"{state.Name} ({state.Units})"));
            throw new UnrollException(
                $"{Label} takes a sequence, and after it no states or all, {wanted}; given were {string.Join(", ", inputs)}.");
        }

        if (inputs.Length > 1 && IsStateful)
            throw new UnrollException(
                $"{Label} is stateful, so its states come from the batch before. Do not give it initial states, or turn Stateful off.");
        return ReturnsStates ? [GetOutputShape(inputs[0]), .. states.Select(state => new Shape(state.Units))] : [GetOutputShape(inputs[0])];
    }

    /// <summary>Declares the layer's weights and makes what runs it, in single precision, or in double to check its gradients.</summary>
    /// <param name="builder">Takes what the layer declares.</param>
    /// <param name="inputs">What it takes; for these shapes <see cref="GetOutputShapes"/> has been asked.</param>
    protected internal abstract BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>True for the library's own, whose bad arguments can only be sizes.</summary>
    internal bool IsBuiltIn => GetType().Assembly == typeof(Layer).Assembly;

    /// <summary>The name to say in an error: the given one, or the kind.</summary>
    protected string Label => Name ?? Kind;
}
