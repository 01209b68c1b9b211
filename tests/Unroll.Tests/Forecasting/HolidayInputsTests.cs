using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Public holidays as inputs of ridge regression and networks.</summary>
public class HolidayInputsTests
{
    private const int Rows = 1300, Test = 250, Steps = 3;

    private static readonly ForecastInputs s_without = new() { Calendar = true }, s_with = s_without with { Holidays = "de" };

    /// <summary>
    /// A row a day: a week, noise, 40 less on a public holiday of Germany, 80 less at Christmas, and 15 more on the day after.
    /// </summary>
    private static TimeSeries Made(double effect = 1, int rows = Rows)
    {
        HolidayCalendar calendar = HolidayCalendar.Of("DE");
        double[] noise = TestData.Normal(rows, 5);
        DateTime[] dates = [.. Enumerable.Range(0, rows).Select(day => new DateTime(2020, 1, 6).AddDays(day))];
        double[] values = [.. dates.Select((day, row) =>
        {
            double holiday = day is { Month: 12, Day: 25 } ? -80 : -40, after = calendar.Contains(day.AddDays(-1)) ? 15 : 0;
            return 200 + (10 * (int)day.DayOfWeek) + (3 * noise[row]) + (effect * (calendar.Contains(day) ? holiday : after));
        })];
        return new TimeSeries("days.csv", dates, ("x", values));
    }

    private static ForecastSplit Split(ForecastInputs inputs, double effect = 1) => MadeTables.Split(Made(effect), Test, 21, inputs);

    private static RidgeForecaster Ridge(ForecastSplit split) => Fitted(new RidgeForecaster(Recipe(Steps)), split, Steps);

    private static RidgeWeights Linear(RidgeForecaster forecaster) => ((RidgeModel)forecaster.Models.Values.Single()).Linear;

