namespace Unroll.Forecasting;

/// <content>What forecasts are made of.</content>
public abstract partial class PartsForecaster
{
    /// <summary>
    /// What the forecasts of the rows to come are made of: level, recent values, season, holidays, columns, networks and limits, in the
    /// target's units, which add up to what <see cref="Predict(SeriesSet, int, MissingPolicy?)"/> says of the same rows, to rounding.
    /// </summary>
    /// <remarks>
    /// Of linear models the numbers are Shapley values over the groups of inputs (Lundberg and Lee 2017, A unified approach to interpreting
    /// model predictions), seen from the level and from what is usual in training, so that they add up through logarithms too. Rules say
    /// level, trend and season themselves. What networks add is the forecast with them less the forecast without. In a blend each member's
    /// count by its share. The numbers tell how the forecast is made, not what causes what.
    /// </remarks>
    /// <param name="data">One or many series.</param>
    /// <param name="steps">H, at most what it was fitted for.</param>
    /// <param name="missing">What to do with missing values of the target before its newest value; null for what was
    /// done in training.</param>
    /// <returns>Those of each part that can be forecast, in the order of the forecast.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Fit"/> has not been called.</exception>
    /// <exception cref="UnrollException">No part can be forecast.</exception>
    /// <example><code>
    /// foreach (PartContributions part in blend.Contributions(data, steps: 14))
    ///     foreach (RowContributions row in part.Rows)
    ///         Console.WriteLine($"{row.Date:yyyy-MM-dd}: {row[Contribution.Level]} + {row[Contribution.Season]} + ... = {row.Sum}");
    /// </code></example>
    public IReadOnlyList<PartContributions> Contributions(SeriesSet data, int steps, MissingPolicy? missing = null) =>
        OfEach(data, steps, missing, (part, table) => NextContributions(part, data, table, steps)).Parts;

    private PartContributions NextContributions(Part part, SeriesSet data, TimeSeries table, int steps)
    {
        TimeSeries known = table.Head(table[part.Target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        PartModel model = Describe(ModelOf(part, known), data);
        int origin = RequireNeeded(model, table, known.Rows, steps);
        double[][] rows = model.Contributions(table, FirstObserved(model, known), origin, steps);
        double[] limited = Array.ConvertAll(rows, row => model.Facts.Limits.Within(row.Sum()));
        DateTime[] dates = PartRows.DatesFrom(table, origin, steps);
        for (int h = 0; h < steps; h++)
        {
            // Only what is beyond a limit is moved: rounding is no limit.
            if (limited[h] != rows[h].Sum())
                rows[h][(int)Contribution.Limit] = limited[h] - rows[h].Sum();
        }

        return new PartContributions(part, [.. rows.Select((row, h) => new RowContributions(dates[h + 1], h + 1, row))]);
    }

    /// <summary>The newest row with a value, where a table has all that a forecast from it looks at.</summary>
    /// <exception cref="UnrollException">It has not.</exception>
    private int RequireNeeded(PartModel model, TimeSeries table, int rows, int steps)
    {
        if (rows < model.NeededRows)
            throw new UnrollException(
                $"{table.Name} has {rows} rows with a {model.Part.Target}, but the {Name} looks at the newest {model.NeededRows}. "
                + $"Give it at least {model.NeededRows} rows.");
        model.RequireKnown(table, rows - 1, steps);
        return rows - 1;
    }
}
