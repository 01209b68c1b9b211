namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>What <see cref="RunMemory"/> asks of the pools of all elements alike.</summary>
internal abstract class ElementPool
{
    /// <summary>Takes back what was lent for the time of one node.</summary>
    public abstract void ReturnScratch();

    /// <summary>Gives up the arrays that nobody uses.</summary>
    /// <returns>Their bytes.</returns>
    public abstract long Trim();
}

/// <summary>
/// Arrays of one element, of lengths that are powers of two, lent and taken back. A run of a graph asks in the same order every time, so
/// from the second run on it takes no new memory while the shapes stay.
/// </summary>
internal sealed class ElementPool<T>(RunMemory memory) : ElementPool
    where T : unmanaged
{
    private const int LeastBits = 5;
    private readonly Stack<Storage<T>>?[] _free = new Stack<Storage<T>>?[32];
    private readonly List<Storage<T>> _scratch = [];

    public Storage<T> Rent(long length)
    {
        int size = SizeClass(length);
        if (_free[size] is { Count: > 0 } stack)
            return stack.Pop();
        if (length > Array.MaxLength)
            memory.RefuseMore(length * Bytes);
        int taken = (int)Math.Min(1L << size, Array.MaxLength);
        memory.Take((long)taken * Bytes);
        return new Storage<T>(new T[taken], isPooled: true);
    }

    public void Return(Storage<T> storage)
    {
        storage.References = 0;
        (_free[SizeClass(storage.Array.Length)] ??= new()).Push(storage);
    }

    public Storage<T> Scratch(long length)
    {
        Storage<T> lent = Rent(length);
        _scratch.Add(lent);
        return lent;
    }

    public override void ReturnScratch()
    {
        foreach (Storage<T> lent in _scratch)
            Return(lent);
        _scratch.Clear();
    }

    public override long Trim()
    {
        long bytes = 0;
        foreach (Stack<Storage<T>>? stack in _free)
        {
            if (stack is null)
                continue;
            foreach (Storage<T> free in stack)
                bytes += (long)free.Array.Length * Bytes;
            stack.Clear();
        }

        return bytes;
    }

    private static int Bytes => NamedTensor.SizeOf(ElementOf<T>.Type);

    private static int SizeClass(long length) =>
        Math.Max(LeastBits, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(length, 1) - 1));
}