    [Fact]
    public void Effects_of_holidays_are_found_and_make_the_forecast_better()
    {
        ForecastSplit with = Split(s_with), without = Split(s_without);
        RidgeForecaster own = Ridge(with), plain = Ridge(without);
        Assert.Equal("DE", own.Inputs.Holidays);
        Assert.Contains("the holidays of DE", own.Notes[0], StringComparison.Ordinal);
        Assert.DoesNotContain("holidays", plain.Notes[0], StringComparison.Ordinal);
        for (int step = 1; step <= Steps; step++)
        {
            double error = Rmse(own, with, step), before = Rmse(plain, without, step);
            TestContext.Current.TestOutputHelper?.WriteLine($"{step}: {error:0.00} with, {before:0.00} without");
            Assert.InRange(error, 2, 0.7 * before);
        }

        // The same origin with and without each input that a holiday sets.
        RidgeWeights linear = Linear(own);
        InputPlan plan = linear.Plan;
        int first = plan.Lags + (plan.Calendar?.Count ?? 0);
        HolidayFeatures holidays = plan.Holidays!;
        for (int h = 0; h < Steps; h++)
        {
            double[] weights = [.. linear.Weights[h][first..(first + holidays.Count)].Select(weight => weight * plan.Scale)];
            double christmas = weights[0] + Effect("2021-12-25"), labour = weights[0] + Effect("2021-05-01");
            Assert.InRange(labour, -60, -20);
            Assert.InRange(weights[2], 5, 25);
            double Effect(string day) => Enumerable.Range(0, holidays.Names.Count)
                .Where(i => holidays.Names[i] == HolidayCalendar.Of("DE")
                    .NameOf(DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture)))
                .Sum(i => weights[4 + i]);
            Assert.True(holidays.Names.Count == 0 || christmas < labour - 10, $"{christmas} at Christmas, {labour} on 1 May");
        }
    }

    [Fact]
    public void Holidays_without_an_effect_are_left_out()
    {
        RidgeForecaster forecaster = Ridge(Split(s_with, effect: 0));
        Assert.Null(Linear(forecaster).Plan.Holidays);
        Assert.Contains("tried and left out: the holidays of DE", forecaster.Notes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Strategy.Direct)]
    [InlineData(Strategy.Recursive)]
    public void Networks_see_the_holidays_of_rows_to_come_and_are_saved_with_them(Strategy strategy)
    {
        ForecastSplit split = Split(s_with);
        EnsembleForecaster forecaster = Fitted(new EnsembleForecaster(Recipe(Steps, 1, 1, strategy: strategy)), split),
            loaded = Loaded(forecaster);
        EnsembleModel model = ModelOf(forecaster);
        Assert.NotNull(model.Linear.Plan.Holidays);
        Assert.Equal(model.Linear.Plan.Holidays, ModelOf(loaded).Linear.Plan.Holidays);
        Assert.Equal(model.Inputs.Shape.Features, InputFrame.ChannelsOf(model.Linear.Plan)
            - (model.Linear.Plan.KeepsCalendarFromNetworks ? model.Linear.Plan.Calendar!.Count : 0));
        TimeSeries newer = Made(rows: Rows + 100);
        Assert.Equal(forecaster.Ahead(newer, Steps), loaded.Ahead(newer, Steps));
        Assert.Equal(forecaster.Ahead(split, Steps).Predicted(2), loaded.Ahead(split, Steps).Predicted(2));
        Assert.Equal(("DE", "DE"), (loaded.Inputs.Holidays, loaded.OptionsOfFit(new TaskOptions()).Inputs!.Holidays));
    }

    [Fact]
    public void Targets_and_series_share_the_holidays()
    {
        TimeSeries one = Made(), other = Made(0.7);
        var table = new TimeSeries(
            "two.csv", [.. one.Dates], ("x", one["x"].ToArray()), ("y", [.. other["x"].ToArray().Select(value => 3 * value)]));
        var data = new SeriesSet("shops.csv", ("North", table), ("South", table.Tail(1200)));
        var task = new ForecastTask(
            data, new TaskOptions { Targets = ["x", "y"], Horizon = 2, Window = 14, TestRows = 100, Inputs = s_with });
        EnsembleForecaster forecaster = Fitted(new EnsembleForecaster(Recipe(2, 1, 1)), task), loaded = Loaded(forecaster);
        EnsembleModel model = ModelOf(forecaster, task.Parts[0]);
        Assert.Equal(2, forecaster.Notes.Count(note => note.Contains("the holidays of DE", StringComparison.Ordinal)));
        Assert.Equal(model.Inputs.Shape, ModelOf(loaded, task.Parts[0]).Inputs.Shape);
        Assert.Equal(forecaster.Predict(data, 2).Parts[3].From(0), loaded.Predict(data, 2).Parts[3].From(0));
    }

    [Fact]
    public void Files_without_holidays_say_nothing_of_them_and_damaged_ones_are_refused()
    {
        string Body(PartsForecaster forecaster) => System.Text.Encoding.UTF8.GetString(Bytes(forecaster));
        Assert.DoesNotContain("olidays", Body(Ridge(Split(s_without))), StringComparison.Ordinal);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        ForecastFile.Save(Ridge(Split(s_with)), path);
        string altered = Altered(path, files, body => body.Replace("\"country\":\"DE\"", "\"country\":\"XX\"", StringComparison.Ordinal));
        Assert.Contains("damaged", Assert.Throws<UnrollException>(() => ForecastFile.Load(altered)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_after_an_origin_change_nothing()
    {
        RidgeForecaster forecaster = Ridge(Split(s_with));
        InputPlan plan = Linear(forecaster).Plan;
        const int origin = 1080;
        TimeSeries table = Made();
        var frame = new InputFrame(table, plan);
        var spoilt = new InputFrame(MadeTables.Spoilt(table, origin + 1, row => 1e6 * (row % 7)), plan);
        var cut = new InputFrame(table.Head(origin + 1), plan);
        double[][] inputs = [.. new[] { frame, spoilt, cut }.Select(each => each.LinearInputs).Select(count => new double[count])];
        float[][] channels = [.. inputs.Select(_ => new float[InputFrame.ChannelsOf(plan)])];
        for (int step = 1; step <= Steps; step++)
        {
            foreach ((InputFrame each, int i) in new[] { frame, spoilt, cut }.Select((each, i) => (each, i)))
            {
                each.WriteLinear(origin, step, inputs[i]);
                each.WriteChannels(origin, origin + step, channels[i]);
            }

            Assert.Equal(inputs[0], inputs[1]);
            Assert.Equal(inputs[0], inputs[2]);
            Assert.Equal(channels[0], channels[1]);
            Assert.Equal(channels[0], channels[2]);
        }
    }

    [Fact]
    public void Networks_may_see_holidays_without_the_calendar_and_once_for_all_targets()
    {
        InputPlan plan = Linear(Ridge(Split(s_with))).Plan with { Known = [], Alike = [], Past = [], KeepsCalendarFromNetworks = true };
        int calendar = plan.Calendar!.Count, holidays = plan.Holidays!.Count, all = InputFrame.ChannelsOf(plan);
        JointInputs inputs = JointInputs.Of(
            [plan, plan with { Target = "y", Holidays = plan.Holidays with { Names = [.. plan.Holidays.Names] } }]);
        Assert.Equal([0, .. Enumerable.Range(1 + calendar, all - 1 - calendar)], JointInputs.Selection(plan, inputs.Plans[0])!);
        Assert.Equal([0, .. Enumerable.Range(1 + calendar + holidays, all - 1 - calendar - holidays)],
            JointInputs.Selection(plan, inputs.Plans[1])!);
        Assert.True(inputs.Lead.HasKnown);
        Assert.True((plan with { Calendar = null, Memory = false, Seasons = [] }).HasKnown);
    }

    [Fact]
    public void Hours_have_the_holidays_of_their_days()
    {
        DateTime[] hours = [.. Enumerable.Range(0, 24 * 120).Select(hour => new DateTime(2024, 3, 1).AddHours(hour))];
        HolidayFeatures features = HolidayFeatures.For("GB", hours)!;
        double[][] numbers = DateColumns.Of(features.Count, hours, features.Write);
        Assert.Equal((HolidayRows.Day, 4, 4), (features.Rows, features.Count, numbers.Length));
        Assert.Equal(4 * 24, numbers[0].Sum());
        Assert.Equal(24, hours.Where((hour, row) => hour.Date == new DateTime(2024, 3, 28) && numbers[1][row] == 1).Count());
    }

    [Fact]
    public void Runs_with_other_holidays_are_other_runs()
    {
        string Hash(ForecastInputs inputs) => SetupHash.Of(new ForecastTask(Split(inputs), Steps));
        Assert.Equal(3, new[] { s_without, s_with, s_with with { Holidays = "DE-BY" } }.Select(Hash).Distinct().Count());
        Assert.Equal(Hash(s_with), Hash(s_with with { Holidays = "DE" }));
    }
}
