using System.Text.Json;

namespace Unroll.Tests.Golden;

/// <summary>One file of reference figures, read once.</summary>
internal sealed class GoldenFile
{
    private readonly JsonElement _root;

    private GoldenFile(JsonElement root) => _root = root;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static IEnumerable<string> Names(string pattern) =>
        Directory.EnumerateFiles(Folder, pattern + ".json").Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal);

    public static GoldenFile Read(string name) =>
        new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json"))).RootElement);

    public string Text(string name) => _root.GetProperty(name).GetString()!;

    public int Number(string name) => _root.GetProperty(name).GetInt32();

    public bool Flag(string name) => _root.GetProperty(name).GetBoolean();

    public double Value(string name) => _root.GetProperty(name).GetDouble();

    public double[] Numbers(string name) => [.. _root.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    public bool Has(string name) => _root.GetProperty(name).ValueKind != JsonValueKind.Null;

    public bool Holds(string name) => _root.TryGetProperty(name, out _);

    public bool Has(string group, string name) => _root.GetProperty(group).TryGetProperty(name, out _);

    public double[] Array(string name) => Data(_root.GetProperty(name));

    public int[] Shape(string name) => Extents(_root.GetProperty(name));

    public int[] Shape(string group, string name) => Extents(_root.GetProperty(group).GetProperty(name));

    public double[] Array(string group, string name) => Data(_root.GetProperty(group).GetProperty(name));

    private static int[] Extents(JsonElement array) => [.. array.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())];

    private static double[] Data(JsonElement array) => [.. array.GetProperty("data").EnumerateArray().Select(value => value.GetDouble())];
}

/// <summary>Comparison with max(absolute, relative × the largest magnitude in the array).</summary>
internal static class Close
{
    public static void Check<T>(string what, ReadOnlySpan<double> expected, ReadOnlySpan<T> actual, double relative, double absolute)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Xunit.Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} values expected, {actual.Length} came");
        double magnitude = 0;
        foreach (double value in expected)
            magnitude = Math.Max(magnitude, Math.Abs(value));
        double tolerance = Math.Max(absolute, relative * magnitude);
        for (int i = 0; i < expected.Length; i++)
        {
            double value = double.CreateTruncating(actual[i]), error = Math.Abs(value - expected[i]);
            Xunit.Assert.True(error <= tolerance,
                $"{what}[{i}]: expected {expected[i]:R}, was {value:R}, off by {error:E2}, allowed {tolerance:E2}");
        }
    }
}
