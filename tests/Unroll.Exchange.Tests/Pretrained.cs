using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>
/// Models that others trained, with outputs that others computed. They are not part of the project: they are looked for in the folder
/// that the variable UNROLL_MODELS names, else in shared/models beside the checkout; tests that need them are skipped where neither is.
/// </summary>
internal static class Pretrained
{
    private static readonly string s_folder = Environment.GetEnvironmentVariable("UNROLL_MODELS")
        ?? Path.Combine(Root(), "..", "shared", "models");

    /// <summary>The path of a file of theirs; ends the test as skipped where there is none.</summary>
    public static string PathOf(params string[] parts)
    {
        string path = Path.Combine([s_folder, .. parts]);
        Assert.SkipUnless(File.Exists(path), $"{string.Join('/', parts)} is not here; set UNROLL_MODELS.");
        return path;
    }

    /// <summary>A golden file.</summary>
    public static JsonElement Golden(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(parts)));
        return document.RootElement.Clone();
    }

    /// <summary>The numbers of an array <c>{"shape": [...], "data": [...]}</c>, rounded to 32 bits, row-major.</summary>
    public static float[] Floats(JsonElement array) => [.. array.GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];

    /// <summary>The extents of an array.</summary>
    public static int[] ShapeOf(JsonElement array) => [.. array.GetProperty("shape").EnumerateArray().Select(value => value.GetInt32())];

    private static string Root([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..");
}
