using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting;

/// <summary>Tasks of one and of many series, of one and of many targets: 320 days, of which the newest 40 are judged.</summary>
internal static class MadeTasks
{
    public const string Table = "a table", Targets = "two targets", Series = "three series", Both = "three series with two targets";

    public const int Test = 40;

    private const int Rows = 320;

    public static string[] Shapes { get; } = [Table, Targets, Series, Both];

    /// <summary>Of many series one is a hundred times as large, and one begins later.</summary>
    public static SeriesSet Data(string shape)
    {
        TimeSeries north = MadeTables.Of("daily", Rows), south = MadeTables.Of("daily", Rows, 2);
        TimeSeries large = new(south.Name, [.. south.Dates], [.. south.ColumnNames.Select(
            name => (name, name is "x" or "low" ? Array.ConvertAll(south[name].ToArray(), value => 100 * value) : south[name].ToArray()))]);
        return shape is Table or Targets
            ? north
            : new SeriesSet("shops.csv", ("North", north), ("South", large), ("West", MadeTables.Of("daily", Rows, 3).Tail(250)));
    }

    /// <summary>H rows ahead with a window of 14.</summary>
    public static ForecastTask Of(string shape, SeriesSet? data = null, int steps = 2, ForecastInputs? inputs = null)
    {
        data ??= Data(shape);
        TimeSeries first = data[data.Keys[0]];
        string[] targets = shape is Table or Series ? ["x"] : ["x", "low"];
        return new ForecastTask(data, new TaskOptions
        {
            Targets = targets,
            Horizon = steps,
            Window = 14,
            Test = DateRange.Exactly(first.Dates[^Test], first.LastDate, first),
            Inputs = inputs ?? new ForecastInputs
            {
                Past = [.. new[] { "low", "volume" }.Except(targets)],
                Known = ["event"],
                Calendar = true
            },
        });
    }

    /// <summary>The same set with another table for some of its series.</summary>
    public static SeriesSet With(SeriesSet data, Func<string, TimeSeries, TimeSeries> change) => data.IsTable
        ? change("", data[""])
        : new SeriesSet(data.Name, [.. data.Keys.Select(key => (key, change(key, data[key])))]);

    /// <summary>The same series in another order.</summary>
    public static SeriesSet Ordered(SeriesSet data, params string[] keys) => new(data.Name, [.. keys.Select(key => (key, data[key]))]);
}
