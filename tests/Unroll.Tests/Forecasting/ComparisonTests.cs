using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ComparisonTests
{
    /// <summary>Six weeks to learn from and four to judge on, with a window of a week.</summary>
    private static ForecastSplit Split(double[] values) => new(
        new TimeSeries("t.csv", [.. Enumerable.Range(0, values.Length).Select(day => new DateTime(2020, 1, 6).AddDays(day))],
            ("x", values)),
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

    private static double[] Off(ForecastSplit split, Func<int, double> by) =>
        [.. split.Test.ToArray().Select((value, row) => value + by(row))];

    [Fact]
    public void All_baselines_that_apply_are_judged_and_the_naive_forecast_is_the_first()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, TestContext.Current.CancellationToken);
        Assert.Equal(["naive", "seasonal naive", "seasonal naive with drift", "drift", "mean", "least squares", "Theta", "ETS", "ARIMA"],
            comparison.Baselines.Select(score => score.Name));
        Assert.Same(comparison.Naive, comparison.Baselines[0]);
        Assert.Empty(comparison.LeftOut);
        Assert.Equal(comparison.Baselines, comparison.Scores);
        Assert.Null(comparison.Recommended);
        foreach ((BaselineForecaster baseline, ForecasterScore score) in Baselines.For(split).Zip(comparison.Baselines))
        {
            baseline.Fit(split, null, TestContext.Current.CancellationToken);
            double[] predicted = baseline.Predicted(split);
            PartScore only = Assert.Single(score.Parts);
            Assert.Equal(predicted, only.Forecast.Judged.Predicted(1));
            Assert.Equal((Metrics.Rmse(split.Test, predicted), Metrics.Mae(split.Test, predicted), Metrics.Mape(split.Test, predicted)),
                (score.Error, score.ErrorOf(score.OtherMetric), only.Mape!.Value));
            Assert.Equal(Metrics.Rmsse(split.Test.Values, predicted, split.Train.Values), score.Rmsse, 1e-12);
            Assert.Equal(Metrics.Mase(split.Test.Values, predicted, split.Train.Values), score.Mase, 1e-12);
            Assert.Equal(1 - (score.Error / comparison.Naive.Error), score.Skill);
        }
    }

    [Fact]
    public void The_best_baseline_has_the_lowest_error_and_is_what_skill_is_measured_against()
    {
        foreach (double[] values in new[] { Weeks(), Trend(), Of(70, day => Math.Sin(1.7 * day) + 2) })
        {
            ForecastSplit split = Split(values);
            var comparison = new Comparison(split, TestContext.Current.CancellationToken);
            Assert.Contains(comparison.BestBaseline, comparison.Baselines);
            Assert.Equal(comparison.Baselines.Min(score => score.Error), comparison.BestBaseline.Error);
            Assert.Equal(0, comparison.BestBaseline.SkillAgainstBest);
            Assert.All(comparison.Baselines, score => Assert.Equal(0, score.PartsBeatBest));
            ForecasterScore added = comparison.Add("GRU", Off(split, row => row % 2));
            Assert.Equal(1 - (added.Error / comparison.BestBaseline.Error), added.SkillAgainstBest);
            Assert.Equal(1 - (added.Error / comparison.Naive.Error), added.Skill);
            Assert.Equal(added.Error < comparison.BestBaseline.Error ? 1 : 0, added.PartsBeatBest);
        }
    }

    [Fact]
    public void Where_a_season_is_strong_the_seasonal_baseline_is_recommended()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, TestContext.Current.CancellationToken);
        ForecasterScore score = comparison.Add("LSTM", Off(split, row => row % 2 == 0 ? 9 : -8));
        Assert.Equal(1, score.PartsBeatNaive);
        string naive = comparison.Naive.Error.ToString("G4", System.Globalization.CultureInfo.InvariantCulture),
            less = (100 * score.Skill!.Value).ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            $"The LSTM has RMSE 8.515 one row ahead; the best baseline, seasonal naive with drift, has 3.29 (2.6 times the error), and the "
                + $"naive forecast {naive} ({less} % less error). Use the seasonal naive with drift forecast instead.",
            comparison.Verdict(score));
        Assert.Equal([comparison.Verdict(score)], comparison.Summary());
    }

    [Fact]
    public void A_network_that_beats_them_all_is_said_to()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, TestContext.Current.CancellationToken);
        ForecasterScore score = comparison.Add("LSTM", Off(split, row => row % 3 * 0.01));
        Assert.Equal(1, score.PartsBeatBest);
        Assert.StartsWith("The LSTM has RMSE 0.01268 one row ahead; the best baseline, seasonal naive with drift, has 3.29 (99.6 % less "
            + "error), and the naive forecast ", comparison.Verdict(score), StringComparison.Ordinal);
        Assert.DoesNotContain("instead", comparison.Verdict(score), StringComparison.Ordinal);
    }

    /// <summary>
    /// The window holds a whole week, so that one input of least squares follows from the others; nothing is better than no error.
    /// </summary>
    [Fact]
    public void A_baseline_that_cannot_be_fitted_is_left_out_with_the_reason_and_one_without_error_is_best()
    {
        double[] week = [4, 5, 4, 6, 5, 2, 1];
        ForecastSplit split = Split(Of(70, day => week[day % 7]));
        var comparison = new Comparison(split, TestContext.Current.CancellationToken);
        Assert.StartsWith("The least squares forecast is left out: ", Assert.Single(comparison.LeftOut), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', comparison.LeftOut[0]);
        Assert.DoesNotContain("least squares", comparison.Baselines.Select(score => score.Name));
        Assert.Equal(("seasonal naive", 0.0), (comparison.BestBaseline.Name, comparison.BestBaseline.Error));
        ForecasterScore score = comparison.Add("LSTM", Off(split, row => row % 2));
        Assert.Null(score.SkillAgainstBest);
        Assert.Equal(0, score.PartsBeatBest);
        Assert.StartsWith("The LSTM has RMSE 0.7071 one row ahead; the best baseline, seasonal naive, has 0, and the naive forecast ",
            comparison.Verdict(score), StringComparison.Ordinal);
        Assert.EndsWith(" % less error). Use the seasonal naive forecast instead.", comparison.Verdict(score), StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_as_good_as_the_best_baseline_makes_no_difference()
    {
        ForecastSplit split = Split(Weeks());
        var comparison = new Comparison(split, TestContext.Current.CancellationToken);
        double[] best = comparison.BestBaseline.Forecast.Parts[0].Judged.Predicted(1);
        Assert.StartsWith("The LSTM has RMSE 3.29 one row ahead; the best baseline, seasonal naive with drift, has 3.29 (no "
            + "difference), and ", comparison.Verdict(comparison.Add("LSTM", best)), StringComparison.Ordinal);
    }

    /// <summary>Its forecast, what it would be without networks, its intervals.</summary>
    [Fact]
    public void The_blend_is_recommended_in_three_sentences()
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Both);
        var blend = BlendForecaster.Of([SmallEnsembles.Recipe(epochs: 2)], task);
        blend.Fit(task, null, TestContext.Current.CancellationToken);
        var comparison = new Comparison(task, blend, null, TestContext.Current.CancellationToken);
        Assert.Equal(("blend", "blend", ForecasterKind.Network, ForecasterKind.Ridge),
            (comparison.Recommended!.Key, comparison.Scores[0].Key, comparison.Scores[1].Kind, comparison.Scores[2].Kind));
        Assert.Contains("ridge", comparison.Baselines.Select(score => score.Key));
        Assert.Equal(blend.Without(ForecasterKind.Network)!.Predict(task).AllRows(), comparison.WithoutNetworks!.Forecast.AllRows());
        Assert.Equal(blend.MeanShares(), comparison.Recommended.Shares);
        Assert.InRange(comparison.NetworksPValue!.Value, 0, 1);
        IReadOnlyList<string> summary = comparison.Summary();
        Assert.Equal(3, summary.Count);
        Assert.StartsWith("The recommended forecast, the blend, has a mean MASE of ", summary[0], StringComparison.Ordinal);
        Assert.Contains(" over 1 to 2 rows ahead; ", summary[0], StringComparison.Ordinal);
        Assert.DoesNotContain("instead", summary[0], StringComparison.Ordinal);
        Assert.StartsWith("Without its networks it would have a mean MASE of ", summary[1], StringComparison.Ordinal);
        Assert.StartsWith("Its intervals of 80 % are ", summary[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Few_origins_are_warned_of()
    {
        double[] values = Trend();
        Assert.Null(new Comparison(Split(values), TestContext.Current.CancellationToken).OriginsWarning);
        Assert.Equal("The errors come from 8 origins: too few to tell a good forecast from a lucky one. Judge on more rows.",
            new Comparison(Split(values[..50]), TestContext.Current.CancellationToken).OriginsWarning);
        Assert.StartsWith("The errors come from a single origin: ", new Comparison(
            new ForecastTask(Split(values[..50]), 8), TestContext.Current.CancellationToken).OriginsWarning, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_never_change_in_the_test_range_cannot_be_judged() => Assert.StartsWith(
        "x never changes in the test range 2020-02-17.., so the naive forecast is always right",
        Assert.Throws<UnrollException>(
            () => new Comparison(Split(Of(70, day => Math.Min(day, 41))), TestContext.Current.CancellationToken)).Message,
        StringComparison.Ordinal);
}
