using System.Numerics;

namespace Unroll.Tests.Layers;

/// <summary>Seeded test data.</summary>
internal static class TestData
{
    /// <summary>Normal values.</summary>
    public static double[] Normal(int count, int seed, double scale = 1)
    {
        var random = new RandomSource((ulong)seed, 77);
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = scale * random.NextNormal();
        return values;
    }

    public static float[] Single(int count, int seed, double scale = 1) => To<float>(Normal(count, seed, scale));

    public static T[] To<T>(double[] values)
        where T : unmanaged, IFloatingPointIeee754<T> => [.. values.Select(T.CreateChecked)];
}
