using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A layer at work: built for one input shape, holding its packed weights. Activations are slabs of [T, P, F], where P is
/// the padded number of rows of the shard and F the features padded to whole vectors; a vector has T = 1. Padding columns
/// of gradients are zero; those of activations are finite.
/// </summary>
internal abstract class LayerOp<T>(Layer layer, string name, Shape input, Shape output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Layer Layer { get; } = layer;

    public string Name { get; } = name;

    public Shape Input { get; } = input;

    public Shape Output { get; } = output;

    /// <summary>Values that the layer keeps of one shard between forward and backward.</summary>
    public virtual int CacheSize => 0;

    /// <summary>Values of scratch memory that forward or backward may overwrite.</summary>
    public virtual int ScratchSize => 0;

    /// <summary>The recurrent layers inside, for initial and final states.</summary>
    public virtual IEnumerable<RecurrentOp<T>> RecurrentParts => [];

    /// <summary>
    /// True where the layer goes step by step, so that it may leave out steps at the end that are padding in all rows of a shard.
    /// </summary>
    public virtual bool SkipsPadding => false;

    /// <summary>After Forward: how many steps of the output count; those beyond are padding in all rows of the shard.</summary>
    public virtual int OutputSteps(ShardPass<T> pass, int inputSteps) => SkipsPadding ? Math.Min(inputSteps, Output.Positions) : Output.Positions;

    /// <summary>True where <see cref="Mark"/> makes the layer's mask; otherwise Forward does.</summary>
    public virtual bool MarksAlone => false;

    /// <summary>True where the mask depends on the values of the input, not only on the masks of the inputs.</summary>
    public virtual bool MarksByValues => true;

    /// <summary>Makes the mask that Forward makes, and nothing else: to know which steps count before a batch runs.</summary>
    public virtual void Mark(ShardPass<T> pass, in LayerSpans<T> spans) =>
        throw new NotSupportedException("This layer makes its mask in Forward.");

    /// <summary>Takes in the weights after they changed; called before the shards of a batch run.</summary>
    /// <param name="parameters">All weights of the model.</param>
    /// <param name="share">The part of the work to do; other threads may do the others at the same time.</param>
    public virtual void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
    }

    /// <summary>
    /// How many threads can do the layer's forward and backward pass over one shard together, with more gain than waiting
    /// for each other costs. Where it is 1, one thread does the pass; otherwise all that are at the shard come through it, and a phase ends
    /// each pass.
    /// </summary>
    public virtual int MostThreads(ShardPass<T> pass) => 1;

    /// <summary>Output from Input; may fill Cache.</summary>
    public abstract void Forward(ShardPass<T> pass, in LayerSpans<T> spans);

    /// <summary>
    /// InputGradient (unless empty) from OutputGradient, after Forward with the same spans; adds the weights' gradients to
    /// <see cref="ShardPass{T}.Gradients"/>. OutputGradient may be overwritten.
    /// </summary>
    public abstract void Backward(ShardPass<T> pass, in LayerSpans<T> spans);
}

