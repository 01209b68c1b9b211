using Unroll.Forecasting;
using Unroll.Tests.Layers;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>Small made data that every forecaster is tried on.</summary>
/// <param name="Name">What theories call it.</param>
/// <param name="Set">The series.</param>
/// <param name="Options">What is asked of them.</param>
/// <param name="Season">m, the rows of a season.</param>
internal sealed record Sample(string Name, SeriesSet Set, TaskOptions Options, int Season)
{
    public const int Horizon = 3, TestRows = 24;

    /// <summary>A table of days, one of months, a set of three series, two targets.</summary>
    public static readonly string[] Names = ["days", "months", "set", "targets"];

    public static Sample Of(string name) => name switch
    {
        "days" => new Sample(name, Table("daily", 150, 1), Ask("x") with { Min = 20 }, 7),
        "months" => new Sample(name, Table("monthly", 120, 2), Ask("x"), 12),
        "set" => new Sample(name, Three(), Ask("x"), 7),
        "targets" => new Sample(name, Table("daily", 130, 6), Ask("x", "y"), 7),
        _ => throw new ArgumentException(name),
    };

    public ForecastTask Task() => new(Set, Options);

    /// <summary>Three series of different length that end on different dates.</summary>
    public static SeriesSet Three() => new(
        "set.csv", ("north", Table("daily", 110, 3)), ("south", Table("daily", 125, 4, 10)), ("west", Table("daily", 100, 5, -20)));

    /// <summary>The columns x and y with a season and a walk each, and low, which is known no earlier than they are.</summary>
    public static TimeSeries Table(string frequency, int rows, int seed, double level = 0)
    {
        double[] noise = TestData.Normal(4 * rows, seed), x = new double[rows], y = new double[rows], low = new double[rows];
        int season = frequency == "monthly" ? 12 : 7;
        double walk = 60 + level;
        for (int row = 0; row < rows; row++)
        {
            walk += 0.2 * noise[row];
            double angle = 2 * Math.PI * row / season;
            x[row] = walk + (4 * Math.Sin(angle)) + (0.5 * noise[rows + row]);
            y[row] = 200 - walk + (6 * Math.Cos(angle)) + (0.5 * noise[(2 * rows) + row]);
            low[row] = x[row] - 1 - Math.Abs(noise[(3 * rows) + row]);
        }

        return new TimeSeries("t.csv", MadeTables.Dates(frequency, rows), ("x", x), ("y", y), ("low", low));
    }

    /// <summary>The same with every series changed.</summary>
    public Sample With(Func<TimeSeries, TimeSeries> change) => this with { Set = Each(Set, (_, table) => change(table)) };

    /// <summary>The same set with every series changed.</summary>
    public static SeriesSet Each(SeriesSet set, Func<string, TimeSeries, TimeSeries> change) => set.IsTable
        ? change("", set[""])
        : new SeriesSet(set.Name, [.. set.Keys.Select(key => (key, change(key, set[key])))]);

    /// <summary>Rows behind a table that have dates, some of them not the next of the calendar, and no value.</summary>
    public static TimeSeries WithEmptyRows(TimeSeries table, int count, bool skips = false)
    {
        DateTime[] next = [.. table.NextDates(2 * count)];
        DateTime[] dates = [.. table.Dates, .. skips ? next.Where((_, i) => i % 2 == 1) : next[..count]];
        double[] Longer(string name) => [.. table[name].ToArray(), .. Enumerable.Repeat(double.NaN, count)];
        return new TimeSeries(table.Name, dates, [.. table.ColumnNames.Select(name => (name, Longer(name)))]);
    }

    /// <summary>Rows behind a table, with these values of each target and the newest value of the other columns.</summary>
    public static TimeSeries WithRows(TimeSeries table, params double[] values)
    {
        double[] low = [.. Enumerable.Repeat(table["low"][^1], values.Length)];
        DateTime[] dates = [.. table.Dates, .. table.NextDates(values.Length)];
        double[] Longer(string name) => [.. table[name].ToArray(), .. name == "low" ? low : values];
        return new TimeSeries(table.Name, dates, [.. table.ColumnNames.Select(name => (name, Longer(name)))]);
    }

    private static TaskOptions Ask(params string[] targets) => new()
    {
        Targets = targets,
        Horizon = Horizon,
        TestRows = TestRows,
        Window = 8,
        Inputs = new ForecastInputs { Past = ["low"], Calendar = true },
    };
}
