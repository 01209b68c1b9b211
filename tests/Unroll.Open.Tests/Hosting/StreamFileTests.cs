using System.IO.Compression;
using System.Text;
using Unroll.Formats;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Models and forecasters in streams: with and without a length, in parts, damaged, cut and of enormous claims.</summary>
public sealed class StreamFileTests
{
    public enum Kind
    {
        Memory,
        Trickle,
        Deflated,
    }

    [Theory]
    [InlineData(Kind.Memory)]
    [InlineData(Kind.Trickle)]
    [InlineData(Kind.Deflated)]
    public async Task A_model_comes_back_from_any_stream_which_stays_open(Kind kind)
    {
        Model model = Made.Model();
        var metadata = new Dictionary<string, string> { ["unit"] = "EUR" };
        var stored = new MemoryStream();
        using (Stream target = Target(kind, stored))
        {
            model.Save(target, metadata);
            Assert.True(target.CanWrite);
        }

        Assert.Equal(ModelFile.ToBytes(model, metadata), kind == Kind.Deflated ? Inflated(stored.ToArray()) : stored.ToArray());
        using (Stream source = Source(kind, stored.ToArray()))
        {
            Model loaded = Model.Load(source);
            Assert.True(source.CanRead);
            Assert.Equal(Made.Weights(model), Made.Weights(loaded));
        }

        using Stream again = Source(kind, stored.ToArray());
        (Model Model, IReadOnlyDictionary<string, string> Metadata) read =
            await ModelFile.ReadAsync(again, null, TestContext.Current.CancellationToken);
        Assert.Equal(Made.Weights(model), Made.Weights(read.Model));
        Assert.Equal("EUR", read.Metadata["unit"]);
    }

    [Fact]
    public async Task Saving_and_loading_without_blocking_give_the_same()
    {
        Model model = Made.Model();
        using var stored = new MemoryStream();
        await model.SaveAsync(stored, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(ModelFile.ToBytes(model), stored.ToArray());
        Model loaded = await Model.LoadAsync(new Trickle(stored.ToArray()), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Made.Weights(model), Made.Weights(loaded));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Model.LoadAsync(new Trickle(stored.ToArray()), cancellationToken: new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => model.SaveAsync(new MemoryStream(), cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public void A_stream_is_read_from_where_it_is()
    {
        Model model = Made.Model();
        using var stream = new MemoryStream();
        stream.Write("before"u8);
        model.Save(stream);
        stream.Position = 6;
        Assert.Equal(Made.Weights(model), Made.Weights(Model.Load(stream)));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void What_is_wrong_is_told_as_of_a_file()
    {
        byte[] file = ModelFile.ToBytes(Made.Model());
        byte[] damaged = [.. file];
        damaged[^40] ^= 1;
        foreach (Func<byte[], Stream> open in (Func<byte[], Stream>[])[bytes => new MemoryStream(bytes), bytes => new Trickle(bytes)])
        {
            Assert.StartsWith("The stream is no Unroll model file.", Error(open(Encoding.UTF8.GetBytes("<html>"))),
                StringComparison.Ordinal);
            Assert.StartsWith("The stream is no Unroll model file.", Error(open([])), StringComparison.Ordinal);
            Assert.StartsWith("blob 7 is damaged: its checksum does not fit its contents.", Error(open(damaged), "blob 7"),
                StringComparison.Ordinal);
            Assert.Contains("damaged", Error(open(file[..^1])), StringComparison.Ordinal);
            Assert.Contains("damaged", Error(open(file[..20])), StringComparison.Ordinal);
            Assert.Contains("damaged", Error(open([.. file, 0])), StringComparison.Ordinal);
        }

        using FileStream opened = File.OpenRead(typeof(StreamFileTests).Assembly.Location);
        Assert.StartsWith(opened.Name, Error(opened), StringComparison.Ordinal);
        using var none = new MemoryStream([], writable: false);
        Assert.Throws<ArgumentException>(() => Made.Model().Save(none));
        Assert.Throws<ArgumentNullException>(() => Model.Load((Stream)null!));

        static string Error(Stream stream, string? name = null) => Assert.Throws<UnrollException>(() => Model.Load(stream, name)).Message;
    }

    /// <summary>A header that claims two gigabytes in a stream of a few bytes.</summary>
    [Fact]
    public void No_memory_is_taken_for_bytes_that_do_not_come()
    {
        byte[] claim = [.. "UNROLL\r\n"u8, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, .. new byte[100]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<UnrollException>(() => Model.Load(new Trickle(claim)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task A_forecaster_comes_back_from_any_stream()
    {
        ForecastTask task = Made.Task();
        var recipe = new NetworkRecipe { Units = 3, Training = new TrainingOptions { Epochs = 1 } };
        ForecastTask next = new(Table(), new TaskOptions { Targets = ["sales"], TestRows = 14, Window = 5 });
        (PartsForecaster, ForecastTask)[] cases = [(new RidgeForecaster(), task), (new NetworkForecaster(recipe), next)];
        foreach ((PartsForecaster forecaster, ForecastTask asked) in cases)
        {
            forecaster.Fit(asked, cancellationToken: TestContext.Current.CancellationToken);
            using var stored = new MemoryStream();
            ForecastFile.Save(forecaster, stored);
            using var second = new MemoryStream();
            await ForecastFile.SaveAsync(forecaster, second, TestContext.Current.CancellationToken);
            string path = Path.Combine(Path.GetTempPath(), $"unroll-open-{Environment.ProcessId}.unroll");
            ForecastFile.Save(forecaster, path);
            byte[] file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            File.Delete(path);
            Assert.Equal(file, stored.ToArray());
            Assert.Equal(file, second.ToArray());
            double[] expected = Made.Ahead(forecaster, asked, 1);
            Assert.Equal(expected, Made.Ahead(ForecastFile.Load(new MemoryStream(file)), asked, 1));
            PartsForecaster loaded = await ForecastFile.LoadAsync(new Trickle(file), "blob", TestContext.Current.CancellationToken);
            Assert.Equal(expected, Made.Ahead(loaded, asked, 1));
            file[^40] ^= 1;
            Assert.StartsWith("blob is damaged", Assert.Throws<UnrollException>(() => ForecastFile.Load(new Trickle(file), "blob")).Message,
                StringComparison.Ordinal);
        }

        static TimeSeries Table()
        {
            DateTime[] dates = [.. Enumerable.Range(0, 60).Select(i => new DateTime(2024, 1, 1).AddDays(i))];
            return new TimeSeries("shop", dates, [("sales", [.. dates.Select((_, i) => 5 + Math.Sin(i))])]);
        }
    }

    private static Stream Target(Kind kind, MemoryStream stored) => kind switch
    {
        Kind.Memory => stored,
        Kind.Trickle => new Trickle(stored),
        _ => new DeflateStream(stored, CompressionLevel.Fastest, leaveOpen: true),
    };

    private static Stream Source(Kind kind, byte[] stored) => kind switch
    {
        Kind.Memory => new MemoryStream(stored),
        Kind.Trickle => new Trickle(stored),
        _ => new DeflateStream(new MemoryStream(stored), CompressionMode.Decompress),
    };

    private static byte[] Inflated(byte[] stored)
    {
        using Stream source = Source(Kind.Deflated, stored);
        using var all = new MemoryStream();
        source.CopyTo(all);
        return all.ToArray();
    }

    /// <summary>A stream that tells no length and gives a few bytes at a time, as a connection does.</summary>
    private sealed class Trickle(MemoryStream inner) : Stream
    {
        public Trickle(byte[] bytes)
            : this(new MemoryStream(bytes))
        {
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(7, count));

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
