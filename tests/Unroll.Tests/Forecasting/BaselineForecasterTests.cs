using CsCheck;
using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What all baselines promise, and what each of the simple ones predicts.</summary>
public class BaselineForecasterTests
{
    private const int Rows = 60, TrainRows = 40;

    /// <summary>One of each, with few enough parameters for the short series here.</summary>
    private static BaselineForecaster[] All() =>
    [
        new NaiveForecaster(), new SeasonalNaiveForecaster(7), new DriftForecaster(), new MeanForecaster(), new LeastSquaresForecaster(3),
        new LeastSquaresForecaster(5, 0.1), new EtsForecaster(EtsModel.Simple), new EtsForecaster(EtsModel.DampedHolt),
        new EtsForecaster(EtsModel.HoltWintersAdditive, 4),
        new SeasonalNaiveDriftForecaster(7), new SeasonalNaiveDriftForecaster(1), new ThetaForecaster(), new ThetaForecaster(7),
        new ArimaForecaster(new ArimaOrder(1, 1, 1)), new ArimaForecaster(period: 4, models: 5),
        new CrostonForecaster(), new TsbForecaster(), new AdidaForecaster(), new StlEtsForecaster([6]),
    ];

    private static TimeSeries Days(double[] values) =>
        new("t.csv", [.. Enumerable.Range(0, values.Length).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("x", values));

    /// <summary>40 training rows, 3 rows between, 17 test rows.</summary>
    private static ForecastSplit Split(TimeSeries series, string train = "2020-01-01..2020-02-09", string test = "2020-02-13..") =>
        new(series, "x", train, test, window: 6);

    private static T Fitted<T>(T forecaster, ForecastSplit split, int steps = 1)
        where T : IForecaster
    {
        forecaster.Fit(new ForecastTask(split, steps), null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    private static Gen<double[]> Wave { get; } = Gen.Double[-1, 1].Array[Rows]
        .Select(noise => noise.Select((e, t) => 20 + (0.1 * t) + (5 * Math.Sin(t)) + e).ToArray());

    [Fact]
    public void No_prediction_knows_what_comes_after_its_origin() =>
        Gen.Select(Wave, Gen.Int[0, 16], Gen.Int[1, 4], Gen.Double[-1e9, 1e9]).Sample((values, known, steps, garbage) =>
        {
            double[] spoilt = [.. values.Select((value, row) => row < Rows - 17 + known ? value : garbage + row)];
            ForecastSplit real = Split(Days(values)), other = Split(Days(spoilt));
            return All().Zip(All()).All(pair =>
            {
                HorizonForecast one = Fitted(pair.First, real, steps).Ahead(real, steps),
                    two = Fitted(pair.Second, other, steps).Ahead(other, steps);
                return Enumerable.Range(0, Math.Min(known + 1, one.Origins))
                    .All(origin => one.From(origin).SequenceEqual(two.From(origin)));
            });
        }, iter: 12, threads: 1);

    /// <summary>Without the training rows before them, first states have to be read off the new rows, and few are known.</summary>
    [Fact]
    public void In_a_series_that_begins_later_no_prediction_knows_what_comes_after_its_origin_either() =>
        Gen.Select(Wave, Wave, Gen.Int[0, 2], Gen.Double[1e3, 1e9]).Sample((values, later, known, garbage) =>
        {
            DateTime[] dates = MadeTables.Dates("daily", 2000 + Rows)[2000..];
            ForecastSplit Later(double[] rows) =>
                Split(new TimeSeries("t.csv", dates, ("x", rows)), "2020-06-27..2020-07-10", "2020-07-11..");
            ForecastSplit fitted = Split(Days(values)), real = Later(later);
            ForecastSplit other = Later([.. later.Select((value, row) => row < 14 + known ? value : garbage + row)]);
            return All().All(forecaster =>
            {
                HorizonForecast one = Fitted(forecaster, fitted, 3).Ahead(real, 3), two = forecaster.Ahead(other, 3);
                return Enumerable.Range(0, known + 1).All(origin => one.From(origin).SequenceEqual(two.From(origin)));
            });
        }, iter: 8, threads: 1);

    [Fact]
    public void From_a_series_that_ends_at_an_origin_the_same_is_predicted_as_in_the_test_range() =>
        Wave.Sample(values =>
        {
            TimeSeries series = Days(values);
            ForecastSplit split = Split(series);
            return All().All(forecaster =>
            {
                HorizonForecast ahead = Fitted(forecaster, split, 3).Ahead(split, 3);
                double[] next = forecaster.Predicted(split);
                return ahead.Origins == 15 && Enumerable.Range(0, 15).All(origin =>
                    ahead.From(origin).SequenceEqual(forecaster.Ahead(series.Head(Rows - 17 + origin), 3))
                    && next[origin] == ahead[origin, 1]
                    && next[origin] == forecaster.Next(series.Head(Rows - 17 + origin)));
            });
        }, iter: 6, threads: 1);

    [Fact]
    public void Each_predicts_by_its_rule()
    {
        double[] values = [.. Enumerable.Range(0, Rows).Select(t => (double)((t * t) % 23))];
        ForecastSplit split = Split(Days(values));
        double last = values[42], slope = (values[39] - values[0]) / 39, mean = values[..40].Average();
        Assert.Equal([last, last, last], Fitted(new NaiveForecaster(), split, 3).Ahead(split, 3).From(0).ToArray());
        Assert.Equal([last + slope, last + (2 * slope)], Fitted(new DriftForecaster(), split, 2).Ahead(split, 2).From(0).ToArray());
        Assert.Equal([mean, mean], Fitted(new MeanForecaster(), split, 2).Ahead(split, 2).From(5).ToArray());
        Assert.Equal([values[40], values[41], values[42], values[40]], Fitted(new SeasonalNaiveForecaster(3), split, 4).Ahead(split, 4)
            .From(0).ToArray());
        Assert.Equal(values[36..53], Fitted(new SeasonalNaiveForecaster(7), split).Predicted(split));
    }

    [Fact]
    public void Least_squares_agrees_with_exact_fractions_and_feeds_on_its_own_predictions()
    {
        // The AR(2) weights by exact fractions in Python.
        double[] values = [3, 5, 4, 7, 6, 8, 9, 7, 10, 12, 11, 13, 14, 12, 15];
        var split = new ForecastSplit(Days(values), "x", "2020-01-01..2020-01-12", "2020-01-13..", window: 2);
        LeastSquaresForecaster forecaster = Fitted(new LeastSquaresForecaster(), split, 3);
        const double c = 1.6639032041227875, older = 0.6285010082903877, newer = 0.32578982747031143;
        double one = c + (older * 11) + (newer * 13), two = c + (older * 13) + (newer * one), three = c + (older * one) + (newer * two);
        double[] ahead = forecaster.Ahead(split, 3).From(0).ToArray();
        Assert.Equal(one, ahead[0], 1e-11);
        Assert.Equal(two, ahead[1], 1e-11);
        Assert.Equal(three, ahead[2], 1e-11);
        Assert.Equal(c + (older * 13) + (newer * 14), forecaster.Predicted(split)[1], 1e-11);
    }

    /// <summary>
    /// A file keeps what was asked for, not only what was fitted: a series that was not there is fitted alike before and after.
    /// </summary>
    [Fact]
    public void From_a_file_it_fits_another_series_as_before()
    {
        double[] values = [.. Enumerable.Range(0, Rows).Select(t => 20 + (0.1 * t) + (5 * Math.Sin(t)) + (t * t % 7 / 7.0))];
        var task = new ForecastTask(
            new SeriesSet("s.csv", ("A", Days(values))), new TaskOptions { Targets = ["x"], Horizon = 3, TestRows = 10, Window = 6 });
        var other = new SeriesSet("t.csv", ("B", Days([.. values.Select((value, t) => 100 - (3 * value) + (t % 4))])));
        foreach (BaselineForecaster forecaster in All())
        {
            forecaster.Fit(task, null, TestContext.Current.CancellationToken);
            Assert.Equal(forecaster.Predict(other, 3).AllRows(), SmallEnsembles.Loaded(forecaster).Predict(other, 3).AllRows());
        }
    }

    [Fact]
    public void All_that_apply_are_those_with_enough_rows_and_a_season()
    {
        double[] weeks = [.. Enumerable.Range(0, Rows).Select(t => (t % 7) + (t * t % 5 / 10.0))],
            waves = [.. weeks.Select((_, t) => Math.Sin(1.7 * t))];
        static string[] Names(ForecastSplit split) => [.. Baselines.For(split).Select(forecaster => forecaster.Name)];
        Assert.Equal(["naive", "seasonal naive", "seasonal naive with drift", "drift", "mean", "least squares", "Theta", "ETS", "ARIMA"],
            Names(Split(Days(weeks))));
        Assert.Equal(["naive", "drift", "mean", "least squares", "Theta", "ETS", "ARIMA"], Names(Split(Days(waves))));
        Assert.Equal(["naive", "drift", "mean"], Names(new ForecastSplit(Days(waves), "x", "2020-01-01..2020-01-11", "2020-02-13..", 6)));
        Assert.Equal(["naive", "drift", "mean", "Theta", "ETS", "ARIMA"],
            Names(new ForecastSplit(Days(waves), "x", "2020-01-01..2020-01-15", "2020-02-13..", 6)));
        foreach (BaselineForecaster forecaster in Baselines.For(Split(Days(weeks))))
            Assert.Equal(17, Fitted(forecaster, Split(Days(weeks))).Predicted(Split(Days(weeks))).Count(double.IsFinite));
        var seasonal = (SeasonalNaiveForecaster)Baselines.For(Split(Days(weeks)))[1];
        Assert.Equal((7, "as 7 rows before"), (Fitted(seasonal, Split(Days(weeks))).PeriodOf(new Part("", "x")), seasonal.Saying));
    }

    [Fact]
    public void Horizons_are_judged_step_by_step()
    {
        var forecast = new HorizonForecast([1, 2, 3, 4], [[10, 20], [11, 21], [12, 22]]);
        Assert.Equal((3, 2), (forecast.Origins, forecast.Steps));
        Assert.Equal([10, 11, 12], forecast.Predicted(1));
        Assert.Equal([1, 2, 3], forecast.Actual(1));
        Assert.Equal([20, 21, 22], forecast.Predicted(2));
        Assert.Equal([2, 3, 4], forecast.Actual(2));
        Assert.Equal(21, forecast[1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Actual(3));
        Assert.Equal(
            "3 origins with 2 rows ahead belong to 4 actual values, but there are 3. Give the row after the first origin to the last "
                + "predicted.",
            Assert.Throws<UnrollException>(() => new HorizonForecast([1, 2, 3], [[10, 20], [11, 21], [12, 22]])).Message);
        Assert.Equal(
            "The first origin predicts 2 rows ahead, but another does not. Predict as many from each.",
            Assert.Throws<UnrollException>(() => new HorizonForecast([1, 2, 3], [[10, 20], [11]])).Message);
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        double[] values = [.. Enumerable.Range(0, Rows).Select(t => 20 + (5 * Math.Sin(1.7 * t)))];
        TimeSeries series = Days(values);
        ForecastSplit split = Split(series);
        string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        SeasonalNaiveForecaster seasonal = Fitted(new SeasonalNaiveForecaster(7), split, 18);
        Assert.Equal(
            "t.csv has 5 rows with a x, but the seasonal naive looks at the newest 7. Give it at least 7 rows.",
            Refused(() => seasonal.Next(series.Head(5))));
        Assert.Equal(
            "The test range 2020-02-13.. has 17 rows, 1 too few to judge 18 rows ahead. Choose a longer test range or a shorter horizon.",
            Refused(() => seasonal.Ahead(split, 18)));
        double[] gap = [.. values];
        gap[55] = double.NaN;
        Assert.Equal(
            "t.csv has no x on 2020-02-25, which the seasonal naive forecast looks at. Choose how to treat missing values, or complete the "
                + "file.",
            Refused(() => seasonal.Next(Days(gap))));
        Assert.Equal("A season of 1 rows is none. Give a period of at least 2, or use the naive forecast.",
            Refused(() => Fitted(new SeasonalNaiveForecaster(1), split)));
        Assert.Equal(
            "The training range 2020-01-01..2020-02-09 has 40 rows, fewer than one season of 50. Use a longer training range or a shorter "
                + "period.",
            Refused(() => Fitted(new SeasonalNaiveForecaster(50), split)));
        Assert.Equal(
            "x shows no season in 2020-01-01..2020-02-09 that repeats with the calendar. Give a period, or use the naive forecast.",
            Refused(() => Fitted(new SeasonalNaiveForecaster(), split)));
        Assert.Equal("The drift forecaster is not fitted yet. Call Fit first.",
            Assert.Throws<InvalidOperationException>(() => new DriftForecaster().Predicted(split)).Message);
    }

    /// <summary>A fit to more rows keeps the model that was chosen, and chooses anew where it is not defined for them.</summary>
    [Fact]
    public void A_fit_to_more_rows_keeps_the_model_that_was_chosen()
    {
        double[] noise = TestData.Normal(150, 2);
        ForecastTask Task(Func<int, double> value, int rows) => new(
            new TimeSeries("t.csv", MadeTables.Dates("daily", rows), ("value", [.. Enumerable.Range(0, rows).Select(value)])),
                new TaskOptions { TestRows = 1 });

        // A trend that lasts for 120 rows and is gone after: what is chosen on all rows is another model.
        double Broken(int row) => 100 + Math.Min(row, 120) + noise[row];
        ForecastTask early = Task(Broken, 111), late = Task(row => row < 120 ? Broken(row) : 220 + (30 * noise[row]), 150);
        var ets = new EtsForecaster();
        var arima = new ArimaForecaster();
        foreach (BaselineForecaster forecaster in new BaselineForecaster[] { ets, arima })
            forecaster.Fit(early, null, TestContext.Current.CancellationToken);
        Part part = early.Parts[0];
        (EtsModel model, ArimaOrder order) = (ets.ParametersOf(part).Model, arima.ParametersOf(part).Order);
        foreach (BaselineForecaster forecaster in new BaselineForecaster[] { ets, arima })
            forecaster.Refit(late, null, TestContext.Current.CancellationToken);
        Assert.Equal((model, order), (ets.ParametersOf(part).Model, arima.ParametersOf(part).Order));
        Assert.Equal(late[part].Train.Count, ets.ParametersOf(part).Rows);
        var anew = new EtsForecaster();
        anew.Fit(late, null, TestContext.Current.CancellationToken);
        Assert.NotEqual(model, anew.ParametersOf(part).Model);

        // Factors were chosen, and then a value is not above 0.
        double Grown(int row) => Math.Exp(0.05 * row) * (1 + (0.05 * noise[row]));
        ets.Fit(Task(Grown, 111), null, TestContext.Current.CancellationToken);
        Assert.True(ets.ParametersOf(part).Model.NeedsPositiveValues);
        ets.Refit(Task(row => row == 130 ? -1 : Grown(row), 150), null, TestContext.Current.CancellationToken);
        Assert.False(ets.ParametersOf(part).Model.NeedsPositiveValues);
    }
}
