using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Small files that Python's pickle, zipfile and struct wrote (Files/make.py), to the last value.</summary>
public class FileTests
{
    private static readonly string[] s_formats = [".pt", ".npz", ".safetensors"];

    [Theory]
    [InlineData("checkpoint2.pt", "model")]
    [InlineData("checkpoint3.pt", "model")]
    [InlineData("checkpoint4.pt", "model")]
    [InlineData("checkpoint5.pt", "model")]
    [InlineData("deflated.pth", null)]
    [InlineData("legacy.pth", "model")]
    public void StateDictionariesOfEveryProtocolAreRead(string name, string? subtree)
    {
        TensorFile file = Torch.Read(PathOf(name), subtree);
        Floats("whole", [2, 3], 0.5f, -1, 2, -0f, 4, 5.5f);
        Floats("transposed", [3, 2], 0.5f, -0f, -1, 4, 2, 5.5f);
        Floats("tied", [2, 3], 0.5f, -1, 2, -0f, 4, 5.5f);
        Floats("column", [2], -1, 4);
        Floats("row", [3], -0f, 4, 5.5f);
        Floats("half", [2], 1.5f, -2);
        Floats("brain", [2], 1.5f, -2);
        Floats("double", [3, 1], 0.1f, 0.2f, 0.3f);
        Floats("empty", [0, 4]);
        Bytes("counter", TensorType.Int64, 7, 0, 0, 0, 0, 0, 0, 0);
        Bytes("int", TensorType.Int32, 0xFD, 0xFF, 0xFF, 0xFF, 4, 0, 0, 0);
        Bytes("short", TensorType.Int16, 0xFB, 0xFF, 6, 0);
        Bytes("char", TensorType.Int8, 0xF9, 8);
        Bytes("byte", TensorType.UInt8, 9, 250);
        Bytes("bool", TensorType.Boolean, 1, 0);
        Bytes("words", TensorType.UInt16, 1, 0, 255, 255);
        Assert.Equal(16, file.Tensors.Count);

        void Floats(string tensor, int[] shape, params float[] values)
        {
            Assert.Equal(shape, file.Find(tensor)!.Shape);
            if (tensor != "empty")
                Assert.Equal(values.Select(BitConverter.SingleToInt32Bits),
                    file.Find(tensor)!.ToFloats().Select(BitConverter.SingleToInt32Bits));
        }

        void Bytes(string tensor, TensorType type, params byte[] bytes)
        {
            Assert.Equal(type, file.Find(tensor)!.Type);
            Assert.Equal(bytes, file.Find(tensor)!.Bytes.ToArray());
        }
    }

    [Fact]
    public void WhatStandsBesideTheTensorsIsText()
    {
        TensorFile file = Torch.Read(PathOf("checkpoint2.pt"));
        Assert.Equal(("3", "small", "0.25", "True", "5"),
            (file.Metadata["epoch"], file.Metadata["name"], file.Metadata["loss"], file.Metadata["flag"],
            file.Metadata["optimizer.state.0.step"]));
        Assert.Equal("1208925819614629174706176", file.Metadata["large"]);
        Assert.Equal([-1f, 4], file.Find("optimizer.state.0.exp_avg")!.ToFloats());
        Assert.Equal([0.5f, -1, 2, 0, 4, 5.5f], file.Find("model.whole")!.ToFloats());
        Assert.Equal([-1f, 4], Torch.Read(PathOf("checkpoint2.pt"), "optimizer.state.0").Find("exp_avg")!.ToFloats());
        UnrollException absent = Assert.Throws<UnrollException>(() => Torch.Read(PathOf("checkpoint2.pt"), "state_dict"));
        Assert.Contains("has no dictionary state_dict. The dictionaries there are: model, optimizer.", absent.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NumbersWithTheHighestByteFirstAreTurned()
    {
        NamedTensor tensor = Torch.Read(PathOf("bigendian.pt")).Tensors.Single();
        Assert.Equal([1f, -2.5f], tensor.ToFloats());
    }

    [Theory]
    [InlineData("arrays.npz")]
    [InlineData("deflated.npz")]
    public void ArraysOfEveryKindAreRead(string name)
    {
        TensorFile file = Npz.Read(PathOf(name));
        Assert.Equal(["float", "fortran", "big", "half", "long", "byte", "bool", "cube", "none"],
            file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1f, -2, 3, 4, 5, 6], file.Find("float")!.ToFloats());
        Assert.Equal([1f, -2, 3, 4, 5, 6], file.Find("fortran")!.ToFloats());
        Assert.Equal([0.5f, -0.25f], file.Find("big")!.ToFloats());
        Assert.Equal([1.5f], file.Find("half")!.ToFloats());
        Assert.Equal([0xF7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], file.Find("long")!.Bytes.ToArray());
        Assert.Equal([7, 255], file.Find("byte")!.Bytes.ToArray());
        Assert.Equal(TensorType.Boolean, file.Find("bool")!.Type);
        Assert.Equal([0, 3], file.Find("none")!.Shape);

        // Number 6k + 2j + i of the file is that at [i, j, k].
        byte[] cube = file.Find("cube")!.Bytes.ToArray();
        for (int i = 0, at = 0; i < 2; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                for (int k = 0; k < 4; k++, at += 2)
                    Assert.Equal(6 * k + 2 * j + i, cube[at]);
            }
        }
    }

