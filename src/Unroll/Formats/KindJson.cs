using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Unroll.Formats;

/// <summary>A kind that is not the library's own.</summary>
/// <param name="Name">In files.</param>
/// <param name="Type">What is named.</param>
/// <param name="Metadata">How it, and what it is made of, is written.</param>
internal sealed record RegisteredKind(
    string Name, [property: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.AllFields)]
    [param: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.AllFields)] Type Type, IJsonTypeInfoResolver Metadata);

/// <summary>
/// The JSON of one of the library's contexts with the kinds that are registered beside the library's own (<see cref="Kinds"/>).
/// </summary>
internal sealed class KindJson(JsonSerializerContext own)
{
    private volatile JsonKinds? _made;

    /// <exception cref="UnrollException">
    /// Some part is of a kind that is not registered, or that a file would not give back as it is; the message names it.
    /// </exception>
    public byte[] ToBytes<T>(T value)
        where T : class
    {
        JsonTypeInfo<T> info = Info<T>();
        try
        {
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, info);
            RequireReadBack(value, info);
            return json;
        }
        catch (NotSupportedException) when (FirstUnregistered(value, info) is { } type)
        {
            throw Kinds.Unregistered(type);
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // A part of the user's may be why, which the check of it tells; otherwise it is a mistake of the library.
            RequireReadBack(value, info);
            throw;
        }
    }

    /// <summary>The same as text.</summary>
    public string ToText<T>(T value)
        where T : class => System.Text.Encoding.UTF8.GetString(ToBytes(value));

    /// <exception cref="JsonException">It is no JSON of this type.</exception>
    /// <exception cref="UnrollException">
    /// It names a kind that is not registered (<see cref="UnrollException.UnknownKind"/>); the message is what a file "holds".
    /// </exception>
    public T? FromBytes<T>(ReadOnlyMemory<byte> json)
        where T : class
    {
        JsonTypeInfo<T> info = Info<T>();
        try
        {
            return JsonSerializer.Deserialize(AbsentOptions.Fill(json, info.Options).Span, info);
        }
        catch (JsonException failure)
        {
            if (UnknownKind(json.Span) is not var (root, kind))
                throw;
            throw new UnrollException(
                $"holds the {Kinds.WordOf(root)} {kind}, a kind that is not registered here. Before it is loaded, call "
                + $"Kinds.Register(\"{kind}\", …) with the type that it was saved from, or update Unroll if {kind} is one of its own.",
                failure)
            { UnknownKind = kind };
        }
    }

    private JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)Options().GetTypeInfo(typeof(T));

    /// <summary>Made anew after a registration; those that others still use stay as they are.</summary>
    private JsonSerializerOptions Options()
    {
        RegisteredKind[] kinds = Kinds.Registered;
        JsonKinds? made = _made;
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
        _made = new JsonKinds(kinds, options);
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
    private Type? FirstUnregistered(object? value, JsonTypeInfo declared)
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
                : each.Cast<object?>().Select(item => FirstUnregistered(item, element)).FirstOrDefault(found => found is not null);
        }

        return (Known(type) ?? declared).Properties
            .Select(property => property.Get is { } get && Known(property.PropertyType) is { } info
                ? FirstUnregistered(get(value), info)
                : null)
            .FirstOrDefault(found => found is not null);
    }

    /// <summary>A part and all that it is made of, also of kinds that nobody registered.</summary>
    public IEnumerable<object> PartsOf<T>(T part)
        where T : class => Parts(part, Info<T>());

    private void RequireReadBack(object value, JsonTypeInfo declared)
    {
        RegisteredKind[] kinds = Kinds.Registered;
        if (kinds.Length == 0)
            return;
        foreach (object part in Parts(value, declared))
        {
            if (Array.Find(kinds, kind => kind.Type == part.GetType()) is { } own)
                ReadBack.Require(part, own, Options());
        }
    }

    /// <summary>A value and all that it is made of, the innermost first, but for numbers and texts.</summary>
    private IEnumerable<object> Parts(object? value, JsonTypeInfo? declared)
    {
        if (value is null or string or IDictionary || value.GetType() is { IsPrimitive: true } or { IsEnum: true })
            return [];
        if (value is IEnumerable each)
        {
            JsonTypeInfo? element = declared?.ElementType is { IsPrimitive: false } of ? Known(of) : null;
            return element is null ? [] : each.Cast<object?>().SelectMany(item => Parts(item, element));
        }

        return (Known(value.GetType()) ?? declared)?.Properties
            .SelectMany(property => property.Get is { } get ? Parts(get(value), Known(property.PropertyType)) : [])
            .Append(value) ?? [];
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

    private sealed record JsonKinds(RegisteredKind[] Kinds, JsonSerializerOptions Options);
}
