namespace Unroll.Exchange.Hdf5;

/// <summary>A group or a dataset of a file.</summary>
internal abstract class Hdf5Object(IReadOnlyDictionary<string, Hdf5Attribute> attributes)
{
    public IReadOnlyDictionary<string, Hdf5Attribute> Attributes => attributes;

    /// <summary>A text; null where there is none of this name.</summary>
    public string? Text(string name) => attributes.TryGetValue(name, out Hdf5Attribute? found) && found.ToTexts() is [string text, ..]
        ? text
        : null;

    /// <summary>
    /// A list of texts. Keras cuts one that is longer than 64 kB into several attributes, whose names end in numbers from 0 on.
    /// </summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (attributes.TryGetValue(name, out Hdf5Attribute? whole))
            return whole.ToTexts();
        List<string>? texts = null;
        for (int i = 0; attributes.TryGetValue(FormattableString.Invariant($"{name}{i}"), out Hdf5Attribute? part); i++)
            (texts ??= []).AddRange(part.ToTexts());
        return texts;
    }
}

/// <summary>A group: objects by name.</summary>
internal sealed class Hdf5Group(
    IReadOnlyDictionary<string, Hdf5Attribute> attributes, IReadOnlyDictionary<string, Hdf5Object> members) : Hdf5Object(attributes)
{
    public IReadOnlyDictionary<string, Hdf5Object> Members => members;

    /// <summary>The object at a path with slashes; null where there is none.</summary>
    public Hdf5Object? Find(string path)
    {
        Hdf5Object? found = this;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found is Hdf5Group group ? group.Members.GetValueOrDefault(part) : null;
        return found;
    }

    /// <summary>All datasets of the group and of those in it. A group that is named twice is looked at once.</summary>
    public IEnumerable<Hdf5Dataset> Datasets()
    {
        var seen = new HashSet<Hdf5Object>();
        var pending = new Stack<Hdf5Object>([this]);
        while (pending.TryPop(out Hdf5Object? next))
        {
            if (!seen.Add(next))
                continue;
            if (next is Hdf5Dataset dataset)
                yield return dataset;
            foreach (Hdf5Object member in next is Hdf5Group group ? group.Members.Values : [])
                pending.Push(member);
        }
    }
}

/// <summary>An array of a file, whose numbers are read when they are asked for.</summary>
internal sealed class Hdf5Dataset(
    Hdf5File file, IReadOnlyDictionary<string, Hdf5Attribute> attributes, Hdf5Type type, long[] shape, Hdf5Layout? layout)
    : Hdf5Object(attributes)
{
    public IReadOnlyList<long> Shape => shape;

    /// <summary>The type of its numbers in a word.</summary>
    public string TypeName => type.Tensor?.ToString() ?? type.Class.ToString();

    /// <summary>How many numbers it has.</summary>
    public long Length => shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Its numbers.</summary>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="UnrollException">They are no numbers, or damaged.</exception>
    public NamedTensor ToTensor(string name)
    {
        TensorType? numbers = type is { Class: Hdf5Class.Opaque, Size: 2 } && Text("dtype") == "bfloat16" ? TensorType.BFloat16
            : type.Tensor;
        if (numbers is not { } kind)
            throw file.Bytes.NotRead($"the dataset {name}, whose elements ({type.Class}, {type.Size} bytes) are no numbers,");
        ReadOnlyMemory<byte> bytes = file.Elements(layout, type, shape, name);
        if (type.BigEndian && type.Size > 1)
        {
            byte[] turned = bytes.ToArray();
            for (int at = 0; at < turned.Length; at += type.Size)
                turned.AsSpan(at, type.Size).Reverse();
            bytes = turned;
        }

        return new NamedTensor(name, kind, [.. shape.Select(extent => (int)extent)], bytes);
    }
}

/// <summary>Where the elements of a dataset lie.</summary>
/// <param name="Bytes">In one piece; null: in chunks.</param>
/// <param name="Tree">The address of the B-tree of the chunks.</param>
/// <param name="Chunk">Extents of a chunk.</param>
/// <param name="Filters">What a chunk went through, first to last.</param>
internal sealed record Hdf5Layout(ReadOnlyMemory<byte>? Bytes, ulong Tree, int[] Chunk, int[] Filters);
