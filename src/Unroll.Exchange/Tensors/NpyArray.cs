using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Unroll.Exchange.TensorFiles;

/// <summary>
/// One array of NumPy's .npy format, versions 1.0 to 3.0: a signature, the length of a header, a Python dictionary with type, order and
/// shape, the numbers. Arrays are always written as version 1.0 in C order, the lowest byte first.
/// </summary>
internal static class NpyArray
{
    private const int Alignment = 64, ShortPrefix = 10, LongPrefix = 12;

    private static readonly (string Name, TensorType Type)[] s_types =
    [
        ("f4", TensorType.Float32), ("f8", TensorType.Float64), ("f2", TensorType.Float16), ("i1", TensorType.Int8),
        ("i2", TensorType.Int16), ("i4", TensorType.Int32), ("i8", TensorType.Int64), ("u1", TensorType.UInt8),
        ("u2", TensorType.UInt16), ("u4", TensorType.UInt32), ("u8", TensorType.UInt64), ("b1", TensorType.Boolean),
    ];

    /// <summary>Whether bytes begin as an array does.</summary>
    public static bool IsArray(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == 0x93 && bytes[1..].StartsWith("NUMPY"u8);

    /// <param name="file">Whose errors are thrown.</param>
    /// <param name="name">Of the array.</param>
    /// <param name="bytes">The array.</param>
    /// <exception cref="UnrollException">They are no array, or one of a type that Unroll does not know.</exception>
    public static NamedTensor Read(FileBytes file, string name, ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (!IsArray(span) || span.Length < LongPrefix)
            throw file.Damaged($"{name} is no NumPy array");
        int version = span[6];
        if (version is < 1 or > 3)
            throw new UnrollException($"{file.Name} has {name} in version {version} of NumPy's format; Unroll reads 1 to 3. Save it with "
                + "a NumPy that writes one of these.");
        int prefix = version == 1 ? ShortPrefix : LongPrefix;
        uint length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(span[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(span[8..]);
        if (length > span.Length - prefix)
            throw file.Damaged($"the header of {name} would have {length} bytes, but {span.Length - prefix} are there");
        (string descr, bool fortran, List<long> extents) =
            new NpyHeader(file, name, Encoding.UTF8.GetString(span.Slice(prefix, (int)length))).Read();
        (TensorType type, bool highFirst) = TypeOf(file, name, descr);
        (int[] shape, int size) = TensorShape.Check(file, name, type, extents);
        ReadOnlyMemory<byte> data = bytes[(prefix + (int)length)..];
        if (data.Length != size)
            throw file.Damaged($"{name} has shape [{string.Join(", ", shape)}] of {descr}, {size} bytes, but {data.Length} are there");
        int width = NamedTensor.SizeOf(type);
        if (highFirst && width > 1)
            data = SwapBytes(data.Span, width);
        return new NamedTensor(name, type, shape, fortran && shape.Length > 1 ? RowMajor(data.Span, shape, width) : data);
    }

    /// <exception cref="ArgumentException">NumPy has no such type.</exception>
    public static byte[] ToBytes(NamedTensor tensor)
    {
        string type = Array.Find(s_types, known => known.Type == tensor.Type).Name
            ?? throw new ArgumentException($"{tensor.Name} has numbers of type {tensor.Type}, which NumPy does not have. Convert them to "
                + "Float32, or write a safetensors file.", nameof(tensor));
        string order = NamedTensor.SizeOf(tensor.Type) == 1 ? "|" : "<", comma = tensor.Shape.Count == 1 ? "," : "";
        string header = $"{{'descr': '{order}{type}', 'fortran_order': False, 'shape': ({string.Join(", ", tensor.Shape)}{comma}), }}";
        int length = (ShortPrefix + header.Length + Alignment) / Alignment * Alignment;
        var bytes = new byte[checked(length + tensor.Bytes.Length)];
        bytes.AsSpan(0, length).Fill((byte)' ');
        ((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8, 1, 0]).CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), checked((ushort)(length - ShortPrefix)));
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(ShortPrefix));
        bytes[length - 1] = (byte)'\n';
        tensor.Bytes.Span.CopyTo(bytes.AsSpan(length));
        return bytes;
    }

