namespace Unroll.Forecasting;

/// <summary>
/// What the forecasts of a linear model are made of, in the target's units. A forecast is a function of a few sums (season, holidays,
/// columns, recent values), of which each may be left out: the level stays. What each of them adds is its Shapley value, so that the
/// contributions add up to the forecast whatever the transform does to the sums.
/// </summary>
internal static class LinearContributions
{
    private static readonly Contribution[] s_players =
        [Contribution.Recent, Contribution.Season, Contribution.Holidays, Contribution.Columns];

    private static readonly int s_sets = 1 << s_players.Length;

    /// <summary>Those of the rows after an origin, [steps][contributions], where each row ahead has weights of its own.</summary>
    public static double[][] Direct(InputFrame frame, RidgeWeights linear, int origin, int steps)
    {
        double[][] rows = ContributionRows.Empty(steps);
        var values = new double[s_sets];
        for (int h = 0; h < steps; h++)
        {
            double[] sums = frame.LinearContributions(origin, h + 1, linear.Weights[h]);
            for (int set = 0; set < s_sets; set++)
                values[set] = Value(frame, origin, h + 1, Sum(sums, set), set);
            Write(rows[h], values);
        }

        return rows;
    }

    /// <summary>
    /// The same where predictions one row ahead take the place of the values: what a sum adds is what the whole path would be without it,
    /// so that it counts in all rows that build on it.
    /// </summary>
    /// <param name="models">One a target of the series.</param>
    /// <param name="frames">Their rows.</param>
    /// <param name="origin">The newest known row.</param>
    /// <param name="steps">H.</param>
    /// <param name="target">Of which target.</param>
    public static double[][] Recursive(IReadOnlyList<EnsembleModel> models, InputFrame[] frames, int origin, int steps, int target)
    {
        double[][] paths;
        try
        {
            paths = [.. Enumerable.Range(0, s_sets).Select(set => Path(models, frames, origin, steps, target, set))];
        }
        catch (UnrollException)
        {
            // A path without some of the sums leaves the range of the transform: all beyond the level is told as that of the networks.
            double level = frames[target].InverseWithoutSeason(origin, 0);
            return ContributionRows.Of([.. Enumerable.Repeat(level, steps)], Contribution.Level);
        }

        double[][] rows = ContributionRows.Empty(steps);
        for (int h = 0; h < steps; h++)
            Write(rows[h], Array.ConvertAll(paths, path => path[h]));
        return rows;
    }

    private static double[] Path(IReadOnlyList<EnsembleModel> models, InputFrame[] frames, int origin, int steps, int target, int set)
    {
        InputFrame[] continued = Array.ConvertAll(frames, frame => frame.Continue(origin, steps));
        var path = new double[steps];
        var next = new double[models.Count];
        for (int h = 0; h < steps; h++)
        {
            for (int k = 0; k < next.Length; k++)
            {
                int row = continued[k].Rows - 1;
                double predicted = Sum(continued[k].LinearContributions(row, 1, models[k].Linear.Weights[0]), set);
                if (k == target)
                    path[h] = Value(continued[k], row, 1, predicted, set);
                next[k] = continued[k].Inverse(row, 1, predicted);
            }

            if (h + 1 < steps)
                Recursion.Append(models, continued, next);
        }

        return path;
    }

    private static double Sum(double[] sums, int set)
    {
        double sum = 0;
        for (int i = 0; i < s_players.Length; i++)
            sum += (set & (1 << i)) != 0 ? sums[(int)s_players[i]] : 0;
        return sum;
    }

    /// <summary>The forecast where some sums take part; a season that the plan took away belongs to the season.</summary>
    private static double Value(InputFrame frame, int origin, int step, double predicted, int set) =>
        (set & (1 << Array.IndexOf(s_players, Contribution.Season))) != 0
            ? frame.Inverse(origin, step, predicted)
            : frame.InverseWithoutSeason(origin, predicted);

    private static void Write(double[] row, double[] values)
    {
        double[] added = Shapley.Of(s_players.Length, values);
        row[(int)Contribution.Level] = values[0];
        for (int i = 0; i < added.Length; i++)
            row[(int)s_players[i]] = added[i];
    }
}