/// <summary>
/// The memory of one layer for one shard. A layer of several inputs or outputs finds the others by number; number 0 is <see cref="Input"/>
/// and <see cref="Output"/>.
/// </summary>
internal readonly ref struct LayerSpans<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Span<T> _memory;
    private readonly NodePlan<T>? _plan;
    private readonly int[] _steps;

    /// <summary>For a part of a layer that makes the memory of its parts itself.</summary>
    public LayerSpans(int steps) => (_steps, Steps) = ([], steps);

    /// <param name="memory">All memory of the shard.</param>
    /// <param name="plan">Where the layer's values lie in it.</param>
    /// <param name="steps">How many steps of each value of the graph count in this shard.</param>
    public LayerSpans(Span<T> memory, NodePlan<T> plan, int[] steps)
    {
        _memory = memory;
        (_plan, _steps) = (plan, steps);
        Input = InputAt(0);
        InputGradient = InputGradientAt(0);
        Output = OutputAt(0);
        OutputGradient = OutputGradientAt(0);
        Cache = memory.Slice(plan.CacheAt, plan.Op.CacheSize);
        Steps = StepsAt(0);
    }

    public Span<T> Input { get; init; }

    /// <summary>Empty where nobody asks for it: that of the model's inputs.</summary>
    public Span<T> InputGradient { get; init; }

    public Span<T> Output { get; init; }

    public Span<T> OutputGradient { get; init; }

    public Span<T> Cache { get; init; }

    /// <summary>For a part of a layer: how many of the states among the layer's further inputs and outputs come before its own.</summary>
    public int FirstState { get; init; }

    /// <summary>Steps of the first input that count, for a layer that <see cref="LayerOp{T}.SkipsPadding"/>; for others, all.</summary>
    public int Steps { get; init; }

    public int Inputs => _plan?.Inputs.Length ?? 1;

    public int StepsAt(int input) => _plan!.Op.SkipsPadding ? _steps[_plan.Inputs[input].Number] : _plan.Inputs[input].Shape.Positions;

    public Span<T> InputAt(int input) => _memory.Slice(_plan!.Inputs[input].At, _plan.Inputs[input].Size);

    public Span<T> InputGradientAt(int input) => _plan!.InputGradientAt[input] < 0 ? default : _memory.Slice(_plan.InputGradientAt[input], _plan.Inputs[input].Size);

    /// <summary>Empty where nobody reads it.</summary>
    public Span<T> OutputAt(int output) => _plan?.Output(output) is { } value ? _memory.Slice(value.At, value.Size) : default;

    public Span<T> OutputGradientAt(int output) => _plan?.Output(output) is { } value ? _memory.Slice(value.GradientAt, value.Size) : default;
}

