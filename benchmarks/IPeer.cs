namespace Unroll.Benchmarks;

/// <summary>One library with one model, asked for the same predictions as the other.</summary>
internal interface IPredictor : IDisposable
{
    /// <summary>The predictions for all samples, in the model's scale.</summary>
    float[] PredictAll();

    /// <summary>The prediction for one input [T, F].</summary>
    float PredictOne(float[] input);
}

/// <summary>One that trains too.</summary>
internal interface IPeer : IPredictor
{
    /// <summary>One pass over all samples in batches, each with an update of the weights.</summary>
    /// <returns>The mean loss.</returns>
    double TrainEpoch();
}
