using Unroll.Forecasting;
using Unroll.Tests.Forecasting.Conformance;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;
using Pair = (Unroll.Forecasting.ForecastRow Row, Unroll.Forecasting.RowContributions Made);

namespace Unroll.Tests.Forecasting.Drivers;

/// <summary>What forecasts are made of: contributions that add up to them.</summary>
public class ContributionTests
{
    private const double Rounding = 1e-9;

    public static TheoryData<string, string> Cases => [.. Candidates.Names.SelectMany(name => Sample.Names.Select(data => (name, data)))];

    public static TheoryData<string, Strategy, ForecastHead, string> Ensembles =>
    [
        .. from shape in MadeTasks.Shapes
           from strategy in Enum.GetValues<Strategy>()
           from head in new[] { ForecastHead.None, ForecastHead.StudentT }
           from transform in new[] { "none", "difference", "log-return", "relative" }
           select (shape, strategy, head, transform),
    ];

    private static (EnsembleForecaster Forecaster, ForecastTask Task) Ensemble(
        string shape, Strategy strategy, ForecastHead head, string transform)
    {
        ForecastInputs? inputs = strategy == Strategy.Recursive ? new ForecastInputs { Known = ["event"], Calendar = true } : null;
        ForecastTask task = MadeTasks.Of(shape, steps: 3, inputs: inputs);
        EnsembleRecipe recipe = Recipe(3, members: 1, epochs: 1, transform: TargetTransform.Parse(transform), strategy: strategy);
        return (Fitted(new EnsembleForecaster(recipe with { Head = head }), task), task);
    }

    /// <summary>All rows to come, each with what it is made of; they must add up.</summary>
    private static Pair[] AddedUp(PartsForecaster forecaster, SeriesSet data, int steps)
    {
        Forecast forecast = forecaster.Predict(data, steps);
        IReadOnlyList<PartContributions> all = forecaster.Contributions(data, steps);
        Assert.Equal(forecast.Parts.Select(part => part.Part), all.Select(part => part.Part));
        Pair[] rows = [.. forecast.Parts.Zip(all).SelectMany(pair => pair.First.Rows().Zip(pair.Second.Rows))];
        foreach ((ForecastRow row, RowContributions made) in rows)
        {
            Assert.Equal((row.Date, row.Step), (made.Date, made.Step));
            double size = Math.Max(1, Enum.GetValues<Contribution>().Max(each => Math.Abs(made[each])));
            Assert.Equal(row.Value, made.Sum, Rounding * size);
        }

        return rows;
    }

