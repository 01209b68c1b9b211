namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Sums of products over axes that letters name: the letters of the output stay, the others are summed over.</summary>
internal sealed class Einsum : Numeric
{
    private readonly string[] _terms;
    private readonly string? _output;

    public Einsum(NodeReading node)
    {
        string equation = node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        _terms = sides[0].Split(',');
        _output = sides.Length == 2 ? sides[1] : null;
        string letters = string.Concat(_terms) + _output;
        if (sides.Length > 2 || _terms.Length != node.Inputs
            || letters.Replace("...", "", StringComparison.Ordinal).Any(letter => !char.IsAsciiLetter(letter)))
            throw node.Error($"the equation {equation} for {node.Inputs} inputs cannot be read");
        if (_terms.Length > 2)
            throw node.Unsupported($"the equation {equation} of more than two inputs");
    }

    public override int SameTyped => int.MaxValue;

    public override bool IsFoldable => false;

    protected override void Compute<T>(in Call call)
    {
        // Letters and the axes of an ellipsis, as characters '0', '1', ... from its last axis on.
        string[] names = new string[_terms.Length];
        int ellipsis = 0;
        for (int i = 0; i < names.Length; i++)
        {
            int rest = call.In(i).Rank - _terms[i].Replace("...", "", StringComparison.Ordinal).Length;
            if (rest < 0 || (rest > 0 && !_terms[i].Contains("...", StringComparison.Ordinal)))
                throw call.Error($"the term {_terms[i]} does not fit shape {call.In(i).Shape}");
            ellipsis = Math.Max(ellipsis, rest);
            names[i] = _terms[i].Replace("...", Digits(rest), StringComparison.Ordinal);
        }

        string output = _output?.Replace("...", Digits(ellipsis), StringComparison.Ordinal)
            ?? Digits(ellipsis) + string.Concat(string.Concat(names).Where(
                char.IsAsciiLetter).GroupBy(letter => letter).Where(group => group.Count() == 1).Select(group => group.Key).Order());
        string all = output + string.Concat(string.Concat(names).Distinct().Where(letter => !output.Contains(letter)));
        if (all.Length > Tensor.MostAxes || output.Distinct().Count() != output.Length
            || output.Any(letter => !names.Any(name => name.Contains(letter))))
            throw call.Error("its equation cannot be computed");
        Span<int> dims = stackalloc int[all.Length], a = stackalloc int[all.Length], b = stackalloc int[all.Length],
            c = stackalloc int[all.Length];
        dims.Fill(1);
        for (int i = 0; i < names.Length; i++)
            Measure(call, call.In(i), names[i], all, dims, i == 0 ? a : b);
        Strides.Of(dims[..output.Length], c);
        c[output.Length..].Clear();
        Span<T> result = call.Out<T>(0, dims[..output.Length]).Values;
        result.Clear();
        ReadOnlySpan<T> left = call.In<T>(0).Values, right = names.Length == 2 ? call.In<T>(1).Values : [];
        var walk = new Walk(dims, a, b, c);
        while (walk.Next())
        {
            call.Memory.Token.ThrowIfCancellationRequested();
            for (int i = 0; i < walk.Run; i++)
            {
                T product = left[walk.A + i * walk.StepA];
                if (names.Length == 2)
                    product *= right[walk.B + i * walk.StepB];
                result[walk.C + i * walk.StepC] += product;
            }
        }
    }

    private static string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + count - 1 - i)));

    private static void Measure(in Call call, Tensor input, string name, string all, Span<int> dims, Span<int> strides)
    {
        strides.Clear();
        int stride = 1;
        for (int axis = input.Rank - 1; axis >= 0; axis--)
        {
            int at = all.IndexOf(name[axis], StringComparison.Ordinal), extent = input[axis];
            if (dims[at] != extent && dims[at] != 1 && extent != 1)
                throw call.Error($"axes {name[axis]} have extents {dims[at]} and {extent}");
            if (extent != 1)
            {
                dims[at] = extent;
                strides[at] += stride;
            }

            stride *= extent;
        }
    }
}
