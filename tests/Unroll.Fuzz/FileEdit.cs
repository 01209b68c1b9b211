using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Fuzz;

/// <summary>
/// Random edits of a file: 8 bytes of signature, version and length of the JSON (4 bytes each), the JSON, what follows, SHA-256.
/// </summary>
internal static class FileEdit
{
    private const int Prefix = 16, Checksum = 32;

    private static readonly string[] s_numbers =
    [
        "0", "-1", "1", "2", "3", "7", "16", "100", "65536", "16777216", "2147483647", "2147483648", "-2147483648", "4294967296",
        "9223372036854775807",
        "1e300", "-1e300", "1e400", "0.5", "-0.0", "1e-320", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "999999999999999999999999999999",
    ];

    private static readonly string[] s_words =
    [
        "", "x", "/", "lstm", "gru", "dense", "bidirectional", "stacked-recurrent", "time-distributed", "embedding", "attention", "add",
        "concatenate", "batch-norm",
        "masking", "conv1d", "max-pooling1d", "reshape", "Tanh", "Same", "Causal", "Orthogonal", "None", "99", "-1", "\u0000", "\n", "NaN",
        "2020-13-45", "\ud83d\ude00",
    ];

    public static byte[] Apply(byte[] original, Random random)
    {
        byte[] file = [.. original];
        for (int edits = 1 + random.Next(3); edits > 0; edits--)
            file = Once(file, random, depth: 0);
        return random.Next(20) == 0 ? file : Sign(file);
    }

