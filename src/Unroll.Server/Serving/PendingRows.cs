using System.Threading.Tasks.Sources;

namespace Unroll.Server.Serving;

/// <summary>Rows of one request that a network predicts: what goes in, what comes out, and who waits for it. It is used again.</summary>
internal sealed class PendingRows : IValueTaskSource, IDisposable
{
    private const int MostKept = 256, LargestKept = 1 << 16;

    private static readonly System.Collections.Concurrent.ConcurrentBag<PendingRows> s_free = [];
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    private PendingRows()
    {
    }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; private set; }

    /// <summary>What goes in, one for each input: [Rows, ...].</summary>
    public List<TensorValues> Inputs { get; } = [];

    /// <summary>What comes out, one for each output: [Rows, ...].</summary>
    public List<float[]> Outputs { get; } = [];

    /// <summary>When it began to wait.</summary>
    public long Since { get; set; }

    public static PendingRows Rent() => s_free.TryTake(out PendingRows? free) ? free : new PendingRows();

    public ValueTask Task => new(this, _done.Version);

    /// <summary>An input that is filled while a body is read.</summary>
    public TensorValues Input(int number)
    {
        while (Inputs.Count <= number)
            Inputs.Add(new TensorValues());
        return Inputs[number];
    }

    /// <summary>Finds out how many rows the inputs have, and makes room for the outputs.</summary>
    /// <exception cref="RequestException">A shape is another than that of the network.</exception>
    public void Require(NetworkContent network)
    {
        const int MostValues = 1 << 26;
        for (int i = 0; i < network.InputShapes.Length; i++)
        {
            int rows = Input(i).RowsOf(network.InputShapes[i], network.Inputs[i].Name);
            if (i > 0 && rows != Rows)
                throw new RequestException(
                    400, $"Input {network.Inputs[0].Name} has {Rows} rows, but input {network.Inputs[i].Name} has {rows}. Give as many "
                        + $"of each.");
            Rows = rows;
        }

        if ((long)Rows * network.OutputSize > MostValues)
            throw new RequestException(
                413, $"{Rows} rows would give {(long)Rows * network.OutputSize} values, more than {MostValues}. Send fewer rows "
                    + $"at a time.");
        for (int i = 0; i < network.OutputShapes.Length; i++)
        {
            int length = Rows * network.OutputShapes[i].Size;
            if (Outputs.Count <= i)
                Outputs.Add(new float[length]);
            else if (Outputs[i].Length < length)
                Outputs[i] = new float[length];
        }
    }

    /// <summary>The values of an output.</summary>
    public Span<float> Output(NetworkContent network, int number) => Outputs[number].AsSpan(0, Rows * network.OutputShapes[number].Size);

    /// <exception cref="RequestException">A value is not finite, so that JSON cannot say it and no client can use it.</exception>
    public void RequireFinite(NetworkContent network)
    {
        for (int i = 0; i < network.OutputShapes.Length; i++)
        {
            foreach (float value in Output(network, i))
            {
                if (!float.IsFinite(value))
                    throw new RequestException(
                        422, "The network's prediction is no finite number. Its weights, or values as large as these, do not "
                            + "allow a prediction.");
            }
        }
    }

    public void Complete() => _done.SetResult(true);

    public void Fail(Exception failure) => _done.SetException(failure);

    /// <summary>Gives it back where nothing waits for it.</summary>
    public void Dispose()
    {
        Rows = 0;
        _done.Reset();
        bool isSmall = Inputs.TrueForAll(input => input.Capacity <= LargestKept)
            && Outputs.TrueForAll(output => output.Length <= LargestKept);
        foreach (TensorValues input in Inputs)
            input.Clear();
        if (isSmall && s_free.Count < MostKept)
            s_free.Add(this);
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
