namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>One of two graphs.</summary>
internal sealed class If(NodeReading node) : Operator
{
    private readonly GraphSteps[] _branches = [node.Graph("then_branch"), node.Graph("else_branch")];

    public override bool IsFoldable => false;

    public override ReadOnlySpan<GraphSteps> Bodies => _branches;

    public override bool Accepts(TensorType type) => type is TensorType.Boolean;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => null;

    public override void Run(in Call call)
    {
        Tensor<bool> condition = call.In<bool>(0);
        if (condition.Length != 1)
            throw call.Error($"its condition has shape {condition.Shape} instead of one Boolean");
        GraphSteps branch = _branches[condition.Values[0] ? 0 : 1];
        if (branch.Outputs.Length < call.Outputs)
            throw call.Error($"its graph has {branch.Outputs.Length} outputs instead of {call.Outputs}");
        branch.Run(call.Memory);
        for (int i = 0; i < call.Outputs; i++)
        {
            Tensor value = call.Memory.Values[branch.Outputs[i]] ?? throw call.Error("its graph makes no value");
            call.Show(i, value, value.Dims);
        }

        branch.Forget(call.Memory);
    }
}

/// <summary>Collects a value of a body from each step, and puts the steps together along an axis.</summary>
internal sealed class Collected
{
    private readonly List<Tensor> _steps = [];

    public void Add(RunMemory memory, Tensor value)
    {
        if (_steps.Count > 0 && (_steps[0].Type != value.Type || !_steps[0].Dims.SequenceEqual(value.Dims)))
            throw new UnrollException(
                $"A loop collects values of shapes {_steps[0].Shape} and {value.Shape}, which cannot be put together.");
        _steps.Add(Loop.Hold(memory, value));
    }

    /// <summary>[steps, …] as an output; the steps along another axis, or backwards, where that is asked.</summary>
    public void Write(in Call call, int output, long axis = 0, bool isBackwards = false)
    {
        if (!call.Wants(output))
            return;
        if (_steps.Count == 0)
        {
            throw call.Error("it has no steps, so nothing is known of the extents of what it collects");
        }

        switch (_steps[0])
        {
            case Tensor<float>: Write<float>(call, output, axis, isBackwards); break;
            case Tensor<double>: Write<double>(call, output, axis, isBackwards); break;
            case Tensor<Half>: Write<Half>(call, output, axis, isBackwards); break;
            case Tensor<long>: Write<long>(call, output, axis, isBackwards); break;
            case Tensor<int>: Write<int>(call, output, axis, isBackwards); break;
            case Tensor<bool>: Write<bool>(call, output, axis, isBackwards); break;
            case Tensor<byte>: Write<byte>(call, output, axis, isBackwards); break;
            default: throw call.Error($"values of type {_steps[0].Type} are not collected here");
        }

        foreach (Tensor step in _steps)
            step.Release(call.Memory);
    }

    private void Write<T>(in Call call, int output, long axis, bool isBackwards)
        where T : unmanaged
    {
        Tensor first = _steps[0];
        int place = call.Axis(axis, first.Rank + 1), count = _steps.Count;
        Span<int> dims = stackalloc int[Tensor.MostAxes + 1];
        first.Dims[..place].CopyTo(dims);
        dims[place] = count;
        first.Dims[place..].CopyTo(dims[(place + 1)..]);
        int inner = Strides.Count(first.Dims[place..]), outer = Strides.Count(first.Dims[..place]);
        Span<T> result = call.Out<T>(output, dims[..(first.Rank + 1)]).Values;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<T> values = ((Tensor<T>)_steps[isBackwards ? count - 1 - i : i]).Values;
            for (int o = 0; o < outer; o++)
                values.Slice(o * inner, inner).CopyTo(result[((o * count + i) * inner)..]);
        }
    }
}

/// <summary>
/// A graph again and again, a number of times or while it says so. Values are carried from time to time; others are collected.
/// </summary>
internal sealed class Loop(NodeReading node) : Operator
{
    private readonly GraphSteps[] _body = [node.Graph("body")];

