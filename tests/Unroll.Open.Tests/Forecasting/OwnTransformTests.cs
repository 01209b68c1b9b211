using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Forecasting;

public sealed class OwnTransformTests
{
    /// <summary>Log-returns once more, as a user writes them.</summary>
    private sealed class Logarithm() : TargetTransform("own-log")
    {
        public override double Map(double value) => Math.Log(value);

        public override double Unmap(double mapped) => Math.Exp(mapped);
    }

    private sealed class Logit() : TargetTransform("logit")
    {
        public override double Map(double value) => Math.Log(value / (1 - value));

        public override double Unmap(double mapped) => 1 / (1 + Math.Exp(-mapped));
    }

    /// <summary>Box and Cox (1964): (v^λ − 1) / λ.</summary>
    private sealed class BoxCox(double power) : TargetTransform(FormattableString.Invariant($"box-cox {power}"))
    {
        public override double Map(double value) => (Math.Pow(value, power) - 1) / power;

        public override double Unmap(double mapped) => Math.Pow(Math.Max(0, (power * mapped) + 1), 1 / power);
    }

    private static readonly Logit s_logit = new();

    public OwnTransformTests() => ForecastKinds.Register(s_logit);

    private static TimeSeries Shares(int rows)
    {
        double[] noise = Rows.Noise(rows, 3), shares = new double[rows];
        double walk = 1;
        for (int row = 0; row < rows; row++)
        {
            walk = (0.98 * walk) + (0.25 * noise[row]) + 0.06;
            shares[row] = 1 / (1 + Math.Exp(-walk - Math.Sin(2 * Math.PI * row / 7)));
        }

        return new TimeSeries("shares.csv", [.. Enumerable.Range(0, rows).Select(row => new DateTime(2020, 1, 1).AddDays(row))],
            ("x", shares));
    }

    [Fact]
    public void A_transform_and_its_inverse_are_two_equations()
    {
        var boxCox = new BoxCox(0.5);
        // scipy.stats.boxcox([9, 4], 0.5) is [4, 2].
        Assert.Equal(4, boxCox.Map(9), 1e-15);
        Assert.Equal(2, boxCox.Forward(9, 4), 1e-15);
        Assert.Equal(9, boxCox.Inverse(2, 4), 1e-14);
        foreach (double value in new[] { 0.01, 0.3, 0.5, 0.99 })
        {
            // ln(p / (1 − p)) − ln(q / (1 − q)) is the logarithm of the odds ratio.
            Assert.Equal(Math.Log(value * (1 - 0.4) / (0.4 * (1 - value))), s_logit.Forward(value, 0.4), 1e-12);
            Assert.Equal(value, s_logit.Inverse(s_logit.Forward(value, 0.4), 0.4), 1e-12);
        }

        Assert.Equal("The transform logit is not defined for 1.5. Use the transform difference or none.",
            Assert.Throws<UnrollException>(() => s_logit.Forward(1.5, 0.4)).Message);
        Assert.Same(s_logit, TargetTransform.Parse("logit"));
    }

    [Theory]
    [InlineData(Strategy.Direct)]
    [InlineData(Strategy.Recursive)]
    public void One_of_your_own_forecasts_as_a_built_in_one_does(Strategy strategy)
    {
        ForecastTask task = Rows.Task(Rows.Daily(300), 3, new ForecastInputs { Calendar = true });
        double[] Forecast(TargetTransform transform)
        {
            var recipe = new EnsembleRecipe { Network = Rows.Small(), Members = 1, Transform = transform, Strategy = strategy };
            PartsForecaster[] both = [new RidgeForecaster(recipe), new EnsembleForecaster(recipe)];
            return [.. both.SelectMany(forecaster =>
            {
                forecaster.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
                return Rows.Numbers(forecaster, task);
            })];
        }

        double[] expected = Forecast(TargetTransform.LogReturn), actual = Forecast(new Logarithm());
        Assert.Equal(expected.Length, actual.Length);
        // Logarithms of quotients and differences of logarithms round differently, and training makes more of it.
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(1, actual[i] / expected[i], 1e-4);
    }

    [Fact]
    public void Forecasts_and_intervals_stay_within_the_range_of_the_transform()
    {
        ForecastTask task = Rows.Task(Shares(400), 5);
        var ridge = new RidgeForecaster(new EnsembleRecipe { Transform = s_logit });
        ridge.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        PartForecast forecast = ridge.Predict(task).Parts[0];
        Assert.All(Enumerable.Range(0, forecast.Origins).SelectMany(origin => forecast.Rows(origin)),
            row => Assert.InRange(row.Value, 0, 1));
        Assert.Contains("x as logit", ridge.Notes[0], StringComparison.Ordinal);
        var comparison = new Comparison(task);
        Assert.True(comparison.Add(ridge).Error < 0.9 * comparison.Naive.Error);
        Assert.Equal(Rows.Numbers(ridge, task), Rows.Numbers(Rows.Reloaded(ridge), task));
        Assert.Matches(
            "^.+ holds the transform \"timid\", which this program does not know\\. Make it known before loading: "
                + "ForecastKinds\\.Register\\(\\.\\.\\.\\)\\.$",
            Assert.Throws<UnrollException>(() => Rows.Reloaded(ridge, file => Rows.Renamed(file, "logit", "timid"))).Message);
    }

    [Fact]
    public void One_that_is_not_registered_is_used_but_not_saved()
    {
        ForecastTask task = Rows.Task(Rows.Daily(300), 2);
        var ridge = new RidgeForecaster(new EnsembleRecipe { Transform = new BoxCox(0.25) });
        ridge.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(Rows.Numbers(ridge, task), number => Assert.True(double.IsFinite(number)));
        string path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.unroll");
        Assert.Equal(
            $"{path} is not written: the transform \"box-cox 0.25\" is not registered, so that no program could load it. Make it known "
                + "before saving: ForecastKinds.Register(...).",
            Assert.Throws<UnrollException>(() => ForecastFile.Save(ridge, path)).Message);
        Assert.False(File.Exists(path));
    }

    private sealed class Crooked(string wrong) : TargetTransform("crooked")
    {
        public override bool IsDifferenced => wrong != "level";

        public override double Map(double value) => wrong == "falls" ? -value : Math.Log(value);

        public override double Unmap(double mapped) => wrong switch
        {
            "falls" => -mapped,
            "" => Math.Exp(mapped),
            "some" when mapped > -0.5 => 1,
            "some" => Math.Exp(mapped),
            _ => Math.Exp(mapped) + 0.01,
        };
    }

    [Theory]
    [InlineData("level", "does not lead back: Unmap(")]
    [InlineData("steps", "does not lead back: Unmap(")]
    [InlineData("some", "is 1, but must be ")]
    [InlineData("falls", "The transform crooked is not increasing: Map(")]
    public void A_transform_whose_inverse_is_none_is_refused_at_fit(string wrong, string said)
    {
        var task = new ForecastTask(
            Shares(200), new TaskOptions { Targets = ["x"], Horizon = 2, Window = 10, Test = DateRange.Parse("2020-07-01..2020-07-18") });
        var ridge = new RidgeForecaster(new EnsembleRecipe { Transform = new Crooked(wrong) });
        UnrollException refused =
            Assert.Throws<UnrollException>(() => ridge.Fit(task, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal("transform", refused.Subject);
        new RidgeForecaster(new EnsembleRecipe { Transform = new Crooked("") })
            .Fit(task, cancellationToken: TestContext.Current.CancellationToken);
    }
}
