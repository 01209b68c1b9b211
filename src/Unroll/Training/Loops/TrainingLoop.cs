using Unroll.Training;

namespace Unroll;

/// <summary>
/// Training step by step, for loops of your own where <see cref="Model.Fit"/> has none: adversarial training, reinforcement learning,
/// losses over a whole batch, a choice of samples that depends on the losses. Compute gradients, read or change them, take a step. The
/// loop of <see cref="Model.Fit"/>, written with it, gives the weights of Fit, to the bit, on any number of threads.
/// </summary>
/// <remarks>
/// It takes the model for itself, as Fit does, until it is disposed of: other threads may predict, evaluate and save, but not train or
/// change weights. One thread at a time works with it. After the first calls of a size nothing is allocated.
/// </remarks>
/// <example>
/// <code>
/// using var loop = new TrainingLoop(model, new TrainingOptions { Optimizer = new Adam(), Loss = new Huber() });
/// for (int step = 0; step &lt; 1000; step++)
/// {
///     double loss = loop.ComputeGradients(samples, Draw(32));
///     loop.Step();
/// }
/// </code>
/// </example>
public sealed partial class TrainingLoop : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly Network<float> _network;
    private readonly TrainingStep<float> _step;
    private readonly Dictionary<string, Parameter> _parameters;
    private readonly GivenRows _given;

    // The samples that were read and found fit, and those of them that are a batch.
    private ISamples? _samples;
    private SampleBatch _batch = null!;
    private int[] _indices = [];
    private float[] _outputs = [], _sum = [];
    private bool _isForward, _trains, _isLossFit, _isDisposed;
    private int _inputGradientRows, _isAtWork;

    /// <param name="model">A model that is built.</param>
    /// <param name="options">
    /// Optimiser, loss, clipping, layer rates, seed and gradient recorder. What belongs to epochs (schedule, validation, early stopping,
    /// metrics, checkpoint, callbacks, the average of the weights, Continue) is yours to do and refused; Epochs, BatchSize, Shuffle,
    /// AccumulateBatches and BucketByLength are not looked at.
    /// </param>
    /// <param name="inputGradients">Whether to keep dL/dx, <see cref="InputGradients"/>; it costs memory for the weights once more.</param>
    /// <exception cref="ArgumentException">The options have something that a loop of your own has no use for.</exception>
    /// <exception cref="UnrollException">An option does not fit the model, or is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is not built, or is being trained: by Fit, or by another loop that was not disposed of.
    /// </exception>
    public TrainingLoop(Model model, TrainingOptions options, bool inputGradients = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        RequireNoEpochs(options);
        (Model, _options) = (model, options);
        RateSegments<float>.RequireLayers(model.Parameters, options.LayerRates);
        model.BeginTraining(inLoop: true);
        try
        {
            Network<float> own = model.Network;
            if (inputGradients && own.StatefulParts.Length > 0)
            {
                throw new UnrollException(
                    $"{own.StatefulParts[0].Name} is stateful, so the loop cannot have input gradients: the states are the model's own. "
                    + "Make the loop without, or the layer without Stateful.");
            }

            _network = inputGradients
                ? new Network<float>(new BuiltGraph<float>(own.Graph, own.Built, inputGradient: true), own.Threads) : own;
            _network.Built.ChooseBackward(all: options.Gradients is not null);
            options.Optimizer.RequireMemory(_network.Parameters.PaddedLength);
            var sums = new OptimizerState<float>(options.Optimizer.Slots, _network.Parameters.PaddedLength);
            _step = new TrainingStep<float>(_network, options, sums);
            _parameters = _network.Parameters.Parameters.ToDictionary(parameter => parameter.Name);
            _given = new GivenRows(_network.InputSize);
            _network.Parameters.Gradients.Clear();
        }
        catch
        {
            model.EndTraining();
            throw;
        }
    }

    /// <summary>The model that is trained.</summary>
    public Model Model { get; }

    /// <summary>
    /// Steps taken. Dropout depends only on the seed and this number, so all gradients computed between two steps use the same masks.
    /// </summary>
    public long Steps => _step.Steps;

    /// <summary>The penalties of regularizers in the loss that was computed last.</summary>
    public double Penalty => _step.Penalty;

    /// <summary>
    /// dL/dx of the gradients that were computed last, [B, ...InputShape], of several inputs one after the other in each row; overwritten
    /// by the next. Tokens of an <see cref="Embedding"/> have none: 0.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop was made without, or no gradients were computed yet.</exception>
    public ReadOnlySpan<float> InputGradients => !_network.Built.KeepsInputGradient
        ? throw new InvalidOperationException("The loop was made without input gradients. Make it with inputGradients: true.")
        : _inputGradientRows == 0
        ? throw new InvalidOperationException("There are no input gradients yet. Call ComputeGradients or Backward first.")
        : _network.InputGradient.AsSpan(0, _inputGradientRows * _network.InputSize);

    /// <summary>
    /// Computes the gradients of the loss of one batch, the mean over what counts, with the penalties of regularizers.
    /// </summary>
    /// <param name="samples">All are read once and checked when they are given first.</param>
    /// <param name="indices">Which of them, at least one; from 0.</param>
    /// <param name="add">
    /// False: the gradients replace those of before. True: they are added to them, without the penalties, which are in those already.
    /// </param>
    /// <returns>The loss. Where it is not finite, neither are the gradients: take no step then.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is that of no sample.</exception>
    /// <exception cref="UnrollException">The samples do not fit the model or the loss.</exception>
    public double ComputeGradients(ISamples samples, ReadOnlySpan<int> indices, bool add = false)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (indices.IsEmpty)
            throw new ArgumentException("There are no indices. Give those of the samples that are a batch, at least one.", nameof(indices));
        Enter();
        try
        {
            Take(samples, indices);
            return Compute(_batch, _options.Loss, training: true, add);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The same for rows that are given as arrays.</summary>
    /// <param name="inputs">[B, ...InputShape], row-major; of several inputs one after the other in each row.</param>
    /// <param name="targets">As many rows; of several outputs one after the other in each row.</param>
    /// <param name="training">
    /// False: without dropout and with the moving averages of <see cref="BatchNorm"/>, as <see cref="Model.Predict(float[])"/> computes.
    /// </param>
    /// <param name="add">As with samples.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="UnrollException">The loss does not fit the model, or a row is at fault.</exception>
    public double ComputeGradients(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, bool training = true, bool add = false)
    {
        Enter();
        try
        {
            TakeInputs(inputs);
            RequireTargets(targets);
            _given.SetTargets(targets);
            return Compute(_given, _options.Loss, training, add);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// The outputs for some rows, to compute a loss of your own from; then give its gradient to <see cref="Backward"/>.
    /// </summary>
    /// <param name="inputs">[B, ...InputShape], row-major; of several inputs one after the other in each row.</param>
    /// <param name="training">False: without dropout and with the moving averages of <see cref="BatchNorm"/>; then backward too.</param>
    /// <returns>[B, ...OutputShape], of several outputs one after the other in each row; overwritten by the next call.</returns>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> inputs, bool training = true)
    {
        Enter();
        try
        {
            TakeInputs(inputs);
            int size = _given.Rows * _network.OutputSize;
            if (_outputs.Length < size)
                _outputs = new float[size];
            _step.BeginStep();
            if (training)
                _network.Forward(_given, _outputs);
            else
                _network.Predict(_given, _outputs);
            (_isForward, _trains) = (true, training);
            return _outputs.AsSpan(0, size);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Computes the gradients of a loss of your own from dL/dy of the rows that <see cref="Forward"/> had last, and adds those of the
    /// penalties of regularizers. The engine keeps the activations of eight rows at a time, so it runs forward once more,
    /// with the same dropout.
    /// </summary>
    /// <param name="outputGradients">dL/dy, [B, ...OutputShape] as Forward gave them. Masked steps are not looked at.</param>
    /// <param name="add">As in <see cref="ComputeGradients(ISamples, ReadOnlySpan{int}, bool)"/>.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    /// <exception cref="InvalidOperationException">No forward pass came before, or a step was taken since.</exception>
    public void Backward(ReadOnlySpan<float> outputGradients, bool add = false)
    {
        Enter();
        try
        {
            if (!_isForward)
                throw new InvalidOperationException("There are no outputs to go back from. Call Forward first, again after each step.");
            int size = _given.Rows * _network.OutputSize;
            if (outputGradients.Length != size)
            {
                throw new ArgumentException(
                    $"The {_given.Rows} rows have {size} outputs, but {outputGradients.Length} gradients were given. Give one for each.",
                    nameof(outputGradients));
            }

            _given.SetTargets(outputGradients);
            Compute(_given, GivenGradients.Instance, _trains, add);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// The gradient of a parameter, row-major like its weights, to be read and changed before the next step; 0 of frozen ones. It stays the
    /// place of the gradient, so it can be kept as long as the loop.
    /// </summary>
    /// <param name="parameter">Its name, for example <c>lstm_1/kernel</c>.</param>
    /// <exception cref="ArgumentException">There is no parameter of this name.</exception>
    public Span<float> GradientOf(string parameter)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _network.Parameters.Gradients[Find(parameter).Range];
    }

    /// <summary>Replaces a parameter's values, for example to keep them within bounds.</summary>
    /// <param name="parameter">Its name, for example <c>lstm_1/kernel</c>.</param>
    /// <param name="values">All its values, row-major.</param>
    /// <exception cref="ArgumentException">There is no parameter of this name, or it has another number of values.</exception>
    public void SetWeights(string parameter, ReadOnlySpan<float> values)
    {
        Enter();
        try
        {
            Parameter own = Find(parameter);
            if (values.Length != own.Length)
            {
                throw new ArgumentException(
                    $"{parameter} has shape {own.Shape}, {own.Length} values, but {values.Length} were given.", nameof(values));
            }

            _network.Built.EnterWrite();
            try
            {
                values.CopyTo(_network.Parameters.Values[own.Range]);
            }
            finally
            {
                _network.Built.ExitWrite();
            }

            _isForward = false;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The next batch of stateful layers begins from zero; otherwise from where the batch of the last step ended.</summary>
    public void ResetStates()
    {
        Enter();
        try
        {
            _network.ForgetStates();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Clips the gradients and takes a step with them, at the optimiser's learning rate.</summary>
    public void Step() => Step(_options.Optimizer.LearningRate);

    /// <summary>The same at a learning rate of your own.</summary>
    /// <param name="rate">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or not finite.</exception>
    public void Step(double rate)
    {
        if (!(rate >= 0) || double.IsInfinity(rate))
            throw new ArgumentOutOfRangeException(nameof(rate), $"The learning rate is {rate}; it must be at least 0 and finite.");
        Enter();
        try
        {
            _step.Apply(rate);
            if (_trains)
                _network.CarryStates();
            (_isForward, _trains) = (false, false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives the model back: it has the weights of the last step.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        Model.EndTraining();
    }
}