    public override bool IsFoldable => false;

    public override ReadOnlySpan<GraphSteps> Bodies => _body;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) =>
        output + 2 < inputs.Length ? inputs[output + 2] : null;

    public override void Run(in Call call)
    {
        GraphSteps body = _body[0];
        RunMemory memory = call.Memory;
        int carried = call.Inputs - 2, collected = call.Outputs - carried;
        if (carried < 0 || body.Inputs.Length != carried + 2 || body.Outputs.Length != 1 + carried + collected || collected < 0)
            throw call.Error(
                $"its body has {body.Inputs.Length} inputs and {body.Outputs.Length} outputs for {call.Inputs} and {call.Outputs}");
        long most = call.Has(0) ? call.Long(0) : long.MaxValue;
        bool goesOn = !call.Has(1) || call.In<bool>(1).Values[0];
        var steps = new Collected[collected];
        for (int i = 0; i < collected; i++)
            steps[i] = new Collected();
        var states = new Tensor[carried];
        for (int i = 0; i < carried; i++)
            states[i] = Hold(memory, call.In(i + 2));
        for (long step = 0; step < most && goesOn; step++)
        {
            memory.Token.ThrowIfCancellationRequested();
            memory.Make<long>(body.Inputs[0], []).Values[0] = step;
            memory.Make<bool>(body.Inputs[1], []).Values[0] = true;
            for (int i = 0; i < carried; i++)
                memory.Show(body.Inputs[i + 2], states[i], states[i].Dims);
            body.Run(memory);
            goesOn = memory.Values[body.Outputs[0]] is Tensor<bool> { Length: 1 } condition
                ? condition.Values[0]
                : throw call.Error("its body makes no condition");
            for (int i = 0; i < carried; i++)
            {
                Tensor next = Hold(memory, memory.Values[body.Outputs[1 + i]] ?? throw call.Error("its body makes no value"));
                states[i].Release(memory);
                states[i] = next;
            }

            for (int i = 0; i < collected; i++)
                steps[i].Add(memory, memory.Values[body.Outputs[1 + carried + i]] ?? throw call.Error("its body makes no value"));
            body.Forget(memory);
        }

        for (int i = 0; i < carried; i++)
        {
            call.Show(i, states[i], states[i].Dims);
            states[i].Release(memory);
        }

        for (int i = 0; i < collected; i++)
            steps[i].Write(call, carried + i);
    }

    /// <summary>A tensor of its own that shows the same numbers, so that they stay when the value's name gets others.</summary>
    internal static Tensor Hold(RunMemory memory, Tensor value)
    {
        Tensor held = value.Empty();
        held.Alias(memory, value, value.Dims);
        return held;
    }
}

/// <summary>A graph over the steps of its inputs; states are carried from step to step, outputs are collected.</summary>
internal sealed class Scan : Operator
{
    private readonly GraphSteps[] _body;
    private readonly int _scanned, _version;
    private readonly long[] _inputAxes, _outputAxes, _inputDirections, _outputDirections;

    public Scan(NodeReading node)
    {
        _body = [node.Graph("body")];
        _version = node.Version;
        _scanned = (int)Math.Clamp(node.Int("num_scan_inputs", 1), 0, int.MaxValue);
        _inputAxes = node.Ints("scan_input_axes") ?? [];
        _outputAxes = node.Ints("scan_output_axes") ?? [];
        _inputDirections = node.Ints("scan_input_directions") ?? node.Ints("directions") ?? [];
        _outputDirections = node.Ints("scan_output_directions") ?? [];
        if (node.Version < 9)
            throw node.Unsupported("Scan over batches, as opset 8 has it");
    }

    public override bool IsFoldable => false;

