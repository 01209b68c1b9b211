using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Formats;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-atomic-").FullName;

    private string Path1 => Path.Combine(_folder, "states");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_written_in_parts()
    {
        AtomicFile.Write(Path1, stream =>
        {
            stream.Write([1, 2]);
            Assert.False(File.Exists(Path1));
            stream.Write([3]);
        });
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path1));
        Assert.Equal([Path1], Directory.GetFiles(_folder));
    }

    /// <summary>Whatever stops the writing, the file of before stays, and nothing is left beside it.</summary>
    [Fact]
    public void A_file_that_could_not_be_written_whole_leaves_the_one_before()
    {
        AtomicFile.Write(Path1, [7]);
        Stopped<UnrollException>(new IOException("No space left on device"));
        Stopped<InvalidOperationException>(new InvalidOperationException("Whatever else"));

        void Stopped<TException>(Exception failure)
            where TException : Exception
        {
            Assert.Throws<TException>(() => AtomicFile.Write(Path1, stream =>
            {
                stream.Write([1, 2]);
                throw failure;
            }));
            Assert.Equal([7], File.ReadAllBytes(Path1));
            Assert.Equal([Path1], Directory.GetFiles(_folder));
        }
    }
}
