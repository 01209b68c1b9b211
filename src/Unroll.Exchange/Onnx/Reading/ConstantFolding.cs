namespace Unroll.Exchange;

/// <summary>
/// What can be computed of a graph before it runs: the weights behind transpositions, cuts and joints, and extents that were made of
/// extents. In whole numbers the extent of the batch stays a word.
/// </summary>
internal static class ConstantFolding
{
    /// <summary>Numbers of a result that is larger than what it was made of: more are no weights of a file but an attack.</summary>
    private const long Most = 1 << 22;

    /// <summary>Null: the operator is not one of those.</summary>
    /// <exception cref="LiftException">The inputs do not fit.</exception>
    public static LiftedConstant? Fold(GraphNode node, LiftedConstant?[] inputs)
    {
        LiftedConstant x = inputs[0]!;
        long[]? Given(string attribute, int input) => node.Integers(attribute) ?? (input < inputs.Length ? inputs[input]?.Integers : null);
        switch (node.Operation)
        {
            case "Identity" or "Dropout":
                return x;
            case "Cast":
                return Cast(x, node.Integer("to", 1));
            case "Transpose":
                return Picked(x, Permuted(x.Shape, node.Integers("perm")
                    ?? [.. Enumerable.Range(0, x.Shape.Length).Reverse().Select(axis => (long)axis)]));
            case "Reshape":
                return Shaped(x, Given("shape", 1) ?? throw new LiftException("its extents are not given"));
            case "Flatten":
                int axis = AxisOf(node.Integer("axis", 1), x.Shape.Length + 1);
                return Shaped(x, [x.Shape[..axis].Aggregate(1L, (a, b) => a * b), x.Shape[axis..].Aggregate(1L, (a, b) => a * b)]);
            case "Squeeze":
                long[]? ones = Given("axes", 1);
                HashSet<int> dropped = [.. ones is null ? Enumerable.Range(0, x.Shape.Length).Where(i => x.Shape[i] == 1)
                    : ones.Select(i => AxisOf(i, x.Shape.Length))];
                return new LiftedConstant([.. x.Shape.Where((_, i) => !dropped.Contains(i))], x.Floats, x.Integers);
            case "Unsqueeze":
                long[] added = Given("axes", 1) ?? throw new LiftException("its axes are not given");
                var shape = x.Shape.ToList();
                foreach (int at in added.Select(i => AxisOf(i, x.Shape.Length + added.Length)).Order())
                    shape.Insert(Math.Min(at, shape.Count), 1);
                return new LiftedConstant([.. shape], x.Floats, x.Integers);
            case "Gather":
                return Gathered(x, inputs[1]!, AxisOf(node.Integer("axis", 0), x.Shape.Length));
            case "Slice":
                return Sliced(x, Given("starts", 1), Given("ends", 2), Given("axes", 3), inputs.Length > 4 ? inputs[4]?.Integers : null);
            case "Concat":
                return Joined([.. inputs.OfType<LiftedConstant>()], AxisOf(node.Integer("axis", 0), x.Shape.Length));
            case "Shape":
                return new LiftedConstant([x.Shape.Length], null, [.. x.Shape.Select(extent => (long)extent)]);
            case "Add" or "Sub" or "Mul" or "Div":
                return Computed(node.Operation, x, inputs[1]!);
            case "Neg":
                return Computed("Sub", new LiftedConstant([], x.Floats is null ? null : [0], x.Floats is null ? [0] : null), x);
            case "Sqrt" when x.Floats is { } roots:
                return new LiftedConstant(x.Shape, [.. roots.Select(MathF.Sqrt)], null);
            default:
                return null;
        }
    }

    public static int AxisOf(long axis, int rank) => axis < -rank || axis >= rank
        ? throw new LiftException($"it has no axis {axis}")
        : (int)(axis < 0 ? axis + rank : axis);

