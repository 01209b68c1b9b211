using System.Reflection;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>This assembly stands for a tool of one file, in which samples/shipped.csv is.</summary>
public sealed class ShippedFileTests : IDisposable
{
    private const string Name = "shipped.csv", Within = "date,value\n2026-01-01,1\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-shipped-").FullName;

    private string Beside => Path.Combine(_folder, "samples");

    private string UserFolder => Path.Combine(_folder, "user");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOf(string name) => ShippedFile.PathOf(name, Beside, Assembly.GetExecutingAssembly(), UserFolder);

    [Fact]
    public void A_file_beside_the_tool_is_taken_as_it_is()
    {
        Directory.CreateDirectory(Beside);
        File.WriteAllText(Path.Combine(Beside, Name), "another");
        Assert.Equal(Path.Combine(Beside, Name), PathOf(Name));
        Assert.False(Directory.Exists(UserFolder));
    }

    [Fact]
    public void A_file_within_the_tool_is_copied_for_the_user()
    {
        string path = PathOf(Name);
        Assert.StartsWith(UserFolder, path, StringComparison.Ordinal);
        Assert.Equal(Name, Path.GetFileName(path));
        Assert.Equal(Within, File.ReadAllText(path));
        DateTime written = File.GetLastWriteTimeUtc(path);
        Assert.Equal((path, written), (PathOf(Name), File.GetLastWriteTimeUtc(path)));
    }

    [Fact]
    public void A_copy_that_was_changed_is_written_anew()
    {
        File.WriteAllText(PathOf(Name), Within.Replace('1', '2'));
        Assert.Equal(Within, File.ReadAllText(PathOf(Name)));
    }

    [Fact]
    public void A_file_that_is_nowhere_is_missing_beside_the_tool()
    {
        Assert.Equal(Path.Combine(Beside, "none.csv"), PathOf("none.csv"));
        Assert.Equal(Path.Combine(Beside, Name), ShippedFile.PathOf(Name, Beside, null, UserFolder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_told()
    {
        File.WriteAllText(UserFolder, "a file in its place");
        UnrollException refused = Assert.Throws<UnrollException>(() => PathOf(Name));
        Assert.StartsWith("The tool is one file and has to copy its sample shipped.csv to ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Give the user a home folder that can be written to.", refused.Message, StringComparison.Ordinal);
    }
}
