using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Unroll.Formats;

namespace Unroll;

/// <summary>
/// The kinds of layers, losses, optimisers, schedules, activations, initialisers and regularisers that files can name. Those of the library
/// are known; one of your own is registered once, before the first model with it is saved or loaded, under a name that its files keep.
/// </summary>
/// <remarks>
/// Written is every public property that can also be read back: one with <c>set</c> or <c>init</c>, or a parameter of the constructor.
/// Its name begins with a small letter in the file. What is saved is read again and compared before anything is written, so that an option
/// which JSON leaves out (a field, one that is not public or cannot be set) is refused by name; lists are compared by what is in them.
/// A file that leaves an option out, because it is older, gives it the value that the constructor does. Calls are safe from any thread.
/// </remarks>
/// <example>
/// <code>
/// Kinds.Register("acme/focal", AcmeJson.Default.Focal);
///
/// [JsonSerializable(typeof(Focal))]
/// sealed partial class AcmeJson : JsonSerializerContext;
/// </code>
/// </example>
public static class Kinds
{
    private const int LongestName = 100;

    /// <summary>
    /// What has kinds, and how errors call it. The attributes on it name the property of the file and the library's own kinds.
    /// </summary>
    private static readonly Dictionary<Type, string> s_roots = new()
    {
        [typeof(Layer)] = "layer",
        [typeof(Loss)] = "loss",
        [typeof(Optimizer)] = "optimizer",
        [typeof(Schedule)] = "schedule",
        [typeof(Activation)] = "activation",
        [typeof(Initializer)] = "initializer",
        [typeof(Regularizer)] = "regularizer",
    };

    private static readonly Dictionary<Type, JsonDerivedTypeAttribute[]> s_own =
        s_roots.Keys.ToDictionary(root => root, root => root.GetCustomAttributes<JsonDerivedTypeAttribute>().ToArray());

    private static readonly Dictionary<string, Type> s_rootsByProperty = s_roots.Keys.ToDictionary(PropertyOf, StringComparer.Ordinal);
    private static readonly Lock s_adding = new();
    private static volatile RegisteredKind[] s_registered = [];

    /// <summary>All that were registered so far, in their order; another array after each registration.</summary>
    internal static RegisteredKind[] Registered => s_registered;