/// <summary>A few rows of a batch on their way through the layers, on one thread from end to end.</summary>
internal sealed class ShardPass<T>(Kernels<T> kernels, int shardRows, int scratch, int masks, int maskLength, RecurrentStates<T>[] states)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostLevels = 16;
    private readonly AlignedBuffer<T> _scratch = new(scratch);
    private readonly bool[] _masks = new bool[masks * maskLength];
    private readonly PhaseWorker _worker = new();

    // While the steps of sequences pass as rows: the rows as they were before, and the mask of the steps.
    private readonly (int FirstRow, int Rows, int PaddedRows, int Mask)[] _levels = new (int, int, int, int)[MostLevels];
    private int _level;

    public Kernels<T> Kernels { get; } = kernels;

    /// <summary>The states of the recurrent layers at the two ends of the batch, by the layer's number.</summary>
    public RecurrentStates<T>[] States { get; } = states;

    /// <summary>True in training: dropout is on.</summary>
    public bool Training { get; set; }

    /// <summary>True where backward follows forward, which then keeps every time step.</summary>
    public bool KeepsSteps { get; set; }

    /// <summary>This thread among those that do the shard together; alone where one does.</summary>
    public PhaseWorker Worker => _level == 0 ? _worker : Alone;

    /// <summary>For layers that one thread does alone, whoever else is at the shard.</summary>
    public PhaseWorker Alone { get; } = new();

    /// <summary>Changes with every training step; all random draws of the step derive from it.</summary>
    public ulong StepSeed { get; set; }

    /// <summary>The shard's first row in the batch.</summary>
    public int FirstRow { get; private set; }

    /// <summary>Rows of the batch in the shard, 1 to <see cref="LayerBuilder{T}.ShardRows"/>.</summary>
    public int Rows { get; private set; }

    /// <summary>
    /// Rows of the slabs: 1, 4, 8 or the largest number. Rows beyond <see cref="Rows"/> repeat the last one, with zero gradients.
    /// </summary>
    public int PaddedRows { get; private set; }

    /// <summary>Where the gradients of the weights are added, a <see cref="GradientSlab"/> for each parameter.</summary>
    public AlignedBuffer<T>? GradientBuffer { get; set; }

    public Span<T> Gradients => GradientBuffer!.Span;

    public Span<T> Scratch => _scratch.Span;

    /// <summary>Rows of the batch in the shard, also while steps pass as rows.</summary>
    public int BatchRows => _level == 0 ? Rows : _levels[0].Rows;

    public void Begin(int firstRow, int rows)
    {
        (FirstRow, Rows, _level) = (firstRow, rows, 0);
        PaddedRows = rows == 1 ? 1 : rows <= 4 ? 4 : rows <= 8 ? 8 : shardRows;
    }

    /// <summary>
    /// A layer that is applied to every step of a sequence takes the steps as rows: a slab [T, P, F] has the values of one [1, T·P, F] in
    /// the same places. All T·P rows pass as rows of the batch, because those that are none lie between the others; see
    /// <see cref="Counts"/>.
    /// </summary>
    /// <param name="steps">T.</param>
    /// <param name="mask">The mask that goes with the steps, or −1.</param>
    public void TakeStepsAsRows(int steps, int mask)
    {
        _levels[_level++] = (FirstRow, Rows, PaddedRows, mask);
        (FirstRow, PaddedRows) = (FirstRow * steps, PaddedRows * steps);
        Rows = PaddedRows;
    }

    /// <summary>Rows are again what they were before <see cref="TakeStepsAsRows"/>.</summary>
    public void TakeRowsAsRows() => (FirstRow, Rows, PaddedRows, _) = _levels[--_level];

    /// <summary>False for rows beyond those of the batch, which repeat the last one, and for steps taken as rows that are masked.</summary>
    public bool Counts(int row)
    {
        for (int level = _level - 1; level >= 0; level--)
        {
            int mask = _levels[level].Mask;
            if (mask >= 0 && !Mask(mask)[row])
                return false;
            row %= _levels[level].PaddedRows;
        }

        return row < BatchRows;
    }

    /// <summary>The mask of number <paramref name="index"/>, [T × P], true where the step counts.</summary>
    public Span<bool> Mask(int index) => _masks.AsSpan(index * maskLength, maskLength);

    /// <summary>How many of so many steps of a mask are not masked in all rows: up to the last that is true in any.</summary>
    public int StepsOf(int mask, int steps) => (Mask(mask)[..(steps * PaddedRows)].LastIndexOf(true) + PaddedRows) / PaddedRows;

    /// <summary>The random stream of one row of the batch in one layer in this step: the same on any number of threads.</summary>
    public RandomSource RandomFor(int layer, int row) =>
        new(StepSeed, ((ulong)layer << 32) | (uint)(FirstRow + Math.Min(row, Rows - 1)));
}

