namespace Unroll.Reports.Rendering;

/// <summary>The files of src/Unroll.Reports/Assets, which travel inside the assembly.</summary>
internal static class Assets
{
    public static string Read(string name)
    {
        using Stream stream = typeof(Assets).Assembly.GetManifestResourceStream("Unroll.Reports.Assets." + name)
            ?? throw new InvalidOperationException($"The assembly was built without its resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Trim();
    }
}
