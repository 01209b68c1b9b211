namespace Unroll.Server;

/// <summary>
/// Keeps a folder of state for one server, until it is disposed of or the process ends, however it ends. Two that wrote to one folder would
/// overwrite each other's files.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <param name="folder">A folder that can be written to.</param>
    /// <exception cref="UnrollException">Another server has it.</exception>
    public FolderLock(string folder)
    {
        try
        {
            _file = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new UnrollException(
                $"Another server keeps its files in {folder}. Two would overwrite each other's: end that one, or choose another folder.",
                failure);
        }
    }

    public void Dispose() => _file.Dispose();
}
