using Unroll.Formats;

namespace Unroll.Server;

/// <summary>A folder that a server keeps its state in.</summary>
internal static class StateFolder
{
    /// <summary>Makes a folder where it is not there, and removes what a process that was killed has left half written.</summary>
    /// <exception cref="UnrollException">It cannot be made, or not be written to.</exception>
    public static void Require(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.RemoveLeftovers(folder);
            string probe = Path.Combine(folder, FormattableString.Invariant($".probe.{Environment.ProcessId}.tmp"));
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UnrollException($"The folder {folder} cannot be written to: {failure.Message.TrimEnd('.')}. Choose another.", failure)
            {
                Subject = "folder",
            };
        }
    }
}
