using System.Text.Json.Serialization;

namespace Unroll.Cli;

/// <summary>What a swap is to do.</summary>
/// <param name="Staging">The name of the staging folder.</param>
/// <param name="Files">The new files.</param>
/// <param name="Removed">Files of the old report that the new one does not have.</param>
internal sealed record SwapJournal(string Staging, string[] Files, string[] Removed)
{
    /// <summary>Whether it moves nothing out of the folder or into it from elsewhere.</summary>
    [JsonIgnore]
    public bool IsWithin => IsName(Staging) && Files.Concat(Removed).All(IsName);

    public static bool IsName(string name) =>
        name.Length > 0 && !Path.IsPathRooted(name) && !name.Split('/', '\\').Any(part => part is "" or "." or "..");
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SwapJournal))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class FolderJson : JsonSerializerContext;