    private static double[] Of(Pair[] rows, Contribution contribution) => Array.ConvertAll(rows, row => row.Made[contribution]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void They_add_up_for_every_forecaster(string name, string data)
    {
        var sample = Sample.Of(data);
        PartsForecaster forecaster = Candidates.Of(name, sample.Season);
        forecaster.Fit(sample.Task(), null, TestContext.Current.CancellationToken);
        Pair[] rows = AddedUp(forecaster, sample.Set, Sample.Horizon);
        Assert.Equal(Sample.Horizon * sample.Set.Count * sample.Options.Targets.Count, rows.Length);
        AddedUp(Loaded(forecaster), sample.Set, 1);
    }

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void They_add_up_for_every_kind_of_ensemble(string shape, Strategy strategy, ForecastHead head, string transform)
    {
        (EnsembleForecaster forecaster, ForecastTask task) = Ensemble(shape, strategy, head, transform);
        SeriesSet data = MadeTasks.With(task.Data, (_, table) => UpTo(table, table.Rows - 4, 3));
        Pair[] rows = AddedUp(forecaster, data, 3);
        Assert.DoesNotContain(0.0, Of(rows, Contribution.Networks));
        Assert.Contains(Of(rows, Contribution.Recent), value => value != 0);
    }

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void Networks_that_say_nothing_add_nothing(string shape, Strategy strategy, ForecastHead head, string transform)
    {
        (EnsembleForecaster forecaster, ForecastTask task) = Ensemble(shape, strategy, head, transform);
        foreach (Part part in task.Parts)
        {
            EnsembleModel[] silent = EnsembleModel.Together([.. ModelOf(forecaster, part).Siblings.Select(model => new EnsembleModel
            {
                Part = model.Part,
                Facts = model.Facts,
                Linear = model.Linear,
                Networks = model.Networks,
                Scales = new double[model.Scales.Length],
                Strategy = model.Strategy,
                Head = model.Head,
                Horizon = model.Horizon,
            })]);
            EnsembleModel own = silent.First(model => model.Part == part);
            double[][] rows = own.Contributions(task[part].Table, 230, 230, 3);
            Assert.All(rows, row => Assert.Equal(0, row[(int)Contribution.Networks], Rounding * row.Max(Math.Abs)));
        }
    }

    [Theory]
    [InlineData(MadeTasks.Table)]
    [InlineData(MadeTasks.Both)]
    public void They_add_up_for_a_blend_with_limits_that_forecasts_are_beyond(string shape)
    {
        ForecastTask basis = MadeTasks.Of(shape, steps: 3);
        var task = new ForecastTask(basis.Data, basis.Options with { Min = 61, Max = 62 });
        BlendForecaster blend = Fitted(BlendForecaster.Of([Recipe(3, members: 1, epochs: 1)], task), task);
        SeriesSet data = MadeTasks.With(task.Data, (_, table) => UpTo(table, table.Rows - 4, 3));
        Pair[] rows = AddedUp(blend, data, 3);
        Assert.All(rows, row => Assert.InRange(row.Row.Value, 61, 62));
        Assert.All(rows, row => Assert.Equal(row.Row.Value is 61 or 62, row.Made[Contribution.Limit] != 0));
        Assert.Contains(Of(rows, Contribution.Limit), value => value != 0);
    }

    [Fact]
    public void They_add_up_for_series_too_short_to_learn_from_and_for_new_ones()
    {
        TimeSeries Months(int rows) => MadeTables.Of("monthly", rows).Select(["x"]);
        var panel = new SeriesSet("shops.csv", ("A", Months(120)), ("B", Months(9)), ("C", Months(100)));
        var task = new ForecastTask(panel, new TaskOptions { Targets = ["x"], Horizon = 4, TestRows = 4 });
        BlendForecaster blend = Fitted(BlendForecaster.Of([Recipe(4, members: 1, epochs: 1)], task), task);
        var wider = new SeriesSet("shops.csv", ("A", Months(120)), ("B", Months(9)), ("D", MadeTables.Of("monthly", 90, 5).Select(["x"])));
        AddedUp(blend, wider, 4);
    }

    [Fact]
    public void Season_holidays_and_columns_have_what_they_make()
    {
        // 20 more on Sundays, 30 less on holidays, 10 more at an event, and nothing else but the mean.
        DateTime[] dates = MadeTables.Dates("daily", 1300);
        bool IsOff(DateTime date) =>
            date is { Month: 12, Day: 25 } or { Month: 1, Day: 1 } or { Month: 5, Day: 1 } or { Month: 10, Day: 3 };
        double[] events = [.. dates.Select((_, row) => row % 11 is 3 or 7 ? 1.0 : 0)], noise = Layers.TestData.Normal(1300, 3);
        double OfDate(DateTime date) => 100 + (date.DayOfWeek == DayOfWeek.Sunday ? 20 : 0) - (IsOff(date) ? 30 : 0);
        double[] x = [.. dates.Select((date, row) => OfDate(date) + (10 * events[row]) + (0.2 * noise[row]))];
        var table = new TimeSeries("t.csv", dates, ("x", x), ("event", events));
        int origin = Array.FindIndex(dates, date => date == new DateTime(2018, 4, 27));
        var task = new ForecastTask(table.Head(origin + 1), new TaskOptions
        {
            Horizon = 7,
            TestRows = 60,
            Targets = ["x"],
            Inputs = new ForecastInputs { Known = ["event"], Calendar = true, Holidays = "DE" },
        });
        RidgeForecaster ridge = Fitted(new RidgeForecaster(), task);
        Pair[] rows = AddedUp(ridge, UpTo(table, origin, 7), 7);
        double mean = Of(rows, Contribution.Season).Average();
        foreach ((ForecastRow row, RowContributions made) in rows)
        {
            bool isSunday = row.Date.DayOfWeek == DayOfWeek.Sunday, isHoliday = row.Date is { Month: 5, Day: 1 };
            double isEvent = events[Array.IndexOf(dates, row.Date)];
            Assert.InRange(made[Contribution.Season] - mean, isSunday ? 14 : -7, isSunday ? 25 : 4);
            Assert.InRange(made[Contribution.Holidays], isHoliday ? -40 : -6, isHoliday ? -15 : 6);
            Assert.InRange(made[Contribution.Columns] - Of(rows, Contribution.Columns).Min(), (9 * isEvent) - 1, (10 * isEvent) + 1);
        }

        Assert.Contains(rows, row => row.Made[Contribution.Holidays] < -15);
    }

    [Fact]
    public void Rules_say_level_trend_and_season_themselves()
    {
        // A line of 2 a row through 0, so that the season is added, and a season of 7 rows with mean 0.
        double[] season = [10, -10, 5, -5, 8, -8, 0];
        TimeSeries table = MadeTables.Days([.. Enumerable.Range(0, 140).Select(row => (2.0 * row) - 150 + season[row % 7])]);
        var task = new ForecastTask(table, new TaskOptions { Horizon = 7, TestRows = 14, Inputs = ForecastInputs.TargetOnly });
        foreach (PartsForecaster rule in (PartsForecaster[])[new EtsForecaster(null, 7), new ThetaForecaster(7), new StlEtsForecaster([7])])
        {
            Pair[] rows = AddedUp(Fitted(rule, task), table, 7);
            for (int h = 0; h < 7; h++)
                Assert.Equal(season[h], rows[h].Made[Contribution.Season], 1.0);
            Assert.InRange(rows[6].Made[Contribution.Recent] - rows[0].Made[Contribution.Recent], 5, 13);
            Assert.All(rows, row => Assert.Equal(rows[0].Made[Contribution.Level], row.Made[Contribution.Level]));
        }

        Pair[] naive = AddedUp(Fitted(new SeasonalNaiveForecaster(7), task), table, 7);
        Assert.All(naive, row => Assert.Equal(table["x"].ToArray()[^7..].Average(), row.Made[Contribution.Level], Rounding));
        Assert.All(naive, row => Assert.Equal(0, row.Made[Contribution.Recent], Rounding));
    }

    [Fact]
    public void A_value_of_Shapley_is_the_mean_over_all_orders()
    {
        // Two players that multiply: 1, 2 alone, 3 alone, 12 together.
        Assert.Equal([(1.0 + 9) / 2, (2.0 + 10) / 2], Shapley.Of(2, [1, 2, 3, 12]));
        // Three that add, and one that does nothing.
        double[] parts = [4, -1, 0.5, 0];
        double[] values = [.. Enumerable.Range(0, 16).Select(set => parts.Where((_, i) => (set & (1 << i)) != 0).Sum())];
        double[] found = Shapley.Of(4, values);
        for (int i = 0; i < parts.Length; i++)
            Assert.Equal(parts[i], found[i], 1e-12);
    }

    [Fact]
    public void The_course_of_seasons_is_their_mean_and_sums_to_nothing()
    {
        Assert.Equal([0, 1, -1], SeasonalCourse.Of([9, 4, 5, 0, 4, 5, 0], 3));
        Assert.Equal([0, 0, 0], SeasonalCourse.Of([9, 4], 3));
    }
}
