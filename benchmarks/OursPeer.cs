namespace Unroll.Benchmarks;

/// <summary>Unroll through its public API: the work includes all that a user's call does.</summary>
internal sealed class OursPeer : IPeer
{
    private readonly ISamples _samples;
    private readonly int _batch;
    private int _epoch;

    public OursPeer(Stack stack, ISamples samples, int batch, int threads) =>
        (_samples, _batch, Model) = (samples, batch, stack.CreateModel(samples, threads, seed: 1));

    public Model Model { get; }

    /// <summary>Fit for one epoch: the order of its batches is that of <see cref="BatchOrder"/> with the epoch's number as seed.</summary>
    public double TrainEpoch() =>
        Model.Fit(_samples, new TrainingOptions { Epochs = 1, BatchSize = _batch, Seed = ++_epoch }).FinalLoss;

    public float[] PredictAll() => Model.Predict(_samples);

    public float PredictOne(float[] input) => Model.Predict(input)[0];

    public void Dispose()
    {
    }
}
