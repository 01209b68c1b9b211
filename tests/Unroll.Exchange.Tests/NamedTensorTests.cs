using Xunit;

namespace Unroll.Exchange.Tests;

public class NamedTensorTests
{
    [Fact]
    public void NumbersOfEveryFloatingTypeAreRead()
    {
        Assert.Equal([1.5f, -2f], NamedTensor.Of("x", [2], [1.5f, -2f]).ToFloats());
        Assert.Equal([1.5f], new NamedTensor("x", TensorType.BFloat16, [1], new byte[] { 0xC0, 0x3F }).ToFloats());
        Assert.Equal([1.5f], new NamedTensor("x", TensorType.Float16, [], new byte[] { 0x00, 0x3E }).ToFloats());
        Assert.Equal([1.5f], new NamedTensor("x", TensorType.Float64, [1, 1], BitConverter.GetBytes(1.5)).ToFloats());
    }

    [Fact]
    public void BytesMustFitTheShape() =>
        Assert.Throws<ArgumentException>(() => new NamedTensor("x", TensorType.Float32, [2, 2], new byte[15]));
}
