using System.Buffers.Binary;
using System.IO.Compression;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Runs beside no other sample: two builds of one project would write the same files.</summary>
[Collection("samples")]
public sealed class DigitsTests
{
    [Fact(Explicit = true)]
    public async Task The_sample_of_digits_reads_nearly_all_of_them_and_draws_the_others()
    {
        SampleRun run = await SampleRun.Of("digits", "--short");
        double accuracy = run.Figure("digits");
        Assert.Contains("1442 images to learn from, 355 held out", run.Output, StringComparison.Ordinal);
        Assert.InRange(accuracy, 0.97, 1);

        int misread = (int)Math.Round((1 - accuracy) * 355);
        Assert.Contains($"{misread} of 355 held-out digits are misread", run.Output, StringComparison.Ordinal);
        Assert.Equal(misread, (await SampleRun.Take("digits-misread.svg")).Split(" as ").Length - 1);
    }

    /// <summary>A class is a bright line of its own in gray noise, in files of the form that Fashion-MNIST has.</summary>
    [Fact(Explicit = true)]
    public async Task The_form_for_clothes_reads_files_of_MNISTs_form()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-fashion-");
        WriteIdx(folder.FullName, "train", 2000, new Random(1));
        WriteIdx(folder.FullName, "t10k", 100, new Random(2));
        SampleRun run = await SampleRun.Of("digits", "--fashion", folder.FullName, "--short");
        folder.Delete(recursive: true);
        double accuracy = run.Figure("fashion");
        Assert.Contains("2000 images to learn from, 100 held out", run.Output, StringComparison.Ordinal);
        Assert.InRange(accuracy, 0.8, 1);
        Assert.Contains($"{(int)Math.Round(100 * (1 - accuracy))} of 100 held-out clothes are misread", run.Output,
            StringComparison.Ordinal);
        Assert.Contains($"{(int)Math.Round(100 * (1 - accuracy))} of 100 misread", await SampleRun.Take("fashion-misread.svg"),
            StringComparison.Ordinal);

        SampleRun missing = await SampleRun.Of("digits", "--fashion", folder.FullName);
        Assert.Equal(1, missing.ExitCode);
        Assert.Equal($"There is no {folder.FullName}/train-images-idx3-ubyte.gz. Get it with: apt-get install dataset-fashion-mnist, then "
            + "-- --fashion /usr/share/datasets/fashion-mnist", missing.Errors.Trim());
    }

    private static void WriteIdx(string folder, string part, int count, Random random)
    {
        byte[] images = new byte[16 + count * 784], classes = new byte[8 + count];
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), count);
        random.NextBytes(images.AsSpan(16));
        for (int i = 0; i < count; i++)
        {
            classes[8 + i] = (byte)random.Next(10);
            Span<byte> image = images.AsSpan(16 + i * 784, 784);
            foreach (ref byte gray in image)
                gray /= 2;
            image.Slice((4 + 2 * classes[8 + i]) * 28, 28).Fill(255);
        }

        Write(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), images);
        Write(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), classes);

        static void Write(string path, byte[] bytes)
        {
            using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
            packed.Write(bytes);
        }
    }
}
