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

    /// <summary>A file of samples/data, found from the folder of the solution.</summary>
    public static string Sample(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "samples", "data", name);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
