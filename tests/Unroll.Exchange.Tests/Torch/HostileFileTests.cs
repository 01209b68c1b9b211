using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Unroll.Exchange.TensorFiles;
using Unroll.Exchange.TorchFiles;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Files that are damaged or made to do harm: each is refused with its reason, and with little memory.</summary>
public class HostileFileTests
{
    private const string Tensor = "ctorch._utils\n_rebuild_tensor_v2\n";
    private const string Magic = "\u0080\u0002\u008A\u000Al\u00FC\u009CF\u00F9 j\u00A8P\u0019.";
    private const long MostMemory = 100_000_000;

    private static readonly Dictionary<string, (string Format, Func<byte[]> Bytes, string Reason)> s_files = new()
    {
        // Pickles: code.
        ["a call of os.system"] = (".pt", () => Pickled("cos\nsystem\n(" + Text("ls") + "tR."), "names os.system"),
        ["eval, by protocol 4"] = (".pt", () => Pickled("\u0080\u0004" + Short("builtins") + Short("eval") + "\u0093.", raw: true),
            "names builtins.eval"),
        ["a function of torch"] = (".pt", () => Pickled("ctorch\nload\n."), "names torch.load"),
        ["a class that is called"] = (".pt", () => Pickled("ctorch\nFloatStorage\n)R."), "calls torch.FloatStorage"),
        ["a dictionary that is called"] = (".pt", () => Pickled("})R."), "calls something that cannot be called"),
        ["attributes of a list"] = (".pt", () => Pickled("]}b."), "BUILD sets attributes"),

        // Pickles: structure.
        ["protocol 1"] = (".pt", () => Pickled("\u0080\u0001}.", raw: true), "protocol 2 to 5"),
        ["protocol 6"] = (".pt", () => Pickled("\u0080\u0006}.", raw: true), "protocol 2 to 5"),
        ["an empty pickle"] = (".pt", () => Pickled("", raw: true), "ends before it is over"),
        ["no end"] = (".pt", () => Pickled("}"), "ends before it is over"),
        ["a text of 4 GB"] = (".pt", () => Pickled("X\u00FF\u00FF\u00FF\u00FFab."), "ends before it is over"),
        ["a text of less than nothing"] = (".pt", () => Pickled("\u008D\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF."),
            "ends before it is over"),
        ["a text that is none"] = (".pt", () => Pickled("X\u0001\0\0\0\u00FF."), "a text that is none"),
        ["a number of a gigabyte"] = (".pt", () => Pickled("\u008B\0\0\0\u0040."), "a number of"),
        ["a value from nowhere"] = (".pt", () => Pickled("h\u0005."), "takes value 5 before it is made"),
        ["nothing on the stack"] = (".pt", () => Pickled("0."), "where there is none"),
        ["a mark from nowhere"] = (".pt", () => Pickled("t."), "mark where there is none"),
        ["half a pair"] = (".pt", () => Pickled("}(" + Text("a") + "u."), "half a pair"),
        ["pairs for a list"] = (".pt", () => Pickled("](" + Text("a") + "Nu."), "no dictionary"),
        ["items for a tuple"] = (".pt", () => Pickled(")Na."), "no list"),
        ["a key that is no text"] = (".pt", () => Pickled("}(NNu."), "a key that is neither text nor a whole number"),
        ["one name twice"] = (".pt", () => Pickled("}(" + Text("a") + "K\u0001" + Text("a") + "K\u0002u."), "give two values the name a"),
        ["one name by two ways"] = (".pt", () => Pickled("}(" + Text("a.b") + "K\u0001" + Text("a") + "}(" + Text("b") + "K\u0002uu."),
            "give two values the name a.b"),
        ["a list in itself"] = (".pt", () => Pickled("]q\0h\0a."), "more than 64 deep"),
        ["lists in lists"] = (".pt", () => Pickled(new string(']', 5000) + new string('a', 4999) + "."), "more than 64 deep"),
        ["lists twice in lists"] = (".pt",
            () => Pickled("]q\0" + string.Concat(Enumerable.Range(1, 50).Select(i => $"](h{(char)(i - 1)}h{(char)(i - 1)}eq{(char)i}"))
            + "."), "or more than"),
        ["many lists"] = (".pt", () => Pickled(string.Concat(Enumerable.Repeat("]0", 1_000_000)) + "}."), "operations"),
        ["long keys in each other"] = (".pt",
            () => Pickled("}q\0" + string.Concat(
            Enumerable.Range(1, 40).Select(i => "}(" + (i == 1 ? Text(new string('k', 1_000_000)) + "q\u0001" : "h\u0001")
            + $"h{(i == 1 ? '\0' : (char)(i + 1))}uq{(char)(i + 2)}")) + "."), "or more than"),

        // Tensors.
        ["a storage that is longer than its record"] = (".pt", () => Tensors(Storage("0", 9) + "K\0(K\u0002t(K\u0001t"),
            "storage 0 has 9 numbers of 4 bytes"),
        ["a storage of less than nothing"] = (".pt", () => Tensors(Storage("0", -1) + "K\0(K\u0002t(K\u0001t"), "storage 0 has -1 numbers"),
        ["a storage outside of the file"] = (".pt", () => Tensors(Storage("../../etc/passwd", 2) + "K\0(K\u0002t(K\u0001t"),
            "which archive/data/../../etc/passwd has not"),
        ["one storage of two types"] = (".pt",
            () => Pickled("}(" + Text("a") + Tensor + "(" + Storage("0", 2) + "K\0(K\u0002t(K\u0001t\u0089NtR" + Text("b") + Tensor + "("
            + Storage("0", 4, "HalfStorage") + "K\0(K\u0002t(K\u0001t\u0089NtRu.", ("data/0", new byte[8])),
            "two things of the storage 0"),
        ["a tensor behind its storage"] = (".pt", () => Tensors(Storage("0", 2) + "K\u0001(K\u0002t(K\u0001t"),
            "goes beyond its storage of 2"),
        ["an offset below 0"] = (".pt", () => Tensors(Storage("0", 2) + "J\u00FF\u00FF\u00FF\u00FF(K\u0001t(K\u0001t"),
            "goes beyond its storage"),
        ["a stride below 0"] = (".pt", () => Tensors(Storage("0", 2) + "K\u0001(K\u0002t(J\u00FF\u00FF\u00FF\u00FFt"),
            "goes beyond its storage"),
        ["a stride that overflows"] = (".pt",
            () => Tensors(Storage("0", 2) + "K\0(K\u0003t(\u008A\u0008\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007Ft"),
            "goes beyond its storage"),
        ["an extent below 0"] = (".pt", () => Tensors(Storage("0", 2) + "K\0(J\u00FF\u00FF\u00FF\u00FFt(K\u0001t"), "an extent of -1"),
        ["one number as a thousand million"] = (".pt", () => Tensors(Storage("0", 2) + "K\0(J\0\0\0\u0010t(K\0t"),
            "repeats the numbers of its storage"),
        ["more than an array holds"] = (".pt", () => Tensors(Storage("0", 2) + "K\0(J\0\0\u0001\0J\0\0\u0001\0t(K\0K\0t"),
            "more than an array holds"),
        ["other strides than extents"] = (".pt", () => Tensors(Storage("0", 2) + "K\0(K\u0002K\u0001t(K\u0001t"),
            "other strides than extents"),
        ["something else than a storage"] = (".pt", () => Pickled("(" + Text("module") + "Ntq\0Q."), "outside of it that is no storage"),

        // Zip files of torch.save.
        ["two pickles"] = (".pt", () => Zip(("a/data.pkl", "\u0080\u0002}."), ("b/data.pkl", "\u0080\u0002}.")), "has 2 records data.pkl"),
        ["no pickle"] = (".pt", () => Zip(("a/version", "3")), "has 0 records data.pkl"),
        ["a program"] = (".pt", () => Zip(("a/data.pkl", "\u0080\u0002}."), ("a/constants.pkl", "")), "is a TorchScript program"),
        ["a byte order of its own"] = (".pt", () => Zip(("a/data.pkl", "\u0080\u0002}."), ("a/byteorder", "middle")),
            "neither little nor big"),
        ["a module of code"] = (".pt", () =>
            Pickled("(" + Text("storage") + "ctorch\nFloatStorage\n" + Text("0") + Text("cpu") + "K\u0002(K\0tt" + "Q.",
            ("data/0", new byte[8])), "outside of it that is no storage"),
        ["an old file without an end"] = (".pt", () => Legacy("}.", "N."), "no list of its storages"),
        ["an old file of another version"] = (".pt", () => Latin(Magic + "\u0080\u0002K\u0001."), "and the version 1001"),
        ["an old file that calls os.system"] = (".pt", () => Legacy("cos\nsystem\n.", "]."), "names os.system"),
        ["an old file whose numbers are fewer"] = (".pt",
            () => Legacy("}" + Text("a") + Storage("0", 9) + "s.", "]" + Text("0") + "a.\u0009\0\0\0\0\0\0\0abcd"),
            "the numbers of the storage 0 are not"),
        ["an old file with another number of numbers"] = (".pt",
            () => Legacy("}" + Text("a") + Storage("0", 1) + "s.", "]" + Text("0") + "a.\u0002\0\0\0\0\0\0\0abcdefgh"),
            "the numbers of the storage 0 are not"),
        ["an old file with a storage twice"] = (".pt",
            () => Legacy("}" + Text("a") + Storage("0", 0) + "s.", "]" + Text("0") + "a" + Text("0") + "a." + new string('\0', 16)),
            "two storages 0"),
        ["an old file with something behind"] = (".pt", () => Legacy("}.", "].abc"), "and 3 bytes more"),
        ["an old file that lacks a storage"] = (".pt", () => Legacy("}" + Text("a") + Storage("0", 1) + "s.", "]."),
            "where its value has 1"),
        ["one tensor alone"] = (".pt", () =>
            Pickled(Tensor + "(" + Storage("0", 2) + "K\0(K\u0002t(K\u0001t\u0089NtR.", ("data/0", new byte[8])), "holds one tensor"),

        // Zip files of any kind.
        ["a zip file that is cut off"] = (".npz", () => Zip(("x.npy", "abc"))[..^5], "no end of a zip directory"),
        ["a name that goes up"] = (".npz", () => Zip(("../x.npy", "abc")), "leads out of the file"),
        ["a name from the root"] = (".npz", () => Zip(("/x.npy", "abc")), "leads out of the file"),
        ["a name of a drive"] = (".npz", () => Zip(("c:x.npy", "abc")), "leads out of the file"),
        ["a name with backslashes"] = (".npz", () => Zip(("a\\x.npy", "abc")), "leads out of the file"),
        ["one record twice"] = (".npz", () => Zip(("x.npy", "abc"), ("x.npy", "abc")), "two records x.npy"),
        ["a record that is no array"] = (".npz", () => Zip(("x.txt", "abc")), "which is no array"),
        ["a wrong check sum"] = (".npz", () => Changed(Zip(("x.npy", "abc")), Encoding.ASCII.GetBytes("abc"), "abd"u8.ToArray()),
            "check sum of x.npy"),
        ["an encrypted record"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 8, [1, 0]), "is encrypted"),
        ["a packing that is unknown"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 10, [12, 0]), "packed by method 12"),
        ["a stored record of two lengths"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 24, [4, 0, 0, 0]),
            "has 3 bytes in the file for 4"),
        ["a record of 4 GB"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 20, [0xFE, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF]),
            "in the file for"),
        ["a record that is elsewhere"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 42, [7, 0, 0, 0]), "is not at 7"),
        ["a record behind the end"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 42, [0xFF, 0xFF, 0xFF, 0x7F]),
            "is not at 2147483647"),
        ["a record that reaches into the directory"] = (".npz", () => Directory(Zip(("x.npy", "abc")), 20, [40, 0, 0, 0, 40, 0, 0, 0]),
            "shares bytes"),
        ["a record in a record"] = (".npz", Overlapping, "shares bytes with another record"),
        ["more records than fit"] = (".npz", () => End(Zip(("x.npy", "abc")), 8, [0xF0, 0xFF, 0xF0, 0xFF]),
            "cannot have the 65520 records"),
        ["a directory that is elsewhere"] = (".npz", () => End(Zip(("x.npy", "abc")), 16, [0, 0, 0, 0x7F]), "is not in front of its end"),
        ["one of several files"] = (".npz", () => End(Zip(("x.npy", "abc")), 4, [1, 0]), "one part of a zip file"),
        ["a zip bomb"] = (".npz", () => Zip([("x.npy", new string('\0', 60_000_000))], CompressionLevel.Optimal),
            "as only a file made to fill memory does"),
        ["a record that unpacks to less"] = (".npz",
            () => Directory(Zip([("x.npy", new string('\0', 1000))], CompressionLevel.Optimal), 24, [0xE9, 3, 0, 0]),
            "does not unpack to the 1001 bytes"),
        ["a record that unpacks to more"] = (".npz",
            () => Directory(Zip([("x.npy", new string('\0', 1000))], CompressionLevel.Optimal), 24, [0xE7, 3, 0, 0]),
            "does not unpack to the 999 bytes"),

        // Arrays of NumPy.
        ["objects"] = (".npz", () => Npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8), "objects, which are pickled code"),
        ["fields"] = (".npz", () => Npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4), "it has fields"),
        ["text"] = (".npz", () => Npy("{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", 20), "numbers of type <U5"),
        ["complex numbers"] = (".npz", () => Npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8), "numbers of type <c8"),
        ["too few numbers"] = (".npz", () => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8),
            "12 bytes, but 8 are there"),
        ["too many numbers"] = (".npz", () => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 8),
            "4 bytes, but 8 are there"),
        ["a shape that overflows"] = (".npz",
            () => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 4), }", 8), "more than an array holds"),
        ["a shape below 0"] = (".npz", () => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 8), "its shape has"),
        ["a shape to be computed"] = (".npz", () => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,), }", 8),
            "its shape has no end"),
        ["many extents"] = (".npz", () =>
            Npy($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(',', Enumerable.Repeat("1", 100))}), }}", 4),
            "has 100 extents"),
        ["no order"] = (".npz", () => Npy("{'descr': '<f4', 'shape': (1,), }", 4), "lacks descr, fortran_order or shape"),
        ["two types"] = (".npz", () => Npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 4), "each once"),
        ["something behind"] = (".npz", () => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + exit()", 4),
            "something behind its end"),
        ["a header that is longer than the file"] = (".npz",
            () => Changed(Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 4), [1, 0, 118, 0], [1, 0, 255, 255]),
            "would have 65535 bytes"),
        ["a version to come"] = (".npz",
            () => Changed(Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 4), [1, 0, 118, 0], [9, 0, 118, 0]),
            "in version 9"),
        ["no array"] = (".npz", () => Zip(("x.npy", "abc")), "x is no NumPy array"),

        // safetensors.
        ["an empty file"] = (".safetensors", () => [], "it has 0 bytes"),
        ["a header of 16 EB"] = (".safetensors", () => [255, 255, 255, 255, 255, 255, 255, 255, 1],
            "would have 18446744073709551615 bytes"),
        ["no JSON"] = (".safetensors", () => Safe("abc", 0), "not that of a safetensors file"),
        ["a list"] = (".safetensors", () => Safe("[]", 0), "it is no JSON object"),
        ["braces in braces"] = (".safetensors", () => Safe(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), 0),
            "not that of a safetensors file"),
        ["two tensors of one name"] = (".safetensors", () => Safe($"{{{At("a", 0, 4)},{At("a", 4, 8)}}}", 8), "two tensors a"),
        ["tensors that overlap"] = (".safetensors", () => Safe($"{{{At("a", 0, 4)},{At("b", 0, 4)}}}", 4),
            "where the tensor before ends at 4"),
        ["a gap"] = (".safetensors", () => Safe($"{{{At("a", 0, 4)},{At("b", 8, 12)}}}", 12), "b begins at 8"),
        ["bytes of no tensor"] = (".safetensors", () => Safe($"{{{At("a", 0, 4)}}}", 9), "5 bytes at its end"),
        ["a tensor behind the end"] = (".safetensors", () => Safe($"{{{At("a", 4, 8)}}}", 4), "lies from 4 to 8 of 4"),
        ["an offset below 0 in a header"] = (".safetensors", () => Safe($"{{{At("a", -4, 0)}}}", 4), "lies from -4"),
        ["a shape of another length"] = (".safetensors", () => Safe("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8),
            "12 bytes, but lies from 0 to 8"),
        ["a shape of all memory"] = (".safetensors",
            () => Safe("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647],\"data_offsets\":[0,8]}}", 8),
            "more than an array holds"),
        ["an extent that is no whole number"] = (".safetensors",
            () => Safe("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e99],\"data_offsets\":[0,4]}}", 4), "something else than whole numbers"),
        ["a type of its own"] = (".safetensors", () => Safe("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4),
            "of type F8_E4M3"),
        ["no type"] = (".safetensors", () => Safe("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4), "lacks dtype"),
        ["two shapes"] = (".safetensors", () => Safe("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
            "a property twice"),
        ["a property of its own"] = (".safetensors",
            () => Safe("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"code\":1}}", 4), "a property code"),
        ["metadata of numbers"] = (".safetensors", () => Safe("{\"__metadata__\":{\"a\":1}}", 0), "its metadata a is no text"),
        ["half a character"] = (".safetensors", () => Safe("{\"__metadata__\":{\"a\":\"\\ud800\"}}", 0), "no text"),
    };

    public static TheoryData<string> Names => [.. s_files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void IsRefused(string name)
    {
        (string format, Func<byte[]> bytes, string reason) = s_files[name];
        byte[] file = bytes();
        long before = GC.GetAllocatedBytesForCurrentThread();
        UnrollException refused = Assert.ThrowsAny<UnrollException>(() => FileTests.Read(format, file));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(refused.Message.Contains(reason, StringComparison.Ordinal), refused.Message);
        Assert.True(taken < MostMemory, $"{taken} bytes");
    }

    [Fact]
    public void ATensorMayRepeatANumberSomeTimes()
    {
        NamedTensor tensor = FileTests.Read(".pt", Tensors(Storage("0", 2) + "K\u0001(K\u0003K\u0002t(K\0K\0t")).Find("a")!;
        Assert.Equal([3, 2], tensor.Shape);
        Assert.Equal(new float[6], tensor.ToFloats());
    }

    [Fact]
    public void EveryOtherOperationIsRefusedByItsName()
    {
        // One argument of eight bytes, where an operation takes any.
        string refused = "2BCFILPSV" + "gipo" + "\u0081\u0082\u0083\u0084\u008E\u008F\u0090\u0091\u0092\u0096\u0097\u0098";
        foreach (char op in refused)
        {
            string message = Assert.Throws<UnrollException>(() => FileTests.Read(".pt", Pickled($"N{op}\u0001\0\0\0\0\0\0\0\n."))).Message;
            Assert.Contains($"has a pickle with the operation {(PickleOp)op},", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BytesThatAreChangedOrCutOffEndInNothingElseThanARefusal()
    {
        Model model = new Model(new Gru(3), new Dense(2)).Build(new Shape(4, 2), seed: 3);
        var random = new RandomSource(7, 1);
        foreach (string format in new[] { ".pt", ".npz", ".safetensors" })
        {
            byte[] whole = FileTests.Written(format, Torch.StateOf(model));
            for (int turn = 0; turn < 1500; turn++)
            {
                byte[] file = whole[..(turn % 3 == 0 ? (int)(random.NextDouble() * whole.Length) : whole.Length)];
                for (int change = 0; file.Length > 0 && change < 1 + turn % 4; change++)
                    file[(int)(random.NextDouble() * file.Length)] = (byte)(random.NextDouble() * 256);
                try
                {
                    FileTests.Read(format, file).ToModel();
                }
                catch (UnrollException)
                {
                    // As it should.
                }
            }
        }
    }

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(string text)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return "X" + Encoding.Latin1.GetString(length) + text;
    }

    private static string Short(string text) => $"\u008C{(char)text.Length}{text}";

    private static string Storage(string key, int length, string type = "FloatStorage")
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return "(" + Text("storage") + $"ctorch\n{type}\n" + Text(key) + Text("cpu") + "J" + Encoding.Latin1.GetString(bytes) + "tQ";
    }

    /// <summary>A file with one tensor, of a record of two numbers.</summary>
    private static byte[] Tensors(string arguments) =>
        Pickled("}(" + Text("a") + Tensor + "(" + arguments + "\u0089NtRu.", ("data/0", new byte[8]));

    private static byte[] Legacy(string value, string storages) =>
        Latin(Magic + "\u0080\u0002M\u00E9\u0003.\u0080\u0002}" + Text("little_endian") + "\u0088s.\u0080\u0002" + value + "\u0080\u0002"
            + storages);

    private static byte[] Pickled(string pickle, bool raw = false) => Zip(("archive/data.pkl", (raw ? "" : "\u0080\u0002") + pickle));

    private static byte[] Pickled(string pickle, (string Name, byte[] Bytes) record) =>
        Zip(("archive/data.pkl", "\u0080\u0002" + pickle), ($"archive/{record.Name}", Encoding.Latin1.GetString(record.Bytes)));

    private static byte[] Zip(params (string Name, string Content)[] records) => Zip(records, CompressionLevel.NoCompression);

    /// <summary>A zip file as the SDK writes it: no compression is a kind of deflate there, so such records are written by hand.</summary>
    private static byte[] Zip((string Name, string Content)[] records, CompressionLevel level)
    {
        if (level == CompressionLevel.NoCompression)
        {
            var stored = new ZipWriter("The test");
            foreach ((string name, string content) in records)
                stored.Add(name, Latin(content));
            return stored.ToBytes();
        }

        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, string content) in records)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(Latin(content));
            }
        }

        return stream.ToArray();
    }

    private static byte[] Npy(string header, int bytes)
    {
        byte[] array = [.. Latin("\u0093NUMPY\u0001\0\u0076\0"), .. Latin(header.PadRight(117) + "\n"), .. new byte[bytes]];
        if (header.Length > 117)
            array = [.. Latin("\u0093NUMPY\u0001\0"), (byte)(header.Length % 256), (byte)(header.Length / 256), .. Latin(header),
                .. new byte[bytes]];
        return Zipped(array);
    }

    private static byte[] Zipped(byte[] array) => Zip(("x.npy", Encoding.Latin1.GetString(array)));

    /// <summary>Other bytes in a record of an array, whose check sum is made right again.</summary>
    private static byte[] Changed(byte[] zip, byte[] old, byte[] changed)
    {
        int at = zip.AsSpan().IndexOf(old);
        if (old.Length == 3)
        {
            changed.CopyTo(zip, at);
            return zip;
        }

        int start = zip.AsSpan().IndexOf(Latin("\u0093NUMPY")), end = zip.AsSpan().IndexOf(Latin("PK\u0001\u0002"));
        byte[] array = zip[start..end];
        changed.CopyTo(array, at - start);
        return Zipped(array);
    }

    /// <summary>Other bytes in the first record of the directory.</summary>
    private static byte[] Directory(byte[] zip, int at, byte[] bytes)
    {
        bytes.CopyTo(zip, zip.AsSpan().IndexOf(Latin("PK\u0001\u0002")) + at);
        return zip;
    }

    private static byte[] End(byte[] zip, int at, byte[] bytes)
    {
        bytes.CopyTo(zip, zip.AsSpan().IndexOf(Latin("PK\u0005\u0006")) + at);
        return zip;
    }

    /// <summary>The bytes of the first record begin with the second record, as in bombs that need no nesting.</summary>
    private static byte[] Overlapping()
    {
        byte[] zip = Zip(("x.npy", "abc"), ("y.npy", "abc"));
        int local = 30 + 5 + 3;
        return Directory(zip, 20, [(byte)(3 + local), 0, 0, 0, (byte)(3 + local), 0, 0, 0]);
    }

    private static string At(string name, int from, int to) =>
        $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[{from},{to}]}}";

    private static byte[] Safe(string header, int bytes) =>
        [.. BitConverter.GetBytes((long)header.Length), .. Latin(header), .. new byte[bytes]];
}
