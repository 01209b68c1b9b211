using System.Reflection;
using System.Security.Cryptography;
using Unroll.Formats;

namespace Unroll.Server;

/// <summary>
/// The files that come with the tool: in the folder samples beside it, or, where the tool is one file, in that. From there each is written
/// to a folder of the user's the first time that somebody asks for its path.
/// </summary>
internal static class ShippedFile
{
    private static readonly Lock s_lock = new();

    /// <summary>Where a file is, or would be where it is missing.</summary>
    /// <param name="name">Without a folder: <c>births.csv</c>.</param>
    /// <exception cref="UnrollException">The tool is one file, and its copy cannot be written.</exception>
    public static string PathOf(string name) =>
        PathOf(name, Path.Combine(AppContext.BaseDirectory, "samples"), Assembly.GetEntryAssembly(), UserFolder());

    /// <inheritdoc cref="PathOf(string)" />
    /// <param name="name">Without a folder.</param>
    /// <param name="beside">The folder beside the tool.</param>
    /// <param name="tool">What may hold the file as the resource <c>samples/NAME</c>.</param>
    /// <param name="userFolder">Where its copy goes.</param>
    internal static string PathOf(string name, string beside, Assembly? tool, string userFolder)
    {
        string path = Path.Combine(beside, name);
        if (File.Exists(path) || tool?.GetManifestResourceStream("samples/" + name) is not { } resource)
            return path;
        using (resource)
        {
            byte[] contents = new byte[resource.Length];
            resource.ReadExactly(contents);

            // Another version of the tool has a folder of its own where its file is another.
            string folder = Path.Combine(userFolder, Convert.ToHexStringLower(SHA256.HashData(contents))[..16]);
            string copy = Path.Combine(folder, name);
            lock (s_lock)
            {
                try
                {
                    if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(contents))
                        AtomicFile.Write(copy, contents);
                }
                catch (Exception failure) when (failure is UnrollException or IOException or UnauthorizedAccessException)
                {
                    throw new UnrollException($"The tool is one file and has to copy its sample {name} to {folder}, which failed: "
                        + $"{(failure.InnerException ?? failure).Message.TrimEnd('.')}. Give the user a home folder that can be "
                            + "written to.", failure);
                }
            }

            return copy;
        }
    }

    private static string UserFolder()
    {
        string home = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), "unroll", "samples");
    }
}
