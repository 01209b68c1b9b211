using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.Conformance.ForecastAsserts;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>The whole table of what can be asked for: every combination is forecast, judged, saved and backtested.</summary>
public class CombinationTests
{
    private const int Horizon = 2, TestRows = 12;

    private static readonly string[] s_columns = ["none", "past", "known", "static", "all"];

    public static TheoryData<bool, bool, Strategy, ForecastHead, string> All =>
    [
        .. from many in (bool[])[false, true]
           from targets in (bool[])[false, true]
           from strategy in Enum.GetValues<Strategy>()
           from head in Enum.GetValues<ForecastHead>()
           from columns in s_columns
           select (many, targets, strategy, head, columns),
    ];

    /// <summary>Every pair of two choices is in it.</summary>
    public static TheoryData<bool, bool, Strategy, ForecastHead, string> Pairs =>
    [
        .. from head in Enumerable.Range(0, Enum.GetValues<ForecastHead>().Length)
           from column in Enumerable.Range(0, s_columns.Length)
           let strategy = (Strategy)((((head + 1) / 2) + column) % 2)
           select ((head + column) % 2 == 0, ((head / 2) + column) % 2 == 0, strategy, (ForecastHead)head, s_columns[column]),
    ];

    private static bool HasPast(string columns) => columns is "past" or "all";

    private static bool HasKnown(string columns) => columns is "known" or "all";

    private static (SeriesSet Set, TaskOptions Options) Of(bool many, bool targets, string columns)
    {
        string[] keys = many ? ["a", "b", "c"] : ["a"];
        (string Key, TimeSeries Series)[] series = [.. keys.Select((key, s) => (key, Table(55 + (5 * s), s)))];
        bool isStatic = columns is "static" or "all";
        SeriesSet set = many || isStatic ? new SeriesSet("set.csv", series) : series[0].Series;
        if (isStatic)
        {
            set = set.WithStatic("size", set.Keys.ToDictionary(key => key, key => (double)key[0]))
                .WithStatic("kind", set.Keys.ToDictionary(key => key, key => key == "b" ? "shop" : "kiosk"));
        }

        return (set, new TaskOptions
        {
            Targets = targets ? ["x", "y"] : ["x"],
            Horizon = Horizon,
            TestRows = TestRows,
            Window = 6,
            Inputs = new ForecastInputs
            {
                Past = HasPast(columns) ? ["low"] : [],
                Known = HasKnown(columns) ? ["event"] : [],
                Calendar = true,
            },
        });
    }

    /// <summary>Two walks without a season, so that exponential smoothing has few models to try, low, and a known event.</summary>
    private static TimeSeries Table(int rows, int seed)
    {
        double[] noise = TestData.Normal(3 * rows, 40 + seed);
        double[] x = new double[rows], y = new double[rows], low = new double[rows], known = new double[rows];
        double walk = 60 + (10 * seed);
        for (int row = 0; row < rows; row++)
        {
            walk += 0.3 * noise[row];
            known[row] = row * row % 7 == 2 ? 1 : 0;
            (x[row], y[row]) = (walk + (5 * known[row]) + (0.4 * noise[rows + row]), 200 - walk + noise[(2 * rows) + row]);
            low[row] = x[row] - 1 - Math.Abs(noise[(2 * rows) + row]);
        }

        return new TimeSeries("t.csv", MadeTables.Dates("daily", rows), ("x", x), ("y", y), ("low", low), ("event", known));
    }

    /// <summary>The rows to come, of which only the event is known.</summary>
    private static SeriesSet Continued(SeriesSet set)
    {
        SeriesSet longer = Sample.Each(set, (_, table) =>
        {
            TimeSeries next = Sample.WithEmptyRows(table, Horizon);
            double[] Of(string name) => name == "event" ? [.. table[name].ToArray(), 1, 0] : next[name].ToArray();
            return new TimeSeries(next.Name, [.. next.Dates], [.. next.ColumnNames.Select(name => (name, Of(name)))]);
        });
        return set.StaticNames.Count == 0 ? longer : longer
            .WithStatic("size", set.Keys.ToDictionary(key => key, key => set.Static(key)["size"]))
            .WithStatic("kind", set.Keys.ToDictionary(key => key, key => set.StaticText(key)["kind"]));
    }