    /// <summary>
    /// Names a type in files. The metadata are made at compile time, so that trimmed programs and NativeAOT can read and write it.
    /// </summary>
    /// <typeparam name="T">A layer, loss, optimiser, schedule, activation, initialiser or regulariser of your own.</typeparam>
    /// <param name="kind">
    /// The name in files, best with your own name before it, <c>acme/snake</c>, so that no later kind of the library has the same.
    /// </param>
    /// <param name="json">The type in a <see cref="JsonSerializerContext"/> of your own: <c>AcmeJson.Default.Snake</c>.</param>
    /// <exception cref="ArgumentException">
    /// The name is taken or no name, or the type is abstract, none that has kinds, the library's own, or registered under another name.
    /// Registering the same type under the same name again is no error.
    /// </exception>
    public static void Register<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.AllFields)] T>(string kind, JsonTypeInfo<T> json)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(json);
        Add(kind, typeof(T), json.OriginatingResolver ?? throw new ArgumentException(
            $"The metadata of {typeof(T)} belong to no JsonSerializerContext. "
            + $"Give those of one of your own, marked [JsonSerializable(typeof({typeof(T).Name}))].", nameof(json)));
    }

    /// <summary>The same by reflection, for programs that are neither trimmed nor compiled ahead of time.</summary>
    /// <typeparam name="T">A layer, loss, optimiser, schedule, activation, initialiser or regulariser of your own.</typeparam>
    /// <param name="kind">The name in files, best with your own name before it: <c>acme/snake</c>.</param>
    /// <exception cref="ArgumentException">As of <see cref="Register{T}(string, JsonTypeInfo{T})"/>.</exception>
    [RequiresUnreferencedCode("Properties found by reflection may have been trimmed. Give the JsonTypeInfo of a JsonSerializerContext.")]
    [RequiresDynamicCode("Code for the type is made at run time. Give the JsonTypeInfo of a JsonSerializerContext.")]
    public static void Register<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.AllFields)] T>(string kind)
        where T : class => Add(kind, typeof(T), s_reflection ??= new DefaultJsonTypeInfoResolver());

    private static DefaultJsonTypeInfoResolver? s_reflection;

    /// <summary>The name of a type in files; null where it has none.</summary>
    internal static string? NameOf(Type type) => RootOf(type) is { } root ? OwnName(root, type) ?? GivenName(type) : null;

    /// <summary>The type that files name so; null where none does.</summary>
    internal static Type? TypeOf(Type root, string kind) =>
        Array.Find(Own(root), own => (string?)own.TypeDiscriminator == kind)?.DerivedType
        ?? Array.Find(s_registered, each => each.Name == kind && root.IsAssignableFrom(each.Type))?.Type;

    /// <summary>What errors call a root: layer, loss.</summary>
    internal static string WordOf(Type root) => s_roots[root];

    /// <summary>The root whose kinds stand behind a property of this name: "layer".</summary>
    internal static Type? RootNamed(string property) => s_rootsByProperty.GetValueOrDefault(property);

    /// <summary>
    /// The type that a property with a text says; null where it says none. Name and text may be long, so none is made of them.
    /// </summary>
    internal static Type? TypeOf(JsonProperty property)
    {
        foreach ((string name, Type root) in s_rootsByProperty)
        {
            if (property.NameEquals(name))
                return Array.Find(Own(root), own => property.Value.ValueEquals((string?)own.TypeDiscriminator))?.DerivedType
                    ?? Array.Find(s_registered, each => root.IsAssignableFrom(each.Type) && property.Value.ValueEquals(each.Name))?.Type;
        }

        return null;
    }

    /// <summary>The property that says the kind.</summary>
    internal static string PropertyOf(Type root) => root.GetCustomAttribute<JsonPolymorphicAttribute>()!.TypeDiscriminatorPropertyName!;

    /// <summary>The base type of the library that has kinds; null where a type has none.</summary>
    internal static Type? RootOf(Type type)
    {
        Type? root = type;
        while (root is not null && !s_roots.ContainsKey(root))
            root = root.BaseType;
        return root;
    }

    /// <summary>
    /// What files may hold where a type is asked for that stands between a root and its kinds: the root's kinds that derive from it.
    /// </summary>
    internal static JsonPolymorphismOptions Between(Type root, Type type)
    {
        var options = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = PropertyOf(root) };
        foreach (JsonDerivedTypeAttribute own in Own(root).Where(own => type.IsAssignableFrom(own.DerivedType)))
            options.DerivedTypes.Add(new JsonDerivedType(own.DerivedType, (string)own.TypeDiscriminator!));
        return options;
    }

    /// <summary>True for a name that could have been registered.</summary>
    internal static bool IsName(string kind) =>
        kind.Length is > 0 and <= LongestName
        && kind.All(letter => !char.IsControl(letter) && !char.IsWhiteSpace(letter) && !char.IsSurrogate(letter));

    /// <summary>What to say of a type that files have no name for.</summary>
    internal static UnrollException Unregistered(Type type)
    {
        string what = RootOf(type) is { } root ? s_roots[root] : "type", name = $"\"acme/{Kebab(type.Name)}\"";
        return new UnrollException(
            $"The {what} {type} cannot be written to a file, because its kind has no name there. "
            + $"Register it once, before it is saved and before it is loaded: Kinds.Register<{type.Name}>({name}), "
            + $"or for trimmed programs Kinds.Register({name}, YourJsonContext.Default.{type.Name}).")
        { IsWithoutName = true };
    }

    /// <summary>A name as kinds have them: BinaryFocal as binary-focal.</summary>
    private static string Kebab(string name) =>
        string.Concat(name.Select((letter, i) =>
            (i > 0 && char.IsUpper(letter) && !char.IsUpper(name[i - 1]) ? "-" : "") + char.ToLowerInvariant(letter)));

    private static void Add(
        string kind, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.AllFields)] Type type, IJsonTypeInfoResolver metadata)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (!IsName(kind))
            throw new ArgumentException(
                $"The name of a kind has 1 to {LongestName} characters and no spaces, for example acme/snake.", nameof(kind));
        if (RootOf(type) is not { } root)
        {
            string[] roots = [.. s_roots.Keys.Select(each => each.Name)];
            throw new ArgumentException(
                $"{type} has no kinds. Derive it from {string.Join(", ", roots[..^1])} or {roots[^1]}.", nameof(kind));
        }

        if (type.IsAbstract)
            throw new ArgumentException(
                $"{type} is abstract, so no file can hold one. Register the types that derive from it.", nameof(kind));
        if (OwnName(root, type) is { } own)
            throw new ArgumentException(
                $"{type} is the library's own, and has the name {own}. Register types of your own only.", nameof(kind));
        RequireOwnProperties(type, root, metadata);
        lock (s_adding)
        {
            string? before = GivenName(type);
            if (before == kind)
                return;
            if (before is not null)
                throw new ArgumentException(
                    $"{type} is registered as {before} already, so it cannot be {kind} too. Use one name.", nameof(kind));
            if (TypeOf(root, kind) is { } other)
                throw new ArgumentException($"The {s_roots[root]} {kind} is {other} already. Give {type} another name.", nameof(kind));
            s_registered = [.. s_registered, new RegisteredKind(kind, type, metadata)];
        }
    }

    /// <summary>The property that says the kind is the file's.</summary>
    private static void RequireOwnProperties(Type type, Type root, IJsonTypeInfoResolver metadata)
    {
        string taken = PropertyOf(root);
        JsonTypeInfo? info = metadata.GetTypeInfo(type, new JsonSerializerOptions { TypeInfoResolver = metadata });
        if (info?.Properties.Any(property => string.Equals(property.Name, taken, StringComparison.OrdinalIgnoreCase)) ?? false)
            throw new ArgumentException(
                $"{type} has a property named {taken}, which in files says the kind of a {s_roots[root]}. Give the property another name.",
                    nameof(type));
    }

    private static string? OwnName(Type root, Type type) =>
        (string?)Array.Find(Own(root), own => own.DerivedType == type)?.TypeDiscriminator;

    private static string? GivenName(Type type) => Array.Find(s_registered, each => each.Type == type)?.Name;

    private static JsonDerivedTypeAttribute[] Own(Type root) => s_own[root];
}
