namespace Unroll.Forecasting;

/// <summary>
/// As <see cref="OriginSamples"/>, but of several targets at once: an input has the channels of all frames on each row, and the target
/// holds for each of the H rows ahead what is left of each of the K targets, (H · K), the targets of a row beside each other.
/// </summary>
internal sealed class SideBySideSamples : ISamples
{
    private readonly InputFrame[] _frames;
    private readonly int[] _channels;
    private readonly int _window, _steps, _first;
    private readonly float[][]? _targets;

    /// <param name="frames">One a target.</param>
    /// <param name="plans">Those of the frames.</param>
    /// <param name="input">(T, F) or (T + H, F).</param>
    /// <param name="lead">The plan that says T and H.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="targets">[K][count, H]; null where there are none yet.</param>
    public SideBySideSamples(InputFrame[] frames, IReadOnlyList<InputPlan> plans, Shape input, InputPlan lead, int first, int count, float[][]? targets)
    {
        (_frames, _window, _steps, _first, _targets) = (frames, lead.Window, lead.Steps, first, targets);
        _channels = [.. plans.Select(InputFrame.ChannelsOf)];
        (Count, InputShape, TargetShape) = (count, input, new Shape(lead.Steps * frames.Length));
    }

    public int Count { get; }

    public Shape InputShape { get; }

    public Shape TargetShape { get; }

    public void CopyInput(int index, Span<float> destination)
    {
        int origin = _first + index;
        for (int step = 0; step < InputShape.Steps; step++)
        {
            for (int k = 0; k < _frames.Length; k++)
            {
                _frames[k].WriteChannels(origin, origin - _window + 1 + step, destination[.._channels[k]]);
                destination = destination[_channels[k]..];
            }
        }
    }

    public void CopyTarget(int index, Span<float> destination)
    {
        for (int h = 0; h < _steps; h++)
        {
            for (int k = 0; k < _frames.Length; k++)
                destination[(h * _frames.Length) + k] = _targets is null ? 0 : _targets[k][(index * _steps) + h];
        }
    }
}