    private static EnsembleRecipe Recipe(Strategy strategy, ForecastHead head) => new()
    {
        Members = 1,
        Steps = Horizon,
        Window = 6,
        Strategy = strategy,
        Head = head,
        Network = Candidates.Network(CellKind.Gru),
    };

    private static BlendForecaster Blend(Strategy strategy, ForecastHead head, ForecastTask task) =>
        BlendForecaster.Of([Recipe(strategy, head)], task);

    [Theory]
    [MemberData(nameof(All))]
    public void Every_combination_is_forecast_judged_and_saved(
        bool many, bool targets, Strategy strategy, ForecastHead head, string columns)
    {
        (SeriesSet set, TaskOptions options) = Of(many, targets, columns);
        var task = new ForecastTask(set, options);
        BlendForecaster blend = Blend(strategy, head, task);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        if (strategy == Strategy.Recursive && HasPast(columns))
        {
            // Nothing can take the place of low in rows to come, and that is said before any work.
            Assert.Contains("low", Assert.Throws<UnrollException>(() => blend.Require(task)).Message, StringComparison.Ordinal);
            Assert.Throws<UnrollException>(() => blend.Fit(task, null, cancel));
            return;
        }

        blend.Require(task);
        blend.Fit(task, null, cancel);
        Forecast tested = blend.Predict(task);
        Sound(tested);
        Assert.Equal((many ? 3 : 1) * (targets ? 2 : 1), tested.Parts.Count);
        var comparison = new Comparison(task, blend, null, cancel);
        Assert.NotNull(comparison.Recommended);
        Assert.NotNull(comparison.WithoutNetworks);
        Assert.All(comparison.Scores, score => Assert.True(double.IsFinite(score.Error)));
        Assert.Empty(comparison.LeftOut);
        SeriesSet next = Continued(set);
        Sound(blend.Predict(next, Horizon));
        blend.Refit(task.Whole(), null, cancel);
        Forecast future = blend.Predict(next, Horizon);
        Sound(future);
        Assert.All(future.Parts, part => Assert.True(part.HasIntervals));
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "forecast.unroll");
        foreach (PartsForecaster each in (PartsForecaster[])[blend, .. blend.Members])
        {
            ForecastFile.Save(each, path);
            Same(each.Predict(next, Horizon), ForecastFile.Load(path).Predict(next, Horizon), of: each.Name);
        }

        // A known column that is not known for the rows to come is missed, not invented.
        if (HasKnown(columns))
        {
            UnrollException refused = Assert.Throws<UnrollException>(() => blend.Members[0].Predict(set, Horizon));
            Assert.Contains("event", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Pairs_of_choices_are_backtested_and_tuned(bool many, bool targets, Strategy strategy, ForecastHead head, string columns)
    {
        if (strategy == Strategy.Recursive && HasPast(columns))
            columns = "static";
        (SeriesSet set, TaskOptions options) = Of(many, targets, columns);
        var task = new ForecastTask(set, options);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var often = new BacktestOptions { RefitEvery = 6 };
        BacktestResult result = Backtest.Run(task, [() => Blend(strategy, head, task)], often, null, cancel);
        Assert.Equal(2, result.Folds.Count);
        Assert.NotNull(result.Comparison.Recommended);
        Assert.Contains(result.Comparison.Scores, score => score.Key == "gru");
        Assert.Contains(result.Comparison.Scores, score => score.Key == "ridge");
        Assert.All(result.Comparison.Scores, score => Sound(score.Forecast));
        Assert.All(result.Comparison.Scores, score => Assert.Equal(TestRows - Horizon + 1, score.Forecast.Parts[0].Origins));
        var objective = ValidationObjective.OfEnsembles(task, Recipe(strategy, head));
        Assert.True(double.IsFinite(objective.NaiveError));
        Assert.True(double.IsFinite(objective.RidgeError(4)!.Value));
    }

    [Fact]
    public void Every_pair_is_there()
    {
        object?[][] rows = [.. Pairs.Select(row => ((ITheoryDataRow)row).GetData())];
        object?[][] all = [.. All.Select(row => ((ITheoryDataRow)row).GetData())];
        for (int a = 0; a < 5; a++)
        {
            for (int b = a + 1; b < 5; b++)
                Assert.Equal(PairsOf(all, a, b), PairsOf(rows, a, b));
        }
    }

    private static int PairsOf(object?[][] rows, int a, int b) => rows.Select(row => (row[a], row[b])).Distinct().Count();
}
