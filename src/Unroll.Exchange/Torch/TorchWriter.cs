using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// Writes a state dictionary as torch.save does: an OrderedDict of tensors in a pickle of protocol 2, the numbers at multiples of 64 bytes.
/// The same tensors give the same bytes.
/// </summary>
internal sealed class TorchWriter
{
    private const string Folder = "archive/", FormatVersion = "3\n", StorageAlignment = "64";
    private const int Alignment = 64, IdLength = 40;
    private const byte Protocol = 2;
    private readonly ArrayBufferWriter<byte> _pickle = new();

    public static byte[] ToBytes(TensorFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        byte[] pickle = new TorchWriter().Pickle(file.Tensors);
        var zip = new ZipWriter("The PyTorch file", Alignment);
        zip.Add($"{Folder}data.pkl", pickle);
        zip.Add($"{Folder}.format_version", "1"u8.ToArray());
        zip.Add($"{Folder}.storage_alignment", Encoding.ASCII.GetBytes(StorageAlignment));
        zip.Add($"{Folder}byteorder", "little"u8.ToArray());
        for (int i = 0; i < file.Tensors.Count; i++)
            zip.Add(string.Create(CultureInfo.InvariantCulture, $"{Folder}data/{i}"), file.Tensors[i].Bytes);
        if (file.Metadata.Count > 0)
            zip.Add(Folder + TorchArchive.MetadataRecord, TextRecord.ToBytes(file.Metadata));
        zip.Add($"{Folder}version", Encoding.ASCII.GetBytes(FormatVersion));
        zip.Add($"{Folder}.data/serialization_id", Encoding.ASCII.GetBytes(IdOf(pickle, file.Tensors)));
        return zip.ToBytes();
    }

    /// <summary>Digits that follow from what is saved, as PyTorch's do.</summary>
    private static string IdOf(byte[] pickle, IReadOnlyList<NamedTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pickle);
        foreach (NamedTensor tensor in tensors)
            hash.AppendData(tensor.Bytes.Span);
        var digits = new StringBuilder();
        foreach (byte value in hash.GetHashAndReset())
            digits.Append(CultureInfo.InvariantCulture, $"{value:D3}");
        return digits.ToString(0, IdLength);
    }

    private byte[] Pickle(IReadOnlyList<NamedTensor> tensors)
    {
        Put(PickleOp.Proto);
        Byte(Protocol);
        Global("collections", "OrderedDict");
        Put(PickleOp.EmptyTuple, PickleOp.Reduce, PickleOp.Mark);
        for (int i = 0; i < tensors.Count; i++)
        {
            Text(tensors[i].Name);
            Tensor(tensors[i], i);
        }

        Put(PickleOp.SetItems, PickleOp.Stop);
        return _pickle.WrittenSpan.ToArray();
    }

    private void Tensor(NamedTensor tensor, int number)
    {
        string? storage = PickleGlobal.StorageOf(tensor.Type);
        Global("torch._utils", storage is null ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
        Put(PickleOp.Mark, PickleOp.Mark);
        Text("storage");
        if (storage is null)
            Global("torch.storage", "UntypedStorage");
        else
            Global("torch", storage);
        Text(number.ToString(CultureInfo.InvariantCulture));
        Text("cpu");
        Number(storage is null ? tensor.Bytes.Length : tensor.Length);
        Put(PickleOp.Tuple, PickleOp.BinPersId);
        Number(0);
        Numbers(tensor.Shape);
        var strides = new int[tensor.Shape.Count];
        for (int i = strides.Length - 1, stride = 1; i >= 0; stride *= Math.Max(1, tensor.Shape[i--]))
            strides[i] = stride;
        Numbers(strides);
        Put(PickleOp.NewFalse);
        Global("collections", "OrderedDict");
        Put(PickleOp.EmptyTuple, PickleOp.Reduce);
        if (storage is null)
            Global("torch", PickleGlobal.NumbersOf(tensor.Type));
        Put(PickleOp.Tuple, PickleOp.Reduce);
    }

    private void Numbers(IReadOnlyList<int> numbers)
    {
        Put(PickleOp.Mark);
        foreach (int number in numbers)
            Number(number);
        Put(PickleOp.Tuple);
    }

    private void Number(int number)
    {
        Put(PickleOp.BinInt);
        BinaryPrimitives.WriteInt32LittleEndian(_pickle.GetSpan(sizeof(int)), number);
        _pickle.Advance(sizeof(int));
    }

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Put(PickleOp.BinUnicode);
        BinaryPrimitives.WriteInt32LittleEndian(_pickle.GetSpan(sizeof(int)), bytes.Length);
        _pickle.Advance(sizeof(int));
        _pickle.Write(bytes);
    }

    private void Global(string module, string name)
    {
        Put(PickleOp.Global);
        _pickle.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    private void Put(params ReadOnlySpan<PickleOp> ops)
    {
        foreach (PickleOp op in ops)
            Byte((byte)op);
    }

    private void Byte(byte value)
    {
        _pickle.GetSpan(1)[0] = value;
        _pickle.Advance(1);
    }
}
