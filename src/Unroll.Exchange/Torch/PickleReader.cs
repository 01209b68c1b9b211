using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// Reads a pickle of protocol 2 to 5 as far as it says dictionaries, lists, tuples, numbers, texts and tensors; every other operation and
/// every other name is refused by its name, before anything is done with it. No code is ever run.
/// </summary>
/// <param name="file">Whose errors are thrown.</param>
/// <param name="bytes">The pickle.</param>
/// <param name="storageOf">Finds the record of a key, and compares what the pickle says of it with what is there.</param>
internal sealed class PickleReader(FileBytes file, ReadOnlyMemory<byte> bytes, Func<string, PickleGlobal, long, PickleStorage> storageOf)
{
    /// <summary>
    /// Each takes up to a hundred bytes, and a tensor some thirty of them: a small file may have so many, a larger one more by its length.
    /// </summary>
    private const int MostOperations = 300_000, BytesForOne = 50;
    private const int OldestProtocol = 2, NewestProtocol = 5, LongestNumber = 64;

    private static readonly object s_mark = new();
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private readonly List<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly long _most = MostOperations + file.Bytes.Length / BytesForOne;
    private long _operations;
    private int _at;

    /// <summary>Where the pickle ends, once it is read.</summary>
    public int End => _at;

    /// <summary>The value that the pickle builds.</summary>
    /// <exception cref="UnrollException">It is damaged, or uses what is refused.</exception>
    public object? Read()
    {
        if (Byte() != (byte)PickleOp.Proto || Byte() is < OldestProtocol or > NewestProtocol)
            throw Wrong($"it does not begin as one of protocol {OldestProtocol} to {NewestProtocol} does");
        while (true)
        {
            Count(1);
            var op = (PickleOp)Byte();
            if (op == PickleOp.Stop)
                return Top();
            Do(op);
        }
    }

    private void Count(int operations)
    {
        if ((_operations += operations) > _most)
            throw Wrong($"it has more than {_most} operations");
    }

