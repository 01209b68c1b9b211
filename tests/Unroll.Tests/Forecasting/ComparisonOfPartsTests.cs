using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Several parts are judged together in units of their own changes.</summary>
public class ComparisonOfPartsTests
{
    private static readonly Part s_small = new("small", "sold"), s_large = new("large", "sold");

    private static TimeSeries Days(params double[] values) =>
        new("t.csv", [.. Enumerable.Range(0, values.Length).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("sold", values));

    /// <summary>
    /// Ten training and three test rows. Small changes by 2 from day to day; large is a hundred times as large and then stands still.
    /// </summary>
    private static ForecastTask Task(bool moves = true) => new(
        new SeriesSet("shops.csv", ("small", Days(1, 3, 1, 3, 1, 3, 1, 3, 1, 3, moves ? 5 : 3, moves ? 4 : 3, moves ? 6 : 3)),
            ("large", Days(100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 300, 300, 300))),
        new TaskOptions { Train = "..2020-01-10", Test = "2020-01-11..", Window = 2, Inputs = ForecastInputs.TargetOnly });

    /// <summary>A forecaster that says what it is told to.</summary>
    private sealed class Guess(double[] small, double[] large) : IForecaster
    {
        public string Name => "guess";

        public ForecasterKind Kind => ForecasterKind.Network;

        public void Fit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default)
        {
        }

        public Forecast Predict(ForecastTask task) => new([.. task.Parts.Select(part => new PartForecast(
            part, [new DateTime(2020, 1, 10), .. task[part].Test.Dates], [.. (part == s_small ? small : large)
                .Select(value => new[] { value })], null, task[part].Test.ToArray(), task[part].Table))]);

        public Forecast Predict(SeriesSet data, int steps, MissingPolicy? missing = null) => throw new NotSupportedException();
    }

    [Fact]
    public void Every_part_is_judged_beside_its_baselines_and_counts_as_much_as_any_other()
    {
        var comparison = new Comparison(Task(), TestContext.Current.CancellationToken);
        // The naive forecast of small is wrong by 2, −1 and 2, a change in training is 2: √(9/3) and √(9/3)/2; 5/3 and 5/3/2.
        PartScore naive = comparison.Naive[s_small];
        Assert.Equal(Math.Sqrt(3), naive.Rmse, 1e-12);
        Assert.Equal((Math.Sqrt(3) / 2, 5 / 6.0), (naive.Rmsse, naive.Mase));
        Assert.Equal((0, 0, null), (naive.Skill!.Value, comparison.Naive[s_large].Rmse, comparison.Naive[s_large].Skill));
        Assert.Equal(("MASE", ForecastMetric.Rmse), (comparison.Naive.ErrorName, comparison.Naive.OtherMetric));
        Assert.Equal(5 / 12.0, comparison.Naive.Error, 1e-12);
        Assert.Equal(Math.Sqrt(3) / 4, comparison.Naive.ErrorOf(ForecastMetric.Rmse), 1e-12);
        ForecasterScore score = comparison.Add(new Guess([4, 4, 6], [300, 400, 300]));
        Assert.Equal(1 / Math.Sqrt(3), score[s_small].Rmse, 1e-12);
        Assert.Equal(1 / 3.0, score[s_small].Mae, 1e-12);
        Assert.Equal(4 / 5.0, score[s_small].Skill!.Value, 1e-12);
        Assert.Equal(100 / Math.Sqrt(3), score[s_large].Rmse, 1e-12);
        Assert.Null(score[s_large].Skill);
        // Changes in training are 2 and 200, so both series have the same error without a unit.
        Assert.Equal(1 / Math.Sqrt(12), score[s_small].Rmsse, 1e-12);
        Assert.Equal(1 / Math.Sqrt(12), score.Rmsse, 1e-12);
        Assert.Equal((score.Rmsse, score.Mase), (score.ErrorOf(score.OtherMetric), score.Error));
        Assert.Equal([score.Error],
            score.ErrorByStep.Select(error => Math.Round(error, 12) == Math.Round(score.Error, 12) ? score.Error : error));
        // Drift adds 2/9 to the newest value of small, and 200/9 to that of large, which stands still.
        double drift = Math.Sqrt((Math.Pow(16 / 9.0, 2) + Math.Pow(11 / 9.0, 2) + Math.Pow(16 / 9.0, 2)) / 3) / 2;
        Assert.Equal(drift, comparison.Baselines.Single(each => each.Name == "drift")[s_small].Rmsse, 1e-12);
        Assert.Equal((1, 1), (score.PartsBeatNaive, score.PartsBeatBest));
        Assert.Throws<UnrollException>(() => score[new Part("small", "bought")]);
    }