    /// <summary>A slice of one axis: its first, one after its last, and the step, in order.</summary>
    public static (long From, long To, long Step) Range(long from, long to, long step, long extent)
    {
        if (step == 0)
            throw new LiftException("its step is 0");
        from = from < 0 ? Math.Max(from, -extent - 1) + extent : Math.Min(from, extent);
        to = to < 0 ? Math.Max(to, -extent - 1) + extent : Math.Min(to, extent);
        return step > 0 ? (Math.Max(0, from), Math.Max(0, to), step) : (Math.Min(from, extent - 1), Math.Max(to, -1), step);
    }

    private static LiftedConstant Cast(LiftedConstant x, long type) => type switch
    {
        1 or 10 or 11 or 16 => x.Floats is not null ? x : new LiftedConstant(x.Shape, [.. x.Integers!.Select(value => (float)value)], null),
        _ => x.Integers is not null ? x : new LiftedConstant(x.Shape, null, [.. x.Floats!.Select(value => (long)value)]),
    };

    /// <summary>Which numbers of a tensor another consists of, and its extents.</summary>
    private static (int[] Shape, int[] Sources) Permuted(int[] shape, long[] order)
    {
        if (!order.Order().SequenceEqual(Enumerable.Range(0, shape.Length).Select(i => (long)i)))
            throw new LiftException($"its order {string.Join(' ', order)} is none of {shape.Length} extents");
        int[] axes = [.. order.Select(axis => (int)axis)];
        return shape.Contains(0) ? throw new LiftException("it has no numbers")
            : ([.. axes.Select(axis => shape[axis])], new WeightView(null, shape, axes, -1, []).Sources());
    }

    private static LiftedConstant Picked(LiftedConstant x, (int[] Shape, int[] Sources) pick) => x.Floats is { } floats
        ? new LiftedConstant(pick.Shape, [.. pick.Sources.Select(i => floats[i])], null)
        : new LiftedConstant(pick.Shape, null, [.. pick.Sources.Select(i => x.Integers![i])]);

    private static LiftedConstant Shaped(LiftedConstant x, long[] target)
    {
        long[] extents = [.. target.Select((extent, i) => extent == 0 && i < x.Shape.Length ? x.Shape[i] : extent)];
        long known = extents.Where(extent => extent != -1).Aggregate(1L, (a, b) => b is < 0 or > int.MaxValue ? 0 : a * b);
        if (extents.Contains(-1) && known > 0)
            extents[Array.IndexOf(extents, -1)] = x.Length / known;
        return extents.Any(extent => extent is < 0 or > int.MaxValue) || extents.Aggregate(1L, (a, b) => a * b) != x.Length
            ? throw new LiftException("its extents do not fit what it takes")
            : new LiftedConstant([.. extents.Select(extent => (int)extent)], x.Floats, x.Integers);
    }

    private static LiftedConstant Gathered(LiftedConstant x, LiftedConstant indices, int axis)
    {
        int inner = x.Shape[(axis + 1)..].Aggregate(1, (a, b) => a * b), outer = x.Shape[..axis].Aggregate(1, (a, b) => a * b),
            extent = x.Shape[axis];
        if (indices.Integers is not { } which || which.Any(i => i < -extent || i >= extent)
            || (long)outer * which.Length * inner > Math.Max(Most, x.Length))
            throw new LiftException("it takes what is not there");
        int[] shape = [.. x.Shape[..axis], .. indices.Shape, .. x.Shape[(axis + 1)..]];
        int[] sources = [.. from o in Enumerable.Range(0, outer) from i in which from n in Enumerable.Range(0, inner)
                            select (o * extent + (int)(i < 0 ? i + extent : i)) * inner + n];
        return Picked(x, (shape, sources));
    }

