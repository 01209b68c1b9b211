namespace Unroll.Forecasting;

/// <summary>
/// An input and a target for each origin from one row to another. Where something is known of the rows to come, an input is the T rows
/// up to the origin and the H rows after it, (T + H, F); otherwise the T rows alone, (T, F): on each row the channels of all K targets
/// side by side. The target holds for each of the H rows ahead what a linear model leaves of each of the K targets, (H · K), the targets
/// of a row beside each other.
/// </summary>
internal sealed class SideBySideSamples : ISamples
{
    private readonly JointInputs _inputs;
    private readonly InputFrame[] _frames;
    private readonly int[]?[] _selections;
    private readonly int _window, _steps, _first;
    private readonly float[][]? _targets;

    /// <param name="inputs">What is read of the frames.</param>
    /// <param name="frames">One a target; its plan gives all that is read of it.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="targets">[K][count, H]; null where there are none yet.</param>
    public SideBySideSamples(JointInputs inputs, InputFrame[] frames, int first, int count, float[][]? targets)
    {
        (_inputs, _frames, _first, Count, _targets) = (inputs, frames, first, count, targets);
        (_window, _steps) = (inputs.Lead.Window, inputs.Lead.Steps);
        _selections = [.. frames.Select((frame, k) => JointInputs.Selection(frame.Plan, inputs.Plans[k]))];
        (InputShape, TargetShape) = (inputs.Shape, new Shape(_steps * frames.Length));
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
                int channels = _selections[k]?.Length ?? _frames[k].Channels;
                Write(k, origin, origin - _window + 1 + step, destination[..channels]);
                destination = destination[channels..];
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

    private void Write(int k, int origin, int row, Span<float> destination)
    {
        if (_selections[k] is not { } selection)
        {
            _frames[k].WriteChannels(origin, row, destination);
            return;
        }

        Span<float> all = stackalloc float[_frames[k].Channels];
        _frames[k].WriteChannels(origin, row, all);
        for (int i = 0; i < selection.Length; i++)
            destination[i] = all[selection[i]];
    }
}
