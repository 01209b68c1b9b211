namespace Unroll.Forecasting;

/// <summary>
/// An input and a target for each origin from one row to another. Where something is known of the rows to come, an input is the T rows
/// up to the origin and the H rows after it, (T + H, F); otherwise the T rows alone, (T, F). The target is what is left of the H rows
/// once a linear model has had its say, (H).
/// </summary>
internal sealed class OriginSamples : ISamples
{
    private readonly InputFrame _frame;
    private readonly InputPlan _plan;
    private readonly int _first;
    private readonly float[]? _targets;

    /// <param name="frame">The rows.</param>
    /// <param name="plan">How they become inputs.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="targets">[count, H]; null where there are none yet.</param>
    public OriginSamples(InputFrame frame, InputPlan plan, int first, int count, float[]? targets)
    {
        (_frame, _plan, _first, Count, _targets) = (frame, plan, first, count, targets);
        InputShape = ShapeOf(plan);
        TargetShape = new Shape(plan.Steps);
    }

    public int Count { get; }

    public Shape InputShape { get; }

    public Shape TargetShape { get; }

    public static Shape ShapeOf(InputPlan plan) => new(plan.Window + (plan.HasKnown ? plan.Steps : 0), InputFrame.ChannelsOf(plan));

    public void CopyInput(int index, Span<float> destination)
    {
        int origin = _first + index, features = InputShape.Features;
        for (int step = 0; step < InputShape.Steps; step++)
            _frame.WriteChannels(origin, origin - _plan.Window + 1 + step, destination.Slice(step * features, features));
    }

    public void CopyTarget(int index, Span<float> destination)
    {
        if (_targets is null)
            destination.Clear();
        else
            _targets.AsSpan(index * _plan.Steps, _plan.Steps).CopyTo(destination);
    }
}
