using Microsoft.Win32.SafeHandles;

namespace Unroll.Extensions;

/// <summary>By what a changed file is known, through links too: size and time of the last writing.</summary>
internal readonly record struct FileStamp(long Length, DateTime WrittenUtc)
{
    /// <summary>Null where there is no file that can be opened, or nothing in it.</summary>
    public static FileStamp? Of(string path)
    {
        try
        {
            if (!HasContents(path))
                return null;
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Of(handle);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether there is something to read, also behind links. A pipe or a device has no length, and whoever opened it would wait for its
    /// other end.
    /// </summary>
    public static bool HasContents(string path)
    {
        try
        {
            // The length of a link is that of its own text.
            return (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true, Length: > 0 };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static FileStamp Of(SafeFileHandle handle) => new(RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
}
