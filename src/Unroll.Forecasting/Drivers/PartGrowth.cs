namespace Unroll.Forecasting;

/// <summary>By how much the error of one part grows where a group of inputs is permuted.</summary>
/// <param name="Part">The series and the target.</param>
/// <param name="Error">The mean absolute error with all inputs in their places, in the target's units.</param>
/// <param name="Unit">The mean absolute change from row to row in training.</param>
/// <param name="Growths">By group, in the target's units.</param>
internal sealed record PartGrowth(Part Part, double Error, double Unit, IReadOnlyDictionary<InputKey, double> Growths)
{
    private const int FewestOrigins = 2;

    /// <param name="model">Of the part.</param>
    /// <param name="other">Of a part whose static columns may be lent.</param>
    /// <param name="task">The rows.</param>
    /// <param name="draws">What is drawn by chance.</param>
    /// <param name="cancellationToken">Ends it between two groups.</param>
    /// <returns>Null where there are too few rows, or no finite error.</returns>
    public static PartGrowth? Of(PartModel model, PartModel other, ForecastTask task, Draws draws, CancellationToken cancellationToken)
    {
        ForecastSplit split = task[model.Part];
        int steps = task.Horizon, rows = split.Train.Count;
        int first = Math.Max(rows - task.ValidationRows(split) - 1, model.NeededRows - 1), count = rows - steps - first;
        if (count < FewestOrigins)
            return null;
        int[] origins = draws.Origins(first, count);
        TimeSeries table = split.Table.Head(rows);
        double[] actual = table[model.Part.Target].ToArray();
        try
        {
            PermutedInputs inputs = model.Permute(table, origins, steps);
            double error = Error(inputs.AsTheyAre);
            if (!double.IsFinite(error))
                return null;
            var growths = new Dictionary<InputKey, double>();
            foreach (InputKey key in inputs.Keys.OrderBy(key => key.Group).ThenBy(key => key.Name, StringComparer.Ordinal))
            {
                double sum = 0;
                for (int time = 0; time < draws.Times; time++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    sum += Error(key.Group == InputGroup.Static
                        ? model.WithStaticOf(other).Permute(table, origins, steps).AsTheyAre
                        : inputs.With(key, draws.Permute(origins, time)));
                }

                growths[key] = double.IsFinite(sum) ? (sum / draws.Times) - error : 0;
            }

            return new PartGrowth(model.Part, error, Change(actual), growths);
        }
        catch (UnrollException)
        {
            // A value from elsewhere leaves the range of a transform that was asked for.
            return null;
        }

        double Error(double[][] ahead)
        {
            double sum = 0;
            for (int i = 0; i < origins.Length; i++)
            {
                for (int h = 0; h < steps; h++)
                    sum += Math.Abs(model.Facts.Limits.Within(ahead[i][h]) - actual[origins[i] + h + 1]);
            }

            return sum / (origins.Length * (double)steps);
        }
    }

    private static double Change(double[] values)
    {
        double sum = 0;
        for (int row = 1; row < values.Length; row++)
            sum += Math.Abs(values[row] - values[row - 1]);
        return sum > 0 ? sum / (values.Length - 1) : 1;
    }
}

/// <summary>What is drawn by chance: the same for every group, and in every run.</summary>
/// <param name="Most">At most so many origins; evenly spaced ones could all be the same day of a week.</param>
/// <param name="Times">How often each group is permuted.</param>
/// <param name="Seed">Of origins and permutations.</param>
internal sealed record Draws(int Most, int Times, ulong Seed)
{
    /// <summary>Some of the rows from <paramref name="first"/> on, in their order.</summary>
    public int[] Origins(int first, int count)
    {
        int[] rows = [.. Enumerable.Range(first, count)];
        new RandomSource(Seed).Shuffle(rows);
        return [.. rows.Take(Most).Order()];
    }

    /// <summary>The origins in another order, for each of <see cref="Times"/> one of its own.</summary>
    public int[] Permute(int[] origins, int time)
    {
        int[] others = [.. origins];
        new RandomSource(Seed, (ulong)time + 1).Shuffle(others);
        return others;
    }
}
