namespace Unroll;

/// <summary>What a loss takes the outputs of a model to be.</summary>
public enum OutputKind
{
    /// <summary>Numbers in the units of the targets.</summary>
    Values,

    /// <summary>Parameters of a distribution, any numbers.</summary>
    Parameters,

    /// <summary>Logits of probabilities that add up to 1 over the classes: the loss applies the softmax.</summary>
    ClassLogits,

    /// <summary>Logits, each of a probability of its own: the loss applies the sigmoid.</summary>
    BinaryLogits,

    /// <summary>Probabilities that add up to 1 over the classes, such as a softmax gives.</summary>
    ClassProbabilities,

    /// <summary>Probabilities, each from 0 to 1, such as a sigmoid gives.</summary>
    BinaryProbabilities,

    /// <summary>Any numbers, of which the largest is at the predicted class; they stand for no probabilities.</summary>
    ClassScores,

    /// <summary>Any numbers, above 0 for one class and below 0 for the other; they stand for no probabilities.</summary>
    BinaryScores,
}
