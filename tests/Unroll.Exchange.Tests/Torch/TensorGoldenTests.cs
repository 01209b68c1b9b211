using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>
/// Files of others, read to the last bit: names, shapes, sums, first values and check sums were computed by a reader of their own.
/// </summary>
public class TensorGoldenTests
{
    [Theory]
    [InlineData("model_trained_on_dns3")]
    [InlineData("stream_model_trained_on_dns3")]
    public void EveryTensorOfACheckpointIsRead(string name)
    {
        JsonElement golden = Pretrained.Golden("gtcrn", $"{name}.golden.json");
        TensorFile file = Torch.Read(Pretrained.PathOf("gtcrn", $"{name}.tar"), "model");
        JsonElement[] expected = [.. golden.GetProperty("tensors").EnumerateArray()];
        Assert.Equal(271, expected.Length);
        Assert.Equal(expected.Select(each => each.GetProperty("name").GetString()), file.Tensors.Select(tensor => tensor.Name));
        foreach (JsonElement each in expected)
        {
            NamedTensor tensor = file.Find(each.GetProperty("name").GetString()!)!;
            Assert.Equal(each.GetProperty("dtype").GetString(), tensor.Type == TensorType.Int64 ? "int64" : "float32");
            Assert.Equal(each.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32()), tensor.Shape);
            string sum = Convert.ToHexStringLower(SHA256.HashData(tensor.Bytes.Span))[..16];
            Assert.Equal(each.GetProperty("sha256_of_the_little_endian_bytes").GetString(), sum);
            double[] values = tensor.Type == TensorType.Int64 ? [BitConverter.ToInt64(tensor.Bytes.Span)]
                : [.. tensor.ToFloats().Select(value => (double)value)];
            Assert.Equal(each.GetProperty("sum").GetDouble(), values.Sum(), 1e-4 * Math.Max(1, values.Sum(Math.Abs)) / 100);
        }
    }

    [Fact]
    public void WithoutASubtreeTheKeysStandInFrontOfTheNames()
    {
        TensorFile file = Torch.Read(Pretrained.PathOf("gtcrn", "model_trained_on_dns3.tar"));
        Assert.NotNull(file.Find("model.erb.erb_fc.weight"));
        Assert.Equal("87", file.Metadata["epoch"]);
        Assert.True(file.Tensors.Count > 271);
    }

    [Fact]
    public void TheTensorsOfSileroAreThoseOfItsHeader()
    {
        TensorFile file = Safetensors.Read(Pretrained.PathOf("silero-vad", "silero_vad_16k.safetensors"));
        Assert.Equal(15, file.Tensors.Count);
        Assert.Equal([512, 128], file.Find("lstm_cell.weight_ih")!.Shape);
        NamedTensor samples = Npz.Read(Pretrained.PathOf("silero-vad", "input_200x512_int16.npy")).Tensors.Single();
        Assert.Equal((TensorType.Int16, 102_400), (samples.Type, samples.Length));
    }

    [Theory]
    [InlineData("gtcrn", "model_trained_on_dns3.tar")]
    [InlineData("gtcrn", "stream_model_trained_on_dns3.tar")]
    [InlineData("silero-vad", "silero_vad_16k.safetensors")]
    [InlineData("g2p-en", "checkpoint20.npz")]
    public void WhatIsReadIsWrittenInEveryFormatWithTheSameBits(string folder, string name)
    {
        string path = Pretrained.PathOf(folder, name);
        TensorFile file = Path.GetExtension(name) switch
        {
            ".tar" => Torch.Read(path),
            ".npz" => Npz.Read(path),
            _ => Safetensors.Read(path),
        };
        foreach ((Action<Stream, TensorFile> write, Func<Stream, TensorFile> read) in new (Action<Stream, TensorFile>, Func<Stream,
            TensorFile>)[]
        {
            (Torch.Write, stream => Torch.Read(stream)), (Safetensors.Write, Safetensors.Read), (Npz.Write, Npz.Read),
        })
        {
            using var stream = new MemoryStream();
            write(stream, file);
            stream.Position = 0;
            TensorFile again = read(stream);
            Assert.Equal(file.Metadata, again.Metadata);
            foreach ((NamedTensor first, NamedTensor second) in file.Tensors.Zip(again.Tensors, (a, b) => (a, b)))
            {
                Assert.Equal((first.Name, first.Type), (second.Name, second.Type));
                Assert.Equal(first.Shape, second.Shape);
                Assert.True(first.Bytes.Span.SequenceEqual(second.Bytes.Span));
            }
        }
    }
}
