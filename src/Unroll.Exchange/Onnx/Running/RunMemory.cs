namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// The memory of one run at a time: the values of a graph and of the graphs inside it by their numbers, the arrays that they are
/// stored in, and what nodes keep from run to run.
/// </summary>
internal sealed class RunMemory
{
    private readonly ElementPool?[] _pools = new ElementPool?[16];
    private readonly Tensor?[] _shells;
    private readonly string _name;
    private readonly long _limit;
    private long _taken;
    private bool _hasScratch;

    /// <param name="name">What messages call the model.</param>
    /// <param name="constants">The values that never change, by number; null at the others.</param>
    /// <param name="steps">How many nodes the graph has, with those inside others.</param>
    /// <param name="limit">The most bytes that values may take.</param>
    public RunMemory(string name, Tensor?[] constants, int steps, long limit)
    {
        (_name, _limit) = (name, limit);
        Values = [.. constants];
        _shells = new Tensor?[constants.Length];
        Kept = new object?[steps];
    }

    /// <summary>The values that there are now.</summary>
    public Tensor?[] Values { get; }

    /// <summary>What a node keeps from run to run, by its number.</summary>
    public object?[] Kept { get; }

    public CancellationToken Token { get; set; }

    public ElementPool<T> Pool<T>()
        where T : unmanaged =>
        (ElementPool<T>)(_pools[(int)ElementOf<T>.Type] ??= new ElementPool<T>(this));

    /// <summary>A new value of the given extents; its numbers are whatever they are.</summary>
    public Tensor<T> Make<T>(int value, ReadOnlySpan<int> dims)
        where T : unmanaged
    {
        long length = LengthOf(dims);
        Tensor<T> shell = Shell<T>(value);
        shell.Release(this);
        shell.Attach(Pool<T>().Rent(length), dims, (int)length);
        Values[value] = shell;
        return shell;
    }

    /// <summary>Gives a value the numbers of a tensor.</summary>
    public void Show(int value, Tensor tensor, ReadOnlySpan<int> dims)
    {
        Tensor? shell = _shells[value];
        if (shell is null || shell.Type != tensor.Type)
        {
            shell?.Release(this);
            shell = _shells[value] = tensor.Empty();
        }

        shell.Alias(this, tensor, dims);
        Values[value] = shell;
    }

    /// <summary>Forgets a value that a node made.</summary>
    public void Release(int value)
    {
        if (_shells[value] is { } shell)
        {
            shell.Release(this);
            Values[value] = null;
        }
    }

    /// <summary>Memory for the time of one node; zeroed is only what the node zeroes.</summary>
    public Span<T> Scratch<T>(long length)
        where T : unmanaged =>
        ScratchStorage<T>(length).Array;

    public Storage<T> ScratchStorage<T>(long length)
        where T : unmanaged
    {
        _hasScratch = true;
        return Pool<T>().Scratch(length);
    }

    public void ReturnScratch()
    {
        if (!_hasScratch)
            return;
        foreach (ElementPool? pool in _pools)
            pool?.ReturnScratch();
        _hasScratch = false;
    }

    /// <summary>Counts bytes that are about to be taken.</summary>
    public void Take(long bytes)
    {
        if (_taken + bytes > _limit)
        {
            foreach (ElementPool? pool in _pools)
                _taken -= pool?.Trim() ?? 0;
            if (_taken + bytes > _limit)
                RefuseMore(bytes);
        }

        _taken += bytes;
    }

    public void RefuseMore(long bytes) => throw new UnrollException(
        $"{_name} needs {bytes} bytes more where {_taken} are taken and {_limit} are allowed. Give smaller inputs, or raise "
        + $"{nameof(OnnxModelOptions)}.{nameof(OnnxModelOptions.MemoryLimit)}.");

    /// <summary>How many numbers the extents hold.</summary>
    public long LengthOf(ReadOnlySpan<int> dims)
    {
        if (dims.Length > Tensor.MostAxes)
            throw new UnrollException($"{_name} makes a tensor of {dims.Length} axes; at most {Tensor.MostAxes} are supported.");
        long length = 1;
        foreach (int extent in dims)
        {
            if (extent < 0)
                throw new UnrollException($"{_name} makes a tensor with an extent of {extent}.");
            length *= extent;
            if (length > Array.MaxLength)
                RefuseMore(length);
        }

        return length;
    }

    private Tensor<T> Shell<T>(int value)
        where T : unmanaged
    {
        if (_shells[value] is Tensor<T> shell)
            return shell;
        _shells[value]?.Release(this);
        var made = new Tensor<T>();
        _shells[value] = made;
        return made;
    }
}