    /// <summary>Every type with either byte first, and the numbers in the order of C and of Fortran.</summary>
    [Theory]
    [InlineData("f4", 4)]
    [InlineData("f8", 8)]
    [InlineData("f2", 2)]
    [InlineData("i1", 1)]
    [InlineData("i2", 2)]
    [InlineData("i4", 4)]
    [InlineData("i8", 8)]
    [InlineData("u1", 1)]
    [InlineData("u2", 2)]
    [InlineData("u4", 4)]
    [InlineData("u8", 8)]
    public void AnArrayIsTheSameInEveryOrder(string type, int width)
    {
        const int Rows = 2, Columns = 3;
        byte[][] numbers = [.. Enumerable.Range(0, Rows * Columns)
            .Select(i => Enumerable.Range(1, width).Select(b => (byte)(16 * i + b)).ToArray())];
        byte[] right = [.. numbers.SelectMany(number => number)];
        foreach (char order in width == 1 ? "|" : "<>")
        {
            foreach (bool isFortran in (bool[])[false, true])
            {
                byte[][] laid = isFortran
                    ? [.. Enumerable.Range(0, Rows * Columns).Select(i => numbers[i % Rows * Columns + i / Rows])]
                    : numbers;
                string header = $"{{'descr': '{order}{type}', 'fortran_order': {isFortran}, 'shape': ({Rows}, {Columns}), }}\n";
                byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header),
                    .. laid.SelectMany(number => order == '>' ? Enumerable.Reverse(number) : number)];
                NamedTensor read = Npz.Read(new MemoryStream(file)).Tensors.Single();
                Assert.Equal([Rows, Columns], read.Shape);
                Assert.Equal(right, read.Bytes.ToArray());
            }
        }
    }

    [Fact]
    public void OneArrayAloneHasTheNameArray() => Assert.Equal([1.5f, 2.5f], Npz.Read(PathOf("one.npy")).Find("array")!.ToFloats());

    [Fact]
    public void SafetensorsAreReadWithTheirText()
    {
        TensorFile file = Safetensors.Read(PathOf("small.safetensors"));
        Assert.Equal(["b", "a", "none", "c"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1.5f, -2], file.Find("a")!.ToFloats());
        Assert.Equal([0.5f, 4], file.Find("b")!.ToFloats());
        Assert.Equal([1.5f], file.Find("c")!.ToFloats());
        Assert.Equal("make.py", file.Metadata["who"]);
    }

    [Fact]
    public void TheSameTensorsGiveTheSameBytesAndNothingIsLost()
    {
        TensorType[] types = Enum.GetValues<TensorType>();
        NamedTensor[] tensors = [.. types
            .Select((type, i) => new NamedTensor($"t{i}.é", type, i % 2 == 0 ? [1, 3] : [],
            new byte[(i % 2 == 0 ? 3 : 1) * NamedTensor.SizeOf(type)].Select((_, at) => (byte)(7 * at + i)).ToArray()))];
        foreach (string format in s_formats)
        {
            var file = new TensorFile([.. tensors.Where(tensor => format != ".npz" || tensor.Type != TensorType.BFloat16)],
                new Dictionary<string, string> { ["a b"] = "line\nline \"x\"" });
            byte[] bytes = Written(format, file);
            Assert.Equal(bytes, Written(format, file));
            TensorFile again = Read(format, bytes);
            Assert.Equal(file.Metadata, again.Metadata);
            Assert.Equal(file.Tensors.Select(tensor =>
                (tensor.Name, tensor.Type, string.Join(' ', tensor.Shape), Convert.ToHexString(tensor.Bytes.Span))),
                again.Tensors.Select(tensor => (tensor.Name, tensor.Type, string.Join(' ', tensor.Shape),
                    Convert.ToHexString(tensor.Bytes.Span))));
        }
    }

    [Fact]
    public void TorchFilesHaveThePickleAndThePlacesThatTorchLoadReads()
    {
        byte[] bytes = Written(".pt", new TensorFile([NamedTensor.Of("w", [2, 1], [1, 2]), NamedTensor.Of("b", [], [3])]));
        using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(["archive/data.pkl", "archive/.format_version", "archive/.storage_alignment", "archive/byteorder", "archive/data/0",
            "archive/data/1", "archive/version", "archive/.data/serialization_id"],
            zip.Entries.Select(entry => entry.FullName));
        using var pickle = new StreamReader(zip.Entries[0].Open(), Encoding.Latin1);

        // As Python's pickletools read it.
        string first =
            "X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n"
            + "((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\u00000X\u0003\0\0\0cpuJ\u0002\0\0\0tQ"
            + "J\0\0\0\0(J\u0002\0\0\0J\u0001\0\0\0t(J\u0001\0\0\0J\u0001\0\0\0t\u0089ccollections\nOrderedDict\n)RtR";
        string second =
            "X\u0001\0\0\0bctorch._utils\n_rebuild_tensor_v2\n"
            + "((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\u00001X\u0003\0\0\0cpuJ\u0001\0\0\0tQ"
            + "J\0\0\0\0(t(t\u0089ccollections\nOrderedDict\n)RtR";
        Assert.Equal("\u0080\u0002ccollections\nOrderedDict\n)R(" + first + second + "u.", pickle.ReadToEnd());
        Assert.Equal(0, bytes.AsSpan().IndexOf(BitConverter.GetBytes(1f).Concat(BitConverter.GetBytes(2f)).ToArray()) % 64);
        Assert.Equal(bytes, Written(".pt", Read(".pt", bytes)));
    }

    [Fact]
    public void NumpyHasNoBrainFloats()
    {
        var file = new TensorFile([new NamedTensor("x", TensorType.BFloat16, [1], new byte[2])]);
        Assert.Contains("BFloat16", Assert.Throws<ArgumentException>(() => Written(".npz", file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatAreNotThereOrOfAnotherFormatAreToldApart()
    {
        Assert.Contains("There is no file", Assert.Throws<UnrollException>(() => Torch.Read("/nowhere/x.pt")).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<UnrollException>(() => Safetensors.Read(Path.GetTempPath())).Message,
            StringComparison.Ordinal);
        Assert.Contains("is no file of torch.save", Assert.Throws<UnrollException>(() => Torch.Read(PathOf("small.safetensors"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("neither a .npz nor a .npy", Assert.Throws<UnrollException>(() => Npz.Read(PathOf("small.safetensors"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("header would have", Assert.Throws<UnrollException>(() => Safetensors.Read(PathOf("arrays.npz"))).Message,
            StringComparison.Ordinal);
    }

    internal static byte[] Written(string format, TensorFile file)
    {
        using var stream = new MemoryStream();
        switch (format)
        {
            case ".pt":
                Torch.Write(stream, file);
                break;
            case ".npz":
                Npz.Write(stream, file);
                break;
            default:
                Safetensors.Write(stream, file);
                break;
        }

        return stream.ToArray();
    }

    internal static TensorFile Read(string format, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return format switch
        {
            ".pt" => Torch.Read(stream),
            ".npz" => Npz.Read(stream),
            _ => Safetensors.Read(stream),
        };
    }

    private static string PathOf(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Files", name);
}
