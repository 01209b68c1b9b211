using Unroll.Forecasting;
using Unroll.Tests.Layers;

namespace Unroll.Tests.Forecasting;

/// <summary>Tables with a target x, low in its units, volume of other units, and an event known beforehand.</summary>
internal static class MadeTables
{
    public static readonly ForecastInputs AllInputs = new() { Past = ["low", "volume"], Known = ["event"], Calendar = true };

    public static DateTime[] Dates(string frequency, int rows) => [.. All(frequency).Take(rows)];

    /// <summary>A season of the calendar, a walk, noise, and 6 more on the day of an event.</summary>
    public static TimeSeries Of(string frequency, int rows, int seed = 1)
    {
        DateTime[] dates = Dates(frequency, rows);
        double[] noise = TestData.Normal(3 * rows, seed), x = new double[rows], low = new double[rows], volume = new double[rows],
            known = new double[rows];
        double walk = 60;
        for (int row = 0; row < rows; row++)
        {
            walk += 0.2 * noise[row];
            known[row] = ((row * row * row) + (7 * row)) % 101 < 10 ? 1 : 0;
            x[row] = walk + (3 * Math.Sin(Place(frequency, dates[row]))) + (6 * known[row]) + (0.3 * noise[rows + row]);
            low[row] = x[row] - 0.2 - Math.Abs(0.1 * noise[(2 * rows) + row]);
            volume[row] = 1000 * Math.Exp(noise[(2 * rows) + row]);
        }

        return new TimeSeries("t.csv", dates, ("x", x), ("low", low), ("volume", volume), ("event", known));
    }

    /// <summary>One column x with a row a day.</summary>
    public static TimeSeries Days(params double[] values) => new("t.csv", Dates("daily", values.Length), ("x", values));

    /// <summary>The newest rows for the test, all others to train on.</summary>
    public static ForecastSplit Split(TimeSeries table, int test, int window, ForecastInputs? inputs = null, string target = "x") => new(
        table, target, DateRange.Exactly(table.FirstDate, table.Dates[^(test + 1)], table),
            DateRange.Exactly(table.Dates[^test], table.LastDate, table), window, inputs);

    /// <summary>
    /// The same table with every value from a row on made by <paramref name="spoil"/>; the columns named stay as they are.
    /// </summary>
    public static TimeSeries Spoilt(TimeSeries table, int from, Func<int, double> spoil, params string[] kept) => new(
        table.Name, [.. table.Dates], [.. table.ColumnNames.Select(name => (name, kept.Contains(name)
            ? table[name].ToArray()
            : [.. table[name].ToArray().Select((value, row) => row < from ? value : spoil(row))]))]);

    private static double Place(string frequency, DateTime date) => 2 * Math.PI * frequency switch
    {
        "hourly" => date.TimeOfDay.TotalDays,
        "weekly" => date.DayOfYear / 365.0,
        "monthly" or "quarterly" => date.Month / 12.0,
        _ => (int)date.DayOfWeek / 7.0,
    };

    private static IEnumerable<DateTime> All(string frequency)
    {
        DateTime first = frequency == "monthly" ? new DateTime(1990, 1, 1) : new DateTime(2015, 1, 5);
        for (int i = 0; ; i++)
        {
            DateTime date = frequency switch
            {
                "hourly" => first.AddHours(i),
                "daily" or "business" => first.AddDays(i),
                "weekly" => first.AddDays(7 * i),
                "monthly" => first.AddMonths(i),
                "quarterly" => new DateTime(1950, 1, 1).AddMonths(3 * i),
                "yearly" => new DateTime(1900, 1, 1).AddYears(i),
                _ => first.AddDays(3 * i),
            };
            if (frequency != "business" || date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                yield return date;
        }
    }
}
