using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>What the losses of classes share: label smoothing.</summary>
public abstract record CrossEntropy : Loss
{
    private protected CrossEntropy()
    {
    }

    /// <summary>
    /// α, at least 0 and below 1 (Szegedy et al. 2016): a target y becomes y·(1 − α) + α/C, as in Keras, where C is the number of classes;
    /// of <see cref="BinaryCrossEntropy"/> y·(1 − α) + α/2.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LabelSmoothing { get; init; }

    [JsonIgnore]
    public sealed override bool CountsTargets => true;

    public override void Validate()
    {
        if (LabelSmoothing is not (>= 0 and < 1))
            throw new UnrollException($"The label smoothing of the {Name} is {LabelSmoothing}; it must be at least 0 and below 1.");
    }

    /// <summary>Throws where there is not a weight for each class.</summary>
    private protected void RequireWeights(ClassWeights? weights, Shape output)
    {
        if (weights is not null && weights.Weights.Count != output.Features)
            throw new UnrollException(
                $"The {Name} has {weights.Weights.Count} class weights, but the model has {output.Features} classes. "
                + "Give one weight for each.");
    }
}
