using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Exchange.OnnxFormat.Running;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <summary>
/// What can be computed of a graph before it runs, by the runner's operators: the weights behind transpositions, cuts and joints, and
/// extents that were made of extents. In whole numbers the extent of the batch stays a word.
/// </summary>
/// <param name="opset">The version of the operators.</param>
/// <param name="fileBytes">The length of the file, which bounds what is computed.</param>
internal sealed class ConstantFolding(int opset, long fileBytes)
{
    private static readonly HashSet<string> s_arithmetic = ["Add", "Sub", "Mul", "Div", "Neg"];

    private static readonly HashSet<string> s_operators =
    [
        .. s_arithmetic, "Cast", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Gather", "Slice", "Concat", "Shape", "Sqrt",
    ];

    private readonly Folding _folding = new("The graph", fileBytes);

    /// <summary>Null: the operator is not one of those, its inputs do not fit, or it would be too large.</summary>
    public LiftedConstant? Fold(NodeProto proto, GraphNode node, LiftedConstant?[] inputs)
    {
        LiftedConstant x = inputs[0]!;
        bool isArithmetic = s_arithmetic.Contains(node.Operation), hasWords = inputs.Any(HasWords);
        if (node.Operation is "Identity" or "Dropout")
            return x;
        if (!s_operators.Contains(node.Operation))
            return null;
        if (node.Operation == "Cast" && x.Integers is not null && node.Integer("to", 1) is not (1 or 10 or 11 or 16))
            return x;
        if (hasWords && isArithmetic)
            return WithWords(node.Operation, inputs);

        // Words may be moved, but say neither where to nor how much.
        bool saysWhere = node.Operation is not ("Concat" or "Cast");
        if (hasWords && (node.Operation == "Cast" || (saysWhere && inputs.Skip(1).Any(HasWords))))
            return null;
        return Run(proto, node, [.. inputs.Select(input => input?.ToTensor())]) is { } made ? LiftedConstant.Of(made) : null;
    }

    private static bool HasWords(LiftedConstant? constant) =>
        constant?.Integers?.AsSpan().ContainsAny(LiftedConstant.Batch, LiftedConstant.Unknown) ?? false;

    private Tensor? Run(NodeProto proto, GraphNode node, Tensor?[] inputs)
    {
        OperatorEntry? entry = OperatorTable.Find(node.Operation, opset);
        if (entry is null || inputs.Length > entry.MostInputs || inputs.Take(entry.LeastInputs).Count(input => input is not null)
            < entry.LeastInputs)
            return null;
        try
        {
            var reading = new NodeReading(proto, node.Label, opset, inputs, _ => throw new LiftException("it has a graph"));
            int[] from = [.. inputs.Select((input, i) => input is null ? -1 : i)];
            var step = new Step(0, node.Label, entry.Make(reading), from, [inputs.Length]);
            return _folding.TryRun(step, [.. inputs], out Tensor?[] made) ? made[0] : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>Whole numbers, of equal extents or one with many, of which some are words: what is computed with one is unknown.</summary>
    private static LiftedConstant? WithWords(string operation, LiftedConstant?[] inputs)
    {
        LiftedConstant a = inputs[0]!, b = operation == "Neg" ? a : inputs[1]!;
        if (a.Integers is not { } m || b.Integers is not { } n || (m.Length != n.Length && m.Length != 1 && n.Length != 1))
            return null;
        return new LiftedConstant(m.Length >= n.Length ? a.Shape : b.Shape, null, [.. Enumerable.Range(0, Math.Max(m.Length, n.Length))
            .Select(i => (m[i % m.Length], n[i % n.Length])).Select(pair => IsWord(pair.Item1) || IsWord(pair.Item2)
                ? LiftedConstant.Unknown
                : operation switch
                {
                    "Add" => unchecked(pair.Item1 + pair.Item2),
                    "Sub" => unchecked(pair.Item1 - pair.Item2),
                    "Mul" => unchecked(pair.Item1 * pair.Item2),
                    "Neg" => unchecked(-pair.Item1),
                    _ => pair.Item2 is 0 or -1 ? throw new LiftException("it divides by nothing") : pair.Item1 / pair.Item2,
                })]);
    }

    private static bool IsWord(long value) => value is LiftedConstant.Batch or LiftedConstant.Unknown;
}
