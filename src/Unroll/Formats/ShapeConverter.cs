using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Formats;

/// <summary>A shape as the list of its extents.</summary>
internal sealed class ShapeConverter : JsonConverter<Shape>
{
    public override Shape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var extents = new List<int>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A shape is a list of numbers.");
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
            extents.Add(reader.GetInt32());
        return new Shape([.. extents]);
    }

    public override void Write(Utf8JsonWriter writer, Shape value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (int extent in value.ToArray())
            writer.WriteNumberValue(extent);
        writer.WriteEndArray();
    }
}
