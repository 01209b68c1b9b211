using System.Numerics;
using Unroll.Training;

namespace Unroll.Tests.Layers;

/// <summary>A batch in two flat arrays: inputs [B, ...Input] and targets [B, ...Output].</summary>
internal sealed class TestBatch<T>(T[] inputs, T[] targets, int rows, T[]? weights = null) : IBatch<T>
{
    public int Rows => rows;

    public bool IsWeighted => weights is not null;

    public void CopyWeights(int row, Span<T> destination) => Copy(weights!, row, destination);

    public int TargetSize => targets.Length / rows;

    public void CopyInput(int row, Span<T> destination) => Copy(inputs, row, destination);

    public void CopyTarget(int row, Span<T> destination) => Copy(targets, row, destination);

    private void Copy(T[] values, int row, Span<T> destination)
    {
        int size = values.Length / rows;
        values.AsSpan(row * size, size).CopyTo(destination);
    }
}

/// <summary>Σ y·u, where the targets of a batch are the u: any gradient of the outputs can be sent into the backward pass.</summary>
internal sealed record UpstreamLoss : Loss
{
    internal override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
            sum += double.CreateTruncating(predictionsToGradients[i]) * double.CreateTruncating(targets[i]);
        targets.CopyTo(predictionsToGradients);
        return sum;
    }

    /// <summary>Also at masked steps, so that what a layer does there is checked too.</summary>
    internal override double Evaluate<T>(in LossRow<T> row) => Evaluate(row.Outputs, row.Targets, row.Scale);
}

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
