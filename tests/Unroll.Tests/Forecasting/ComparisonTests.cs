using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ComparisonTests
{
    /// <summary>Six weeks to learn from and four to judge on, with a window of a week.</summary>
    private static ForecastSplit Split(double[] values) => new(
        new TimeSeries("t.csv", [.. Enumerable.Range(0, values.Length).Select(day => new DateTime(2020, 1, 6).AddDays(day))], ("x", values)),
        "x",
        "2020-01-06..2020-02-16",
        "2020-02-17..",
        window: 7);

    private static double[] Of(int rows, Func<int, double> value) => [.. Enumerable.Range(0, rows).Select(value)];

    /// <summary>
    /// Weeks that are alike but for noise, until in the test range every day of the week goes its own way, by 3, 3.2, 3.4 or 3.6 up or
    /// down from its value a week before: nothing learnt from training is as good as that value.
    /// </summary>
    private static double[] Weeks()
    {
        var random = new RandomSource(5);
        double[] week = [40, 52, 47, 61, 58, 20, 15], values = new double[70];
        for (int day = 0; day < values.Length; day++)
        {
            double chance = random.NextNormal();
            values[day] = day < 42 ? week[day % 7] + chance : values[day - 7] + (Math.Sign(chance) * (3 + (0.2 * (day % 4))));
        }

        return values;
    }

    /// <summary>A trend and noise: all baselines apply but the seasonal one, and their errors differ.</summary>
    private static double[] Trend()
    {
        var random = new RandomSource(3);
        return Of(70, day => 100 + (0.5 * day) + random.NextNormal());
    }

    private static double[] Off(ForecastSplit split, Func<int, double> by) => [.. split.Test.ToArray().Select((value, row) => value + by(row))];

    [Fact]
    public void All_baselines_that_apply_are_judged_and_the_naive_forecast_is_the_first()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["naive", "seasonal naive", "drift", "mean", "least squares", "ETS"], comparison.Baselines.Select(score => score.Name));
        Assert.Same(comparison.Naive, comparison.Baselines[0]);
        Assert.Empty(comparison.LeftOut);
        Assert.Empty(comparison.Scores);
        foreach ((BaselineForecaster baseline, ForecastScore score) in Baselines.For(split).Zip(comparison.Baselines))
        {
            baseline.Fit(split, TestContext.Current.CancellationToken);
            Assert.Equal(baseline.Predict(split), score.Predictions);
            Assert.Equal(Metrics.Rmse(split.Test, score.Predictions), score.Rmse);
            Assert.Equal(Metrics.Mae(split.Test, score.Predictions), score.Mae);
            Assert.Equal(Metrics.Mape(split.Test, score.Predictions), score.Mape);
            Assert.Equal(1 - (score.Rmse / comparison.Naive.Rmse), score.Skill);
        }
    }

    [Fact]
    public void The_best_baseline_has_the_lowest_error_and_is_what_skill_is_measured_against()
    {
        foreach (double[] values in new[] { Weeks(), Trend(), Of(70, day => Math.Sin(1.7 * day) + 2) })
        {
            ForecastSplit split = Split(values);
            var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Contains(comparison.BestBaseline, comparison.Baselines);
            Assert.Equal(comparison.Baselines.Min(score => score.Rmse), comparison.BestBaseline.Rmse);
            Assert.Equal(0, comparison.BestBaseline.SkillAgainstBest);
            Assert.All(comparison.Baselines, score => Assert.False(score.BeatsBest));
            ForecastScore added = comparison.Add("GRU", Off(split, row => row % 2));
            Assert.Equal(1 - (added.Rmse / comparison.BestBaseline.Rmse), added.SkillAgainstBest);
            Assert.Equal(1 - (added.Rmse / comparison.Naive.Rmse), added.Skill);
            Assert.Equal(added.Rmse < comparison.BestBaseline.Rmse, added.BeatsBest);
        }
    }

    [Fact]
    public void Where_a_season_is_strong_the_seasonal_baseline_is_recommended()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
        ForecastScore score = comparison.Add("LSTM", Off(split, row => row % 2 == 0 ? 9 : -8));
        string verdict = comparison.Verdict(score);
        Assert.True(score.BeatsNaive);
        Assert.StartsWith("The LSTM does not beat the best baseline, the seasonal naive forecast \"as 7 rows before\": RMSE 8.515 against 3.308, 2.6 times the error. It beats the naive forecast \"tomorrow equals today\" (RMSE ", verdict, StringComparison.Ordinal);
        Assert.EndsWith(" The LSTM's errors are larger than the seasonal naive forecast's, and that is hardly chance (p < 0.001). Use the seasonal naive forecast instead.", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_beats_them_all_is_said_to()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
        ForecastScore score = comparison.Add("LSTM", Off(split, row => row % 3 * 0.01));
        string verdict = comparison.Verdict(score);
        Assert.True(score.BeatsBest);
        Assert.StartsWith("The LSTM beats the best baseline, the seasonal naive forecast \"as 7 rows before\": RMSE 0.01268 against 3.308, 99.6 % less error. It beats the naive forecast \"tomorrow equals today\" (RMSE ", verdict, StringComparison.Ordinal);
        Assert.EndsWith(" The LSTM's errors are smaller than the seasonal naive forecast's, and that is hardly chance (p < 0.001).", verdict, StringComparison.Ordinal);
    }

    /// <summary>The window holds a whole week, so that one input of least squares follows from the others; nothing is better than no error.</summary>
    [Fact]
    public void A_baseline_that_cannot_be_fitted_is_left_out_with_the_reason_and_one_without_error_is_best()
    {
        double[] week = [4, 5, 4, 6, 5, 2, 1];
        ForecastSplit split = Split(Of(70, day => week[day % 7]));
        var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
        Assert.StartsWith("The least squares forecast is left out: ", Assert.Single(comparison.LeftOut), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', comparison.LeftOut[0]);
        Assert.DoesNotContain("least squares", comparison.Baselines.Select(score => score.Name));
        Assert.Equal(("seasonal naive", 0.0), (comparison.BestBaseline.Name, comparison.BestBaseline.Rmse));
        ForecastScore score = comparison.Add("LSTM", Off(split, row => row % 2));
        Assert.Null(score.SkillAgainstBest);
        Assert.False(score.BeatsBest);
        Assert.StartsWith("The LSTM does not beat the best baseline, the seasonal naive forecast \"as 7 rows before\": RMSE 0.7071 against 0. It beats the naive forecast \"tomorrow equals today\" (RMSE ", comparison.Verdict(score), StringComparison.Ordinal);
        ForecastScore perfect = comparison.Add("GRU", split.Test.ToArray());
        Assert.EndsWith(" Whether that is chance cannot be told from these 28 rows. Use the seasonal naive forecast instead.", comparison.Verdict(perfect), StringComparison.Ordinal);
    }

    [Fact]
    public void Predictions_that_come_late_are_warned_of()
    {
        var random = new RandomSource(11);
        double[] values = new double[70];
        for (int day = 1; day < values.Length; day++)
            values[day] = values[day - 1] + random.NextNormal();
        ForecastSplit split = Split([.. values.Select(value => value + 100)]);
        var comparison = new Comparison(split, cancellationToken: TestContext.Current.CancellationToken);
        ForecastScore late = comparison.Add("LSTM", [.. comparison.Naive.Predictions.Select(value => value + 0.1)]);
        Assert.Equal("The LSTM follows the actual values 1 row late and does not foresee changes: a chart of both looks better than the forecast is.", comparison.Warning(late));
        Assert.Null(comparison.Warning(comparison.Add("GRU", Off(split, row => row % 2))));
        ForecastSplit few = new(
            new TimeSeries("t.csv", [.. Enumerable.Range(0, 50).Select(day => new DateTime(2020, 1, 6).AddDays(day))], ("x", values[..50])),
            "x",
            "2020-01-06..2020-02-16",
            "2020-02-17..",
            7);
        var short8 = new Comparison(few, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(short8.Warning(short8.Add("LSTM", short8.Naive.Predictions)));
    }

    [Fact]
    public void Values_that_never_change_in_the_test_range_cannot_be_judged() => Assert.StartsWith(
        "x never changes in the test range 2020-02-17.., so the naive forecast is always right",
        Assert.Throws<UnrollException>(() => new Comparison(Split(Of(70, day => Math.Min(day, 41))), cancellationToken: TestContext.Current.CancellationToken)).Message,
        StringComparison.Ordinal);
}
