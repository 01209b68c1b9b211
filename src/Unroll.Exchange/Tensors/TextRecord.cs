using System.Buffers;
using System.Text.Json;

namespace Unroll.Exchange.TensorFiles;

/// <summary>Text by name as a JSON object, in files that have no place of their own for it.</summary>
internal static class TextRecord
{
    /// <summary>Writes the pairs in their order.</summary>
    public static byte[] ToBytes(IEnumerable<KeyValuePair<string, string>> texts)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, string text) in texts)
                writer.WriteString(name, text);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads an object of texts, behind whose brace the reader stands; it stops at the closing one.</summary>
    /// <exception cref="JsonException">A value is no text, or a name comes twice.</exception>
    public static Dictionary<string, string> Read(ref Utf8JsonReader reader)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!texts.TryAdd(name, Text(ref reader, $"its metadata {name}")))
                throw new JsonException($"its metadata {name} comes twice");
        }

        return reader.TokenType == JsonTokenType.EndObject ? texts : throw new JsonException("its metadata has no end");
    }

    /// <summary>The text in front of which the reader stands.</summary>
    /// <exception cref="JsonException">There is something else.</exception>
    public static string Text(ref Utf8JsonReader reader, string what) => reader.Read() && reader.TokenType == JsonTokenType.String
        ? reader.GetString()! : throw new JsonException($"{what} is no text where one must be");

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="UnrollException">It is something else.</exception>
    public static Dictionary<string, string> Read(FileBytes file, ReadOnlyMemory<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record.Span);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                ? Read(ref reader)
                : throw new JsonException("its metadata is no JSON object");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The second: a text has half of a surrogate pair.
            throw file.Damaged(failure is JsonException ? failure.Message.TrimEnd('.') : "its metadata has text that is none", failure);
        }
    }
}
