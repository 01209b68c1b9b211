using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>Made-up samples: the work does not depend on the values.</summary>
internal static class Samples
{
    /// <summary>Windows on a random walk between 0 and 1, which look like prices.</summary>
    public static SplitWindows RandomWalk(int windows, int steps)
    {
        var random = new RandomSource(455);
        var values = new double[windows + steps];
        for (int i = 1; i < values.Length; i++)
            values[i] = values[i - 1] + random.NextNormal();
        return new SplitWindows(new MinMaxScaler().FitTransform(values), steps);
    }

    /// <summary>Normal numbers, with zeros as targets.</summary>
    public static ArraySamples Noise(int count, int steps, int features)
    {
        var random = new RandomSource(1);
        var inputs = new float[count * steps * features];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = (float)random.NextNormal();
        return new ArraySamples(inputs, new Shape(steps, features), new float[count], new Shape(1));
    }
}
