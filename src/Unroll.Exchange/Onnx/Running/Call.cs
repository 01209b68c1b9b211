using System.Globalization;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A node at work: its inputs, its outputs, memory for the time of the call.</summary>
internal readonly struct Call(RunMemory memory, Step step)
{
    public delegate void Work(in Call call);

    public RunMemory Memory => memory;

    public Step Step => step;

    /// <summary>How many inputs are written down, those left out too.</summary>
    public int Inputs => step.Inputs.Length;

    public int Outputs => step.Outputs.Length;

    /// <summary>Whether an input is given.</summary>
    public bool Has(int input) => input < step.Inputs.Length && step.Inputs[input] >= 0;

    /// <summary>Whether anything may read an output.</summary>
    public bool Wants(int output) => output < step.Outputs.Length && step.Outputs[output] >= 0;

    public Tensor In(int input)
    {
        if (!Has(input))
            throw Error($"input {input + 1} is missing");
        return memory.Values[step.Inputs[input]] ?? throw Error($"input {input + 1} has no value");
    }

    public Tensor<T> In<T>(int input)
        where T : unmanaged =>
        In(input) as Tensor<T> ?? throw WrongType(input);

    /// <summary>The same of an input that may be left out.</summary>
    public Tensor<T>? Optional<T>(int input)
        where T : unmanaged =>
        Has(input) ? In<T>(input) : null;

    /// <summary>A new output; its numbers are whatever they are.</summary>
    public Tensor<T> Out<T>(int output, params ReadOnlySpan<int> dims)
        where T : unmanaged
    {
        if (Wants(output))
            return memory.Make<T>(step.Outputs[output], dims);
        var unwanted = new Tensor<T>();
        long length = memory.LengthOf(dims);
        unwanted.Attach(memory.ScratchStorage<T>(length), dims, (int)length);
        return unwanted;
    }

    /// <summary>
    /// A new output that begins as a copy of an input; the input's own numbers where nobody reads them any more, so that nothing is copied.
    /// </summary>
    public Span<T> OutFrom<T>(Tensor<T> source, int input)
        where T : unmanaged
    {
        if (Wants(0) && source.IsAlone && step.Last.AsSpan().Contains(step.Inputs[input]))
        {
            memory.Show(step.Outputs[0], source, source.Dims);
            return source.Values;
        }

        Span<T> result = Out<T>(0, source.Dims).Values;
        source.Values.CopyTo(result);
        return result;
    }

    /// <summary>Shows a tensor's numbers as an output, under extents that hold as many.</summary>
    public void Show(int output, Tensor tensor, ReadOnlySpan<int> dims)
    {
        if (Wants(output))
            memory.Show(step.Outputs[output], tensor, dims);
    }

    public Span<T> Scratch<T>(long length)
        where T : unmanaged =>
        memory.Scratch<T>(length)[..(int)length];

    /// <summary>Complex numbers for the time of the node; counted as memory of the run.</summary>
    public System.Numerics.Complex[] Complex(int length)
    {
        ref object? kept = ref memory.Kept[step.Number];
        if (kept is System.Numerics.Complex[] line && line.Length == length)
            return line;
        memory.Take(48L * length);
        var made = new System.Numerics.Complex[length];
        kept = made;
        return made;
    }

    /// <summary>Whole numbers of an input, of 64 or 32 bits.</summary>
    public ReadOnlySpan<long> Longs(int input)
    {
        Tensor tensor = In(input);
        if (tensor is Tensor<long> longs)
            return longs.Values;
        if (tensor is not Tensor<int> ints)
            throw WrongType(input);
        Span<long> widened = Scratch<long>(ints.Length);
        for (int i = 0; i < widened.Length; i++)
            widened[i] = ints.Values[i];
        return widened;
    }

    /// <summary>The only whole number of an input.</summary>
    public long Long(int input)
    {
        ReadOnlySpan<long> values = Longs(input);
        return values.Length == 1 ? values[0] : throw Error($"input {input + 1} must hold one number, but has shape {In(input).Shape}");
    }

    /// <summary>The only number of an input of any type.</summary>
    public double Number(int input)
    {
        Tensor tensor = In(input);
        if (tensor.Length != 1)
            throw Error($"input {input + 1} must hold one number, but has shape {tensor.Shape}");
        return tensor switch
        {
            Tensor<float> t => t.Values[0],
            Tensor<double> t => t.Values[0],
            Tensor<Half> t => (double)t.Values[0],
            _ => Long(input),
        };
    }

    /// <summary>An axis counted from the front.</summary>
    public int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank)
            throw Error(string.Create(CultureInfo.InvariantCulture, $"axis {axis} is none of {rank}"));
        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>An error that names this node.</summary>
    public UnrollException Error(string what) => new($"{step.Label}: {what}.");

    public UnrollException WrongType(int input) => Error($"input {input + 1} is of a type that is not supported here, {In(input).Type}");

    /// <summary>Does the work on inputs of half precision widened to single, and rounds the outputs of single precision.</summary>
    public void DoWidened(Work work)
    {
        // The values are changed in place for the time of the call.
        var kept = new Tensor?[step.Inputs.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            if (!Has(i) || memory.Values[step.Inputs[i]] is not Tensor<Half> narrow)
                continue;
            kept[i] = narrow;
            var wide = new float[narrow.Length];
            for (int at = 0; at < wide.Length; at++)
                wide[at] = (float)narrow.Values[at];
            memory.Values[step.Inputs[i]] = Tensor<float>.Of(wide, narrow.Dims);
        }

        try
        {
            work(this);
        }
        finally
        {
            for (int i = 0; i < kept.Length; i++)
            {
                if (kept[i] is { } narrow)
                    memory.Values[step.Inputs[i]] = narrow;
            }
        }

        for (int i = 0; i < step.Outputs.Length; i++)
        {
            if (!Wants(i) || memory.Values[step.Outputs[i]] is not Tensor<float> single)
                continue;
            var rounded = new Half[single.Length];
            for (int at = 0; at < rounded.Length; at++)
                rounded[at] = (Half)single.Values[at];
            memory.Show(step.Outputs[i], Tensor<Half>.Of(rounded, single.Dims), single.Dims);
        }
    }
}
