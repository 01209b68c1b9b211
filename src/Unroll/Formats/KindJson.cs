using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Unroll.Formats;

/// <summary>A kind that is not the library's own.</summary>
/// <param name="Name">In files.</param>
/// <param name="Type">What is named.</param>
/// <param name="Metadata">How it, and what it is made of, is written.</param>
internal sealed record RegisteredKind(string Name, Type Type, IJsonTypeInfoResolver Metadata);

/// <summary>
/// The JSON of one of the library's contexts with the kinds that are registered beside the library's own (<see cref="Kinds"/>).
/// </summary>
internal sealed class KindJson(JsonSerializerContext own)
{
    [ThreadStatic]
    private static bool t_isReading;

    private volatile Made? _made;

    /// <summary>
    /// True while this thread makes objects of a file: an option that the file leaves out then comes as null (one that it says to be null is
    /// refused before).
    /// </summary>
    public static bool IsReading => t_isReading;

    /// <exception cref="UnrollException">Some part is of a kind that is not registered; the message names it.</exception>
    public byte[] ToBytes<T>(T value)
        where T : class
    {
        JsonTypeInfo<T> info = Info<T>();
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, info);
        }
        catch (NotSupportedException) when (Unregistered(value, info) is { } type)
        {
            throw Kinds.Unregistered(type);
        }
    }

    /// <summary>The same as text.</summary>
    public string ToText<T>(T value)
        where T : class => System.Text.Encoding.UTF8.GetString(ToBytes(value));

    /// <exception cref="JsonException">It is no JSON of this type.</exception>
    /// <exception cref="UnrollException">
    /// It names a kind that is not registered (<see cref="UnrollException.UnknownKind"/>); the message is what a file "holds".
    /// </exception>
    public T? FromBytes<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        JsonTypeInfo<T> info = Info<T>();
        bool before = t_isReading;
        t_isReading = true;
        try
        {
            return JsonSerializer.Deserialize(json, info);
        }
        catch (JsonException failure)
        {
            if (UnknownKind(json) is not var (root, kind))
                throw;
            throw new UnrollException(
                $"holds the {Kinds.WordOf(root)} {kind}, a kind that is not registered here. Before it is loaded, call "
                + $"Kinds.Register(\"{kind}\", …) with the type that it was saved from, or update Unroll if {kind} is one of its own.",
                failure)
            { UnknownKind = kind };
        }
        finally
        {
            t_isReading = before;
        }
    }

    private JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)Options().GetTypeInfo(typeof(T));

    /// <summary>Made anew after a registration; those that others still use stay as they are.</summary>
    private JsonSerializerOptions Options()
    {
        RegisteredKind[] kinds = Kinds.Registered;
        Made? made = _made;
        if (made?.Kinds == kinds)
            return made.Options;
        IJsonTypeInfoResolver[] all = [own, .. kinds.Select(kind => kind.Metadata).Distinct()];
        var options = new JsonSerializerOptions(own.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(all).WithAddedModifier(info => Open(info, kinds)),
        };
        options.Converters.Add(new KindConverter<Activation>(Activation.Named, null));
        options.Converters.Add(new KindConverter<Initializer>(Initializer.Named, null));
        options.Converters.Add(new KindConverter<Regularizer>(new Dictionary<string, Regularizer>(), typeof(L1L2)));
        options.MakeReadOnly();
        _made = new Made(kinds, options);
        return options;
    }

    /// <summary>
    /// Adds the kinds to a base type of the library, and takes out of a kind what cannot be read back: <c>Slots => 2</c>.
    /// </summary>
    private static void Open(JsonTypeInfo info, RegisteredKind[] kinds)
    {
        // A converter writes the kind itself, and knows those that were registered.
        if (info.Kind == JsonTypeInfoKind.None)
            info.PolymorphismOptions = null;
        else if (info is { PolymorphismOptions: null, Type.IsAbstract: true } && Kinds.RootOf(info.Type) is { } root)
            info.PolymorphismOptions = Kinds.Between(root, info.Type);
        if (info.PolymorphismOptions is { } open && info.Type.Assembly == typeof(Kinds).Assembly)
        {
            foreach (RegisteredKind kind in kinds)
            {
                if (info.Type.IsAssignableFrom(kind.Type))
                    open.DerivedTypes.Add(new JsonDerivedType(kind.Type, kind.Name));
            }
        }

        if (!Array.Exists(kinds, kind => kind.Type == info.Type))
            return;
        for (int i = info.Properties.Count - 1; i >= 0; i--)
        {
            JsonPropertyInfo property = info.Properties[i];
            if (property is { Set: null, AssociatedParameter: null, ObjectCreationHandling: not JsonObjectCreationHandling.Populate })
                info.Properties.RemoveAt(i);
        }
    }

    /// <summary>The first part of a value whose type has no name; null where all have.</summary>
    private Type? Unregistered(object? value, JsonTypeInfo declared)
    {
        if (value is null)
            return null;
        Type type = value.GetType();
        if (Kinds.RootOf(type) is not null && Kinds.NameOf(type) is null)
            return type;
        if (value is string or IDictionary)
            return null;
        if (value is IEnumerable each)
        {
            JsonTypeInfo? element = declared.ElementType is { } of ? Known(of) : null;
            return element is null
                ? null
                : each.Cast<object?>().Select(item => Unregistered(item, element)).FirstOrDefault(found => found is not null);
        }

        return (Known(type) ?? declared).Properties
            .Select(property => property.Get is { } get && Known(property.PropertyType) is { } info ? Unregistered(get(value), info) : null)
            .FirstOrDefault(found => found is not null);
    }

    private JsonTypeInfo? Known(Type type) => Options().TryGetTypeInfo(type, out JsonTypeInfo? info) ? info : null;

    /// <summary>The first object whose first property says a kind that nobody registered.</summary>
    private static (Type Root, string Kind)? UnknownKind(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        bool isFirst = false;
        try
        {
            while (reader.Read())
            {
                bool first = isFirst;
                isFirst = reader.TokenType == JsonTokenType.StartObject;
                if (reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                if (reader.CurrentDepth == 1 && reader.ValueTextEquals("metadata"u8))
                {
                    reader.Skip();
                }
                else if (first && Kinds.RootNamed(reader.GetString()!) is { } root
                    && reader.Read() && reader.TokenType == JsonTokenType.String
                    && reader.GetString() is { } kind && Kinds.IsName(kind) && Kinds.TypeOf(root, kind) is null)
                {
                    return (root, kind);
                }
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Damaged in another way, which the caller tells.
        }

        return null;
    }

    private sealed record Made(RegisteredKind[] Kinds, JsonSerializerOptions Options);
}
