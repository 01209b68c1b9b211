namespace Unroll.Forecasting;

/// <summary>The rows of a part around its origins: dates and known values.</summary>
internal static class PartRows
{
    /// <summary>The dates of the row before the test rows and of the test rows that so many origins see: n + H.</summary>
    public static DateTime[] TestDates(ForecastSplit split, int steps)
    {
        _ = steps;
        return split.Table.DateSpan[^(split.Test.Count + 1)..].ToArray();
    }

    /// <summary>
    /// The date of a row and of as many after it: those of the table as far as it goes, then those that its calendar lets expect.
    /// </summary>
    /// <param name="table">Rows after <paramref name="origin"/> have no value yet.</param>
    /// <param name="origin">The newest known row.</param>
    /// <param name="count">How many rows after it.</param>
    public static DateTime[] DatesFrom(TimeSeries table, int origin, int count)
    {
        int given = Math.Min(count, table.Rows - 1 - origin);
        TimeSeries known = table.Head(origin + 1 + given);
        return [.. table.DateSpan[origin..(origin + 1 + given)], .. known.NextDates(count - given)];
    }
}
