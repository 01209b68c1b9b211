namespace Unroll.Open.Tests;

/// <summary>Small samples for the tests of training.</summary>
internal static class Waves
{
    public const int Steps = 7, Features = 2;

    /// <summary>Windows of waves; the target is a value behind each.</summary>
    public static ArraySamples Samples(int count)
    {
        float[] inputs = [.. Enumerable.Range(0, count * Steps * Features)
            .Select(i => MathF.Sin(i * 0.37f) + 0.3f * MathF.Sin(i * i * 0.11f))];
        return new ArraySamples(inputs, new Shape(Steps, Features), [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i * 0.9f))],
            new Shape(1));
    }

    /// <summary>17,000 weights, so that the optimiser's step is shared out too.</summary>
    public static Model Wide(int threads = 1) => New(threads, new Lstm(64) { Dropout = 0.1 }, new Dense(1));

    public static Model Small(int threads = 1) =>
        New(threads, new Gru(5) { ReturnSequences = true, Dropout = 0.2 }, new BatchNorm(), new Lstm(3), new Dense(1));

    public static float[] WeightsOf(Model model) => [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];

    /// <summary>The largest difference between two arrays of one length.</summary>
    public static double Apart(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static Model New(int threads, params Layer[] layers) =>
        new Model(layers) { Threads = threads }.Build(new Shape(Steps, Features), seed: 3);
}
