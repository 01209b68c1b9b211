using TorchSharp;
using static TorchSharp.torch;

namespace Unroll.Benchmarks;

/// <summary>A network that reads and writes tokens, in both libraries, with the same weights.</summary>
internal abstract class TextModel : IDisposable
{
    private readonly List<nn.Module> _modules = [];
    private readonly ArraySamples _samples;
    private readonly Tensor[] _inputs;
    private readonly Tensor _targets;
    private optim.Optimizer? _optimizer;
    private int _epoch;

    /// <param name="model">Ours.</param>
    /// <param name="batches">Batches an epoch, each of full sequences: nothing is padded.</param>
    /// <param name="batch">B.</param>
    protected TextModel(Model model, int batches, int batch)
    {
        (Model, Batch) = (model, batch);
        int count = batches * batch;
        float[] Tokens(Shape shape, int classes, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count * shape.Size).Select(_ => (float)random.Next(1, classes))];
        }

        float[][] inputs = [.. model.Inputs.Select((input, i) => Tokens(input.Shape, 27, i))];
        int classes = model.Outputs[0].Shape.Features, steps = model.Outputs[0].Shape.Steps;
        float[] targets = Tokens(new Shape(steps), classes, 9);
        _samples = new ArraySamples([.. inputs.Select((values, i) => (values, model.Inputs[i].Shape))], [(targets, new Shape(steps))]);
        _inputs = [.. inputs.Select(
            (values, i) => tensor(Array.ConvertAll(values, value => (long)value), [count, model.Inputs[i].Shape.Size]))];
        _targets = tensor(Array.ConvertAll(targets, value => (long)value), [count, steps]);
    }

    public Model Model { get; }

    public int Batch { get; }

    /// <summary>Tokens written an epoch.</summary>
    public long Tokens => _targets.numel();

    public int Parameters => Model.Summary().TotalParameters;

    /// <summary>The logits [B, T, C] of libtorch.</summary>
    protected abstract Tensor Forward(Tensor[] inputs);

    protected T Kept<T>(T module)
        where T : nn.Module
    {
        _modules.Add(module);
        return module;
    }

    private IEnumerable<TorchSharp.Modules.Parameter> Weights => _modules.SelectMany(module => module.parameters());

    private static Clipping Clip => new(ClipMode.GlobalNorm, 1);

    public void TrainOurs() => Model.Fit(_samples, new TrainingOptions { Epochs = 1, BatchSize = Batch, Optimizer = new Adam(),
        Clipping = Clip, Loss = new SparseCategoricalCrossEntropy(), Seed = ++_epoch });

    public void TrainTheirs()
    {
        _optimizer ??= optim.Adam(Weights, lr: 1e-3);
        _modules.ForEach(module => module.train());
        using DisposeScope epoch = NewDisposeScope();
        Tensor order = randperm(_targets.shape[0], dtype: int64);
        for (long start = 0; start < order.shape[0]; start += Batch)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor rows = order.slice(0, start, start + Batch, 1);
            _optimizer.zero_grad();
            Tensor logits = Forward([.. _inputs.Select(input => input.index_select(0, rows))]);
            Tensor loss = nn.functional.cross_entropy(logits.reshape(-1, logits.shape[^1]), _targets.index_select(0, rows).reshape(-1));
            loss.backward();
            nn.utils.clip_grad_norm_(Weights, 1);
            _optimizer.step();
            _ = loss.item<float>();
        }
    }

    /// <exception cref="UnrollException">The libraries do different work.</exception>
    public void RequireSame()
    {
        _modules.ForEach(module => module.eval());
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        float[] theirs = Forward(_inputs).reshape(-1).data<float>().ToArray(), ours = Model.Predict(_samples);
        float difference = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max();
        if (ours.Length != theirs.Length || !(difference < 1e-4f))
            throw new UnrollException($"From the same weights the predictions of the two libraries differ by {difference}; timing them "
                + "would compare different work.");
    }

    public void Dispose()
    {
        _optimizer?.Dispose();
        _modules.ForEach(module => module.Dispose());
        Array.ForEach(_inputs, input => input.Dispose());
        _targets.Dispose();
    }
}

/// <summary>The encoder, decoder and attention of samples/pronounce.cs.</summary>
internal sealed class PronounceModel : TextModel
{
    private const int Units = 128, Embedded = 64, Letters = 27, Sounds = 41;
    private readonly TorchSharp.Modules.Embedding _letters, _sounds;
    private readonly TorchSharp.Modules.GRU _encoder, _decoder;
    private readonly TorchSharp.Modules.Linear _start, _both, _logits;
    private readonly TorchSharp.Modules.Dropout _dropout;