    private static (TensorType Type, bool HighFirst) TypeOf(FileBytes file, string name, string descr)
    {
        bool hasOrder = descr.Length > 1 && descr[0] is '<' or '>' or '=' or '|';
        if (hasOrder && Array.Find(s_types, known => known.Name == descr[1..]) is { Name: not null } type)
            return (type.Type, descr[0] == '>');
        string what = descr.Contains('O', StringComparison.Ordinal) ? "objects, which are pickled code" : $"numbers of type {descr}";
        throw new UnrollException($"{file.Name} has the array {name} of {what}. Unroll reads "
            + $"{string.Join(", ", s_types.Select(known => known.Name))}; save it as one of these, for example with astype('f4').");
    }

    private static byte[] SwapBytes(ReadOnlySpan<byte> bytes, int width)
    {
        byte[] turned = bytes.ToArray();
        for (int at = 0; at < turned.Length; at += width)
            turned.AsSpan(at, width).Reverse();
        return turned;
    }

    /// <summary>The first extent is contiguous in Fortran order, the last one in the result.</summary>
    private static byte[] RowMajor(ReadOnlySpan<byte> bytes, int[] shape, int width)
    {
        var result = new byte[bytes.Length];
        var index = new int[shape.Length];
        var strides = new long[shape.Length];
        long stride = width;
        for (int i = 0; i < shape.Length; stride *= shape[i++])
            strides[i] = stride;
        long source = 0;
        for (int at = 0; at < result.Length; at += width)
        {
            bytes.Slice((int)source, width).CopyTo(result.AsSpan(at));
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                source += strides[i];
                if (++index[i] < shape[i])
                    break;
                source -= strides[i] * shape[i];
                index[i] = 0;
            }
        }

        return result;
    }
}

/// <summary>The dictionary of an array's header, as Python writes it: descr, fortran_order and shape, in any order.</summary>
internal sealed class NpyHeader(FileBytes file, string name, string text)
{
    private int _at;

    public (string Type, bool Fortran, List<long> Shape) Read()
    {
        string? type = null;
        bool? fortran = null;
        List<long>? shape = null;
        Expect('{');
        while (!Takes('}'))
        {
            string key = ReadQuoted();
            Expect(':');
            if (key == "descr" && type is null)
                type = Peek() == '[' ? throw Wrong("it has fields, which are not tensors") : ReadQuoted();
            else if (key == "fortran_order" && fortran is null)
                fortran = Word() switch { "True" => true, "False" => false, var other => throw Wrong($"fortran_order is {other}") };
            else if (key == "shape" && shape is null)
                shape = Tuple();
            else
                throw Wrong($"it has {key} where descr, fortran_order and shape are known, each once");
            if (!Takes(',') && Peek() != '}')
                throw Wrong("two of its entries have no comma between them");
        }

        if (!string.IsNullOrWhiteSpace(text[_at..]))
            throw Wrong("it has something behind its end");
        return type is not null && fortran is { } order && shape is not null
            ? (type, order, shape)
            : throw Wrong("it lacks descr, fortran_order or shape");
    }

    private List<long> Tuple()
    {
        var extents = new List<long>();
        Expect('(');
        while (!Takes(')'))
        {
            // Python 2 wrote an L behind large ones.
            string word = Word().TrimEnd('L');
            bool isNumber = long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long extent);
            extents.Add(isNumber ? extent : throw Wrong($"its shape has {word}"));
            if (!Takes(',') && Peek() != ')')
                throw Wrong("its shape has no end");
        }

        return extents;
    }

    private string ReadQuoted()
    {
        char quote = Peek();
        int end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
            throw Wrong("a text in it has no quotes");
        string quoted = text[(_at + 1)..end];
        _at = end + 1;
        return quoted.Contains('\\', StringComparison.Ordinal) ? throw Wrong("a text in it has a backslash") : quoted;
    }

    private string Word()
    {
        Peek();
        int start = _at;
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]))
            _at++;
        return text[start.._at];
    }

    private void Expect(char expected)
    {
        if (!Takes(expected))
            throw Wrong($"it has no {expected} where one must be");
    }

    private bool Takes(char expected)
    {
        if (Peek() != expected)
            return false;
        _at++;
        return true;
    }

    /// <summary>The next character that is no blank; 0 at the end.</summary>
    private char Peek()
    {
        while (_at < text.Length && text[_at] is ' ' or '\n' or '\t')
            _at++;
        return _at < text.Length ? text[_at] : '\0';
    }

    private UnrollException Wrong(string what) => file.Damaged($"the header of {name} is not NumPy's: {what}");
}
