namespace Unroll;

/// <summary>Loss and metrics of a model on some samples.</summary>
/// <param name="Loss">
/// The mean loss: the weighted sum of the outputs' losses, plus the penalties of regularizers. Masked steps do not count.
/// </param>
/// <param name="OutputLosses">The mean loss of each output by the output's name, without its weight and without penalties.</param>
/// <param name="Penalty">The penalties of regularizers in <paramref name="Loss"/>.</param>
/// <param name="Metrics">The metrics that were asked for, by name.</param>
public sealed record Evaluation(double Loss, NamedValues OutputLosses, double Penalty, NamedValues Metrics);
