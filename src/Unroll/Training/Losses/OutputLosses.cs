using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>A loss for each output of a model with several: what training makes small is the weighted sum of their means.</summary>
/// <param name="Each">One loss and its weight for each output, in the order of the model's outputs.</param>
public sealed record OutputLosses(params IReadOnlyList<OutputLoss> Each) : Loss
{
    [JsonIgnore]
    public override string Name => "sum of losses";

    internal override Loss PartFor(int number) => number < Each.Count
        ? Each[number].Loss
        : throw new UnrollException($"There are losses for {Each.Count} outputs, but the model has more. Give one for each.");

    internal override void RequireOutputs(int outputs)
    {
        if (Each is not null && Each.Count != outputs)
            throw new UnrollException($"There are losses for {Each.Count} outputs, but the model has {outputs}. Give one for each.");
    }

    internal override double WeightOf(int number) => Each[number].Weight;

    public override void Validate()
    {
        if (Each is null)
            throw new UnrollException("The losses of the outputs are null. Give one for each output, for example new MeanSquaredError().");
        foreach (OutputLoss each in Each)
        {
            if (each?.Loss is null)
                throw new UnrollException("The loss of an output is null. Give one for each output, for example new MeanSquaredError().");
            if (!(each.Weight >= 0) || double.IsInfinity(each.Weight))
                throw new UnrollException($"The weight of a loss is {each.Weight}; it must be at least 0.");
            if (each.Loss is OutputLosses)
                throw new UnrollException("The loss of one output cannot be the sum of several.");
            each.Loss.RequireValid();
        }
    }
}

/// <summary>The loss of one output of several.</summary>
/// <param name="Loss">What is to become small.</param>
/// <param name="Weight">Its weight in the sum, at least 0.</param>
public sealed record OutputLoss(Loss Loss, double Weight = 1);
