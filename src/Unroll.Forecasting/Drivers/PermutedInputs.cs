namespace Unroll.Forecasting;

/// <summary>
/// Forecasts of one part from some origins, in which a group of inputs is that of another of these origins (Breiman 2001, Random forests).
/// </summary>
/// <param name="origins">n rows.</param>
internal abstract class PermutedInputs(int[] origins)
{
    /// <summary>The groups that are looked at.</summary>
    public abstract IReadOnlySet<InputKey> Keys { get; }

    /// <summary>The forecasts with all inputs in their places, [n][H].</summary>
    public double[][] AsTheyAre => field ??= Ahead(null, origins);

    protected int[] Origins => origins;

    /// <summary>The forecasts, [n][H].</summary>
    /// <param name="key">The group; null, or one that is not looked at, for none.</param>
    /// <param name="others">n rows: from which origin the group is seen in each forecast.</param>
    public double[][] With(InputKey key, int[] others) => Keys.Contains(key) ? Ahead(key, others) : AsTheyAre;

    protected abstract double[][] Ahead(InputKey? key, int[] others);
}

/// <summary>What looks at the past of the target alone: all of it is that of the other origin, and so is the forecast.</summary>
internal sealed class PermutedRule(PartModel model, TimeSeries table, int[] origins, int steps) : PermutedInputs(origins)
{
    private readonly int _first = origins.Min();
    private double[][]? _ahead;

    public override IReadOnlySet<InputKey> Keys { get; } = new HashSet<InputKey> { new(InputGroup.OwnPast, model.Part.Target) };

    protected override double[][] Ahead(InputKey? key, int[] others)
    {
        _ahead ??= model.Ahead(table, _first, Origins.Max() - _first + 1, steps).Values;
        return Array.ConvertAll(key is null ? Origins : others, row => _ahead[row - _first]);
    }
}

/// <summary>What reads <see cref="InputFrame"/>s: ridge regression, and networks that correct it.</summary>
/// <param name="frames">One for each target that is forecast together.</param>
/// <param name="target">What is forecast.</param>
/// <param name="origins">n rows.</param>
/// <param name="steps">H.</param>
/// <param name="ahead">The forecasts [n][H] from the last row of [n][targets] frames.</param>
internal sealed class PermutedFrames(InputFrame[] frames, string target, int[] origins, int steps, Func<InputFrame[][], double[][]> ahead)
    : PermutedInputs(origins)
{
    public override IReadOnlySet<InputKey> Keys { get; } = InputKey.Of(target, frames.Select(frame => frame.Plan));

    protected override double[][] Ahead(InputKey? key, int[] others)
    {
        int together = Recursion.OriginsTogether(frames);
        return [.. Enumerable.Range(0, Origins.Length).Chunk(together).SelectMany(chunk => ahead(Array.ConvertAll(chunk, Move)))];

        InputFrame[] Move(int i) => Array.ConvertAll(frames, frame =>
            key is { } group ? frame.Permute(Origins[i], steps, others[i], group) : frame.Continue(Origins[i], steps));
    }
}

/// <summary>The members of a blend, each with the same group from the same other origins, in their shares.</summary>
/// <param name="members">Those with a share.</param>
/// <param name="shares">[members][H].</param>
/// <param name="origins">n rows.</param>
internal sealed class PermutedBlend(PermutedInputs[] members, double[][] shares, int[] origins) : PermutedInputs(origins)
{
    public override IReadOnlySet<InputKey> Keys { get; } = members.SelectMany(member => member.Keys).ToHashSet();

    protected override double[][] Ahead(InputKey? key, int[] others)
    {
        double[][][] all = Array.ConvertAll(members, member => key is { } group ? member.With(group, others) : member.AsTheyAre);
        double[][] mixed = Array.ConvertAll(all[0], ahead => new double[ahead.Length]);
        for (int k = 0; k < all.Length; k++)
        {
            for (int i = 0; i < mixed.Length; i++)
            {
                // A forecast of share 0 may be infinite.
                for (int h = 0; h < mixed[i].Length; h++)
                    mixed[i][h] += shares[k][h] == 0 ? 0 : shares[k][h] * all[k][i][h];
            }
        }

        return mixed;
    }
}
