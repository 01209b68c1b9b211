namespace Unroll.Cli;

/// <summary>The folder whose files an agent may name. Whatever lies outside of it is refused, behind links too.</summary>
internal sealed class AgentFolder
{
    private const string SampleMark = "sample:";

    /// <exception cref="UnrollException">There is no such folder.</exception>
    public AgentFolder(string path)
    {
        if (!Directory.Exists(path))
            throw new UnrollException($"There is no folder {path}. Give the folder whose files the agent may read.");
        Path = Real(System.IO.Path.GetFullPath(path));
    }

    /// <summary>Without links.</summary>
    public string Path { get; }

    /// <summary>The words of a command line that name a file of the folder, or a sample: <c>sample:aapl</c>.</summary>
    /// <exception cref="UnrollException">It is not in the folder.</exception>
    public string[] Data(string file) => file.StartsWith(SampleMark, StringComparison.Ordinal)
        ? ["--sample", file[SampleMark.Length..]]
        : [Inside(file)];

    /// <summary>The path of a file or folder in the folder, whether it exists or not.</summary>
    /// <exception cref="UnrollException">It is not in the folder.</exception>
    public string Inside(string file)
    {
        if (file.Trim().Length == 0 || file.AsSpan().IndexOfAny("*?\0") >= 0 || file.Contains("://", StringComparison.Ordinal))
            throw new UnrollException($"\"{file}\" names no file. Give the path of one, from the served folder on, or sample:aapl.");
        string path = Real(System.IO.Path.GetFullPath(file, Path));
        string within = System.IO.Path.GetRelativePath(Path, path);
        if (within == ".." || within.StartsWith(".." + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || System.IO.Path.IsPathRooted(within))
            throw new UnrollException($"{file} is outside of the served folder. Give a file inside of it.");
        return path;
    }

    /// <summary>The path with every link on the way followed.</summary>
    private static string Real(string path)
    {
        string root = System.IO.Path.GetPathRoot(path)!, real = root;
        foreach (string name in path[root.Length..].Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = System.IO.Path.Combine(real, name);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            real = info.LinkTarget is null ? next
                : info.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(target.FullName)
                : next;
        }

        return real;
    }
}
