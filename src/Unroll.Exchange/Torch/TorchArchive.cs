using System.Text;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// Reads PyTorch's zip files (from PyTorch 1.6 on): <c>name/data.pkl</c>, a pickle, <c>name/data/0</c> and so on, the
/// numbers, and <c>name/byteorder</c>.
/// </summary>
internal sealed class TorchArchive
{
    /// <summary>Where Unroll keeps text; PyTorch gives every record under <c>extra/</c> to who asks for it.</summary>
    public const string MetadataRecord = "extra/metadata.json";

    private const string PickleRecord = "data.pkl", ByteOrderRecord = "byteorder";

    private readonly FileBytes _file;
    private readonly ZipRecords _zip;
    private readonly string _folder;
    private readonly bool _highFirst;
    private readonly Dictionary<string, (PickleStorage Storage, PickleGlobal Type)> _storages = new(StringComparer.Ordinal);

    private TorchArchive(FileBytes file)
    {
        _file = file;
        _zip = new ZipRecords(file);
        string[] pickles = [.. _zip.Names.Where(name => name[(name.IndexOf('/') + 1)..] == PickleRecord)];
        if (pickles.Length != 1)
            throw new UnrollException($"{file.Name} has {pickles.Length} records data.pkl, and a file of torch.save one. Give a file "
                + "that torch.save wrote.");
        _folder = pickles[0][..^PickleRecord.Length];
        if (_zip.Has($"{_folder}constants.pkl"))
            throw new UnrollException($"{file.Name} is a TorchScript program, which has code. Save its weights alone: "
                + "torch.save(torch.jit.load(path).state_dict(), path).");
        string order = _folder + ByteOrderRecord;
        _highFirst = _zip.Has(order) && Encoding.ASCII.GetString(_zip.Read(order).Span) switch
        {
            "little" => false,
            "big" => true,
            _ => throw file.Damaged("its byte order is neither little nor big"),
        };
    }

    /// <summary>All tensors, or those of one of the dictionaries in it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="subtree">The dictionary's key, several joined by points; null: all.</param>
    /// <exception cref="UnrollException">It is no such file, damaged, has what is refused, or has no such dictionary.</exception>
    public static TensorFile Read(FileBytes file, string? subtree)
    {
        if (ZipRecords.IsZip(file.Bytes))
            return new TorchArchive(file).Tensors(subtree);
        return TorchLegacyFile.IsOne(file.Bytes)
            ? TorchLegacyFile.Read(file, subtree)
            : throw new UnrollException($"{file.Name} is no file of torch.save. "
                + "Give a .pt or .pth file, or any other name, that torch.save wrote.");
    }

    private TensorFile Tensors(string? subtree)
    {
        object? root = new PickleReader(_file, _zip.Read(_folder + PickleRecord), StorageOf).Read();
        string texts = _folder + MetadataRecord;
        return new TorchTree(_file, storage => _zip.Read(RecordOf(storage.Key)), _highFirst)
            .Read(root, subtree, _zip.Has(texts) ? TextRecord.Read(_file, _zip.Read(texts)) : []);
    }

    /// <summary>Compares what the pickle says of a record with what is there.</summary>
    private PickleStorage StorageOf(string key, PickleGlobal type, long length)
    {
        if (_storages.TryGetValue(key, out var known))
        {
            return known.Type == type && known.Storage.Length == length
                ? known.Storage
                : throw _file.Damaged($"its pickle says two things of the storage {key}");
        }

        string record = RecordOf(key);
        int width = type.Type is { } number ? NamedTensor.SizeOf(number) : 1;
        if (!_zip.Has(record) || length < 0 || length > int.MaxValue || _zip.LengthOf(record) != length * width)
            throw _file.Damaged($"its pickle says that the storage {key} has {length} numbers of {width} bytes, which {record} has not");
        var storage = new PickleStorage(key, type.Type, length);
        _storages.Add(key, (storage, type));
        return storage;
    }

    private string RecordOf(string key) => $"{_folder}data/{key}";
}
