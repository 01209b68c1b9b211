using Unroll.Tests.Layers;

namespace Unroll.Tests.Training;

/// <summary>Small sets of samples to train on.</summary>
internal static class TestSamples
{
    /// <summary>Windows of a sine with noise; the target is the next value, of <paramref name="outputs"/> curves.</summary>
    public static ArraySamples Curves(int count, int steps = 6, int features = 2, int outputs = 1, int seed = 1)
    {
        float[] inputs = TestData.Single(count * steps * features, seed, 0.1), targets = new float[count * outputs];
        for (int i = 0; i < count; i++)
        {
            for (int t = 0; t < steps; t++)
            {
                for (int f = 0; f < features; f++)
                    inputs[(i * steps + t) * features + f] += MathF.Sin(0.3f * (i + t) + f);
            }

            for (int o = 0; o < outputs; o++)
                targets[i * outputs + o] = MathF.Sin(0.3f * (i + steps) + o);
        }

        return new ArraySamples(inputs, new Shape(steps, features), targets, new Shape(outputs));
    }

    /// <summary>Noise on 6 by 4 pixels of one channel; the target is what the upper half has more than the lower.</summary>
    public static ArraySamples Images(int count)
    {
        float[] inputs = TestData.Single(count * 24, 1);
        return new ArraySamples(inputs, new Shape(6, 4, 1),
            [.. inputs.Chunk(24).Select(image => 0.1f * (image[..12].Sum() - image[12..].Sum()))], new Shape(1));
    }

    /// <summary>One number in, one out: y = slope·x.</summary>
    public static ArraySamples Line(float slope, params float[] x) =>
        new(x, new Shape(1), [.. x.Select(value => slope * value)], new Shape(1));

    /// <summary>All weights of a model, in order.</summary>
    public static float[] Weights(Model model) => [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];
}

/// <summary>Samples that write down in which order their targets are read.</summary>
internal sealed class RecordedSamples(ISamples samples) : ISamples
{
    public List<int> Read { get; } = [];

    public int Count => samples.Count;

    public Shape InputShape => samples.InputShape;

    public Shape TargetShape => samples.TargetShape;

    public int LengthOf(int index) => samples.LengthOf(index);

    public void CopyInput(int index, Span<float> destination) => samples.CopyInput(index, destination);

    public void CopyTarget(int index, Span<float> destination)
    {
        lock (Read)
            Read.Add(index);
        samples.CopyTarget(index, destination);
    }
}
