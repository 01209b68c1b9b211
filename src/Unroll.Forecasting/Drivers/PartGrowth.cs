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
    /// <param name="most">At most so many origins, drawn by chance: evenly spaced ones could all be the same day of a week.</param>
    /// <param name="times">How often each group is permuted.</param>
    /// <param name="seed">Of origins and permutations.</param>
    /// <param name="cancellationToken">Ends it between two groups.</param>
    /// <returns>Null where there are too few rows, or no finite error.</returns>
    public static PartGrowth? Of(PartModel model, PartModel other, ForecastTask task, int most, int times, ulong seed, CancellationToken cancellationToken)
    {
        ForecastSplit split = task[model.Part];
        int steps = task.Horizon, rows = split.Train.Count;
        int first = Math.Max(rows - task.ValidationRows(split) - 1, model.NeededRows - 1), count = rows - steps - first;
        if (count < FewestOrigins)
            return null;
        int[] origins = Drawn(first, count, most, seed);
        TimeSeries table = split.Table.Head(rows);
        double[] actual = table[model.Part.Target].ToArray();
        try
        {
            PermutedInputs inputs = model.Permuted(table, origins, steps);
            double error = Error(inputs.AsTheyAre);
            if (!double.IsFinite(error))
                return null;
            var growths = new Dictionary<InputKey, double>();
            foreach (InputKey key in inputs.Keys.OrderBy(key => key.Group).ThenBy(key => key.Name, StringComparer.Ordinal))
            {
                double sum = 0;
                for (int time = 0; time < times; time++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    sum += Error(key.Group == InputGroup.Static
                        ? model.WithStaticOf(other).Permuted(table, origins, steps).AsTheyAre
                        : inputs.With(key, Permuted(origins, seed, time)));
                }

                growths[key] = double.IsFinite(sum) ? (sum / times) - error : 0;
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

    /// <summary>Some of the rows from <paramref name="first"/> on, in their order.</summary>
    private static int[] Drawn(int first, int count, int most, ulong seed)
    {
        int[] rows = [.. Enumerable.Range(first, count)];
        new RandomSource(seed).Shuffle(rows);
        return [.. rows.Take(most).Order()];
    }

    private static int[] Permuted(int[] origins, ulong seed, int time)
    {
        int[] others = [.. origins];
        new RandomSource(seed, (ulong)time + 1).Shuffle(others);
        return others;
    }

    private static double Change(double[] values)
    {
        double sum = 0;
        for (int row = 1; row < values.Length; row++)
            sum += Math.Abs(values[row] - values[row - 1]);
        return sum > 0 ? sum / (values.Length - 1) : 1;
    }
}