    private static byte[] Once(byte[] file, Random random, int depth)
    {
        if (file.Length < Prefix + Checksum || depth > 3)
            return file;
        int length = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)), 0, file.Length - Prefix - Checksum);
        byte[] json = file[Prefix..(Prefix + length)], rest = file[(Prefix + length)..^Checksum];
        switch (random.Next(12))
        {
            case 0:
                for (int i = random.Next(8); i >= 0; i--)
                    file[random.Next(file.Length)] = (byte)random.Next(256);
                return file;
            case 1:
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(random.Next(2) == 0 ? 8 : 12),
                    random.Next(3) switch { 0 => random.Next(), 1 => random.Next(-3, 5), _ => length + random.Next(-3, 4) });
                return file;
            case 2:
                int cut = random.Next(rest.Length + 1);
                return Join(file, json, random.Next(2) == 0 ? rest[..cut] : [.. rest, .. rest[..cut]]);
            case 3:
                for (int i = random.Next(8); i >= 0 && json.Length > 0; i--)
                    json[random.Next(json.Length)] = random.Next(2) == 0
                        ? (byte)random.Next(32, 127)
                        : "{}[],:\"-0123456789"u8[random.Next(18)];
                return Join(file, json, rest);
            case 4:
                return Join(file, Double(json, random), rest);
            default:
                return Join(file, Edit(json, random, depth), rest);
        }
    }

    /// <summary>A member or an element, with its comma, stands there twice, or many times.</summary>
    private static byte[] Double(byte[] json, Random random)
    {
        int[] commas = [.. Enumerable.Range(0, json.Length).Where(at => json[at] == (byte)',')];
        if (commas.Length < 2)
            return json;
        int which = random.Next(commas.Length - 1);
        byte[] piece = json[commas[which]..commas[which + 1]];
        int times = random.Next(50) == 0 ? Math.Min(20_000, 2_000_000 / piece.Length) : 1;
        return [.. json[..commas[which]], .. Enumerable.Repeat(piece, times).SelectMany(bytes => bytes), .. json[commas[which]..]];
    }

    /// <summary>JSON with something else in one place.</summary>
    public static byte[] EditedJson(byte[] json, Random random) => random.Next(5) == 0
        ? Double(json, random)
        : Edit(json, random, depth: 0);

    private static byte[] Edit(byte[] json, Random random, int depth)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json);
            if (root is null)
                return json;
            JsonNode[] nodes = [.. Below(root)];
            if (nodes.Length == 0)
                return json;
            JsonNode node = nodes[random.Next(nodes.Length)];
            Replace(node, Other(node, nodes, random, depth), random);
            return Encoding.UTF8.GetBytes(root.ToJsonString());
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            // Earlier edits left no JSON, or members of one name.
            return json;
        }
    }

    private static void Replace(JsonNode node, JsonNode? other, Random random)
    {
        if (node.Parent is JsonArray list)
        {
            int at = list.IndexOf(node);
            switch (random.Next(5))
            {
                case 0: list.RemoveAt(at); break;
                case 1: list.Insert(at, other); break;
                default: list[at] = other; break;
            }
        }
        else if (node.Parent is JsonObject members)
        {
            string name = node.GetPropertyName();
            switch (random.Next(6))
            {
                case 0: members.Remove(name); break;
                case 1: members.Remove(name); members[s_words[random.Next(s_words.Length)]] = other; break;
                default: members[name] = other; break;
            }
        }
    }

    /// <summary>
    /// What stands in the place of a node: an extreme number where it is one; what a string holds, edited; something else.
    /// </summary>
    private static JsonNode? Other(JsonNode node, JsonNode[] nodes, Random random, int depth)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && random.Next(4) > 0)
            return JsonNode.Parse(s_numbers[random.Next(s_numbers.Length)]);
        if (node is JsonValue text && text.GetValueKind() == JsonValueKind.String && random.Next(3) > 0)
            return Inside(text.GetValue<string>(), random, depth);
        return random.Next(9) switch
        {
            0 => null,
            1 => new JsonArray(),
            2 => new JsonObject(),
            3 => JsonValue.Create(new string('x', random.Next(100_000))),
            4 => JsonValue.Create(s_words[random.Next(s_words.Length)]),
            5 => Nest(node.DeepClone(), random.Next(70)),
            6 => JsonValue.Create(random.Next(2) == 0),
            7 => JsonNode.Parse(s_numbers[random.Next(s_numbers.Length)]),
            _ => nodes[random.Next(nodes.Length)].DeepClone(),
        };
    }

    /// <summary>A network, numbers as base64, or JSON inside a string are edited too.</summary>
    private static JsonValue? Inside(string text, Random random, int depth)
    {
        if (text.StartsWith('{'))
            return JsonValue.Create(Encoding.UTF8.GetString(Edit(Encoding.UTF8.GetBytes(text), random, depth + 1)));
        byte[] bytes = new byte[text.Length];
        if (text.Length > 8 && Convert.TryFromBase64String(text, bytes, out int count))
        {
            bytes = bytes[..count];
            if (bytes.AsSpan().StartsWith("UNROLL"u8))
                return JsonValue.Create(Convert.ToBase64String(Sign(Once(bytes, random, depth + 1))));
            bytes[random.Next(count)] ^= (byte)(1 << random.Next(8));
            return JsonValue.Create(Convert.ToBase64String(random.Next(2) == 0 ? bytes : bytes[random.Next(count)..]));
        }

        return JsonValue.Create(random.Next(3) == 0 ? text + "x" : s_words[random.Next(s_words.Length)]);
    }

    private static JsonNode Nest(JsonNode node, int depth)
    {
        for (int i = 0; i < depth; i++)
            node = i % 2 == 0 ? new JsonArray(node) : new JsonObject { ["layer"] = "time-distributed", ["inner"] = node };
        return node;
    }

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray list => list,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(child => Below(child).Prepend(child));
    }

    private static byte[] Join(byte[] file, byte[] json, byte[] rest)
    {
        byte[] joined = [.. file[..Prefix], .. json, .. rest, .. new byte[Checksum]];
        BinaryPrimitives.WriteInt32LittleEndian(joined.AsSpan(12), json.Length);
        return joined;
    }

    /// <summary>With the right checksum.</summary>
    public static byte[] Sign(byte[] file)
    {
        if (file.Length >= Checksum)
            SHA256.HashData(file.AsSpan(..^Checksum), file.AsSpan(^Checksum..));
        return file;
    }
}
