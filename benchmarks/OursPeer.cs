namespace Unroll.Benchmarks;

/// <summary>Unroll through its public API: the work includes all that a user's call does.</summary>
internal sealed class OursPeer : IPeer
{
    private readonly ISamples _samples;
    private readonly int _batch;
    private int _epoch;

    public OursPeer(CellKind cell, ISamples samples, int units, int batch, int threads, int seed)
    {
        (_samples, _batch) = (samples, batch);
        Model = new Model(cell.CreateLayer(units), new Dense(samples.TargetShape.Size)) { Threads = threads };
        Model.Build(samples.InputShape, seed);
    }

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