    /// <summary>One row ahead the error at that step is all there is, whatever it is measured by.</summary>
    [Theory]
    [InlineData(ForecastMetric.Rmse)]
    [InlineData(ForecastMetric.Mae)]
    [InlineData(ForecastMetric.Mase)]
    [InlineData(ForecastMetric.Smape)]
    public void The_error_at_the_only_step_is_the_error(ForecastMetric metric)
    {
        var comparison = new Comparison(Task(), TestContext.Current.CancellationToken);
        comparison.Add(new Guess([4, 4, 6], [300, 400, 250]));
        Assert.All(comparison.Scores, score => Assert.Equal(score.ErrorOf(metric), Assert.Single(score.ErrorByStepOf(metric)), 1e-12));
        Assert.True(comparison.Scores.Select(score => score.ErrorOf(metric)).Distinct().Count() > 2);
    }

    [Fact]
    public void A_part_is_compared_with_the_best_baseline_of_its_own()
    {
        var comparison = new Comparison(Task(), TestContext.Current.CancellationToken);
        comparison.Add(new Guess([4, 4, 6], [300, 400, 250]));
        Assert.NotEqual(comparison.BestBaseline.Name, comparison.Baselines.MinBy(score => score[s_small].Mase)!.Name);
        foreach (Part part in (Part[])[s_small, s_large])
        {
            double best = comparison.Baselines.Min(score => score[part].Mase), naive = comparison.Naive[part].Mase;
            foreach (PartScore score in comparison.Scores.Select(score => score[part]))
            {
                Assert.Equal(best > 0 ? 1 - (score.Mase / best) : null, score.SkillAgainstBest);
                Assert.Equal(naive > 0 ? 1 - (score.Mase / naive) : null, score.Skill);
            }
        }
    }

    [Fact]
    public void The_verdict_says_on_how_many_parts_and_what_to_use_instead()
    {
        var comparison = new Comparison(Task(), TestContext.Current.CancellationToken);
        Assert.Equal(
            "The guess has a mean MASE of 0.1667 one row ahead; the naive forecast, which is also the best baseline, has 0.4167 (60 % less "
                + "error); it beats naive on 1 of 2 and the best baseline of each on 1.",
            comparison.Verdict(comparison.Add(new Guess([4, 4, 6], [300, 400, 300]))));
        Assert.EndsWith(
            " (3.6 times the error); it beats naive on 0 of 2 and the best baseline of each on 0. Use the naive forecast instead.",
            comparison.Verdict(comparison.Add(new Guess([2, 1, 3], [600, 600, 600]))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_judged_is_refused()
    {
        static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        Assert.Equal("sold never changes in the test range 2020-01-11.., so the naive forecast is always right and no error can be judged. "
            + "Choose another test range.", Refused(() => _ = new Comparison(Task(moves: false), TestContext.Current.CancellationToken)));
        Assert.Equal("Predictions without a forecaster are judged for one part and one row ahead. Write a forecaster for more.",
            Refused(() => new Comparison(Task(), TestContext.Current.CancellationToken).Add("guess", [1, 2, 3])));
        Assert.Equal("The errors of the guess are not finite.",
            Refused(() => new Comparison(Task(), TestContext.Current.CancellationToken).Add(new Guess([4, 1e200, 6], [300, 400, 300]))));
        Assert.StartsWith("The prediction for row 2 is NaN.", Refused(() => new Comparison(Task(), TestContext.Current.CancellationToken)
            .Add(new Guess([4, double.NaN, 6], [300, 400, 300]))), StringComparison.Ordinal);
    }
}
