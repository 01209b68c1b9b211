using System.Globalization;
using System.Numerics;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// What a pickle built, as tensors and texts by name: dictionaries in dictionaries are flattened, their keys joined by points.
/// </summary>
/// <param name="file">Whose errors are thrown.</param>
/// <param name="bytesOf">The numbers of a storage.</param>
/// <param name="highFirst">True where the highest byte of a number comes first.</param>
internal sealed class TorchTree(FileBytes file, Func<PickleStorage, ReadOnlyMemory<byte>> bytesOf, bool highFirst)
{
    private const int DeepestNesting = 64, MostVisits = 1_000_000, MostCharacters = 8_000_000, LongestText = 1000;

    /// <summary>What tensors that do not lie in order may be copied to at least, and how many times the file's length.</summary>
    private const long SmallCopies = 16 << 20, LargestRatio = 4;

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _bytes = new(StringComparer.Ordinal);
    private readonly List<NamedTensor> _tensors = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _visits, _characters;
    private long _copied;

    /// <param name="root">What the pickle built.</param>
    /// <param name="subtree">The dictionary in it that is wanted; null: all.</param>
    /// <param name="more">Other texts.</param>
    /// <exception cref="UnrollException">There is no such dictionary, or the values cannot be named.</exception>
    public TensorFile Read(object? root, string? subtree, IReadOnlyDictionary<string, string> more)
    {
        if (subtree is not null)
            root = Find(root, subtree);
        if (root is PickleTensor)
        {
            throw new UnrollException($"{file.Name} holds one tensor and no dictionary of them. "
                + "Save the state dictionary: torch.save(model.state_dict(), path).");
        }

        Visit(root, "", 0, isNamed: true);
        foreach ((string name, string text) in more)
            _texts[name] = text;
        return new TensorFile(_tensors, _texts);
    }

    private PickleDictionary Find(object? root, string path)
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
        throw new UnrollException($"{file.Name} has no dictionary {path}. The dictionaries there are: "
            + $"{(there.Length == 0 ? "none" : there)}.");
    }

    /// <param name="value">What the pickle built.</param>
    /// <param name="path">Its name.</param>
    /// <param name="depth">In how many others it stands.</param>
    /// <param name="isNamed">False in a list, whose numbers and texts have no names.</param>
    private void Visit(object? value, string path, int depth, bool isNamed)
    {
        if (++_visits > MostVisits || (_characters += path.Length) > MostCharacters + file.Bytes.Length || depth > DeepestNesting)
            throw file.Damaged($"its dictionaries and lists hold each other more than {DeepestNesting} deep, or more than {MostVisits} "
                + "values");
        switch (value)
        {
            case PickleTensor tensor:
                AddName(path);
                _tensors.Add(new NamedTensor(path, tensor.Type, tensor.Shape, BytesOf(tensor, path)));
                break;
            case PickleDictionary dictionary:
                foreach ((object? key, object? each) in dictionary.Pairs)
                    Visit(each, Join(path, KeyOf(key)), depth + 1, isNamed);
                break;
            case PickleList list:
                for (int i = 0; i < list.Items.Count; i++)
                    Visit(list.Items[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), depth + 1, isNamed: false);
                break;
            case string or long or double or bool or BigInteger
                when isNamed && !path.StartsWith(CarriedText.Prefix, StringComparison.Ordinal):
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
            throw file.Damaged($"its dictionaries give two values the name {path}");
    }

    private string KeyOf(object? key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => throw file.Damaged("a dictionary in it has a key that is neither text nor a whole number"),
    };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private ReadOnlyMemory<byte> BytesOf(PickleTensor tensor, string name)
    {
        if (!_bytes.TryGetValue(tensor.Storage.Key, out ReadOnlyMemory<byte> storage))
            _bytes.Add(tensor.Storage.Key, storage = bytesOf(tensor.Storage));
        int width = NamedTensor.SizeOf(tensor.Type), length = 1;
        bool isInOrder = true;
        for (int i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            isInOrder &= tensor.Shape[i] <= 1 || tensor.Strides[i] == length;
            length *= tensor.Shape[i];
        }

        if (length == 0)
            return default;
        if (isInOrder && !(highFirst && width > 1))
            return storage.Slice((int)tensor.Offset * width, length * width);
        _copied += (long)length * width;
        if (_copied > SmallCopies + LargestRatio * file.Bytes.Length)
            throw file.Damaged($"{name} repeats the numbers of its storage many times");
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
            if (highFirst)
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
