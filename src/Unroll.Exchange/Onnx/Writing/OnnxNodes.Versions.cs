namespace Unroll.Exchange;

/// <content>Operators that are used often, and those whose attributes became inputs.</content>
public partial class OnnxNodes
{
    /// <summary>The end of an axis, however long it is.</summary>
    internal const long End = long.MaxValue;

    internal string Scalar(float value) => Numbers([value]);

    internal string Add(string a, string b) => Node("Add", [a, b]);

    internal string Sub(string a, string b) => Node("Sub", [a, b]);

    internal string Mul(string a, string b) => Node("Mul", [a, b]);

    internal string Div(string a, string b) => Node("Div", [a, b]);

    internal string MatMul(string a, string b) => Node("MatMul", [a, b]);

    /// <summary>x·W + b at every position.</summary>
    internal string Affine(string x, string kernel, string? bias) => bias is null ? MatMul(x, kernel) : Add(MatMul(x, kernel), bias);

    internal string Where(string condition, string yes, string no) => Node("Where", [condition, yes, no]);

    internal string Transpose(string x, params long[] order) => Node("Transpose", [x], ("perm", order));

    /// <summary>0 keeps an extent, −1 takes what is left.</summary>
    internal string Reshape(string x, params ReadOnlySpan<long> shape) => Node("Reshape", [x, Integers(shape)]);

    internal string Concat(int axis, params IReadOnlyList<string> values) =>
        values.Count == 1 ? values[0] : Node("Concat", values, ("axis", (long)axis));

    internal string ToFloat(string x) => Node("Cast", [x], ("to", 1L));

    internal string Expand(string x, string shape) => Node("Expand", [x, shape]);

    internal string Squeeze(string x, params long[] axes) => WithAxes("Squeeze", x, axes, Opset >= 13);

    internal string Unsqueeze(string x, params long[] axes) => WithAxes("Unsqueeze", x, axes, Opset >= 13);

    internal string Sum(string x, bool keeps, params long[] axes) => WithAxes("ReduceSum", x, axes, Opset >= 13, KeepDims(keeps));

    internal string Mean(string x, bool keeps, params long[] axes) => WithAxes("ReduceMean", x, axes, Opset >= 18, KeepDims(keeps));

    internal string Largest(string x, bool keeps, params long[] axes) => WithAxes("ReduceMax", x, axes, Opset >= 18, KeepDims(keeps));

    /// <summary>Parts of the last axis, all of one size.</summary>
    internal IReadOnlyList<string> Split(string x, int count, int size)
    {
        long[] sizes = [.. Enumerable.Repeat((long)size, count)];
        return Opset >= 13
            ? Nodes("Split", [x, Integers(sizes)], count, ("axis", -1L))
            : Nodes("Split", [x], count, ("axis", -1L), ("split", sizes));
    }

    internal string Slice(string x, long axis, long from, long to, long step = 1) => step == 1
        ? Node("Slice", [x, Integers(from), Integers(to), Integers(axis)])
        : Node("Slice", [x, Integers(from), Integers(to), Integers(axis), Integers(step)]);

    /// <summary>The steps of [B, T, ...] from the last to the first.</summary>
    internal string Reverse(string x) => Slice(x, 1, -1, long.MinValue + 1, -1);

    /// <summary>The extent of an axis, as a vector of one whole number.</summary>
    internal string Extent(string x, int axis) => Slice(Node("Shape", [x]), 0, axis, axis + 1);

    internal string Clip(string x, float least, float most) => Node("Clip", [x, Scalar(least), Scalar(most)]);

    /// <summary>Zeros before and after: for each axis how many before, and then for each how many after.</summary>
    internal string Pad(string x, params ReadOnlySpan<long> counts) => Node("Pad", [x, Integers(counts), Scalar(0)], ("mode", "constant"));

    /// <summary>Zeros [B, units], of as many rows as <paramref name="like"/> has.</summary>
    internal string Zeros(string like, int units) =>
        Node("ConstantOfShape", [Concat(0, Extent(like, 0), Integers(units))]);

    /// <summary>A mask [B, T] beside values of more extents.</summary>
    internal string Beside(string mask, int rank) =>
        rank <= 2 ? mask : Unsqueeze(mask, [.. Enumerable.Range(2, rank - 2).Select(axis => (long)axis)]);

    /// <summary>The numbers 0 to n − 1 for a vector of one whole number n.</summary>
    internal string Range(string count) =>
        Node("Range", [Model.WholeNumber(0), Squeeze(count, 0), Model.WholeNumber(1)]);

    private string WithAxes(
        string operation, string x, long[] axes, bool areInput, params ReadOnlySpan<(string Name, object Value)> attributes) => areInput
        ? Node(operation, [x, Integers(axes)], attributes)
        : Node(operation, [x], [.. attributes, ("axes", axes)]);

    private static (string, object) KeepDims(bool keeps) => ("keepdims", keeps ? 1L : 0L);
}
