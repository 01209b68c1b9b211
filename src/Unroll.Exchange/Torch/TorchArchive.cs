using System.Globalization;
using System.Numerics;

namespace Unroll.Exchange;

/// <summary>
/// Reads PyTorch's zip files (from PyTorch 1.6 on): <c>name/data.pkl</c>, a pickle, <c>name/data/0</c> and so on, the numbers, and
/// <c>name/byteorder</c>. Dictionaries in dictionaries are flattened, their keys joined by points.
/// </summary>
internal sealed class TorchArchive
{
    /// <summary>Where Unroll keeps text; PyTorch gives every record under <c>extra/</c> to who asks for it.</summary>
    public const string MetadataRecord = "extra/metadata.json";

    private const string PickleRecord = "data.pkl", ByteOrderRecord = "byteorder";
    private const int DeepestNesting = 64, MostVisits = 1_000_000, MostCharacters = 8_000_000, LongestText = 1000;

    /// <summary>What tensors that do not lie in order may be copied to at least, and how many times the file's length.</summary>
    private const long SmallCopies = 16 << 20, LargestRatio = 4;

    private readonly FileBytes _file;
    private readonly ZipRecords _zip;
    private readonly string _folder;
    private readonly bool _highFirst;
    private readonly Dictionary<string, (PickleStorage Storage, PickleGlobal Type)> _storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _bytes = new(StringComparer.Ordinal);
    private readonly List<NamedTensor> _tensors = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _visits, _characters;
    private long _copied;

    private TorchArchive(FileBytes file)
    {
        _file = file;
        _zip = new ZipRecords(file);
        string[] pickles = [.. _zip.Names.Where(name => name == PickleRecord || (name.EndsWith($"/{PickleRecord}", StringComparison.Ordinal) && name.IndexOf('/') == name.Length - PickleRecord.Length - 1))];
        if (pickles.Length != 1)
            throw new UnrollException($"{file.Name} has {pickles.Length} records data.pkl, and a file of torch.save one. Give a file that torch.save wrote.");
        _folder = pickles[0][..^PickleRecord.Length];
        if (_zip.Has($"{_folder}constants.pkl"))
            throw new UnrollException($"{file.Name} is a TorchScript program, which has code. Save its weights alone: torch.save(torch.jit.load(path).state_dict(), path).");
        _highFirst = _zip.Has(_folder + ByteOrderRecord) && System.Text.Encoding.ASCII.GetString(_zip.Read(_folder + ByteOrderRecord).Span) switch
        {
            "little" => false,
            "big" => true,
            _ => throw file.Refused("its byte order is neither little nor big"),
        };
    }

    /// <summary>All tensors, or those of one of the dictionaries in it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="subtree">The dictionary's key, several joined by points; null: all.</param>
    /// <exception cref="UnrollException">It is no such file, damaged, has what is refused, or has no such dictionary.</exception>
    public static TensorFile Read(FileBytes file, string? subtree)
    {
        if (!ZipRecords.IsZip(file.Bytes))
        {
            throw new UnrollException(file.Bytes is [0x80, _, 0x8A, 0x0A, ..]
                ? $"{file.Name} was written in the format before PyTorch 1.6. Write it anew: torch.save(torch.load(path), path)."
                : $"{file.Name} is no file of torch.save. Give a .pt or .pth file, or any other name, that torch.save wrote.");
        }

        return new TorchArchive(file).Tensors(subtree);
    }

    private TensorFile Tensors(string? subtree)
    {
        object? root = new PickleReader(_file, _zip.Read(_folder + PickleRecord), StorageOf).Read();
        if (subtree is not null)
            root = Find(root, subtree);
        if (root is PickleTensor)
            throw new UnrollException($"{_file.Name} holds one tensor and no dictionary of them. Save the state dictionary: torch.save(model.state_dict(), path).");
        Visit(root, "", 0, isNamed: true);
        if (_zip.Has(_folder + MetadataRecord))
        {
            foreach ((string name, string text) in TextRecord.Read(_file, _zip.Read(_folder + MetadataRecord)))
                _texts[name] = text;
        }

        return new TensorFile(_tensors, _texts);
    }

    /// <summary>Compares what the pickle says of a record with what is there.</summary>
    private PickleStorage StorageOf(string key, PickleGlobal type, long length)
    {
        if (_storages.TryGetValue(key, out var known))
        {
            return known.Type == type && known.Storage.Length == length
                ? known.Storage
                : throw _file.Refused($"its pickle says two things of the storage {key}");
        }

        string record = $"{_folder}data/{key}";
        int width = type.Type is { } number ? NamedTensor.SizeOf(number) : 1;
        if (!_zip.Has(record) || length < 0 || length > int.MaxValue || _zip.LengthOf(record) != length * width)
            throw _file.Refused($"its pickle says that the storage {key} has {length} numbers of {width} bytes, which {record} has not");
        var storage = new PickleStorage(record, type.Type, length);
        _storages.Add(key, (storage, type));
        return storage;
    }

