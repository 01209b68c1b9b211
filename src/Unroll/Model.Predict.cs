using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

public sealed partial class Model
{
    private const int PredictionRows = 1024;

    /// <summary>
    /// The outputs for all samples, [Count, ...OutputShape], row-major; with several outputs, a row has one output after the other.
    /// Targets are not looked at. A model with stateful layers takes all samples as one batch.
    /// </summary>
    /// <exception cref="UnrollException">The samples do not fit the model.</exception>
    /// <exception cref="InvalidOperationException">
    /// Stateful layers carry the states of another number of rows, or another call is using them.
    /// </exception>
    public float[] Predict(ISamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        RequireInputs(samples);
        int size = Network.OutputSize;
        var outputs = new float[samples.Count * size];
        var batch = new SampleBatch(samples, null);
        int most = RowsAtOnce(samples.Count);
        using PredictionWatch watch = Telemetry.Predicting(this, samples.Count);
        using RunPool.Rental run = Runs.Rent(overSamples: true);
        for (batch.Start = 0; batch.Start < samples.Count; batch.Start += most)
        {
            batch.Rows = Math.Min(most, samples.Count - batch.Start);
            run.Network.PredictRows(batch).CopyTo(outputs.AsSpan(batch.Start * size));
            run.Network.CarryStates();
        }

        return outputs;
    }

