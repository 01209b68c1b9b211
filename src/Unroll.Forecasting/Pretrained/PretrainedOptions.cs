namespace Unroll.Forecasting;

/// <summary>What a file of a network does not say, and what <see cref="PretrainedForecaster"/> must know of it.</summary>
public sealed record PretrainedOptions
{
    /// <summary>What tables, charts and files call it.</summary>
    public string Name { get; init; } = "pretrained";

    /// <summary>
    /// The columns of a window in the order in which the network was trained on them, the target among them or not;
    /// empty for the target alone.
    /// </summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>
    /// The scaler of each column, by its name. One that is fitted stays as it is: it is the one of the training. Another is fitted on the
    /// training rows of the task. The usual minmax to 0..1 by default.
    /// </summary>
    public Func<string, Scaler> Scaling { get; init; } = _ => new MinMaxScaler();

    /// <summary>
    /// What the network gives: the value itself (<see cref="TargetTransform.None"/>), scaled as the target is; its difference to the newest
    /// value (<see cref="TargetTransform.Difference"/>), measured in the same scale; or a change without a unit, as it is
    /// (<see cref="TargetTransform.Relative"/>, <see cref="TargetTransform.LogReturn"/>).
    /// </summary>
    public TargetTransform Gives { get; init; } = TargetTransform.None;

    /// <summary>How its outputs are read.</summary>
    public PretrainedOutputs Outputs { get; init; }

    /// <summary>
    /// The rows that it was trained on, as <c>..2020</c>; test rows must come after them. Null where nobody knows: then it may have seen
    /// what it is judged on.
    /// </summary>
    public DateRange? TrainedOn { get; init; }

    /// <exception cref="UnrollException">There is no name, or null where something must be.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Name))
            throw new UnrollException("The network has no name. Give one, or leave Name out.");
        string? missing = Columns is null ? nameof(Columns) : Scaling is null ? nameof(Scaling) : Gives is null ? nameof(Gives) : null;
        if (missing is not null)
            throw new UnrollException($"{missing} of the pretrained network is null. Leave it out for the usual one.");
    }
}
