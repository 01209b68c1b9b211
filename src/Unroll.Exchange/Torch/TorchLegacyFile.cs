using System.Buffers.Binary;
using System.Numerics;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// Reads what torch.save wrote before PyTorch 1.6: five pickles (a magic number, a version, what machine it was, the value, the keys of the
/// storages), then for each key the number of numbers, in 8 bytes, and the numbers.
/// </summary>
internal sealed class TorchLegacyFile
{
    private const long Version = 1001;
    private static readonly BigInteger s_magic = BigInteger.Parse(
        "1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private readonly FileBytes _file;
    private readonly Dictionary<string, (PickleStorage Storage, int Width)> _storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _numbers = new(StringComparer.Ordinal);
    private int _at;

    private TorchLegacyFile(FileBytes file) => _file = file;

    private static ReadOnlySpan<byte> Start => [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9];

    /// <summary>Whether bytes begin as such a file does: with the pickle of its magic number.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Start);

    /// <inheritdoc cref="TorchArchive.Read"/>
    public static TensorFile Read(FileBytes file, string? subtree) => new TorchLegacyFile(file).Read(subtree);

    private TensorFile Read(string? subtree)
    {
        if (Pickle() is not BigInteger magic || magic != s_magic || Pickle() is not Version)
            throw _file.Damaged($"it does not begin with PyTorch's magic number and the version {Version}");
        if (Pickle() is not PickleDictionary machine
            || machine.Pairs.Find(pair => pair.Key is "little_endian").Value is not bool isLittle)
            throw _file.Damaged("it does not say which byte of a number comes first");
        object? root = Pickle();
        if (Pickle() is not PickleList keys)
            throw _file.Damaged("it has no list of its storages");
        foreach (object? each in keys.Items)
            ReadNumbers(each as string ?? throw _file.Damaged("the key of a storage is no text"));
        if (_at != _file.Bytes.Length || _numbers.Count != _storages.Count)
            throw _file.Damaged($"it has {_numbers.Count} storages and {_file.Bytes.Length - _at} bytes more, where its value has "
                + $"{_storages.Count}");
        return new TorchTree(_file, storage => _numbers[storage.Key], !isLittle).Read(root, subtree, new Dictionary<string, string>());
    }

    private object? Pickle()
    {
        var reader = new PickleReader(_file, _file.Bytes.AsMemory(_at), StorageOf);
        object? value = reader.Read();
        _at += reader.End;
        return value;
    }

    /// <summary>The numbers come later, and are compared then.</summary>
    private PickleStorage StorageOf(string key, PickleGlobal type, long length)
    {
        var storage = new PickleStorage(key, type.Type, length);
        if (length < 0 || (!_storages.TryAdd(key, (storage, type.Type is { } number ? NamedTensor.SizeOf(number) : 1))
            && _storages[key].Storage != storage))
            throw _file.Damaged($"its pickle says two things of the storage {key}, or that it has {length} numbers");
        return storage;
    }

    private void ReadNumbers(string key)
    {
        ReadOnlySpan<byte> left = _file.Bytes.AsSpan(_at);
        if (!_storages.TryGetValue(key, out var storage) || left.Length < sizeof(long)
            || BinaryPrimitives.ReadInt64LittleEndian(left) != storage.Storage.Length
            || storage.Storage.Length > (left.Length - sizeof(long)) / storage.Width)
            throw _file.Damaged($"the numbers of the storage {key} are not what its pickle says");
        int bytes = (int)storage.Storage.Length * storage.Width;
        if (!_numbers.TryAdd(key, _file.Bytes.AsMemory(_at + sizeof(long), bytes)))
            throw _file.Damaged($"it has two storages {key}");
        _at += sizeof(long) + bytes;
    }
}