    private static LiftedConstant Sliced(LiftedConstant x, long[]? starts, long[]? ends, long[]? axes, long[]? steps)
    {
        if (x.Length == 0)
            throw new LiftException("it has no numbers");
        if (starts is null || ends is null || ends.Length != starts.Length)
            throw new LiftException("its ends are not given");
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = axes is null ? i : AxisOf(axes[i], x.Shape.Length);
            if (axis >= x.Shape.Length)
                throw new LiftException("it has not so many extents");
            (long from, long to, long step) = Range(starts[i], ends[i], steps?[i] ?? 1, x.Shape[axis]);
            var which = new List<long>();
            for (long at = from; step > 0 ? at < to : at > to; at += step)
                which.Add(at);
            x = Gathered(x, new LiftedConstant([which.Count], null, [.. which]), axis);
        }

        return x;
    }

    private static LiftedConstant Joined(LiftedConstant[] all, int axis)
    {
        int[] shape = [.. all[0].Shape];
        if (all.Any(each => each.Shape.Length != shape.Length || each.Floats is null != all[0].Floats is null
            || each.Shape.Where((extent, i) => i != axis && extent != shape[i]).Any()))
            throw new LiftException("its parts do not fit each other");
        if (all.Sum(each => (long)each.Length) > Math.Max(Most, all.Distinct().Sum(each => (long)each.Length)))
            throw new LiftException("it repeats its weights");
        shape[axis] = all.Sum(each => each.Shape[axis]);
        int outer = shape[..axis].Aggregate(1, (a, b) => a * b);
        IEnumerable<T> Numbers<T>(Func<LiftedConstant, T[]> of) => Enumerable.Range(0, outer).SelectMany(o => all.SelectMany(each =>
            of(each).AsEnumerable().Skip(o * (each.Length / outer)).Take(each.Length / outer)));
        return all[0].Floats is not null
            ? new LiftedConstant(shape, [.. Numbers(each => each.Floats!)], null)
            : new LiftedConstant(shape, null, [.. Numbers(each => each.Integers!)]);
    }

    /// <summary>
    /// Of equal extents, but for ones in front, or one number with many. With the extent of the batch nothing is known any more.
    /// </summary>
    private static LiftedConstant? Computed(string operation, LiftedConstant a, LiftedConstant b)
    {
        if (a.Length != 1 && b.Length != 1 && !a.Shape.SkipWhile(IsOne).SequenceEqual(b.Shape.SkipWhile(IsOne)))
            return null;
        int[] longer = a.Length != 1 ? a.Shape : b.Shape,
            shape = [.. Enumerable.Repeat(1, Math.Max(0, Math.Max(a.Shape.Length, b.Shape.Length) - longer.Length)), .. longer];
        static bool IsOne(int extent) => extent == 1;
        int count = Math.Max(a.Length, b.Length);
        if (a.Floats is { } x && b.Floats is { } y)
        {
            return new LiftedConstant(shape,
                [.. Enumerable.Range(0, count).Select(i => (x[i % x.Length], y[i % y.Length])).Select(pair => operation switch
            {
                "Add" => pair.Item1 + pair.Item2,
                "Sub" => pair.Item1 - pair.Item2,
                "Mul" => pair.Item1 * pair.Item2,
                _ => pair.Item1 / pair.Item2,
            })], null);
        }

        if (a.Integers is not { } m || b.Integers is not { } n)
            return null;
        return new LiftedConstant(shape, null, [.. Enumerable.Range(0, count).Select(i => (m[i % m.Length], n[i % n.Length])).Select(pair =>
            pair.Item1 is LiftedConstant.Batch or LiftedConstant.Unknown || pair.Item2 is LiftedConstant.Batch or LiftedConstant.Unknown
                ? LiftedConstant.Unknown
                : operation switch
                {
                    "Add" => unchecked(pair.Item1 + pair.Item2),
                    "Sub" => unchecked(pair.Item1 - pair.Item2),
                    "Mul" => unchecked(pair.Item1 * pair.Item2),
                    _ => pair.Item2 is 0 or -1 ? throw new LiftException("it divides by nothing") : pair.Item1 / pair.Item2,
                })]);
    }
}
