using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class CrpsScoreTests
{
    /// <summary>n + 200 normal values, of which the first 200 calibrate, and forecasts of 0 for them.</summary>
    private static (Foreseen Rows, Foreseen Calibration, double[] Actual) Normal(int n, bool withQuantiles)
    {
        double[] values = TestData.Normal(n + 200, 3), quantiles = [.. Heads.Levels.Select(Distributions.NormalQuantile)];
        Foreseen Of(double[] actual) => new(
            new HorizonForecast(actual, [.. actual.Select(_ => new double[1])]), withQuantiles ? new HorizonQuantiles(1, [.. actual.Select(_ => quantiles)]) : null);
        return (Of(values[200..]), Of(values[..200]), values[200..]);
    }

    [Theory]
    [InlineData(true, 0.02)]
    [InlineData(false, 0.04)]
    public void Of_a_true_normal_distribution_it_is_near_the_closed_form(bool withQuantiles, double tolerance)
    {
        (Foreseen rows, Foreseen calibration, double[] actual) = Normal(2000, withQuantiles);
        CrpsScore crps = rows.Judge(calibration, 1, [0.8]).Crps!;
        double exact = Metrics.CrpsGaussian(actual, new double[2000], [.. Enumerable.Repeat(1.0, 2000)]);
        Assert.Equal(1, crps.Step);
        Assert.InRange(crps.Value / exact, 1 - tolerance, 1 + tolerance);
    }

    [Fact]
    public void Of_values_it_is_that_of_the_ends_of_their_conformal_intervals()
    {
        (Foreseen rows, Foreseen calibration, double[] actual) = Normal(60, false);
        (IntervalScore[] intervals, CrpsScore? crps) = rows.Judge(calibration, 1, [0.8, 0.95]);
        PredictionInterval[] Over(double level) => new AdaptiveConformal(calibration.Values.Actual(1), calibration.Values.Predicted(1), level).Over(actual, new double[60]);
        Assert.Equal(Over(0.8), intervals[0].Intervals);
        Assert.Equal(IntervalScore.Of(rows.Values, calibration.Values, 1, 0.95).Winkler, intervals[1].Winkler);
        PredictionInterval[][] levels = [.. new[] { 0.95, 0.9, 0.8, 0.6, 0.4, 0.2 }.Select(Over)];
        double[] quantiles = [.. Enumerable.Range(0, 60).SelectMany(i => levels.Select(level => level[i].Lower).Append(0).Concat(levels.Reverse().Select(level => level[i].Upper)).Order())];
        Assert.Equal(Metrics.CrpsQuantiles(actual, quantiles, [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975]), crps!.Value, 1e-12);
    }

    [Fact]
    public void A_sentence_names_the_baseline_of_the_lowest_CRPS()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 60, 14);
        var comparison = new Comparison(split, 2, cancellationToken: TestContext.Current.CancellationToken);
        ForecastScore best = comparison.Baselines.MinBy(score => score.Crps[0].Value)!;
        Assert.All(comparison.Baselines, score => Assert.Equal([1, 2], score.Crps.Select(each => each.Step)));
        ForecastScore naive = comparison.Add(new Again());
        Assert.Null(comparison.CrpsVerdict(naive));
        string verdict = comparison.CrpsVerdict(naive with { Crps = [new CrpsScore(1, best.Crps[0].Value / 2)] })!;
        Assert.Equal(
            FormattableString.Invariant($"As a distribution, middle and spread together, the again is better than the best baseline, the {best.Name} forecast with its intervals: CRPS {best.Crps[0].Value / 2:G4} against {best.Crps[0].Value:G4}, 50 % less error."),
            verdict);
        Assert.Contains("the again is not better than", comparison.CrpsVerdict(naive with { Crps = best.Crps }), StringComparison.Ordinal);
    }

    /// <summary>A forecaster of single values, which nothing calibrates.</summary>
    private sealed class Again : IForecaster
    {
        public string Name => "again";

        public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
        {
        }

        public double[] Predict(ForecastSplit split) => [.. split.Test.Values.ToArray().Select(value => value + 1)];

        public double PredictNext(TimeSeries series) => 0;
    }
}
