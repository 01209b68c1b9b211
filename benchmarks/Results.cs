namespace Unroll.Benchmarks;

/// <summary>Where tables go: benchmarks/results of the checkout that the program was built in, else of the current folder.</summary>
internal static class Results
{
    /// <summary>Writes a file below the folder of results and says where.</summary>
    public static void Write(string relativePath, string text)
    {
        string path = Path.Combine(Root(), "benchmarks", "results", relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Console.Error.WriteLine($"Written: {Path.GetRelativePath(Environment.CurrentDirectory, path)}");
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
                return folder.FullName;
        }

        return Environment.CurrentDirectory;
    }
}
