using Unroll.Formats;

namespace Unroll.Exchange.TensorFiles;

/// <summary>The bytes of a file or a stream, the name that errors call it, and those errors.</summary>
/// <param name="Bytes">All of them.</param>
/// <param name="Name">The path, or what stands for it.</param>
internal readonly record struct FileBytes(byte[] Bytes, string Name)
{
    /// <exception cref="UnrollException">The file is missing or cannot be read.</exception>
    public static FileBytes Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new UnrollException($"{path} is a folder. Give the path of a file in it.");
        try
        {
            return new FileBytes(File.ReadAllBytes(path), path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnrollException($"There is no file {path}. Check the path.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>From where the stream is to its end.</summary>
    /// <exception cref="ArgumentException">It cannot be read.</exception>
    public static FileBytes Of(Stream stream, string? name = null)
    {
        StreamBytes.RequireReadable(stream);
        string called = StreamBytes.NameOf(stream, name);
        return new FileBytes(StreamBytes.ReadToEnd(stream, called), called);
    }

    /// <summary>What is said of a file that is damaged, or was made to do harm.</summary>
    /// <param name="what">The middle of a sentence.</param>
    /// <param name="inner">What it was seen by, if anything.</param>
    public UnrollException Damaged(string what, Exception? inner = null) => Damaged(Name, what, inner);

    /// <inheritdoc cref="Damaged(string, Exception?)"/>
    /// <param name="name">The file.</param>
    /// <param name="what">The middle of a sentence.</param>
    /// <param name="inner">What it was seen by, if anything.</param>
    public static UnrollException Damaged(string name, string what, Exception? inner = null) => new(
        $"{name} is damaged: {what.TrimEnd('.')}. Fetch the file again, or write it anew with the program that it comes from.", inner!);

    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    public static void Write(Stream stream, ReadOnlySpan<byte> bytes)
    {
        StreamBytes.RequireWritable(stream);
        stream.Write(bytes);
    }
}