    public PronounceModel(int steps, int batches, int batch, int threads)
        : base(Ours(steps, threads), batches, batch)
    {
        (_letters, _sounds) = (Kept(nn.Embedding(Letters, Embedded)), Kept(nn.Embedding(Sounds, Embedded)));
        (_encoder, _decoder) =
            (Kept(nn.GRU(Embedded, Units, batchFirst: true, bidirectional: true)), Kept(nn.GRU(Embedded, 2 * Units, batchFirst: true)));
        (_start, _both, _logits) =
            (Kept(nn.Linear(2 * Units, 2 * Units)), Kept(nn.Linear(4 * Units, 2 * Units)), Kept(nn.Linear(2 * Units, Sounds)));
        _dropout = Kept(nn.Dropout(0.2));
        string[] parts = KerasWeights.RecurrentParts(Model);
        TorchWeights.CopyEmbedding(Model, "letters", _letters);
        TorchWeights.CopyEmbedding(Model, "sounds", _sounds);
        TorchWeights.CopyCell(Model, parts[0], CellKind.Gru, Units,
            _encoder.named_parameters().Where(named => !named.name.EndsWith("reverse", StringComparison.Ordinal)));
        TorchWeights.CopyCell(Model, parts[1], CellKind.Gru, Units,
            _encoder.named_parameters().Where(named => named.name.EndsWith("reverse", StringComparison.Ordinal)));
        TorchWeights.CopyCell(Model, parts[2], CellKind.Gru, 2 * Units, _decoder.named_parameters());
        TorchWeights.CopyDense(Model, "start", _start);
        TorchWeights.CopyDense(Model, "both", _both);
        TorchWeights.CopyDense(Model, "logits", _logits);
    }

    private static Model Ours(int steps, int threads)
    {
        Node spelling = Node.Input(new Shape(steps)), before = Node.Input(new Shape(steps));
        Node letters = new Embedding(Letters, Embedded) { MaskZero = true, Name = "letters" }.Apply(spelling);
        Node read = new Bidirectional(new Gru(Units) { ReturnSequences = true }).Apply(new Dropout(0.2).Apply(letters));
        Node start = new Dense(2 * Units) { Activation = Activation.Tanh, Name = "start" }.Apply(new GlobalAveragePooling().Apply(read));
        Node spoken = new Embedding(Sounds, Embedded) { MaskZero = true, Name = "sounds" }.Apply(before);
        Node decoded = new Gru(2 * Units) { ReturnSequences = true }.Apply(spoken, start);
        Node context = new Attention().Apply(decoded, read);
        Node both = new Dense(2 * Units) { Activation = Activation.Tanh, Name = "both" }.Apply(new Concatenate().Apply(decoded, context));
        return new Model([spelling, before], [new Dense(Sounds) { Name = "logits" }.Apply(new Dropout(0.2).Apply(both))])
        {
            Threads = threads,
        }.Build(seed: 1);
    }

    protected override Tensor Forward(Tensor[] inputs)
    {
        Tensor read = _encoder.forward(_dropout.forward(_letters.forward(inputs[0]))).Item1;
        Tensor start = _start.forward(read.mean([1])).tanh();
        Tensor decoded = _decoder.forward(_sounds.forward(inputs[1]), start.unsqueeze(0)).Item1;
        Tensor weights = nn.functional.softmax(decoded.bmm(read.transpose(1, 2)), 2);
        Tensor both = _both.forward(cat([decoded, weights.bmm(read)], 2)).tanh();
        return _logits.forward(_dropout.forward(both));
    }
}

/// <summary>A reader of characters that says which comes next, as in samples/novelist.cs.</summary>
internal sealed class CharacterModel : TextModel
{
    private const int Characters = 80, Embedded = 64;
    private readonly TorchSharp.Modules.Embedding _embedding;
    private readonly TorchSharp.Modules.GRU _gru;
    private readonly TorchSharp.Modules.Linear _logits;

    public CharacterModel(int units, int steps, int batches, int batch, int threads)
        : base(Ours(units, steps, threads), batches, batch)
    {
        (_embedding, _gru, _logits) =
            (Kept(nn.Embedding(Characters, Embedded)), Kept(nn.GRU(Embedded, units, batchFirst: true)), Kept(nn.Linear(units, Characters)));
        TorchWeights.CopyEmbedding(Model, "characters", _embedding);
        TorchWeights.CopyCell(Model, KerasWeights.RecurrentParts(Model)[0], CellKind.Gru, units, _gru.named_parameters());
        TorchWeights.CopyDense(Model, "logits", _logits);
    }

    private static Model Ours(int units, int steps, int threads) => new Model(
        new Embedding(Characters, Embedded) { Name = "characters" },
        new Gru(units) { ReturnSequences = true },
        new Dense(Characters) { Name = "logits" }) { Threads = threads }.Build(new Shape(steps), seed: 1);

    protected override Tensor Forward(Tensor[] inputs) => _logits.forward(_gru.forward(_embedding.forward(inputs[0])).Item1);
}
