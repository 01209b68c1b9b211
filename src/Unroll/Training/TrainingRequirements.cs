using Unroll.Formats;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>What samples and options of a training must fulfil together, before anything of the model changes.</summary>
internal static class TrainingRequirements
{
    /// <summary>The samples to learn from and those to validate on; null: none.</summary>
    /// <exception cref="UnrollException">One of them would have no samples.</exception>
    public static (ISamples Training, ISamples? Validation) Split(ISamples samples, TrainingOptions options)
    {
        if (options.Validation is not null || options.ValidationSplit == 0)
            return (samples, options.Validation);
        int training = (int)(samples.Count * (1 - options.ValidationSplit));
        if (training == 0 || training == samples.Count)
            throw new UnrollException($"A validation split of {options.ValidationSplit} leaves {training} of {samples.Count} samples for "
                + $"training and {samples.Count - training} for validation; both need at least 1.");
        return (new SampleRange(samples, 0, training), new SampleRange(samples, training, samples.Count - training));
    }

    /// <exception cref="UnrollException">The model cannot be trained so; the message says what to change.</exception>
    public static void Check(Network<float> network, TrainingOptions options, ISamples training, ISamples? validation)
    {
        if (options.Shuffle && network.StatefulParts.Length > 0)
            throw new UnrollException("A stateful layer needs its batches in order: set Shuffle to false.");
        if (options.BucketByLength && network.StatefulParts.Length > 0)
            throw new UnrollException("A stateful layer needs its batches in order: set BucketByLength to false.");
        RequireWholeBatches(network, options, training, "training");
        RequireWholeBatches(network, options, validation, "validation");
        if (options.AccumulateBatches > 1 && network.StatefulParts.Length > 0)
            throw new UnrollException(
                "A stateful layer carries its states from batch to batch, so several batches cannot make one step: "
                + "set AccumulateBatches to 1.");
        options.Optimizer.RequireMemory(network.Parameters.PaddedLength);
        if (network.Parameters is { Count: > 0 } store && store.Parameters.All(parameter => parameter.IsFrozen))
            throw new UnrollException("Every layer with weights is frozen, so there is nothing to train. Unfreeze one.");
    }

    /// <summary>A stateful layer has a state for each row of a batch, so no batch may have fewer rows than the one before.</summary>
    private static void RequireWholeBatches(Network<float> network, TrainingOptions options, ISamples? samples, string what)
    {
        if (network.StatefulParts.Length == 0 || samples is null || samples.Count <= options.BatchSize)
            return;
        if (samples.Count % options.BatchSize is > 0 and int last)
        {
            throw new UnrollException(
                "A stateful layer needs batches of equally many rows, "
                + $"but {samples.Count} {what} samples in batches of {options.BatchSize} "
                + $"leave a last one of {last}. Choose a BatchSize that divides them, or leave samples out.");
        }
    }
}