    private void Do(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.Frame:
                Take(8);
                break;
            case PickleOp.Mark:
                _stack.Add(s_mark);
                break;
            case PickleOp.Pop:
                Pop();
                break;
            case PickleOp.PopMark:
                PopToMark();
                break;
            case PickleOp.None:
                _stack.Add(null);
                break;
            case PickleOp.NewTrue or PickleOp.NewFalse:
                _stack.Add(op == PickleOp.NewTrue);
                break;
            case PickleOp.BinInt or PickleOp.BinInt1 or PickleOp.BinInt2:
                _stack.Add(Integer(op));
                break;
            case PickleOp.Long1 or PickleOp.Long4:
                BigInteger large = Large(op == PickleOp.Long1 ? Byte() : U32());
                _stack.Add(large >= long.MinValue && large <= long.MaxValue ? (object)(long)large : large);
                break;
            case PickleOp.BinFloat:
                _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break;
            case PickleOp.BinUnicode or PickleOp.ShortBinUnicode or PickleOp.BinUnicode8 or PickleOp.BinString or PickleOp.ShortBinString:
                _stack.Add(Text(LengthOf(op)));
                break;
            case PickleOp.EmptyList or PickleOp.EmptyTuple:
                _stack.Add(new PickleList([], op == PickleOp.EmptyTuple));
                break;
            case PickleOp.List or PickleOp.Tuple:
                _stack.Add(new PickleList(PopToMark(), op == PickleOp.Tuple));
                break;
            case PickleOp.Tuple1 or PickleOp.Tuple2 or PickleOp.Tuple3:
                _stack.Add(new PickleList(PopSome(op - PickleOp.Tuple1 + 1), isTuple: true));
                break;
            case PickleOp.Append or PickleOp.Appends:
                Append(op == PickleOp.Append ? PopSome(1) : PopToMark());
                break;
            case PickleOp.EmptyDict:
                _stack.Add(new PickleDictionary());
                break;
            case PickleOp.Dict:
                List<object?> given = PopToMark();
                _stack.Add(new PickleDictionary());
                SetItems(given);
                break;
            case PickleOp.SetItem or PickleOp.SetItems:
                SetItems(op == PickleOp.SetItem ? PopSome(2) : PopToMark());
                break;
            case PickleOp.BinPut or PickleOp.LongBinPut or PickleOp.Memoize:
                uint key = op == PickleOp.Memoize ? (uint)_memo.Count : op == PickleOp.BinPut ? Byte() : U32();
                _memo[key] = Top();
                break;
            case PickleOp.BinGet or PickleOp.LongBinGet:
                uint number = op == PickleOp.BinGet ? Byte() : U32();
                _stack.Add(_memo.TryGetValue(number, out object? value) ? value : throw Wrong($"it takes value {number} before "
                    + "it is made"));
                break;
            case PickleOp.Global:
                _stack.Add(Global(Line(), Line()));
                break;
            case PickleOp.StackGlobal:
                List<object?> names = PopSome(2);
                _stack.Add(names is [string module, string name] ? Global(module, name) : throw Wrong("a name in it is no text"));
                break;
            case PickleOp.BinPersId:
                _stack.Add(Storage(Pop()));
                break;
            case PickleOp.Reduce:
                object? arguments = Pop();
                _stack.Add(Call(Pop(), arguments as PickleList));
                break;
            case PickleOp.Build:
                // Attributes of an OrderedDict, in which PyTorch keeps the versions of modules.
                if (Pop() is not PickleDictionary || Top() is not PickleDictionary)
                    throw Wrong("BUILD sets attributes of something that is no dictionary");
                break;
            default:
                throw new UnrollException($"{file.Name} has a pickle with the operation {NameOf(op)}, which no state dictionary needs "
                    + "and which could run code. Save the state dictionary alone: torch.save(model.state_dict(), path).");
        }
    }

    private static string NameOf(PickleOp op) => Enum.IsDefined(op) ? op.ToString() : $"0x{(int)op:X2}";

    private PickleGlobal Global(string module, string name) => PickleGlobal.Find($"{module}.{name}") ?? throw new UnrollException(
        $"{file.Name} has a pickle that names {module}.{name}, which is no tensor and could run code, so it is refused. "
        + "Save the state dictionary alone: torch.save(model.state_dict(), path).");

    private PickleStorage Storage(object? id) =>
        id is PickleList
        {
            Items: ["storage", PickleGlobal { Kind: PickleGlobalKind.Storage } type, string key, string, long length, .. var rest]
        } && rest.All(part => part is null)
            ? storageOf(key, type, length)
            : throw Wrong("it refers to something outside of it that is no storage");

    private object? Call(object? called, PickleList? given)
    {
        if (called is not PickleGlobal function || given is null)
            throw Wrong("it calls something that cannot be called");
        List<object?> arguments = given.Items;
        switch (function.Kind)
        {
            case PickleGlobalKind.OrderedDictionary when arguments.Count == 0:
                return new PickleDictionary();
            case PickleGlobalKind.OrderedDictionary when arguments is [PickleList pairs]:
                Count(pairs.Items.Count);
                var dictionary = new PickleDictionary();
                foreach (object? pair in pairs.Items)
                {
                    if (pair is not PickleList { Items: [var key, var value] })
                        throw Wrong("an OrderedDict is made of no pairs");
                    dictionary.Pairs.Add(new(key, value));
                }

                return dictionary;
            case PickleGlobalKind.Size when arguments is [PickleList size]:
                return size;
            case PickleGlobalKind.Parameter when arguments is [PickleTensor parameter, ..]:
                return parameter;
            case PickleGlobalKind.Tensor when arguments is [PickleStorage storage, long offset, PickleList shape, PickleList strides, ..]:
                return Tensor(storage, storage.Type ?? TensorType.UInt8, offset, shape, strides);
            case PickleGlobalKind.TypedTensor when arguments is [
                PickleStorage storage, long offset, PickleList shape, PickleList strides, _, _,
                PickleGlobal { Kind: PickleGlobalKind.Numbers, Type: { } type }, ..]:
                return Tensor(storage, type, offset, shape, strides);
            default:
                throw Wrong($"it calls {function.Name} with what that does not take");
        }
    }

    private PickleTensor Tensor(PickleStorage storage, TensorType type, long offset, PickleList shape, PickleList strides)
    {
        if (shape.Items.Count > TensorShape.MostExtents || shape.Items.Count != strides.Items.Count
            || !shape.Items.Concat(strides.Items).All(each => each is long))
            throw Wrong("a tensor has other strides than extents, or some that are no numbers");
        (int[] extents, _) = TensorShape.Check(file, "a tensor", type, [.. shape.Items.Cast<long>()]);
        long[] steps = [.. strides.Items.Cast<long>()];
        long length = storage.Type is null ? storage.Length / NamedTensor.SizeOf(type) : storage.Length;
        if (storage.Type is { } kept && kept != type)
            throw Wrong($"a tensor of {type} lies in a storage of {kept}");
        bool fits = offset >= 0 && offset <= length;
        if (!extents.Contains(0))
        {
            long last = offset;
            for (int i = 0; i < extents.Length && fits; i++)
            {
                // No stride can be longer than the storage, where it is used.
                fits = steps[i] >= 0 && (extents[i] == 1 || steps[i] <= length);
                last += fits && extents[i] > 1 ? (extents[i] - 1) * steps[i] : 0;
                fits &= last < length;
            }

            fits &= last < length;
        }

        return fits
            ? new PickleTensor(storage, type, offset, extents, steps)
            : throw Wrong($"a tensor of shape [{string.Join(", ", extents)}], strides [{string.Join(", ", steps)}] from {offset} on goes "
                + $"beyond its storage of {length}");
    }

    private void Append(List<object?> items)
    {
        if (Top() is not PickleList { IsTuple: false } list)
            throw Wrong("it appends to something that is no list");
        list.Items.AddRange(items);
    }

    private void SetItems(List<object?> items)
    {
        if (Top() is not PickleDictionary dictionary || items.Count % 2 != 0)
            throw Wrong("it puts pairs into something that is no dictionary, or half a pair");
        for (int i = 0; i < items.Count; i += 2)
            dictionary.Pairs.Add(new(items[i], items[i + 1]));
    }

    private long Integer(PickleOp op) => op switch
    {
        PickleOp.BinInt1 => Byte(),
        PickleOp.BinInt2 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        _ => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
    };

    private BigInteger Large(uint length) =>
        length <= LongestNumber ? new BigInteger(Take(length)) : throw Wrong($"it has a number of {length} bytes");

    private long LengthOf(PickleOp op) => op switch
    {
        PickleOp.ShortBinUnicode or PickleOp.ShortBinString => Byte(),
        PickleOp.BinUnicode8 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        _ => U32(),
    };

    private string Text(long length) => Decode(Take(length));

    private string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return s_utf8.GetString(text);
        }
        catch (DecoderFallbackException failure)
        {
            throw file.Damaged("its pickle has a text that is none", failure);
        }
    }

    private string Line()
    {
        int length = bytes.Span[_at..].IndexOf((byte)'\n');
        if (length < 0)
            throw Wrong("a name in it has no end");
        string line = Text(length);
        _at++;
        return line;
    }

    private object? Top() => _stack.Count > 0 && _stack[^1] != s_mark ? _stack[^1] : throw Wrong("it takes a value where there is none");

    private object? Pop()
    {
        object? top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private List<object?> PopToMark()
    {
        int mark = _stack.LastIndexOf(s_mark);
        if (mark < 0)
            throw Wrong("it goes back to a mark where there is none");
        List<object?> values = _stack[(mark + 1)..];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private List<object?> PopSome(int count)
    {
        var values = new List<object?>(count);
        for (int i = 0; i < count; i++)
            values.Insert(0, Pop());
        return values;
    }

    private byte Byte() => Take(1)[0];

    private uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > bytes.Length - _at)
            throw Wrong("it ends before it is over");
        ReadOnlySpan<byte> taken = bytes.Span.Slice(_at, (int)count);
        _at += taken.Length;
        return taken;
    }

    private UnrollException Wrong(string what) => file.Damaged($"its pickle is none that torch.save writes: {what}");
}