    private object? Find(object? root, string path)
    {
        for (string rest = path; ;)
        {
            // A key may have points itself, so the longest that there is counts.
            var found = (root as PickleDictionary)?.Pairs
                .Select(pair => (Key: KeyOf(pair.Key), pair.Value))
                .Where(pair => rest == pair.Key || rest.StartsWith($"{pair.Key}.", StringComparison.Ordinal))
                .OrderByDescending(pair => pair.Key.Length).FirstOrDefault();
            if (found is not { Key: string name, Value: PickleDictionary inner })
                break;
            if (name.Length == rest.Length)
                return inner;
            (root, rest) = (inner, rest[(name.Length + 1)..]);
        }

        string there = root is PickleDictionary dictionary
            ? string.Join(", ", dictionary.Pairs.Where(pair => pair.Value is PickleDictionary).Select(pair => pair.Key).Take(10))
            : "";
        throw new UnrollException($"{_file.Name} has no dictionary {path}. The dictionaries there are: {(there.Length == 0 ? "none" : there)}.");
    }

    /// <param name="value">What the pickle built.</param>
    /// <param name="path">Its name.</param>
    /// <param name="depth">In how many others it stands.</param>
    /// <param name="isNamed">False in a list, whose numbers and texts have no names.</param>
    private void Visit(object? value, string path, int depth, bool isNamed)
    {
        if (++_visits > MostVisits || (_characters += path.Length) > MostCharacters + _file.Bytes.Length || depth > DeepestNesting)
            throw _file.Refused($"its dictionaries and lists hold each other more than {DeepestNesting} deep, or more than {MostVisits} values");
        switch (value)
        {
            case PickleTensor tensor:
                AddName(path);
                _tensors.Add(new NamedTensor(path, tensor.Type, tensor.Shape, BytesOf(tensor, path)));
                break;
            case PickleDictionary dictionary:
                foreach ((object? key, object? each) in dictionary.Pairs)
                    Visit(each, Joined(path, KeyOf(key)), depth + 1, isNamed);
                break;
            case PickleList list:
                for (int i = 0; i < list.Items.Count; i++)
                    Visit(list.Items[i], Joined(path, i.ToString(CultureInfo.InvariantCulture)), depth + 1, isNamed: false);
                break;
            case string or long or double or bool or BigInteger when isNamed && !path.StartsWith(ModelDescription.Prefix, StringComparison.Ordinal):
                string text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                AddName(path);
                if (text.Length <= LongestText)
                    _texts.Add(path, text);
                break;
        }
    }

    private void AddName(string path)
    {
        if (!_names.Add(path))
            throw _file.Refused($"its dictionaries give two values the name {path}");
    }

    private string KeyOf(object? key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => throw _file.Refused("a dictionary in it has a key that is neither text nor a whole number"),
    };

    private static string Joined(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private ReadOnlyMemory<byte> BytesOf(PickleTensor tensor, string name)
    {
        if (!_bytes.TryGetValue(tensor.Storage.Record, out ReadOnlyMemory<byte> storage))
            _bytes.Add(tensor.Storage.Record, storage = _zip.Read(tensor.Storage.Record));
        int width = NamedTensor.SizeOf(tensor.Type), length = 1;
        bool isInOrder = true;
        for (int i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            isInOrder &= tensor.Shape[i] <= 1 || tensor.Strides[i] == length;
            length *= tensor.Shape[i];
        }

        if (length == 0)
            return default;
        if (isInOrder && !(_highFirst && width > 1))
            return storage.Slice((int)tensor.Offset * width, length * width);
        if ((_copied += (long)length * width) > SmallCopies + LargestRatio * _file.Bytes.Length || (!isInOrder && length > tensor.Storage.Length))
            throw _file.Refused($"{name} repeats the numbers of its storage many times");
        return Copy(tensor, storage.Span, length, width);
    }

    private byte[] Copy(PickleTensor tensor, ReadOnlySpan<byte> storage, int length, int width)
    {
        var bytes = new byte[length * width];
        var index = new int[tensor.Shape.Length];
        long source = tensor.Offset;
        for (int at = 0; at < bytes.Length; at += width)
        {
            Span<byte> number = bytes.AsSpan(at, width);
            storage.Slice((int)source * width, width).CopyTo(number);
            if (_highFirst)
                number.Reverse();
            for (int i = index.Length - 1; i >= 0; i--)
            {
                source += tensor.Strides[i];
                if (++index[i] < tensor.Shape[i])
                    break;
                source -= tensor.Strides[i] * tensor.Shape[i];
                index[i] = 0;
            }
        }

        return bytes;
    }
}
