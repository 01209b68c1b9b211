namespace Unroll.Benchmarks;

/// <summary>The same network in both libraries with the same weights, which predict the same: checked before anything is timed.</summary>
internal sealed class TorchPair : IDisposable
{
    public TorchPair(Stack stack, ISamples samples, int batch, int threads, float tolerance)
    {
        TorchPeer.UseThreads(threads);
        (Ours, Torch) = (new OursPeer(stack, samples, batch, threads), new TorchPeer(stack, samples, batch));
        TorchWeights.Copy(Ours.Model, stack, Torch);
        SamePredictions.Require(stack, Ours.PredictAll(), Torch.PredictAll(), tolerance);
    }

    public OursPeer Ours { get; }

    public TorchPeer Torch { get; }

    /// <summary>The same call on both.</summary>
    public SideBySide Time(Action<IPeer> call, double runSeconds = 0.1) => new(() => call(Ours), () => call(Torch), runSeconds);

    public void Dispose()
    {
        Ours.Dispose();
        Torch.Dispose();
    }
}

internal static class SamePredictions
{
    /// <exception cref="UnrollException">The libraries do different work.</exception>
    public static void Require(Stack stack, float[] ours, float[] theirs, float tolerance)
    {
        float difference = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max();
        if (ours.Length != theirs.Length || !(difference < tolerance))
            throw new UnrollException($"{stack}: from the same weights the predictions of the two libraries differ by {difference}; timing "
                + "them would compare different work.");
    }
}