/// <summary>What a layer declares while it is built.</summary>
internal sealed class LayerBuilder<T>(Kernels<T> kernels, int shardRows, int mostWeights)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Parameter> _parameters = [];
    private readonly List<GradientSlab> _gradients = [];
    private readonly HashSet<int> _paddingMasks = [];
    private readonly List<(int Units, int States)> _recurrents = [];
    private readonly Dictionary<string, Declared> _declared = [];
    private int _offset, _gradientSize, _uses;
    private Declared _current = new();
    private bool _shares;
    private string _layerName = "";

    public Kernels<T> Kernels { get; } = kernels;

    /// <summary>
    /// Rows of the largest shard: what caches and scratch memory are made for. More while a layer is built that takes steps as rows.
    /// </summary>
    public int ShardRows { get; set; } = shardRows;

    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Where the weights are that the layers take by the names of their parameters; null: the layers get new ones.</summary>
    public IReadOnlyList<Parameter>? Given { get; init; }

    public IReadOnlyList<GradientSlab> Gradients => _gradients;

    /// <summary>Values of memory that the gradient slabs take.</summary>
    public int GradientSize => _gradientSize;

    /// <summary>The name of the layer being built, or of a part of it: what its parameters' names begin with.</summary>
    public string LayerName
    {
        get => _layerName;
        set
        {
            _layerName = value;
            if (!_declared.TryGetValue(value, out Declared? declared))
                _declared.Add(value, declared = new Declared());
            if (declared.Use != _uses)
                (declared.Use, declared.NextParameter, declared.NextGradient) = (_uses, 0, 0);
            _current = declared;
        }
    }

    /// <summary>
    /// Number of the mask that comes with the first input, or −1; after the layer is built, of the one that goes with its outputs.
    /// </summary>
    public int Mask { get; set; } = -1;

    /// <summary>The masks of all inputs.</summary>
    public int[] InputMasks { get; private set; } = [];

    public int Masks { get; private set; }

    public int RandomStreams { get; private set; }

    /// <summary>The units of each recurrent layer, and how many states it has.</summary>
    public IReadOnlyList<(int Units, int States)> Recurrents => _recurrents;

    /// <summary>
    /// Before a layer is built. One with the weights of an earlier one declares the same parameters again, and gets that one's.
    /// </summary>
    public void Begin(string name, bool shares, int[] inputMasks)
    {
        (_shares, InputMasks, Mask) = (shares, inputMasks, inputMasks[0]);
        _uses++;
        LayerName = name;
    }

    /// <summary>
    /// A new mask. Where it marks padding at the end of sequences, a model's outputs at masked steps are zero and layers may leave such
    /// steps out.
    /// </summary>
    public int AddMask(bool padding = false)
    {
        if (padding)
            _paddingMasks.Add(Masks);
        return Mask = Masks++;
    }

    public bool IsPadding(int mask) => _paddingMasks.Contains(mask);

    public int AddRandomStream() => RandomStreams++;

    /// <summary>The number of a recurrent layer.</summary>
    public int AddRecurrent(int units, int states)
    {
        _recurrents.Add((units, states));
        return _recurrents.Count - 1;
    }

    public Parameter AddParameter(string role, Shape shape, Initializer initializer, Regularizer? regularizer = null, (int Start, int Count) ones = default, double? momentum = null)
    {
        if (_shares)
        {
            Parameter shared = _current.Parameters[_current.NextParameter++];
            shared.Uses++;
            return shared.Shape == shape ? shared : throw new UnrollException($"{shared.Name} has shape {shared.Shape}, but the layer's other place in the graph needs {shape}. Shared layers need inputs with the same number of features.");
        }

        if (initializer == Initializer.Orthogonal && shape.Rank < 2)
            throw new UnrollException($"{LayerName}/{role} has shape {shape}, but only a matrix can be orthogonal. Choose another initializer.");
        string name = $"{LayerName}/{role}";
        int offset = Given?.First(each => each.Name == name).Offset ?? _offset;
        var parameter = new Parameter(name, shape, offset)
        { Initializer = initializer, Regularizer = regularizer, Ones = ones, Momentum = momentum };
        _parameters.Add(parameter);
        _current.Parameters.Add(parameter);
        _offset = checked(_offset + parameter.Length);
        if (_offset > mostWeights)
            throw new UnrollException("its weights do not fit its layers");
        return parameter;
    }

    /// <summary>
    /// Memory for the gradients of a parameter, or of some of its columns: [rows × columns], columns a multiple of
    /// <see cref="Lanes.Count"/>.
    /// </summary>
    public GradientSlab AddGradient(Parameter parameter, int rows, int columns, GradientRun[] runs)
    {
        if (_shares)
            return _current.Gradients[_current.NextGradient++];
        var slab = new GradientSlab(parameter, _gradientSize, rows, columns, runs);
        _gradients.Add(slab);
        _current.Gradients.Add(slab);
        _gradientSize = checked(_gradientSize + slab.Size);
        return slab;
    }

    /// <summary>What was declared under one name, in order.</summary>
    private sealed class Declared
    {
        public List<Parameter> Parameters { get; } = [];

        public List<GradientSlab> Gradients { get; } = [];

        /// <summary>Which use of a layer it was declared or asked for last.</summary>
        public int Use { get; set; }

        public int NextParameter { get; set; }

        public int NextGradient { get; set; }
    }
}
