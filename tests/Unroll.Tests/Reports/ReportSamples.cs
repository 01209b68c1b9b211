using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Reports.Rendering;

namespace Unroll.Tests.Reports;

/// <summary>Small reports, of made tables and rules alone, which are fitted in no time.</summary>
internal static class ReportSamples
{
    public static readonly DateTime First = new(2020, 1, 1);

    /// <summary>Four test rows after the newest 30 training rows: what came, and what two networks said.</summary>
    public static readonly double[] TestActual = [11.7, 12.2, 11.9, 12.5], Lstm = [11.2, 11.6, 12.4, 11.8], Gru = [11.3, 11.7, 12.3, 11.9];

    /// <summary>Days of a rising line with a wave and a little noise; values come again every week.</summary>
    public static TimeSeries Days(string name, int rows, int seed = 1, params string[] columns)
    {
        var random = new RandomSource((ulong)seed);
        string[] names = columns.Length > 0 ? columns : ["sold"];
        return new TimeSeries(name, [.. Enumerable.Range(0, rows).Select(day => First.AddDays(day))],
            [.. names.Select((column, k) => (column, Enumerable.Range(0, rows)
                .Select(day => (k + seed) * (20 + (day % 7 < 5 ? 8.0 : 0) + (0.02 * day) + random.NextNormal())).ToArray()))]);
    }

    /// <summary>
    /// One row ahead, judged on the four test rows, without a blend and without rows to come, as the tutorial's recipe is.
    /// </summary>
    public static ForecastReport Plain(params (string Name, double[] Values)[] networks)
    {
        ForecastTask task = FourTestRows();
        var comparison = new Comparison(task);
        foreach ((string name, double[] values) in networks.Length > 0 ? networks : [("LSTM", Lstm), ("GRU", Gru)])
            comparison.Add(name, values);
        return ForecastReport.Create(task, comparison) with
        {
            Version = "1.2.3",
            Seed = 455,
            Settings = [new("window", "3"), new("epochs", "3")],
        };
    }

    /// <summary>The same of another file or column.</summary>
    public static ForecastTask FourTestRows(string file = "prices.csv", string target = "High", Func<double, double>? scaled = null,
        TimeSpan? time = null)
    {
        double[] train = [.. Enumerable.Range(0, 30).Select(row => 10 + (0.5 * Math.Sin(row)) + (0.03 * row)), .. TestActual];
        var table = new TimeSeries(file, [.. train.Select((_, row) => First.AddDays(row) + (time ?? TimeSpan.Zero))],
            (target, Array.ConvertAll(train, value => scaled?.Invoke(value) ?? value)));
        return new ForecastTask(new ForecastSplit(table, target, "..2020-01-30", "2020-01-31..", 3));
    }

    /// <summary>A network as it would be after training.</summary>
    public static ReportedNetwork Network(string name, double[]? losses = null, double[]? validation = null) =>
        new(name, name.ToLowerInvariant(), 63626, 31.4, losses ?? [0.5, 0.05, 0.0125], validation, "lstm_1 (LSTM)   (125)   63,500");

    /// <summary>The blend of rules, judged, fitted again and asked for the rows to come.</summary>
    public static ForecastReport Blended(SeriesSet data, TaskOptions options)
    {
        var task = new ForecastTask(data, options);
        var blend = new BlendForecaster([new NaiveForecaster(), new SeasonalNaiveForecaster(7), new DriftForecaster()]);
        blend.Fit(task);
        var comparison = new Comparison(task, blend);
        blend.Refit(task.Whole());
        return ForecastReport.Create(task, comparison, blend.Predict(task.Data, task.Horizon), [blend]) with
        {
            Version = "1.2.3",
            Seed = 455,
        };
    }

    /// <summary>Three shops, a week ahead, or more with fewer rows.</summary>
    public static ForecastReport Shops(params string[] keys)
    {
        string[] names = keys.Length > 0 ? keys : ["North", "South <b>", "West"];
        int rows = names.Length > 3 ? 50 : 120;
        return Blended(new SeriesSet("shops.csv", [.. names.Select((key, s) => (key, Days("shops.csv", rows, s + 1)))]),
            new TaskOptions { Horizon = 7, Window = 14 });
    }
}