    /// <summary>The outputs [B, ...OutputShape] for inputs [B, ...InputShape], both row-major.</summary>
    /// <exception cref="ArgumentException">
    /// The length is not a multiple of the size of an input, or the model has several inputs.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Stateful layers carry the states of another number of rows, or another call is using them.
    /// </exception>
    public float[] Predict(params float[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var outputs = new float[RowsOf(inputs.Length) * Network.OutputSize];
        Predict(inputs, outputs.AsSpan());
        return outputs;
    }

    /// <summary>
    /// The same, written to memory of the caller. Nothing is allocated after the first calls; with several threads, once as many calls have
    /// run at the same time as ever will.
    /// </summary>
    /// <param name="inputs">[B, ...InputShape], row-major.</param>
    /// <param name="outputs">
    /// [B, ...OutputShape], row-major, overwritten; with several outputs, a row has one output after the other. It does
    /// not overlap the inputs.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit, or the model has several inputs.</exception>
    /// <exception cref="InvalidOperationException">
    /// Stateful layers carry the states of another number of rows, or another call is using them.
    /// </exception>
    public void Predict(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int rows = RowsOf(inputs.Length), width = Network.InputSize, size = Network.OutputSize;
        RequireOutputs(rows, size, outputs.Length);
        RequireApart(inputs, outputs);
        int most = RowsAtOnce(rows);
        using PredictionWatch watch = Telemetry.Predicting(this, rows);
        using RunPool.Rental run = Runs.Rent();
        for (int first = 0; first < rows; first += most)
        {
            int count = Math.Min(most, rows - first);
            inputs.Slice(first * width, count * width).CopyTo(run.Network.InputRows(count));
            run.Network.PredictRows().CopyTo(outputs.Slice(first * size, count * size));
            run.Network.CarryStates();
        }
    }

    /// <summary>The outputs of a model with several inputs or outputs, one array [B, ...] for each output.</summary>
    /// <param name="inputs">One array [B, ...] for each input, all row-major.</param>
    /// <exception cref="ArgumentException">There are not as many arrays as inputs, or a length does not fit.</exception>
    /// <exception cref="InvalidOperationException">
    /// Stateful layers carry the states of another number of rows, or another call is using them.
    /// </exception>
    public float[][] PredictEach(params float[][] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (float[] values in inputs)
            ArgumentNullException.ThrowIfNull(values, nameof(inputs));
        ReadOnlyMemory<float>[] given = [.. inputs.Select(values => new ReadOnlyMemory<float>(values))];
        int rows = RowsOf(given);
        float[][] outputs = [.. Outputs.Select(output => new float[rows * output.Shape.Size])];
        PredictEach(given, [.. outputs.Select(values => values.AsMemory())]);
        return outputs;
    }

    /// <summary>The same, written to memory of the caller; after the first calls nothing is allocated.</summary>
    /// <param name="inputs">[B, ...] for each input, all row-major.</param>
    /// <param name="outputs">[B, ...] for each output, all row-major, overwritten.</param>
    /// <exception cref="ArgumentException">There are not as many as inputs and outputs, or a length does not fit.</exception>
    /// <exception cref="InvalidOperationException">
    /// Stateful layers carry the states of another number of rows, or another call is using them.
    /// </exception>
    public void PredictEach(ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<Memory<float>> outputs)
    {
        int rows = RowsOf(inputs), most = RowsAtOnce(rows);
        Shape[] shapes = Network.Built.Outputs;
        if (outputs.Length != shapes.Length)
        {
            throw new ArgumentException(
                $"The model has {shapes.Length} outputs of shapes {ShapesOf(Outputs)}, but {outputs.Length} places for them were "
                + "given.", nameof(outputs));
        }

        for (int i = 0; i < shapes.Length; i++)
        {
            RequireOutputs(rows, shapes[i].Size, outputs[i].Length);
            foreach (ReadOnlyMemory<float> input in inputs)
                RequireApart(input.Span, outputs[i].Span);
            for (int other = 0; other < i; other++)
            {
                if (outputs[other].Span.Overlaps(outputs[i].Span))
                    throw new ArgumentException(
                        $"The room for output {other} overlaps that for output {i}. Give memory of its own for each.", nameof(outputs));
            }
        }

        using PredictionWatch watch = Telemetry.Predicting(this, rows);
        using RunPool.Rental run = Runs.Rent();
        for (int first = 0; first < rows; first += most)
        {
            int count = Math.Min(most, rows - first), at = 0;
            Span<float> joined = run.Network.InputRows(count);
            for (int i = 0; i < inputs.Length; i++)
            {
                int size = Inputs[i].Shape.Size;
                for (int row = 0; row < count; row++)
                    inputs[i].Span.Slice((first + row) * size, size).CopyTo(joined[(row * run.Network.InputSize + at)..]);
                at += size;
            }

            ReadOnlySpan<float> results = run.Network.PredictRows();
            at = 0;
            for (int i = 0; i < shapes.Length; i++)
            {
                int size = shapes[i].Size;
                for (int row = 0; row < count; row++)
                    results.Slice(row * run.Network.OutputSize + at, size).CopyTo(outputs[i].Span[((first + row) * size)..]);
                at += size;
            }

            run.Network.CarryStates();
        }
    }

    /// <summary>
    /// Runs a batch from given states. The final states come from the layers with <see cref="Recurrent.ReturnState"/>. Stateful layers
    /// forget what they carried.
    /// </summary>
    /// <param name="inputs">[B, ...InputShape], row-major.</param>
    /// <param name="initial">States to start from; null: zero.</param>
    /// <exception cref="ArgumentException">A length does not fit, or no layer takes one of the states.</exception>
    public ModelRun Run(float[] inputs, ModelStates? initial = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var outputs = new float[RowsOf(inputs.Length) * Network.OutputSize];
        var states = new ModelStates();
        Run(inputs, outputs, initial, states);
        return new ModelRun(outputs, states);
    }

    /// <summary>The same, written to memory of the caller; after the first calls nothing is allocated.</summary>
    /// <param name="inputs">[B, ...InputShape], row-major.</param>
    /// <param name="outputs">
    /// [B, ...OutputShape], row-major, overwritten; with several outputs, a row has one output after the other.
    /// </param>
    /// <param name="initial">States to start from; null: zero.</param>
    /// <param name="final">
    /// Gets the final states of the layers with <see cref="Recurrent.ReturnState"/>: arrays that it has already are overwritten where their
    /// length is right, and replaced where not. It may be <paramref name="initial"/>. Null: they are not kept.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit, or no layer takes one of the states.</exception>
    public void Run(ReadOnlySpan<float> inputs, Span<float> outputs, ModelStates? initial, ModelStates? final = null)
    {
        int rows = RowsOf(inputs.Length);
        RequireOutputs(rows, Network.OutputSize, outputs.Length);
        initial?.Require(Network.Built.States, rows, nameof(initial));
        using PredictionWatch watch = Telemetry.Predicting(this, rows);
        using RunPool.Rental run = Runs.Rent();
        Network<float> network = run.Network;
        try
        {
            network.ForgetStates();
            foreach (StateSlot<float> slot in network.Built.States)
            {
                RecurrentStates<float> own = network.StatesOf(slot.Op);
                own.Initial[slot.State] = initial?.Find(slot.Name);
                own.Final[slot.State] = slot.Op.Layer.ReturnState ? final?.Reserve(slot.Name, rows * slot.Units) : null;
            }

            inputs.CopyTo(network.InputRows(rows));
            network.PredictRows().CopyTo(outputs);
        }
        finally
        {
            network.ForgetStates();
        }
    }

    /// <summary>
    /// A stream takes one observation at a time, in time that does not depend on how many came before. It holds states only: the weights
    /// are the model's, those of some completed step of training at each of its steps. Open one for each sequence; any number may be open,
    /// on any threads.
    /// </summary>
    /// <exception cref="UnrollException">
    /// A layer reads its sequence backwards or needs several steps at once, or the model does not take one sequence of values or tokens.
    /// </exception>
    public StreamingSession Stream() => new(this, Streams());

    /// <summary>
    /// Takes one step of several streams of this model together, with the same bits as one
    /// <see cref="StreamingSession.Step(ReadOnlySpan{float}, Span{float})"/> after the other, in less time. The streams need not have taken
    /// equally many steps. After the first calls nothing is allocated.
    /// </summary>
    /// <param name="streams">S streams, each once.</param>
    /// <param name="observations">[S, F] values, in the order of the streams; of a model of tokens [S] numbers.</param>
    /// <param name="outputs">[S, Units] of the last layer, overwritten; with several outputs, a row has one output after the other.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit, or a stream belongs to another model or is given twice. No stream has taken a step then.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Another thread uses one of the streams, or the model has been built anew. No stream has taken a step then.
    /// </exception>
    public void Step(ReadOnlySpan<StreamingSession> streams, ReadOnlySpan<float> observations, Span<float> outputs)
    {
        for (int i = 0; i < streams.Length; i++)
        {
            if (streams[i] is null || streams[i].Model != this)
            {
                throw new ArgumentException(
                    $"Stream {i} is {(streams[i] is null ? "null" : "of another model")}. "
                    + "Give streams that this model's Stream opened.", nameof(streams));
            }
        }

        if (streams.Length > 0)
            streams[0].Graph.Step(streams, observations, outputs);
    }

    /// <summary>Stateful layers start from zero again.</summary>
    /// <exception cref="InvalidOperationException">A call is running.</exception>
    public void ResetStates()
    {
        if (Network.StatefulParts.Length == 0)
            return;
        using RunPool.Rental run = Runs.Rent();
        run.Network.ForgetStates();
    }

    /// <summary>
    /// Rows of a prediction that run together: of a large one so many that it needs little memory; all where stateful layers carry a state
    /// for each.
    /// </summary>
    private int RowsAtOnce(int rows)
    {
        const int Values = 1 << 22, Fewest = 128;
        return Network.StatefulParts.Length > 0 ? Math.Max(1, rows) : Math.Clamp(Values / Network.InputSize, Fewest, PredictionRows);
    }

    private int RowsOf(int values, string argument = "inputs")
    {
        int width = Network.InputSize;
        if (Network.Graph.Inputs.Length > 1)
        {
            throw new ArgumentException(
                $"The model has {Inputs.Count} inputs of shapes {ShapesOf(Inputs)}; give one array for each to PredictEach.", argument);
        }

        return values > 0 && values % width == 0
            ? values / width
            : throw new ArgumentException(
                $"The model takes inputs of shape {InputShape}, {width} values each, but {values} values were given.", argument);
    }

    private int RowsOf(ReadOnlySpan<ReadOnlyMemory<float>> inputs)
    {
        Node[] nodes = Network.Graph.Inputs;
        if (inputs.Length != nodes.Length)
        {
            throw new ArgumentException(
                $"The model has {nodes.Length} inputs of shapes {ShapesOf(nodes)}, but {inputs.Length} arrays were given.", nameof(inputs));
        }

        int rows = inputs[0].Length / nodes[0].Shape.Size;
        for (int i = 0; i < nodes.Length; i++)
        {
            int size = nodes[i].Shape.Size;
            if (inputs[i].Length == 0 || inputs[i].Length % size != 0)
            {
                throw new ArgumentException(
                    $"Input {i} is of shape {nodes[i].Shape}, {size} values each, "
                    + $"but {inputs[i].Length} values were given.", nameof(inputs));
            }

            if (inputs[i].Length / size != rows)
            {
                throw new ArgumentException(
                    $"Input 0 has {rows} rows, but input {i} has {inputs[i].Length / size}. Give as many of each.", nameof(inputs));
            }
        }

        return rows;
    }

    private static void RequireOutputs(int rows, int size, int given, string argument = "outputs")
    {
        if (given != (long)rows * size)
        {
            throw new ArgumentException(
                $"{rows} row{(rows == 1 ? "" : "s")} of {size} output{(size == 1 ? "" : "s")} take{(rows == 1 ? "s" : "")} "
                + $"{(long)rows * size} values, but there is room for {given}.", argument);
        }
    }

    /// <summary>A large prediction is done in parts, so that outputs would replace inputs that are still to come.</summary>
    private static void RequireApart(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        if (inputs.Overlaps(outputs))
            throw new ArgumentException("The room for outputs overlaps the inputs. Give memory of its own for each.", nameof(outputs));
    }
}
