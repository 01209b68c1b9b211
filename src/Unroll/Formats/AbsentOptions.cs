using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Unroll.Formats;

/// <summary>
/// Files are older than some options of the kinds that they hold. What such an object leaves out has its usual value: that of an object
/// which the kind's constructor makes of what the file does say. The serializer would give 0, false and null in its place.
/// </summary>
internal static class AbsentOptions
{
    /// <summary>Of a model: text of the user's, whatever it looks like.</summary>
    private const string Metadata = "metadata";

    /// <summary>The same JSON with all options; the bytes that were given where nothing is left out, or where they are no JSON.</summary>
    /// <exception cref="JsonException">Something that has no usual value is left out.</exception>
    public static ReadOnlyMemory<byte> Fill(ReadOnlyMemory<byte> json, JsonSerializerOptions options)
    {
        try
        {
            using (JsonDocument document = JsonDocument.Parse(json))
            {
                if (!LeavesOut(document.RootElement, options, depth: 0))
                    return json;
            }

            JsonNode root = JsonNode.Parse(json.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!;
            Fill(root, options, depth: 0);
            return Encoding.UTF8.GetBytes(root.ToJsonString());
        }
        catch (Exception failure) when (failure is JsonException { LineNumber: not null } or InvalidOperationException)
        {
            // No JSON, or a name that is no text: the serializer tells it with its place.
            return json;
        }
    }

    private static bool LeavesOut(JsonElement element, JsonSerializerOptions options, int depth)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                if (item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
                    return false;
                if (LeavesOut(item, options, depth + 1))
                    return true;
            }
        }

        if (element.ValueKind != JsonValueKind.Object)
            return false;
        bool isFirst = true;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (isFirst && property.Value.ValueKind == JsonValueKind.String && Kinds.TypeOf(property) is { } type
                && Absent(options.GetTypeInfo(type), name => element.TryGetProperty(name, out _)).Any())
                return true;
            isFirst = false;
            if (!(depth == 0 && property.NameEquals(Metadata)) && LeavesOut(property.Value, options, depth + 1))
                return true;
        }

        return false;
    }

    /// <summary>What stands inside comes first, since a constructor may take it.</summary>
    private static void Fill(JsonNode? node, JsonSerializerOptions options, int depth)
    {
        foreach (JsonNode? item in node as JsonArray ?? [])
            Fill(item, options, depth + 1);
        if (node is not JsonObject { Count: > 0 } own)
            return;
        foreach ((string name, JsonNode? value) in own)
        {
            if (!(depth == 0 && name == Metadata))
                Fill(value, options, depth + 1);
        }

        (string first, JsonNode? kind) = own.GetAt(0);
        if (kind?.GetValueKind() != JsonValueKind.String || Kinds.RootNamed(first) is not { } root
            || Kinds.TypeOf(root, (string)kind!) is not { } type)
            return;
        JsonTypeInfo info = options.GetTypeInfo(type);
        JsonPropertyInfo[] absent = [.. Absent(info, own.ContainsKey)];
        if (absent.Length == 0)
            return;
        JsonElement usual = Usual(info, own, (string)kind!);
        foreach (JsonPropertyInfo option in absent)
        {
            if (usual.TryGetProperty(option.Name, out JsonElement value))
                own.Add(option.Name, JsonNode.Parse(value.GetRawText()));
        }
    }

    /// <summary>
    /// Options that an object does not have and that cannot be null: what is null is not written. A parameter of the constructor that has a
    /// usual value gets it from the serializer.
    /// </summary>
    private static IEnumerable<JsonPropertyInfo> Absent(JsonTypeInfo info, Func<string, bool> has) => info.Properties.Where(property =>
        (property.Set is not null || property.AssociatedParameter is not null)
        && !(property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null : property.IsSetNullable)
        && property.AssociatedParameter is not { IsMemberInitializer: false, HasDefaultValue: true }
        && !has(property.Name));

    /// <summary>An object of which only the parameters of the constructor are given.</summary>
    private static JsonElement Usual(JsonTypeInfo info, JsonObject own, string kind)
    {
        var constructor = info.ConstructorAttributeProvider as ConstructorInfo;
        ParameterInfo[] parameters = constructor?.GetParameters()
            ?? throw new JsonException($"The {kind} leaves out options, whose usual values cannot be found without a constructor");
        var given = new object?[parameters.Length];
        foreach (JsonPropertyInfo property in info.Properties)
        {
            if (property.AssociatedParameter is not { IsMemberInitializer: false } parameter)
                continue;
            given[parameter.Position] = own.TryGetPropertyValue(property.Name, out JsonNode? value)
                ? value.Deserialize(property.CustomConverter is null ? info.Options.GetTypeInfo(property.PropertyType) : With(property))
                : parameter.HasDefaultValue ? parameter.DefaultValue
                : parameter.IsNullable && !property.PropertyType.IsValueType
                    || Nullable.GetUnderlyingType(property.PropertyType) is not null ? null
                : throw new JsonException($"The {kind} has no {property.Name}");
        }

        try
        {
            return JsonSerializer.SerializeToElement(constructor!.Invoke(given), info);
        }
        catch (TargetInvocationException refused) when (refused.InnerException is { } reason)
        {
            throw new JsonException($"The {kind} cannot be made: {reason.Message}", reason);
        }
    }

    /// <summary>How a property is read that has a converter of its own.</summary>
    private static JsonTypeInfo With(JsonPropertyInfo property)
    {
        var options = new JsonSerializerOptions(property.Options);
        options.Converters.Insert(0, property.CustomConverter!);
        return options.GetTypeInfo(property.PropertyType);
    }
}
