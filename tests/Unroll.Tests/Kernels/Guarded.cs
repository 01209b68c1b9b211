using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>Values between two bands of sentinels, which a kernel must leave alone.</summary>
internal sealed class Guarded
{
    private const int Band = 37;
    private const float Sentinel = -12345.678f;
    private readonly float[] _all;

    public Guarded(float[] values)
    {
        _all = new float[values.Length + 2 * Band];
        Array.Fill(_all, Sentinel);
        values.CopyTo(_all, Band);
    }

    public Span<float> Span => _all.AsSpan(Band, _all.Length - 2 * Band);

    public float[] ToArray() => Span.ToArray();

    public void CheckBands()
    {
        foreach (float value in _all.AsSpan(0, Band))
            Assert.Equal(Sentinel, value);
        foreach (float value in _all.AsSpan(_all.Length - Band))
            Assert.Equal(Sentinel, value);
    }
}
