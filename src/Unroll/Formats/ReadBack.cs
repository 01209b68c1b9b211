using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Unroll.Formats;

/// <summary>
/// Whether a file would give back a part of a kind of the user's as it is: it is written, read, and compared. JSON leaves out what is not
/// public or cannot be set, without a word.
/// </summary>
internal static class ReadBack
{
    /// <exception cref="UnrollException">
    /// The part cannot be written or read, or an option of it is lost; the message names type and option.
    /// </exception>
    public static void Require(object part, RegisteredKind kind, JsonSerializerOptions options)
    {
        Type root = Kinds.RootOf(kind.Type)!;
        JsonTypeInfo info = options.GetTypeInfo(root);
        string what = $"The {Kinds.WordOf(root)} {kind.Type} ({kind.Name})";
        byte[] json;
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(part, info);
        }
        catch (Exception failure) when (IsOfJson(failure))
        {
            throw new UnrollException(
                $"{what} cannot be written to a file: {Reason(failure)} Let its public properties be numbers, texts, lists of them and "
                + "parts that have kinds, or mark others [JsonIgnore].", failure);
        }

        object? read;
        try
        {
            read = JsonSerializer.Deserialize(AbsentOptions.Fill(json, options).Span, info);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new UnrollException(
                $"{what} is not saved, because its file could not be read again: {Reason(failure)} Give it one constructor, or mark one "
                + "[JsonConstructor], whose parameters are named and typed as its public properties, and that accepts what they hold.",
                    failure);
        }

        if (part.Equals(read) || read is null)
            return;
        if (Difference(part, read, kind.Type, options) is var (option, before, after))
        {
            throw new UnrollException(
                $"{what} is not saved, because its file would lose the option {option}: it is {before}, but {after} would be read. Make "
                    + "it a "
                + "public property with init, or a parameter of the constructor with a public property of the same name.");
        }
    }

    private static bool IsOfJson(Exception failure) =>
        failure is JsonException or NotSupportedException or InvalidOperationException or ArgumentException;

    private static string Reason(Exception failure)
    {
        string text = failure.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd();
        return text.EndsWith('.') ? text : text + ".";
    }

    /// <summary>
    /// The first field of two objects that differs. Lists are compared by what is in them, since records compare them by reference; parts
    /// that have kinds are looked at by themselves. Of fields that stand behind no property only numbers and texts are compared: others
    /// may be memory that the part keeps.
    /// </summary>
    private static (string Name, string Before, string After)? Difference(
        object part, object read, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.AllFields)] Type type,
        JsonSerializerOptions options)
    {
        for (Type? declaring = type; declaring is not null && declaring != typeof(object); declaring = BaseOf(declaring))
        {
            foreach (FieldInfo field in FieldsOf(declaring))
            {
                (object? before, object? after) = (field.GetValue(part), field.GetValue(read));
                string name = field.Name is ['<', .. var rest] && rest.IndexOf('>', StringComparison.Ordinal) is > 0 and var end
                    ? rest[..end] : field.Name;
                bool isOption = !field.IsPrivate || name.Length < field.Name.Length;
                if (!Same(before, after, options) && (isOption || IsPlain(before ?? after)))
                    return (name, Text(before), Text(after));
            }
        }

        return null;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "The fields of a registered kind are kept, those of its bases too.")]
    private static FieldInfo[] FieldsOf(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

    private static Type? BaseOf(Type type) => type.BaseType;

    private static bool Same(object? before, object? after, JsonSerializerOptions options)
    {
        if (before is null || after is null)
            return before is null == after is null;
        if (before.Equals(after))
            return true;
        if (Kinds.RootOf(before.GetType()) is { } root && root.IsInstanceOfType(after))
            return Kinds.NameOf(before.GetType()) is not null
                && Write(before, options.GetTypeInfo(root)).AsSpan().SequenceEqual(Write(after, options.GetTypeInfo(root)));
        return before is IEnumerable and not string && after is IEnumerable and not string
            && SameItems([.. ((IEnumerable)before).Cast<object?>()], [.. ((IEnumerable)after).Cast<object?>()], options);
    }

    private static byte[] Write(object part, JsonTypeInfo info) => JsonSerializer.SerializeToUtf8Bytes(part, info);

    private static bool SameItems(object?[] before, object?[] after, JsonSerializerOptions options)
    {
        bool same = before.Length == after.Length;
        for (int i = 0; i < before.Length && same; i++)
            same = Same(before[i], after[i], options);
        return same;
    }

    private static bool IsPlain(object? value) => value switch
    {
        null => false,
        string or decimal => true,
        Array array => array.GetType().GetElementType() is { IsPrimitive: true },
        _ => value.GetType() is { IsPrimitive: true } or { IsEnum: true },
    };

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Take(5).Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
