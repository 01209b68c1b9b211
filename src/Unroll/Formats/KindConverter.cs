using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Formats;

/// <summary>
/// What stood in files before it had kinds: some values as words or as an object without a kind, all others as an
/// object that begins with it.
/// </summary>
/// <param name="words">Values that files name by a word.</param>
/// <param name="unnamed">The type of an object without a kind; null: there is none.</param>
internal sealed class KindConverter<T>(IReadOnlyDictionary<string, T> words, Type? unnamed) : JsonConverter<T>
    where T : class
{
    private readonly string _property = Kinds.PropertyOf(typeof(T));

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return words.GetValueOrDefault(reader.GetString()!)
                ?? throw new JsonException($"There is no {_property} {reader.GetString()}.");
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"The {_property} is neither a word nor an object.");
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement element = document.RootElement;
        Type? type = !element.TryGetProperty(_property, out JsonElement kind) ? unnamed
            : kind.ValueKind == JsonValueKind.String ? Kinds.TypeOf(typeof(T), kind.GetString()!) : null;
        return type is null
            ? throw new JsonException($"The {_property} has no kind that is known.")
            : (T?)element.Deserialize(options.GetTypeInfo(type));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (words.FirstOrDefault(word => word.Value.Equals(value)).Key is { } name)
        {
            writer.WriteStringValue(name);
            return;
        }

        Type type = value.GetType();
        string kind = Kinds.NameOf(type) ?? throw Kinds.Unregistered(type);
        writer.WriteStartObject();
        if (type != unnamed)
            writer.WriteString(_property, kind);
        foreach (JsonProperty property in JsonSerializer.SerializeToElement(value, options.GetTypeInfo(type)).EnumerateObject())
            property.WriteTo(writer);
        writer.WriteEndObject();
    }
}
