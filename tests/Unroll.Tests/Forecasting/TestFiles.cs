using System.Text;

namespace Unroll.Tests.Forecasting;

/// <summary>Files for one test in a folder of their own, removed afterwards.</summary>
internal sealed class TestFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("unroll-test-").FullName;

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file of samples/data.</summary>
    public static string Sample(string name) => Path.Combine(Root, "samples", "data", name);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return folder!.FullName;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
