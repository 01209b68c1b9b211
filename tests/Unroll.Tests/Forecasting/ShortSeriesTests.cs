using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>
/// A series too short to learn from is forecast by simple rules, beside others, alone, and where it was not there in training.
/// </summary>
public class ShortSeriesTests
{
    private const int Horizon = 6;

    private static TimeSeries Months(string key, int rows) => new(
        key,
        [.. Enumerable.Range(120 - rows, rows).Select(month => new DateTime(2010, 1, 1).AddMonths(month))],
        ("x", [.. Enumerable.Range(120 - rows, rows)
            .Select(month => 100 + month + (20 * Math.Sin(month * Math.PI / 6)) + (month * 7 % 11))]));

    private static SeriesSet Panel(params int[] rows) =>
        new("shops.csv", [.. rows.Select((count, i) => ($"S{i}", Months($"S{i}", count)))]);

    private static BlendForecaster Blend(ForecastTask task) =>
        Fitted(BlendForecaster.Of([Recipe(Horizon, members: 1, epochs: 1)], task), task);

    [Theory]
    [InlineData(Horizon + 2)]
    [InlineData(Horizon + 4)]
    [InlineData(Horizon + 9)]
    [InlineData(Horizon + 14)]
    [InlineData(Horizon + 25)]
    public void Beside_long_ones_it_is_forecast_judged_and_saved(int rows)
    {
        var task = new ForecastTask(Panel(120, rows, 110, 120), new TaskOptions { Targets = ["x"], Horizon = Horizon, TestRows = Horizon });
        Assert.Empty(task.LeftOut);
        var few = new Part("S1", "x");
        foreach (PartsForecaster forecaster in (PartsForecaster[])[Blend(task), Fitted(new RidgeForecaster(), task),
            Fitted(new EnsembleForecaster(Recipe(Horizon, members: 1, epochs: 1)), task)])
        {
            Forecast judged = forecaster.Predict(task);
            Assert.Equal(4, judged.Parts.Count);
            Assert.All(judged.Parts.SelectMany(part => part.Rows()), row => Assert.InRange(row.Value, 0, 600));
            Assert.Equal(judged.AllRows(), Loaded(forecaster).Predict(task).AllRows());
            forecaster.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
            Forecast next = forecaster.Predict(task.Data, Horizon);
            Assert.Equal(4, next.Parts.Count);
            Assert.Equal(next.AllRows(), Loaded(forecaster).Predict(task.Data, Horizon).AllRows());
            Assert.All(next[few].Rows(), row => Assert.InRange(row.Value, 50, 500));
        }

        Assert.Equal(1, Blend(task).MeanShares().Values.Sum(), 1e-12);
    }

    [Fact]
    public void It_does_not_change_what_the_others_are_forecast_with()
    {
        ForecastTask Task(SeriesSet data) =>
            new(data, new TaskOptions { Targets = ["x"], Horizon = Horizon, TestRows = Horizon, Window = 18 });
        ForecastTask with = Task(Panel(120, 12, 110)),
            without = Task(new SeriesSet("shops.csv", ("S0", Months("S0", 120)), ("S2", Months("S2", 110))));
        Forecast one = Fitted(new RidgeForecaster(), with).Predict(with), other = Fitted(new RidgeForecaster(), without).Predict(without);
        foreach (string key in (string[])["S0", "S2"])
            Assert.Equal(other[new Part(key, "x")].AllRows(), one[new Part(key, "x")].AllRows());
        Assert.Equal(
            "S1, x has too few rows to learn from: it is forecast by ETS and Theta.",
            one[new Part("S1", "x")].Note);
    }

    [Theory]
    [InlineData(Horizon + 2, "naive")]
    [InlineData(Horizon + 13, "ets")]
    public void Alone_it_is_forecast_without_what_has_to_learn(int rows, string member)
    {
        var task = new ForecastTask(Months("x.csv", rows), new TaskOptions { Horizon = Horizon, TestRows = Horizon });
        BlendForecaster blend = Blend(task);
        Assert.DoesNotContain(blend.Members, each => each.Kind is ForecasterKind.Network or ForecasterKind.Ridge);
        Assert.Contains(member, blend.Members.Select(each => each.Key));
        Assert.StartsWith("The gru forecast has no share: The training range ",
            blend.Notes[0].Replace("GRU", "gru", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(blend.Predict(task).Parts[0].Rows(), row => Assert.InRange(row.Value, 50, 400));
    }

    [Fact]
    public void One_that_was_not_there_in_training_is_forecast_too()
    {
        var task = new ForecastTask(Panel(120, 110, 100), new TaskOptions { Targets = ["x"], Horizon = Horizon, TestRows = Horizon });
        BlendForecaster blend = Loaded(Blend(task));
        foreach (int rows in (int[])[2, 5, 12, 30])
        {
            PartForecast next = blend.Predict(new SeriesSet("new.csv", ("New", Months("New", rows))), Horizon).Parts.Single();
            Assert.All(next.Rows(), row => Assert.InRange(row.Value, 50, 500));
        }
    }

    /// <summary>Only too few rows are a reason for simple rules: what else is wrong with a new series is said as it was.</summary>
    [Fact]
    public void What_else_a_new_series_lacks_is_not_hidden()
    {
        var task = new ForecastTask(Panel(120, 110, 100), new TaskOptions { Targets = ["x"], Horizon = Horizon, TestRows = Horizon });
        BlendForecaster blend = Fitted(
            new BlendForecaster([new RidgeForecaster(Recipe(Horizon, transform: TargetTransform.LogReturn)), new NaiveForecaster()]), task);
        TimeSeries rows = Months("New", 110);
        var flawed = new TimeSeries("New", [.. rows.Dates], ("x", [.. rows["x"].ToArray().Select((value, row) => row == 50 ? 0 : value)]));
        string message = Assert.Throws<UnrollException>(() => blend.Predict(new SeriesSet("new.csv", ("New", flawed)), Horizon)).Message;
        Assert.StartsWith("A log-return is defined for values above 0 only", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_says_where_the_newest_value_takes_its_place_and_a_model_that_was_asked_for_is_not_replaced()
    {
        TaskOptions options = new() { Targets = ["x"], Horizon = Horizon, TestRows = Horizon };
        var task = new ForecastTask(Panel(120, 14, 110), options);
        SeasonalNaiveForecaster seasonal = Fitted(new SeasonalNaiveForecaster(12), task);
        string note = Assert.Single(seasonal.Notes);
        Assert.StartsWith("The seasonal naive forecast repeats the newest value for 1 of 3 series and targets, to which it cannot be "
            + "fitted; the first, S1, x: ", note, StringComparison.Ordinal);
        Assert.Contains(note, Fitted(new BlendForecaster([new NaiveForecaster(), new SeasonalNaiveForecaster(12)]), task).Notes);
        TimeSeries rows = Months("S1", 110);
        var zero = new TimeSeries("S1", [.. rows.Dates], ("x", [.. rows["x"].ToArray().Select((value, row) => row == 50 ? 0 : value)]));
        var flawed = new ForecastTask(new SeriesSet("shops.csv", ("S0", Months("S0", 120)), ("S1", zero)), options);
        Assert.Contains(
            "holds values that are not above 0, for which ETS(M,A,M) is not defined.",
            Assert.Throws<UnrollException>(() => Fitted(new EtsForecaster(EtsModel.HoltWintersMultiplicative, 12), flawed)).Message,
            StringComparison.Ordinal);
    }
}
