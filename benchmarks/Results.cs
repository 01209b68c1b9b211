namespace Unroll.Benchmarks;

/// <summary>Where tables go: benchmarks/results of the checkout that the program was built in, else of the current folder.</summary>
internal static class Results
{
    /// <summary>Writes a file below the folder of results and says where.</summary>
    public static void Write(string relativePath, string text)
    {
        string path = Full(relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Console.Error.WriteLine($"Written: {Path.GetRelativePath(Environment.CurrentDirectory, path)}");
    }

    /// <exception cref="UnrollException">It was never written.</exception>
    public static string Read(string relativePath) => Full(relativePath) is var path && File.Exists(path)
        ? File.ReadAllText(path)
        : throw new UnrollException($"There is no {Path.GetRelativePath(Environment.CurrentDirectory, path)} yet.");

    /// <summary>The page of this name among this machine's results.</summary>
    public static string OfMachine(string name, string extension = ".md") =>
        $"{Machine.Slug}/{name}{Machine.Suffix}{TorchInstructions.Suffix}{extension}";

    private static string Full(string relativePath) => Path.Combine(Root(), "benchmarks", "results", relativePath);

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