    public override ReadOnlySpan<GraphSteps> Bodies => _body;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) =>
        output < inputs.Length - _scanned ? inputs[output] : null;

    public override void Run(in Call call)
    {
        GraphSteps body = _body[0];
        RunMemory memory = call.Memory;
        int carried = call.Inputs - _scanned, collected = call.Outputs - carried;
        if (carried < 0 || collected < 0 || body.Inputs.Length != call.Inputs || body.Outputs.Length != call.Outputs)
            throw call.Error(
                $"its body has {body.Inputs.Length} inputs and {body.Outputs.Length} outputs for {call.Inputs} and {call.Outputs}");
        var states = new Tensor[carried];
        for (int i = 0; i < carried; i++)
            states[i] = Loop.Hold(memory, call.In(i));
        var steps = new Collected[collected];
        for (int i = 0; i < collected; i++)
            steps[i] = new Collected();
        int count = -1;
        for (int i = 0; i < _scanned; i++)
        {
            Tensor input = call.In(carried + i);
            int extent = input[call.Axis(AxisOf(_inputAxes, i), input.Rank)];
            if (count >= 0 && extent != count)
                throw call.Error($"its inputs have {count} and {extent} steps");
            count = extent;
        }

        for (int step = 0; step < count; step++)
        {
            memory.Token.ThrowIfCancellationRequested();
            for (int i = 0; i < carried; i++)
                memory.Show(body.Inputs[i], states[i], states[i].Dims);
            for (int i = 0; i < _scanned; i++)
            {
                bool isBackwards = AxisOf(_inputDirections, i) == 1;
                StepOf(call, call.In(carried + i), AxisOf(_inputAxes, i), isBackwards ? count - 1 - step : step, body.Inputs[carried + i]);
            }

            body.Run(memory);
            for (int i = 0; i < carried; i++)
            {
                Tensor next = Loop.Hold(memory, memory.Values[body.Outputs[i]] ?? throw call.Error("its body makes no value"));
                states[i].Release(memory);
                states[i] = next;
            }

            for (int i = 0; i < collected; i++)
                steps[i].Add(memory, memory.Values[body.Outputs[carried + i]] ?? throw call.Error("its body makes no value"));
            body.Forget(memory);
        }

        for (int i = 0; i < carried; i++)
        {
            call.Show(i, states[i], states[i].Dims);
            states[i].Release(memory);
        }

        for (int i = 0; i < collected; i++)
            steps[i].Write(call, carried + i, AxisOf(_outputAxes, i), AxisOf(_outputDirections, i) == 1);
    }

    private static long AxisOf(long[] values, int index) => index < values.Length ? values[index] : 0;

    private static void StepOf(in Call call, Tensor input, long axis, int step, int value)
    {
        switch (input)
        {
            case Tensor<float> t: StepOf(call, t, axis, step, value); break;
            case Tensor<double> t: StepOf(call, t, axis, step, value); break;
            case Tensor<Half> t: StepOf(call, t, axis, step, value); break;
            case Tensor<long> t: StepOf(call, t, axis, step, value); break;
            case Tensor<int> t: StepOf(call, t, axis, step, value); break;
            case Tensor<bool> t: StepOf(call, t, axis, step, value); break;
            case Tensor<byte> t: StepOf(call, t, axis, step, value); break;
            default: throw call.Error($"inputs of type {input.Type} are not walked through here");
        }
    }

    private static void StepOf<T>(in Call call, Tensor<T> input, long axis, int step, int value)
        where T : unmanaged
    {
        var around = new Around(input.Dims, call.Axis(axis, input.Rank));
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        int rank = 0, place = call.Axis(axis, input.Rank);
        for (int i = 0; i < input.Rank; i++)
        {
            if (i != place)
                dims[rank++] = input[i];
        }

        Span<T> result = call.Memory.Make<T>(value, dims[..rank]).Values;
        for (int o = 0; o < around.Outer; o++)
            input.Values.Slice((o * around.Extent + step) * around.Inner, around.Inner).CopyTo(result[(o * around.Inner)..]);
    }
}
